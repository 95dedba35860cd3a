internal import CanonicalBytes
internal import Sealing
internal import Synchronization

/// What each peer has been handed about logs, and what waits for it.
///
/// Memory only: after a restart everything is handed over once more, which changes nothing.
final class GossipBook: Sendable {
  /// Most texts handed over in one exchange (CHK-058).
  static let batchLimit = 16
  /// Most answers that wait for one peer; the oldest go.
  static let replyLimit = 64
  /// How often a text that needs an answer is handed over again, and after how long.
  static let tries = 5
  static let pauseMs: UInt64 = 60_000
  static let slowPauseMs: UInt64 = 1_800_000
  /// Texts remembered for one peer.
  static let memory = 4_096

  private struct Peer {
    var replies: [String] = []
    var given: [Digest32: (times: Int, atMs: UInt64)] = [:]
    /// Nothing to look for before this time, unless something changed.
    var quietUntilMs: UInt64 = 0
    var seenVersion: UInt64 = .max
  }

  private struct State {
    var version: UInt64 = 0
    var peers: [String: Peer] = [:]
  }

  private let state = Mutex(State())

  /// Something may have to be handed to anybody.
  func changed() { state.withLock { $0.version += 1 } }

  /// Puts an answer for a peer.
  func reply(_ text: String, to peer: String) {
    state.withLock { state in
      state.peers[peer, default: Peer()].replies.append(text)
      let surplus = (state.peers[peer]?.replies.count ?? 0) - Self.replyLimit
      if surplus > 0 { state.peers[peer]?.replies.removeFirst(surplus) }
    }
  }

  /// Whether there may be something for a peer.
  func mayHave(for peer: String, nowMs: UInt64) -> Bool {
    state.withLock { state in
      guard let held = state.peers[peer] else { return true }
      return !held.replies.isEmpty || held.seenVersion != state.version
        || held.quietUntilMs <= nowMs
    }
  }

  /// The version that a look at everything stands for.
  var version: UInt64 { state.withLock(\.version) }

  /// Takes the answers that wait for a peer.
  func takeReplies(for peer: String) -> [String] {
    state.withLock { state in
      let all = state.peers[peer]?.replies ?? []
      state.peers[peer]?.replies = Array(all.dropFirst(Self.batchLimit))
      return Array(all.prefix(Self.batchLimit))
    }
  }

  /// Whether a text may be handed over now, and notes that it is: one that needs an answer again and
  /// again while none has come, the others once.
  func hands(_ text: String, to peer: String, nowMs: UInt64, needsAnswer: Bool = false) -> Bool {
    let hash = Hash256.of(Array(text.utf8))
    return state.withLock { state in
      var held = state.peers[peer] ?? Peer()
      defer { state.peers[peer] = held }
      if let given = held.given[hash] {
        guard needsAnswer else { return false }
        let pause = given.times < Self.tries ? Self.pauseMs : Self.slowPauseMs
        guard nowMs >= given.atMs + pause else { return false }
        held.given[hash] = (given.times + 1, nowMs)
        return true
      }
      if held.given.count >= Self.memory { held.given = [:] }
      held.given[hash] = (1, nowMs)
      return true
    }
  }

  /// Everything there was has been looked at for a peer.
  func looked(for peer: String, version: UInt64, nowMs: UInt64) {
    state.withLock { state in
      state.peers[peer, default: Peer()].seenVersion = version
      state.peers[peer]?.quietUntilMs = nowMs + Self.pauseMs
    }
  }
}
