internal import NIOCore
internal import NIOPosix
internal import PeerLink
internal import Synchronization

/// Bytes over TCP, with no TLS of its own.
enum RawWire {
  /// What has come in, and whether the other side has ended the line.
  final class Ear: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    private let state = Mutex<(bytes: [UInt8], isOver: Bool)>(([], false))

    var bytes: [UInt8] { state.withLock(\.bytes) }
    var isOver: Bool { state.withLock(\.isOver) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let part = unwrapInboundIn(data)
      state.withLock { $0.bytes.append(contentsOf: part.readableBytesView) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { state.withLock { $0.isOver = true } }
  }

  /// A listener that says nothing.
  static func listen(_ ear: Ear) async throws -> (channel: any Channel, port: UInt16) {
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(ear)
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    return (server, UInt16(server.localAddress?.port ?? 0))
  }

  /// A line to a server.
  static func connect(_ endpoint: PeerEndpoint, _ ear: Ear) async throws -> any Channel {
    try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(ear)
        }
      }
      .connect(host: endpoint.host, port: Int(endpoint.port)).get()
  }

  /// Says bytes and hears until the other side ends, or has said so much.
  static func say(
    _ bytes: [UInt8],
    to endpoint: PeerEndpoint,
    untilHeard count: Int = .max
  ) async throws -> (heard: [UInt8], isOver: Bool) {
    let ear = Ear()
    let line = try await connect(endpoint, ear)
    line.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
    while !ear.isOver, ear.bytes.count < count { try await Task.sleep(for: .milliseconds(5)) }
    line.close(promise: nil)
    return (ear.bytes, ear.isOver)
  }
}

/// The parts of a TLS hello that tests look at; `nil` for anything else.
struct TLSHello {
  /// Type and body of each extension, in order.
  let extensions: [(type: Int, body: [UInt8])]

  /// Reads a client's or a server's hello, in one record or several.
  init?(records: [UInt8]) {
    var said: [UInt8] = []
    var rest = records[...]
    while rest.count >= 5, rest[rest.startIndex] == 22 {
      let length = Self.number(rest.dropFirst(3).prefix(2))
      guard rest.count >= 5 + length else { break }
      said.append(contentsOf: rest.dropFirst(5).prefix(length))
      rest = rest.dropFirst(5 + length)
    }
    guard said.count > 4 else { return nil }
    let length = Self.number(said[1..<4])
    guard said.count >= 4 + length else { return nil }
    var body = said[4..<(4 + length)].dropFirst(34)
    body = body.dropFirst(1 + Self.number(body.prefix(1)))
    if said[0] == 1 {
      body = body.dropFirst(2 + Self.number(body.prefix(2)))
      body = body.dropFirst(1 + Self.number(body.prefix(1)))
    } else {
      body = body.dropFirst(3)
    }
    body = body.dropFirst(2)
    var found: [(type: Int, body: [UInt8])] = []
    while body.count >= 4 {
      let (type, size) = (Self.number(body.prefix(2)), Self.number(body.dropFirst(2).prefix(2)))
      found.append((type, Array(body.dropFirst(4).prefix(size))))
      body = body.dropFirst(4 + size)
    }
    extensions = found
  }

  func body(of type: Int) -> [UInt8]? { extensions.first { $0.type == type }?.body }

  static func number(_ bytes: some Sequence<UInt8>) -> Int {
    bytes.reduce(0) { $0 << 8 | Int($1) }
  }

  /// One record with this client's hello and an extension more, at its end.
  static func adding(_ type: Int, _ body: [UInt8], to record: [UInt8]) -> [UInt8] {
    var hello = Array(record.dropFirst(9))
    let added = big(type, 2) + big(body.count, 2) + body
    var place = 34
    place += 1 + Int(hello[place])
    place += 2 + number(hello[place..<(place + 2)])
    place += 1 + Int(hello[place])
    let length = number(hello[place..<(place + 2)]) + added.count
    hello.replaceSubrange(place..<(place + 2), with: big(length, 2))
    hello += added
    return [22, 3, 1] + big(hello.count + 4, 2) + [1] + big(hello.count, 3) + hello
  }

  static func big(_ number: Int, _ width: Int) -> [UInt8] {
    (0..<width).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
  }
}
