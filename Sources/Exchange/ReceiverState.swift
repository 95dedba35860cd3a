package import CanonicalBytes
package import ReferralModel

/// What the checks that need the receiver's memory ask of it.
///
/// Implemented by the store, inside the transaction that will write the answer. Several items of one
/// delivery are judged one after the other, each after the effects of the one before.
package protocol ReceiverState {
  /// What a lookup may fail with: the store's own failures, never the peer's.
  associatedtype Failure: Error
  /// How the store names the receive or refuse event that answered a message.
  associatedtype Answer: Sendable

  /// The receive or refuse event that this message got, if it was here before (step 12).
  func answer(to message: Digest32) throws(Failure) -> Answer?
  /// The message of this peer that has this sequence number (step 12).
  func message(withSeq seq: UInt64, from peer: AgencyID) throws(Failure) -> Digest32?
  /// Whether any of these groups of a grant was taken back, as far as this node was told (step 13).
  func isWithdrawn(
    _ grant: CheckedItem.GrantName,
    _ groups: [FieldGroup]
  ) throws(Failure) -> Bool
  /// The offer that rests on this grant (step 13). A grant that renews another has none until an
  /// offer names it.
  func offer(on grant: CheckedItem.GrantName) throws(Failure) -> Digest32?
  /// Whether a disclosure of this node to the peer has this id and still waits for answers (step 13).
  func isOwnOpenDisclosure(_ message: Digest32, to peer: AgencyID) throws(Failure) -> Bool
  /// What the policy of this hash says; `nil` if it is neither current nor overlapping (step 14).
  func decide(
    _ request: DisclosureRequest,
    under grant: GrantFacts?,
    policy: Digest32,
    atMs nowMs: UInt64
  ) throws(Failure) -> Decision?
  /// Whether this node knows that the policy's time is over. A policy of which it does not know
  /// that may come: the message is asked for again, and not refused for good (step 14).
  func hasOutlived(policy: Digest32, atMs nowMs: UInt64) throws(Failure) -> Bool
  /// The longest life of a message of this kind by the current policy, in ms (step 15).
  func longestLifeMs(of kind: MessageKind) throws(Failure) -> UInt64
  /// The groups that the desk of this key may open, by this node's card; `nil` for a key that is no
  /// longer held (step 16).
  func deskGroups(ofKey keyID: Digest32) throws(Failure) -> [FieldGroup]?
}

extension ReceiverState {
  /// A memory that has always known every policy.
  package func hasOutlived(policy: Digest32, atMs nowMs: UInt64) throws(Failure) -> Bool { true }
}

/// What becomes of one item.
package enum ItemVerdict<Answer: Sendable>: Sendable {
  /// Store it, with a RECEIVE event.
  case accept
  /// It was here before: the same event again, freshly opened.
  case repeated(Answer)
  /// Its sequence number belongs to another message: refuse, and keep both openings as evidence.
  case seqReused(by: Digest32)
  /// Refuse; with a REFUSE event where ``ItemCode/refusesWithEvent`` says so.
  case refuse(ItemCode)

  /// The code, unless the item is accepted or a repeat.
  package var code: ItemCode? {
    switch self {
    case .accept, .repeated: nil
    case .seqReused: .seqReused
    case .refuse(let code): code
    }
  }
}
