internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import PeerLink

/// A client that speaks TLS as it is told and HTTP as raw bytes.
enum RawClient {
  private final class Collector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private var bytes: [UInt8] = []
    private let done: EventLoopPromise<[UInt8]>

    init(_ done: EventLoopPromise<[UInt8]>) { self.done = done }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      bytes.append(contentsOf: unwrapInboundIn(data).readableBytesView)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }

    func handlerRemoved(context: ChannelHandlerContext) { done.succeed(bytes) }
  }

  /// A TLS 1.3 client that takes any server, shows nothing.
  static func configuration() -> TLSConfiguration {
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.minimumTLSVersion = .tlsv13
    tls.certificateVerification = .none
    return tls
  }

  /// Everything the server says until it ends the connection.
  static func exchange(
    _ bytes: [UInt8],
    with endpoint: PeerEndpoint,
    _ tls: TLSConfiguration
  ) async throws -> [UInt8] {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let done = loop.makePromise(of: [UInt8].self)
    let context = try NIOSSLContext(configuration: tls)
    let channel = try await ClientBootstrap(group: loop).channelInitializer { channel in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHandlers([
          NIOSSLClientHandler(context: context, serverHostname: nil), Collector(done),
        ])
      }
    }.connect(host: endpoint.host, port: Int(endpoint.port)).get()
    channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
    return try await done.futureResult.get()
  }

  /// A line whose TLS is as told; it says nothing by itself.
  static func connect(
    to endpoint: PeerEndpoint,
    _ tls: TLSConfiguration,
    _ ear: RawWire.Ear = RawWire.Ear()
  ) async throws -> any Channel {
    let context = try NIOSSLContext(configuration: tls)
    return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: nil))
          try pipeline.addHandler(ear)
        }
      }
      .connect(host: endpoint.host, port: Int(endpoint.port)).get()
  }

  /// Says bytes one by one, until the line has ended.
  static func trickle(_ bytes: [UInt8], on line: any Channel) {
    let loop = line.eventLoop
    for (place, byte) in bytes.enumerated() {
      loop.scheduleTask(in: .milliseconds(Int64(place) * 10)) {
        line.writeAndFlush(ByteBuffer(bytes: [byte]), promise: nil)
      }
    }
  }
}
