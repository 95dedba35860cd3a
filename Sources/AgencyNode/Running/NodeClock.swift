internal import Foundation

/// Where a node's time comes from; handed in, so that a test can set it.
package struct NodeClock: Sendable {
  /// Unix milliseconds by the local clock.
  package let nowMs: @Sendable () -> UInt64
  /// Milliseconds from anywhere, by a clock that only runs forward and that nobody sets.
  package let steadyMs: @Sendable () -> UInt64
  /// Waits; ends early, with an error, when the task is cancelled.
  package let pause: @Sendable (Duration) async throws -> Void

  /// Puts a clock together.
  package init(
    nowMs: @escaping @Sendable () -> UInt64,
    steadyMs: @escaping @Sendable () -> UInt64 = NodeClock.boottimeMs,
    pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
  ) {
    self.nowMs = nowMs
    self.steadyMs = steadyMs
    self.pause = pause
  }

  /// The machine's clock.
  package static let system = NodeClock(nowMs: { milliseconds(CLOCK_REALTIME) })

  /// Time since the machine started, sleep included.
  package static let boottimeMs: @Sendable () -> UInt64 = { milliseconds(CLOCK_BOOTTIME) }

  private static func milliseconds(_ clock: clockid_t) -> UInt64 {
    var now = timespec()
    _ = unsafe clock_gettime(clock, &now)
    return UInt64(max(0, now.tv_sec)) * 1000 + UInt64(max(0, now.tv_nsec)) / 1_000_000
  }
}
