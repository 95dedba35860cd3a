internal import Synchronization

/// How many leaves of this node's log each peer says it has accepted.
final class PeersHeld: Sendable {
  private let sizes = Mutex<[String: UInt64]>([:])

  /// What a peer said last; 0 before it has said anything.
  func size(of peer: String) -> UInt64 { sizes.withLock { $0[peer] ?? 0 } }

  /// Whether a peer has said anything.
  func isKnown(_ peer: String) -> Bool { sizes.withLock { $0[peer] != nil } }

  /// Takes what a peer says.
  func note(_ peer: String, holds size: UInt64) { sizes.withLock { $0[peer] = size } }
}
