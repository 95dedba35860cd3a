internal import CanonicalBytes
internal import ReferralModel
internal import Synchronization
internal import Trust

/// Which news of this node each peer has had, since the node started: its link, and suspensions.
///
/// A peer that calls gets it in answers, of which one may be lost: it counts as told when it calls again
/// after an answer that carried it.
final class TellBook: Sendable {
  private struct Entry {
    var known: Digest32?
    var offered: Digest32?
  }
  private let entries = Mutex<[AgencyID: Entry]>([:])

  /// The mark of the news that a peer has had.
  func mark(of peer: AgencyID) -> Digest32? { entries.withLock { $0[peer]?.known } }

  /// The peer has answered a call that carried the news.
  func told(_ peer: AgencyID, _ mark: Digest32?) {
    entries.withLock { $0[peer, default: Entry()].known = mark }
  }

  /// A peer calls: what the last answer offered has come through.
  func calledAgain(_ peer: AgencyID) {
    entries.withLock { entries in
      guard let offered = entries[peer]?.offered else { return }
      entries[peer] = Entry(known: offered, offered: nil)
    }
  }

  /// Forgets what was offered: the peer says it does not know this node.
  func forget(_ peer: AgencyID) { entries.withLock { $0[peer] = nil } }

  /// An answer to the peer carries this news.
  func offer(_ peer: AgencyID, _ mark: Digest32) {
    entries.withLock { $0[peer, default: Entry()].offered = mark }
  }
}
