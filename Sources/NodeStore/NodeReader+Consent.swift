internal import Foundation
internal import GRDB

extension NodeReader {
  /// Most rows of one answer about consent.
  package static let consentLimit = 1_000

  /// Grants that have ended or will have by a time, and that nobody renewed or took back.
  package func lapsing(untilMs: UInt64) throws -> [OwnGrant] {
    try database.stepped(
      OwnGrant.selection + """
         WHERE g.until <= ? AND g.withdraw_idx IS NULL AND g.stopped = 0
          AND NOT EXISTS (SELECT 1 FROM renewal r WHERE r.renews = g.idx)
          AND NOT EXISTS (SELECT 1 FROM exception_grant x WHERE x.grant_idx = g.idx)
        ORDER BY g.until, g.idx LIMIT \(Self.consentLimit)
        """
    ).all([.number(untilMs)], OwnGrant.init)
  }

  /// Grants that have run out without an EXPIRE event yet; a batch of them.
  package func expiredUnlogged(nowMs: UInt64) throws -> [OwnGrant] {
    try database.stepped(
      OwnGrant.selection + """
         WHERE g.until <= ? AND g.withdraw_idx IS NULL
          AND NOT EXISTS (SELECT 1 FROM grant_end e WHERE e.grant_idx = g.idx)
        ORDER BY g.until, g.idx LIMIT 64
        """
    ).all([.number(nowMs)], OwnGrant.init)
  }

  /// The exceptions of this node, the oldest first.
  package func exceptions() throws -> [ExceptionRow] {
    try Row.fetchAll(
      database,
      sql: "SELECT * FROM exception_grant ORDER BY grant_idx DESC LIMIT \(Self.consentLimit)"
    ).map(ExceptionRow.init).reversed()
  }

  /// One exception, or `nil`.
  package func exception(_ index: UInt64) throws -> ExceptionRow? {
    try Row.fetchOne(
      database,
      sql: "SELECT * FROM exception_grant WHERE grant_idx = ?",
      arguments: [Int64(clamping: index)]
    ).map(ExceptionRow.init)
  }

  /// Exceptions whose second person has not come in time.
  package func lapsedExceptions(nowMs: UInt64) throws -> [ExceptionRow] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT * FROM exception_grant WHERE second IS NULL AND lapsed_idx IS NULL
          AND second_by <= ? LIMIT 64
        """,
      arguments: [Int64(clamping: nowMs)]
    ).map(ExceptionRow.init)
  }

  /// What was said or handed over outside the network; of one case, or of all.
  package func outsideEntries(caseName: String?) throws -> [OutsideRow] {
    try Row.fetchAll(
      database,
      sql: OutsideRow.selection
        + " WHERE ?1 IS NULL OR c.name = ?1 ORDER BY o.idx LIMIT \(Self.consentLimit)",
      arguments: [caseName]
    ).map(OutsideRow.init)
  }

  /// Who has looked at what.
  package func reviews() throws -> [ReviewRow] {
    try Row.fetchAll(
      database,
      sql: "SELECT * FROM review ORDER BY subject_idx DESC LIMIT \(Self.consentLimit)"
    ).map(ReviewRow.init).reversed()
  }

  /// The dates on which something about a case is due, up to a time.
  package func dueDates(untilMs: UInt64) throws -> [(caseName: String, atMs: UInt64)] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT c.name, d.at FROM due_date d JOIN case_file c ON c.id = d.case_id
        WHERE d.at <= ? AND c.state <> 'closed' ORDER BY d.at LIMIT \(Self.consentLimit)
        """,
      arguments: [Int64(clamping: untilMs)]
    ).map { ($0["name"], UInt64($0["at"] as Int64)) }
  }

  /// The legs whose service has begun here without this node's own consent.
  package func withoutOwnConsent() throws -> [ReferralRow] {
    try Row.fetchAll(
      database,
      sql: ReferralRow.selection + """
         WHERE r.role = 1 AND r.state = 'in-service' AND r.frozen_since IS NULL
          AND NOT EXISTS (SELECT 1 FROM own_consent o WHERE o.referral = r.id)
        ORDER BY r.id LIMIT \(Self.consentLimit)
        """
    ).map(ReferralRow.init)
  }

  /// The journeys, the next first.
  package func journeys() throws -> [JourneyRow] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT j.*, r.name, r.state, p.agency FROM journey j
        JOIN referral r ON r.id = j.referral JOIN peer p ON p.id = r.peer
        ORDER BY j.due_at LIMIT \(Self.consentLimit)
        """
    ).map(JourneyRow.init)
  }

  /// The notes of people who refused everything.
  package func anonymousNotes() throws -> [AnonymousRow] {
    try Row.fetchAll(
      database,
      sql: "SELECT * FROM anonymous_note ORDER BY month, id LIMIT \(Self.consentLimit)"
    ).map(AnonymousRow.init)
  }

  /// The grants of a peer's that still stand behind one of ours, by the referral's row.
  package func referrals(grants: [UInt64]) throws -> [UInt64: String] {
    let statement = try database.cachedStatement(
      sql: "SELECT name FROM referral WHERE role = 0 AND grant_idx = ?"
    )
    var out: [UInt64: String] = [:]
    for grant in grants {
      if let name = try String.fetchOne(statement, arguments: [Int64(clamping: grant)]) {
        out[grant] = name
      }
    }
    return out
  }
}
