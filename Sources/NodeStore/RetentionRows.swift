package import CanonicalBytes
internal import Foundation
internal import GRDB
internal import TransparencyLog

/// What is kept after it is over, and until when.
package struct RetentionRow: Sendable {
  package let row: Int64
  /// The local id of a received referral or of a case.
  package let name: String
  /// The row of a received referral; `nil` for a case.
  package let referral: Int64?
  /// The class of the policy.
  package let keptClass: String
  package let dueMs: UInt64
  /// The events whose personal keys are gone and of which no ERASE event tells yet.
  package let targets: [UInt64]?

  static let selection = """
    SELECT t.*, coalesce(r.name, c.name) AS name FROM retention t
    LEFT JOIN referral r ON r.id = t.referral LEFT JOIN case_file c ON c.id = t.case_id
    """

  init(_ row: Row) {
    self.row = row["id"]
    name = row["name"]
    referral = row["referral"]
    keptClass = row["class"]
    dueMs = UInt64(row["due"] as Int64)
    targets = (row["targets"] as String?)?.split(separator: " ").compactMap { UInt64($0) }
  }
}

/// How long received referrals are kept from a state on.
package struct RetentionTerm: Sendable {
  package let state: String
  package let keptClass: String
  package let lifeMs: UInt64

  package init(state: String, keptClass: String, lifeMs: UInt64) {
    (self.state, self.keptClass, self.lifeMs) = (state, keptClass, lifeMs)
  }
}

extension NodeReader {
  /// Most rows of one answer about what is kept.
  private static let retentionLimit = 1_000

  /// What is erased by a time, the first to go first.
  package func retained(dueByMs: UInt64) throws -> [RetentionRow] {
    try Row.fetchAll(
      database,
      sql: RetentionRow.selection
        + " WHERE t.done IS NULL AND t.due <= ? ORDER BY t.due LIMIT \(Self.retentionLimit)",
      arguments: [Int64(clamping: dueByMs)]
    ).map(RetentionRow.init)
  }
}

extension NodeTransaction {
  /// Counts the time for received referrals that are over, from the moment at which they were, and no
  /// longer for those that have been opened again.
  package func armRetention(_ terms: [RetentionTerm]) throws {
    try database.execute(
      sql: """
        DELETE FROM retention WHERE done IS NULL AND referral IN (SELECT t.referral FROM retention t
          JOIN referral r ON r.id = t.referral
          WHERE r.erased = 1
            OR (r.state <> 'closed-withdrawn' AND r.state NOT IN (SELECT value FROM json_each(?))))
        """,
      arguments: ["[" + terms.map { "\"\($0.state)\"" }.joined(separator: ",") + "]"]
    )
    for term in terms {
      try database.execute(
        sql: """
          INSERT INTO retention (referral, class, since, due)
          SELECT r.id, ?, r.since, r.since + ? FROM referral r
          WHERE r.role = 1 AND r.erased = 0 AND r.state = ?
            AND NOT EXISTS (SELECT 1 FROM retention t WHERE t.referral = r.id)
          """,
        arguments: [term.keptClass, Int64(clamping: term.lifeMs), term.state]
      )
    }
    // What a law, or her own consent here, kept out of an erasure goes when its own time is over.
    try database.execute(
      sql: """
        INSERT INTO retention (referral, class, since, due)
        SELECT r.id, coalesce(max(k.class), 'own-consent'), r.since, max(k.until) FROM referral r
        JOIN kept_part k ON k.referral = r.id
        WHERE r.role = 1 AND r.erased = 0 AND r.state = 'closed-withdrawn'
          AND NOT EXISTS (SELECT 1 FROM retention t WHERE t.referral = r.id)
        GROUP BY r.id
        """
    )
  }

  /// Closes a case: nothing is shared under it any more, and the time for which it is kept begins.
  ///
  /// - Returns: Whether none of its referrals goes on.
  package func closeCase(
    _ name: String,
    over states: [String],
    keptClass: String?,
    dueMs: UInt64,
    atMs: UInt64
  ) throws -> Bool {
    let goesOn =
      try Bool.fetchOne(
        database,
        sql: """
          SELECT EXISTS (SELECT 1 FROM referral r
            JOIN consent_grant g ON r.role = 0 AND r.grant_idx = g.idx AND r.grant_log = g.log
            JOIN case_file c ON c.id = g.case_id
            WHERE c.name = ?1 AND r.state NOT IN (SELECT value FROM json_each(?2)))
          """,
        arguments: [name, "[" + states.map { "\"\($0)\"" }.joined(separator: ",") + "]"]
      ) ?? false
    guard !goesOn else { return false }
    try database.execute(
      sql: "UPDATE case_file SET state = 'closed', closed_at = ? WHERE name = ?",
      arguments: [Int64(clamping: atMs), name]
    )
    // A grant that nothing was sent under is used up.
    try database.execute(
      sql: """
        UPDATE consent_grant SET offered = 1
        WHERE case_id = (SELECT id FROM case_file WHERE name = ?)
        """,
      arguments: [name]
    )
    if let keptClass {
      try database.execute(
        sql: """
          INSERT OR IGNORE INTO retention (case_id, class, since, due)
          SELECT id, ?, ?, ? FROM case_file WHERE name = ?
          """,
        arguments: [keptClass, Int64(clamping: atMs), Int64(clamping: dueMs), name]
      )
    }
    return true
  }

