internal import NodeStore

/// Which groups of a received referral a desk may still open: a grant that has run out and sharing
/// that is stopped lock all of it, a group that was taken back locks that group (CNS-033).
///
/// What the recipient holds on her own consent, taken when the service began, never locks while she
/// is there (WDR-014).
struct ReadableGroups {
  private let isFrozen: Bool
  /// Whether the sender's grant has run out.
  let isOver: Bool
  /// `nil`: all.
  private let taken: [String]?
  private let own: Set<String>

  /// Reads where a referral stands.
  init(_ referral: ReferralRow, _ reader: NodeReader, nowMs: UInt64) throws {
    isFrozen = referral.frozenSinceMs != nil
    isOver = !referral.isSender && nowMs >= referral.untilMs
    taken =
      referral.isSender
      ? []
      : try reader.takenBack(
        peer: referral.peer,
        log: referral.grantLog,
        index: referral.grantIndex
      )
    own = Set(
      try reader.keptParts(referral: referral.row)
        .filter { $0.keptClass == nil && ($0.isHere || $0.untilMs > nowMs) }
        .flatMap(\.groups)
    )
  }

  /// Whether nothing at all may be opened.
  var isLocked: Bool { (isFrozen || isOver || taken == nil) && own.isEmpty }

  /// Whether a group may be opened.
  func admits(_ group: String) -> Bool {
    if own.contains(group) { return true }
    return !isFrozen && !isOver && !(taken?.contains(group) ?? true)
  }
}
