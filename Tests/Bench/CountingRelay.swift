internal import NIOCore
internal import NIOPosix
internal import Synchronization
internal import TestSupport

/// Stands between two nodes on loopback and counts the bytes of the TCP streams, both ways.
final class CountingRelay: Sendable {
  /// What has passed.
  final class Counter: Sendable {
    private let toServer = Atomic<Int>(0)
    private let toClient = Atomic<Int>(0)
    private let connections = Atomic<Int>(0)

    func connected() { connections.add(1, ordering: .relaxed) }

    func add(_ bytes: Int, towardsServer: Bool) {
      if towardsServer {
        toServer.add(bytes, ordering: .relaxed)
      } else {
        toClient.add(bytes, ordering: .relaxed)
      }
    }

    /// The totals so far.
    var totals: (toServer: Int, toClient: Int, connections: Int) {
      (
        toServer.load(ordering: .relaxed), toClient.load(ordering: .relaxed),
        connections.load(ordering: .relaxed)
      )
    }
  }

  let counter = Counter()
  /// Where it listens.
  let port: UInt16
  private let channel: any Channel

  /// Listens on a free port and passes everything to another.
  init(to target: UInt16) async throws {
    let counter = counter
    channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { inbound in
        counter.connected()
        return ClientBootstrap(group: inbound.eventLoop)
          .channelInitializer { outbound in
            outbound.eventLoop.makeCompletedFuture {
              try outbound.pipeline.syncOperations.addHandler(
                Pipe(to: inbound, counter, towardsServer: false)
              )
            }
          }
          .connect(host: "127.0.0.1", port: Int(target))
          .flatMapThrowing { outbound in
            try inbound.pipeline.syncOperations.addHandler(
              Pipe(to: outbound, counter, towardsServer: true)
            )
          }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    guard let bound = channel.localAddress?.port, let port = UInt16(exactly: bound) else {
      throw Programs.Failure("the relay has no port")
    }
    self.port = port
  }

  /// Listens no more.
  func close() { channel.close(promise: nil) }

  /// One direction of one connection.
  private final class Pipe: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let partner: any Channel
    private let counter: Counter
    private let towardsServer: Bool

    init(to partner: any Channel, _ counter: Counter, towardsServer: Bool) {
      self.partner = partner
      self.counter = counter
      self.towardsServer = towardsServer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let buffer = unwrapInboundIn(data)
      counter.add(buffer.readableBytes, towardsServer: towardsServer)
      partner.writeAndFlush(buffer, promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
      partner.close(promise: nil)
      context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }
  }
}
