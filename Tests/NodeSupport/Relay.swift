internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// A wire tap: hands everything on between a caller and a node, and keeps a copy.
package final class Relay: Sendable {
  private typealias Line = NIOAsyncChannel<ByteBuffer, ByteBuffer>

  /// Where callers come in.
  package let port: UInt16
  private let copy: Tap
  private let gate = Gate()
  private let work: Task<Void, Never>

  private final class Gate: Sendable {
    let isOpen = Mutex(true)
    let begun = Mutex(0)
    let ended = Mutex(0)
  }

  /// Lines that reached the node, and how many of them have ended.
  package var lines: (begun: Int, ended: Int) {
    (gate.begun.withLock { $0 }, gate.ended.withLock { $0 })
  }

  /// Cuts the cable: what is open ends with the next byte, and nobody comes through.
  package func cut() { gate.isOpen.withLock { $0 = false } }

  /// Mends the cable.
  package func mend() { gate.isOpen.withLock { $0 = true } }

  private struct Cut: Error {}

  private final class Tap: Sendable {
    let bytes = Mutex<[UInt8]>([])
  }

  /// Everything that has passed, both ways.
  package var heard: [UInt8] { copy.bytes.withLock { $0 } }

  /// Listens on a port of the loopback interface.
  package init(to target: UInt16) async throws {
    let copy = Tap()
    let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .bind(host: "127.0.0.1", port: 0) { channel in
        channel.eventLoop.makeCompletedFuture { try Line(wrappingChannelSynchronously: channel) }
      }
    port = UInt16(server.channel.localAddress?.port ?? 0)
    self.copy = copy
    let gate = gate
    work = Task {
      try? await server.executeThenClose { callers in
        try await withThrowingDiscardingTaskGroup { group in
          for try await caller in callers {
            group.addTask { try? await Self.join(caller, target, copy, gate) }
          }
        }
      }
    }
  }

  deinit { work.cancel() }

  private static func join(
    _ caller: Line,
    _ target: UInt16,
    _ copy: Tap,
    _ gate: Gate
  ) async throws {
    guard gate.isOpen.withLock({ $0 }) else {
      return try await caller.executeThenClose { _, _ in }
    }
    let reached = try? await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .connect(host: "127.0.0.1", port: Int(target)) { channel in
        channel.eventLoop.makeCompletedFuture { try Line(wrappingChannelSynchronously: channel) }
      }
    // Nobody at home: the caller's line ends too.
    guard let node = reached else { return try await caller.executeThenClose { _, _ in } }
    gate.begun.withLock { $0 += 1 }
    defer { gate.ended.withLock { $0 += 1 } }
    try await caller.executeThenClose { callerIn, callerOut in
      try await node.executeThenClose { nodeIn, nodeOut in
        await withTaskGroup(of: Void.self) { group in
          group.addTask { try? await Self.pass(callerIn, nodeOut, copy, gate) }
          group.addTask { try? await Self.pass(nodeIn, callerOut, copy, gate) }
          await group.next()
          group.cancelAll()
        }
      }
    }
  }

  private static func pass(
    _ from: NIOAsyncChannelInboundStream<ByteBuffer>,
    _ to: NIOAsyncChannelOutboundWriter<ByteBuffer>,
    _ copy: Tap,
    _ gate: Gate
  ) async throws {
    for try await part in from {
      guard gate.isOpen.withLock({ $0 }) else { throw Cut() }
      copy.bytes.withLock { $0.append(contentsOf: part.readableBytesView) }
      try await to.write(part)
    }
  }
}
