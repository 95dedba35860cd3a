internal import Foundation
internal import GRDB

/// A draft whose time has come.
package struct DueDraft: Sendable {
  package let row: Int64
  package let eraseAtMs: UInt64
}

/// A draft, sealed.
package struct DraftRow: Sendable {
  package let row: Int64
  package let name: String
  package let caseName: String
  package let grantIndex: UInt64
  package let sealed: [UInt8]
  package let atMs: UInt64
  package let eraseAtMs: UInt64

  static let selection =
    "SELECT d.*, c.name AS case_name FROM draft d JOIN case_file c ON c.id = d.case_id"

  init(_ row: Row) {
    self.row = row["id"]
    name = row["name"]
    caseName = row["case_name"]
    grantIndex = UInt64(row["grant_idx"] as Int64)
    sealed = [UInt8](row["sealed"] as Data)
    atMs = UInt64(row["at"] as Int64)
    eraseAtMs = UInt64(row["erase_at"] as Int64)
  }
}

/// A plan and its legs.
package struct PlanRow: Sendable {
  package let row: Int64
  package let name: String
  package let caseName: String
  package let atMs: UInt64
  package let legs: [(referral: ReferralRow, droppedMs: UInt64?)]
}

extension NodeTransaction {
  /// Keeps a draft.
  package func saveDraft(
    name: String,
    caseName: String,
    grant: UInt64,
    sealed: [UInt8],
    atMs: UInt64,
    warnAtMs: UInt64,
    eraseAtMs: UInt64
  ) throws {
    try database.execute(
      sql: """
        INSERT INTO draft (name, case_id, grant_idx, sealed, at, warn_at, erase_at)
        VALUES (?, (SELECT id FROM case_file WHERE name = ?), ?, ?, ?, ?, ?)
        """,
      arguments: [
        name, caseName, Int64(clamping: grant), Data(sealed), Int64(clamping: atMs),
        Int64(clamping: warnAtMs), Int64(clamping: eraseAtMs),
      ]
    )
  }

