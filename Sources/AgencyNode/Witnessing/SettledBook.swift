internal import CanonicalBytes
internal import NodeStore
internal import Synchronization

/// The newest settled checkpoints in memory: the own one, for every delivery, and those of peers.
final class SettledBook: Sendable {
  /// A settled checkpoint of the own log.
  struct Own: Sendable {
    let size: UInt64
    let note: String
    let timeMs: UInt64
  }

  /// A note that was judged, so that the same text costs nothing again.
  struct Judged: Sendable {
    let text: String
    let size: UInt64
    let root: Digest32
    /// Its time, Unix ms; `nil` where this node does not count enough witnesses.
    let settledMs: UInt64?
  }

  private struct State {
    var own: Own?
    var judged: [String: Judged] = [:]
    var peers: [String: UInt64] = [:]
  }

  private let state = Mutex(State())

  /// The newest settled checkpoint of the own log.
  var own: Own? { state.withLock(\.own) }

  /// Takes a settled checkpoint of the own log, unless a newer one is known.
  func settle(own mark: OwnMark) {
    guard let timeMs = mark.settledMs else { return }
    state.withLock { state in
      if let held = state.own, held.size >= mark.size { return }
      state.own = Own(size: mark.size, note: mark.note, timeMs: timeMs)
    }
  }

  /// What was last judged of a peer, if it is this text.
  func judged(_ peer: String, text: String) -> Judged? {
    state.withLock { state in
      guard let held = state.judged[peer], held.text.utf8.elementsEqual(text.utf8) else {
        return nil
      }
      return held
    }
  }

  /// Remembers a judgement.
  func remember(_ peer: String, _ judged: Judged) { state.withLock { $0.judged[peer] = judged } }

  /// The time of the newest settled checkpoint known of a peer's log, Unix ms.
  func settledMs(of peer: String) -> UInt64? { state.withLock { $0.peers[peer] } }

  /// Takes the time of a settled checkpoint of a peer.
  func settle(peer: String, timeMs: UInt64) {
    state.withLock { $0.peers[peer] = max($0.peers[peer] ?? 0, timeMs) }
  }
}
