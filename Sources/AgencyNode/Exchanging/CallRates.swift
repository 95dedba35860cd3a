internal import Synchronization

/// How many hellos are taken: so many a minute in all, and from one address (HEL-005).
///
/// Counts what was taken in the last minute, so that no burst passes the rate; holds no more entries
/// than that.
final class HelloRate: Sendable {
  /// Hellos a minute, from everybody.
  static let inAll = 30
  /// Hellos a minute, from one address.
  static let fromOne = 6
  private static let minuteMs: UInt64 = 60_000

  private let taken = Mutex<[(address: String, atMs: UInt64)]>([])

  /// Whether one more is taken; it is counted then.
  func admit(from address: String, nowMs: UInt64) -> Bool {
    taken.withLock { taken in
      // A clock that was set back forgets: better than to shut the door for long.
      taken.removeAll { $0.atMs > nowMs || nowMs - $0.atMs >= Self.minuteMs }
      guard taken.count < Self.inAll,
        taken.count(where: { $0.address == address }) < Self.fromOne
      else { return false }
      taken.append((address, nowMs))
      return true
    }
  }
}

/// A bucket for strangers on the log's public paths: 20 at once, one more each second.
final class StrangerRate: Sendable {
  private let state = Mutex<(tokens: Double, atMs: UInt64)>((20, 0))

  func admit(nowMs: UInt64) -> Bool {
    state.withLock { state in
      let passed = nowMs > state.atMs ? Double(nowMs - state.atMs) / 1000 : 0
      state = (min(20, state.tokens + passed), nowMs)
      guard state.tokens >= 1 else { return false }
      state.tokens -= 1
      return true
    }
  }
}