  /// The drafts that are to be warned of, or erased.
  package func dueDrafts(nowMs: UInt64, limit: Int) throws -> [DueDraft] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT id, erase_at FROM draft
        WHERE erase_at <= ?1 OR (warned = 0 AND warn_at <= ?1) ORDER BY id LIMIT ?2
        """,
      arguments: [Int64(clamping: nowMs), limit]
    ).map { DueDraft(row: $0["id"], eraseAtMs: UInt64($0["erase_at"] as Int64)) }
  }

  /// Remembers that people were warned of a draft's end.
  package func markWarned(draft row: Int64) throws {
    try database.execute(sql: "UPDATE draft SET warned = 1 WHERE id = ?", arguments: [row])
  }

  /// Destroys a draft.
  package func eraseDraft(_ row: Int64) throws {
    try database.execute(sql: "DELETE FROM draft WHERE id = ?", arguments: [row])
  }

  /// Opens a plan for a case.
  package func openPlan(name: String, caseName: String, atMs: UInt64) throws -> Int64 {
    try database.execute(
      sql: """
        INSERT INTO plan (name, case_id, at) VALUES (?, (SELECT id FROM case_file WHERE name = ?), ?)
        """,
      arguments: [name, caseName, Int64(clamping: atMs)]
    )
    return database.lastInsertedRowID
  }

  /// Puts a referral into a plan.
  package func addLeg(plan: Int64, referral: Int64, atMs: UInt64) throws {
    try database.execute(
      sql: "INSERT INTO plan_leg (plan, referral, at) VALUES (?, ?, ?)",
      arguments: [plan, referral, Int64(clamping: atMs)]
    )
  }

  /// Takes a referral out of a plan.
  ///
  /// - Returns: Whether it was in it.
  package func dropLeg(plan: Int64, referral: Int64, atMs: UInt64) throws -> Bool {
    try database.execute(
      sql: """
        UPDATE plan_leg SET dropped = ? WHERE plan = ? AND referral = ? AND dropped IS NULL
        """,
      arguments: [Int64(clamping: atMs), plan, referral]
    )
    return database.changesCount > 0
  }
}

extension NodeReader {
  /// The drafts, the oldest first.
  package func drafts() throws -> [DraftRow] {
    try Row.fetchAll(
      database,
      sql: DraftRow.selection + " ORDER BY d.id LIMIT \(Self.lineLimit)"
    ).map(DraftRow.init)
  }

  /// A draft by its name, or `nil`.
  package func draft(_ name: String) throws -> DraftRow? {
    try Row.fetchOne(database, sql: DraftRow.selection + " WHERE d.name = ?", arguments: [name])
      .map(DraftRow.init)
  }

  /// A plan by its name, or `nil`.
  package func plan(_ name: String) throws -> PlanRow? {
    try plans("p.name = ?", name).first
  }

  /// The plans of a case, the newest first.
  package func plans(caseName: String) throws -> [PlanRow] {
    try plans("c.name = ?", caseName)
  }

  private func plans(_ condition: String, _ value: String) throws -> [PlanRow] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT p.*, c.name AS case_name FROM plan p JOIN case_file c ON c.id = p.case_id
        WHERE \(condition) ORDER BY p.id DESC LIMIT \(Self.lineLimit)
        """,
      arguments: [value]
    ).map { row in
      let id: Int64 = row["id"]
      let legs = try Row.fetchAll(
        database,
        sql: """
          SELECT r.*, p.agency AS agency, l.dropped AS dropped FROM plan_leg l
          JOIN referral r ON r.id = l.referral JOIN peer p ON p.id = r.peer
          WHERE l.plan = ? ORDER BY l.at, r.id
          """,
        arguments: [id]
      ).map {
        (referral: try ReferralRow($0), droppedMs: ($0["dropped"] as Int64?).map { UInt64($0) })
      }
      return PlanRow(
        row: id,
        name: row["name"],
        caseName: row["case_name"],
        atMs: UInt64(row["at"] as Int64),
        legs: legs
      )
    }
  }

  /// What was sent, or will be, under our grants of a case: who holds which groups.
  package struct Holding: Sendable {
    package let referral: ReferralRow
    /// The groups that have left; empty where the recipient holds nothing yet.
    package let groups: [String]
    /// The groups that have left or will.
    package let reach: [String]
    /// Whether something of it waits: for an acceptance, or the offer itself for its moment.
    package let waits: Bool
    package let erasedAtMs: UInt64?
    /// What its erasure receipt says is kept; `nil` where nothing is.
    package let kept: Kept?

    /// What a holder keeps, why, and until when.
    package struct Kept: Sendable {
      package let outcome: String
      package let groups: [String]
      package let keptClass: String?
      package let basis: String?
      package let untilMs: UInt64?
    }
  }

  /// Everybody to whom something of a case was sent or will be, with the groups that are in it.
  package func holdings(caseName: String) throws -> [Holding] {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT r.*, p.agency AS agency, h.erased_at AS erased_at, h.kept AS kept,
          h.kept_groups AS kept_groups, h.kept_class AS kept_class, h.kept_basis AS kept_basis,
          h.kept_until AS kept_until,
          (SELECT group_concat(o.groups, ' ') FROM outbound o
            WHERE o.referral = r.id AND o.basis <> '' AND o.idx NOT NULL) AS sent,
          (SELECT group_concat(o.groups, ' ') FROM outbound o
            WHERE o.referral = r.id AND o.basis <> '' AND o.state IN (0, 1, 2, 5)) AS reach,
          EXISTS (SELECT 1 FROM outbound o WHERE o.referral = r.id AND o.state = 5)
            OR NOT EXISTS (SELECT 1 FROM outbound o
              WHERE o.referral = r.id AND o.kind = 'offer' AND o.idx NOT NULL) AS waits
        FROM referral r JOIN peer p ON p.id = r.peer
        JOIN consent_grant g ON g.idx = r.grant_idx AND g.log = r.grant_log
        JOIN case_file c ON c.id = g.case_id
        LEFT JOIN holder h ON h.grant_idx = g.idx AND h.peer = r.peer
        WHERE c.name = ? AND r.role = 0 ORDER BY r.id
        """,
      arguments: [caseName]
    )
    return try rows.compactMap { row in
      let (sent, reach) = (row["sent"] as String?, row["reach"] as String?)
      guard sent != nil || reach != nil else { return nil }
      return Holding(
        referral: try ReferralRow(row),
        groups: Self.words(sent),
        reach: Self.words(reach),
        waits: row["waits"],
        erasedAtMs: (row["erased_at"] as Int64?).map { UInt64($0) },
        kept: Self.kept(row)
      )
    }
  }

  private static func words(_ text: String?) -> [String] {
    Set((text ?? "").split(separator: " ").map(String.init)).sorted()
  }

  private static func kept(_ row: Row) -> Holding.Kept? {
    guard row["erased_at"] as Int64? != nil, let outcome = row["kept"] as String?,
      let groups = row["kept_groups"] as String?, !groups.isEmpty
    else { return nil }
    return Holding.Kept(
      outcome: outcome,
      groups: groups.split(separator: " ").map(String.init),
      keptClass: row["kept_class"],
      basis: row["kept_basis"],
      untilMs: (row["kept_until"] as Int64?).map { UInt64($0) }
    )
  }
}
