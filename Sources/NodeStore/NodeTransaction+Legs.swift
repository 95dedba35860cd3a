internal import CanonicalBytes
internal import Foundation
internal import GRDB
internal import ReferralModel
internal import TransparencyLog

/// What recipients of one person's legs could compare, and what they are told instead.
extension NodeTransaction {
  /// Whether the case of a grant has had more than one recipient: those could compare.
  package func hasSeveralRecipients(caseOf grant: UInt64) throws -> Bool {
    try hot(
      """
      SELECT (SELECT min(peer) FROM consent_grant WHERE case_id = g.case_id)
        <> (SELECT max(peer) FROM consent_grant WHERE case_id = g.case_id)
      FROM consent_grant g WHERE g.idx = ?
      """
    ).first([.number(grant)]) { $0.integer(0) != 0 } ?? false
  }

  /// Whether a leg of the same case to somebody else has been handed over since a time.
  package func hasOtherLeg(caseOf grant: UInt64, sinceMs: UInt64) throws -> Bool {
    try hot(
      """
      SELECT EXISTS (SELECT 1 FROM consent_grant o JOIN consent_grant g ON g.case_id = o.case_id
        WHERE g.idx = ? AND o.peer <> g.peer AND o.referred_at >= ?)
      """
    ).first([.number(grant), .number(sinceMs)]) { $0.integer(0) != 0 } ?? false
  }

  /// Legs whose recipient knows, by this state, no grant yet.
  package func unshownGrants(peer agency: String, log: String) throws -> [OwnGrant] {
    try database.stepped(
      OwnGrant.selection + """
         WHERE g.leg_window > 0 AND g.shown_idx IS NULL AND g.log = ? AND p.agency = ?
        """
    ).all([.text(log), .text(agency)], OwnGrant.init)
  }

  /// A random number of pads.
  func appendPads(upTo limit: UInt64) throws {
    var random = SystemRandomNumberGenerator()
    try appendPads(LegOrder.pads(padLimit: limit, using: &random))
  }

  /// One message of the queue.
  func waiting(_ row: Int64) throws -> WaitingRow? {
    try hot(WaitingRow.one).first([.integer(row)]) { try WaitingRow($0) }
  }

  /// The same message with what its recipient is to know of the grant, which is written first if this
  /// is what leaves first under it.
  func shown(
    _ row: WaitingRow,
    padLimit: UInt64,
    untilStepMs: UInt64,
    atMs: UInt64
  ) throws -> WaitingRow {
    // The message before it in this batch may have shown it.
    guard let now = try waiting(row.id), now.showsAnew, let grant = now.grantIndex else {
      return try waiting(row.id) ?? row
    }
    guard try show(grant, under: now, untilStepMs: untilStepMs, atMs: atMs) else { return now }
    try appendPads(upTo: padLimit)
    return try waiting(row.id) ?? now
  }

  /// Writes the GRANT that the recipient of a leg is shown (EVT-034): the index of the first one, and
  /// its end, would tell when consent was recorded.
  ///
  /// - Returns: Whether there is a new one.
  private func show(
    _ index: UInt64,
    under row: WaitingRow,
    untilStepMs: UInt64,
    atMs: UInt64
  ) throws -> Bool {
    guard let grant = try ownGrant(index), grant.log == book.identity.log else { return false }
    let renews = try Int64.fetchOne(
      database,
      sql: "SELECT renews FROM consent_grant WHERE idx = ?",
      arguments: [Int64(index)]
    ).map { UInt64($0) }
    let untilMs: UInt64
    if renews == nil {
      untilMs = LegCover(
        referredMs: grant.referredMs ?? atMs,
        windowMs: grant.legWindowMs,
        untilMs: grant.untilMs,
        stepMs: untilStepMs
      ).untilMs(leavingAtMs: atMs)
    } else {
      var random = SystemRandomNumberGenerator()
      untilMs = LegCover.renewedUntilMs(
        grant.untilMs,
        recordedMs: grant.atMs,
        windowMs: grant.legWindowMs,
        using: &random
      )
    }
    guard untilMs > atMs else { return false }
    let first = try Data.fetchOne(
      database,
      sql: "SELECT e FROM event WHERE idx = ?",
      arguments: [Int64(index)]
    )
    guard
      let register = try first.flatMap({ try LogEvent(parsing: [UInt8]($0)).digest(.register) }),
      let policy = Digest32(hex: grant.policyHex)
    else { return false }
    var fields: [EventField] = [
      .string(.basis, EventBasis.said(grant.basis)), .strings(.groups, grant.groups),
      .integer(.onward, grant.onward ? 1 : 0), .string(.peer, grant.peer),
      .digest(.policy, policy), .string(.purpose, grant.purpose), .digest(.register, register),
      .integer(.until, untilMs),
    ]
    if let renews { fields.append(.integer(.renews, try ownGrant(renews)?.toldIndex ?? renews)) }
    let shown = try append(
      .grant,
      fields,
      staff: Staff(actor: row.actor, desk: row.desk, cause: index, atMs: atMs)
    )
    try database.execute(
      sql: "UPDATE consent_grant SET shown_idx = ?, shown_at = ?, until = ? WHERE idx = ?",
      arguments: [Int64(shown), Int64(clamping: atMs), Int64(clamping: untilMs), Int64(index)]
    )
    try database.execute(
      sql: "UPDATE referral SET until = ? WHERE role = 0 AND grant_idx = ? AND grant_log = ?",
      arguments: [Int64(clamping: untilMs), Int64(index), grant.log]
    )
    return true
  }
}
