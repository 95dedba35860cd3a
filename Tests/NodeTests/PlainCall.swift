internal import NIOCore
internal import NIOPosix

/// One plain request over TCP, as a monitor or a page in a browser makes it.
enum PlainCall {
  static func get(
    _ path: String,
    host: String,
    port: UInt16
  ) async throws -> (status: Int, body: String) {
    let line = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .connect(host: "127.0.0.1", port: Int(port)) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    let text = try await line.executeThenClose { inbound, outbound in
      let head = "GET \(path) HTTP/1.1\r\nhost: \(host)\r\nconnection: close\r\n\r\n"
      try await outbound.write(ByteBuffer(string: head))
      var all = ""
      for try await part in inbound { all += String(buffer: part) }
      return all
    }
    let status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return (status, text)
  }
}
