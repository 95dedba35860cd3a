/// Why one item of a delivery was not accepted; the text is the registered code.
///
/// Source: `Protocol/registries/error-codes.md`; PROTOCOL §3, steps 8 to 17.
package enum ItemCode: String, Error, Sendable, CaseIterable, CustomStringConvertible {
  /// The sender is suspended or retired, and the kind is neither `withdraw` nor `erased` (step 4).
  case member
  /// Not canonical, or a field missing or out of bounds (step 8).
  case malformed
  /// A suite this node does not speak (step 8).
  case suite
  /// Another realm, another sender than the peer, or another recipient than this node (step 9).
  case notYours = "not-yours"
  /// Rows and compartments do not match (step 10).
  case hash
  /// The event is not in the sender's log, or speaks of something else (step 11).
  case notLogged = "not-logged"
  /// Another message has this sequence number (step 12).
  case seqReused = "seq-reused"
  /// No grant covers the disclosure (step 13).
  case grant
  /// The grant was withdrawn (step 13).
  case withdrawn
  /// The grant belongs to another referral (step 13).
  case grantUsed = "grant-used"
  /// The policy does not allow it (step 14).
  case policy
  /// An anonymous note to an agency that does not keep the statistics (step 14).
  case notStatistics = "not-statistics"
  /// The policy named is not held here, or has not begun; it may come (step 14).
  case policyUnknown = "policy-unknown"
  /// Past its expiry, or an expiry further off than the policy allows (step 15).
  case expired
  /// A desk key that is no longer held (step 16).
  case deskKeyGone = "desk-key-gone"
  /// Groups addressed to a desk that may not open them (step 16).
  case desk
  /// Large compartments are still missing (step 17).
  case blobsWanted = "blobs-wanted"
  /// The wrap or a compartment does not open; found by the desk.
  case sealBroken = "seal-broken"
  /// More was sealed than was granted; found by the desk when it opened the message.
  case overDisclosed = "over-disclosed"

  /// Whether the recipient logs a REFUSE event (steps 13 to 16); else it answers and counts.
  package var refusesWithEvent: Bool {
    switch self {
    case .grant, .withdrawn, .grantUsed, .policy, .notStatistics, .expired, .deskKeyGone, .desk:
      true
    case .member, .malformed, .suite, .notYours, .hash, .notLogged, .seqReused, .blobsWanted,
      .policyUnknown,
      .sealBroken, .overDisclosed:
      false
    }
  }

  /// Whether the same bytes may be accepted later, so that the sender keeps and repeats them.
  package var isForNow: Bool { self == .policyUnknown }

  /// The code.
  package var description: String { rawValue }
}