  /// Keeps a case longer.
  package func holdCase(
    _ name: String,
    keptClass: String,
    basis: String,
    untilMs: UInt64,
    actor: String,
    atMs: UInt64
  ) throws {
    try database.execute(
      sql: """
        INSERT INTO case_hold (case_id, class, basis, until, actor, at)
        SELECT id, ?, ?, ?, ?, ? FROM case_file WHERE name = ?
        """,
      arguments: [
        keptClass, basis, Int64(clamping: untilMs), actor, Int64(clamping: atMs), name,
      ]
    )
  }

  /// Until when the last hold on a case runs, and its class; `nil` without one.
  package func hold(
    ofCase name: String,
    atMs: UInt64
  ) throws -> (untilMs: UInt64, keptClass: String)? {
    try Row.fetchOne(
      database,
      sql: """
        SELECT h.until, h.class FROM case_hold h JOIN case_file c ON c.id = h.case_id
        WHERE c.name = ? AND h.until > ? ORDER BY h.until DESC LIMIT 1
        """,
      arguments: [name, Int64(clamping: atMs)]
    ).map { (UInt64($0["until"] as Int64), $0["class"]) }
  }

  /// Puts an erasure off.
  package func postpone(retention row: Int64, keptClass: String, toMs: UInt64) throws {
    try database.execute(
      sql: "UPDATE retention SET due = ?, class = ? WHERE id = ?",
      arguments: [Int64(clamping: toMs), keptClass, row]
    )
  }

  /// An erasure is done and logged.
  package func retentionDone(_ row: Int64, atMs: UInt64) throws {
    try database.execute(
      sql: "UPDATE retention SET done = ?, targets = NULL WHERE id = ?",
      arguments: [Int64(clamping: atMs), row]
    )
  }

  /// Destroys what a case holds in this file, and remembers whose events will say nothing of anybody once
  /// the keys of these persons are gone.
  ///
  /// - Returns: What must no longer be found.
  package func eraseCase(
    _ name: String,
    retention row: Int64,
    persons: [[UInt8]]
  ) throws -> [[UInt8]] {
    let sealed = try Data.fetchAll(
      database,
      sql: """
        SELECT s.sealed FROM case_section s JOIN case_file c ON c.id = s.case_id WHERE c.name = ?1
        UNION ALL
        SELECT d.sealed FROM draft d JOIN case_file c ON c.id = d.case_id WHERE c.name = ?1
        """,
      arguments: [name]
    )
    var probes = sealed.flatMap { Erasure.pieces(of: $0) }
    for table in ["case_section", "draft"] {
      try database.execute(
        sql: "DELETE FROM \(table) WHERE case_id = (SELECT id FROM case_file WHERE name = ?)",
        arguments: [name]
      )
    }
    let grants = try Int64.fetchAll(
      database,
      sql: """
        SELECT g.idx FROM consent_grant g JOIN case_file c ON c.id = g.case_id WHERE c.name = ?
        """,
      arguments: [name]
    )
    for grant in grants { probes += try eraseSent(grant: UInt64(grant), groups: nil) }
    var targets: [Int64] = []
    for person in persons {
      targets += try Int64.fetchAll(
        database,
        sql: "SELECT idx FROM event WHERE person = ?",
        arguments: [Data(person)]
      )
    }
    if !persons.isEmpty {
      try database.execute(
        sql: "UPDATE retention SET targets = ? WHERE id = ?",
        arguments: [targets.sorted().map { String($0) }.joined(separator: " "), row]
      )
    }
    try database.execute(
      sql: "UPDATE case_file SET state = 'erased' WHERE name = ?",
      arguments: [name]
    )
    return probes
  }

  /// Logs that the time is over for which something was kept, and that it is gone.
  ///
  /// `message`: The offer of a received referral; `nil` for a case.
  package func logRetention(
    keptClass: String,
    message: Digest32?,
    targets: [UInt64],
    backupsUntilMs: UInt64,
    atMs: UInt64
  ) throws {
    var fields: [EventField] = [.string(.code, keptClass), .string(.kind, "retention")]
    if let message { fields.append(.digest(.message, message)) }
    let cause = try append(.expire, fields, staff: Staff(atMs: atMs))
    // An event names at most 64 ranges (EVT-031).
    var rest = targets[...]
    while !rest.isEmpty {
      _ = try logErasure(
        targets: Array(rest.prefix(64)),
        cause: cause,
        backupsUntilMs: backupsUntilMs,
        staff: Staff(atMs: atMs)
      )
      rest = rest.dropFirst(64)
    }
  }
}
