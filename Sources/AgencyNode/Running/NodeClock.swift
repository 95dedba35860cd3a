internal import Foundation

/// Where a node's time comes from; handed in, so that a test can set it.
package struct NodeClock: Sendable {
  /// Unix milliseconds by the local clock.
  package let nowMs: @Sendable () -> UInt64

  package init(nowMs: @escaping @Sendable () -> UInt64) { self.nowMs = nowMs }

  /// The machine's clock.
  package static let system = NodeClock {
    var now = timespec()
    _ = unsafe clock_gettime(CLOCK_REALTIME, &now)
    return UInt64(max(0, now.tv_sec)) * 1000 + UInt64(max(0, now.tv_nsec)) / 1_000_000
  }
}
