internal import Synchronization

/// How many leaves of this node's log each peer says it has accepted.
final class PeersHeld: Sendable {
  private struct State {
    /// What was said since the node started.
    var said: [String: UInt64] = [:]
    /// What was said before.
    var stored: [String: UInt64] = [:]
    /// What has been said and not stored.
    var changed: [String: UInt64] = [:]
    /// The sizes last sent by line: whose answers were lost, the peer may hold all the same.
    var sent: [String: [UInt64]] = [:]
  }
  private static let sentLimit = 4
  private let state = Mutex(State())

  /// Begins with what peers said before the node was stopped.
  func load(_ sizes: [String: UInt64]) { state.withLock { $0.stored = sizes } }

  /// What a peer said last; 0 before it has said anything.
  func size(of peer: String) -> UInt64 {
    state.withLock { $0.said[peer] ?? $0.stored[peer] ?? 0 }
  }

  /// Whether a peer has said anything since the node started.
  func isKnown(_ peer: String) -> Bool { state.withLock { $0.said[peer] != nil } }

  /// Takes what a peer says.
  func note(_ peer: String, holds size: UInt64) {
    state.withLock { state in
      state.said[peer] = size
      guard state.stored[peer] != size else { return }
      (state.stored[peer], state.changed[peer]) = (size, size)
    }
  }

  /// A delivery under a checkpoint of this size goes out by line.
  func sent(_ peer: String, size: UInt64) {
    state.withLock {
      $0.sent[peer] = Array(($0.sent[peer] ?? []).suffix(Self.sentLimit - 1)) + [size]
    }
  }

  /// The sizes last sent by line.
  func sizesSent(to peer: String) -> [UInt64] { state.withLock { $0.sent[peer] ?? [] } }

  /// What is still to be stored.
  func takeChanged() -> [String: UInt64] {
    state.withLock { state in
      defer { state.changed = [:] }
      return state.changed
    }
  }
}
