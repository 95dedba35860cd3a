package import CanonicalBytes
internal import Exchange
internal import Foundation
internal import GRDB
internal import TransparencyLog

/// Our own grants that end before their time, and those who hold something under them.
extension NodeTransaction {
  /// Stops sharing under a grant: nothing more leaves, and what waits in the queue dies.
  ///
  /// `groups`: Which groups; `nil` for all of them.
  package func stop(_ index: UInt64, groups: [String]? = nil, atMs: UInt64) throws {
    book.stops.add()
    if let groups {
      guard let grant = try ownGrant(index) else { return }
      try database.execute(
        sql: "UPDATE consent_grant SET cut = ? WHERE idx = ?",
        arguments: [Set(grant.cut + groups).sorted().joined(separator: " "), Int64(index)]
      )
    } else {
      try database.execute(
        sql: "UPDATE consent_grant SET stopped = 1 WHERE idx = ?",
        arguments: [Int64(index)]
      )
    }
    let waiting = try Row.fetchAll(
      database,
      sql: """
        SELECT id, groups FROM outbound WHERE grant_idx = ? AND basis <> '' AND state IN (0, 5)
        """,
      arguments: [Int64(index)]
    )
    for row in waiting where Self.touches(row["groups"], groups) {
      try die(row["id"], referral: nil, code: "withdrawn", atMs: atMs)
    }
  }

  /// Whether a message that carries these groups is touched by what was taken back.
  static func touches(_ carried: String, _ taken: [String]?) -> Bool {
    guard let taken else { return true }
    return carried.split(separator: " ").contains { taken.contains(String($0)) }
  }

  /// Logs the withdrawal of a grant.
  ///
  /// `groups`: Which groups; `nil` for all of them.
  package func withdraw(
    _ grant: OwnGrant,
    groups: [String]? = nil,
    staff: Staff,
    person: Person?
  ) throws -> UInt64 {
    var fields: [EventField] = [
      .integer(.grant, grant.toldIndex), .string(.grantLog, grant.log),
      .integer(.until, grant.untilMs),
    ]
    if let groups { fields.append(.strings(.groups, groups.sorted())) }
    let index = try append(.withdraw, fields, staff: staff, person: person)
    if groups == nil {
      try database.execute(
        sql: "UPDATE consent_grant SET withdraw_idx = ? WHERE idx = ?",
        arguments: [Int64(index), Int64(grant.index)]
      )
    }
    return index
  }

  /// Whether any byte under a grant has been sent: then its peer is a holder, whatever it answered.
  package func wasSent(_ grant: UInt64) throws -> Bool {
    try Bool.fetchOne(
      database,
      sql: Self.renewed + """
         SELECT EXISTS (SELECT 1 FROM outbound
          WHERE grant_idx IN (SELECT idx FROM renewed) AND basis <> '' AND idx NOT NULL)
        """,
      arguments: [Int64(grant)]
    ) ?? false
  }

  /// A grant, and those that it renews.
  private static let renewed = """
    WITH RECURSIVE renewed (idx) AS (
      SELECT ? UNION
      SELECT g.renews FROM consent_grant g JOIN renewed r ON g.idx = r.idx WHERE g.renews NOT NULL)
    """

  /// The last grant that renews one, itself where none does.
  package func newest(of grant: OwnGrant) throws -> OwnGrant? {
    var last = grant
    while let next = try Int64.fetchOne(
      database,
      sql: "SELECT max(grant_idx) FROM renewal WHERE renews = ?",
      arguments: [Int64(last.index)]
    ), let renewal = try ownGrant(UInt64(next)) {
      last = renewal
    }
    return last
  }

  /// Remembers that a holder owes an answer to a withdrawal.
  ///
  /// Who still owes an erasure receipt goes on owing it, whatever is stopped after.
  package func addHolder(
    grant: UInt64,
    peer agency: String,
    withdraw: Digest32,
    step: String,
    dueMs: UInt64
  ) throws {
    let peer = try peer(agency)
    try database.execute(
      sql: """
        INSERT INTO holder (grant_idx, peer, withdraw, step, due) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (grant_idx, peer) DO UPDATE SET
          withdraw = excluded.withdraw, step = excluded.step, due = excluded.due, erased_at = NULL
          WHERE excluded.step = 'erase' OR step <> 'erase' OR erased_at NOT NULL
        """,
      arguments: [Int64(grant), peer, withdraw.data, step, Int64(clamping: dueMs)]
    )
  }

  /// What a holder says in its erasure receipt.
  package struct ErasureAnswer: Sendable {
    package let outcome: String?
    package let keptGroups: [String]
    package let keptClass: String?
    package let keptBasis: String?
    package let keptUntilMs: UInt64?
    package let onward: UInt64
    package let backupsUntilMs: UInt64?

    package init(
      outcome: String?,
      keptGroups: [String] = [],
      keptClass: String? = nil,
      keptBasis: String? = nil,
      keptUntilMs: UInt64? = nil,
      onward: UInt64 = 0,
      backupsUntilMs: UInt64? = nil
    ) {
      self.outcome = outcome
      self.keptGroups = keptGroups
      self.keptClass = keptClass
      self.keptBasis = keptBasis
      self.keptUntilMs = keptUntilMs
      self.onward = onward
      self.backupsUntilMs = backupsUntilMs
    }
  }

  /// Records a holder's erasure receipt, and settles the alert about it.
  ///
  /// - Returns: whether one was awaited.
  package func erased(
    peer agency: String,
    withdraw: Digest32,
    answer: ErasureAnswer,
    atMs: UInt64
  ) throws -> Bool {
    let peer = try peer(agency)
    let grant = try Int64.fetchOne(
      database,
      sql: """
        UPDATE holder SET erased_at = ?, due = NULL, kept = ?, kept_groups = ?, kept_class = ?,
          kept_basis = ?, kept_until = ?, onward = ?, backups_until = ?
        WHERE peer = ? AND withdraw = ? AND erased_at IS NULL RETURNING grant_idx
        """,
      arguments: [
        Int64(clamping: atMs), answer.outcome,
        answer.keptGroups.isEmpty ? nil : answer.keptGroups.joined(separator: " "),
        answer.keptClass, answer.keptBasis, answer.keptUntilMs.map { Int64(clamping: $0) },
        Int64(clamping: answer.onward), answer.backupsUntilMs.map { Int64(clamping: $0) }, peer,
        withdraw.data,
      ]
    )
    guard let grant else { return false }
    try settleAlert(.receiptLate, log: book.identity.log, index: UInt64(grant), atMs: atMs)
    return true
  }

  /// The holders whose answers are late by now; each is remembered as known to be late.
  ///
  /// A holder that was only to stop has answered with its receipt.
  package func lateHolders(nowMs: UInt64) throws -> [(grant: UInt64, peer: String)] {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT h.grant_idx, h.step, p.agency, p.id AS peer,
          EXISTS (SELECT 1 FROM outbound o
            WHERE o.peer = h.peer AND o.message = h.withdraw AND o.state = 2) AS heard
        FROM holder h JOIN peer p ON p.id = h.peer
        WHERE h.due NOT NULL AND h.due <= ? LIMIT 256
        """,
      arguments: [Int64(clamping: nowMs)]
    )
    var late: [(grant: UInt64, peer: String)] = []
    for row in rows {
      let grant: Int64 = row["grant_idx"]
      try database.execute(
        sql: "UPDATE holder SET due = NULL WHERE grant_idx = ? AND peer = ?",
        arguments: [grant, row["peer"] as Int64]
      )
      if (row["step"] as String) != "erase", (row["heard"] as Int64) == 1 { continue }
      late.append((UInt64(grant), row["agency"]))
    }
    return late
  }

  /// Remembers a stop of which something follows by itself.
  package func openStop(grant: UInt64, channel: String, atMs: UInt64) throws {
    try database.execute(
      sql: "INSERT OR IGNORE INTO open_stop (grant_idx, since, channel) VALUES (?, ?, ?)",
      arguments: [Int64(grant), Int64(clamping: atMs), channel]
    )
  }

  /// A stop is confirmed, taken back, or people have been called.
  package func closeStop(grant: UInt64) throws {
    try database.execute(
      sql: "DELETE FROM open_stop WHERE grant_idx = ?",
      arguments: [Int64(grant)]
    )
  }

  /// Remembers that what this node keeps under a grant is to be destroyed.
  package func wantOwnErasure(grant: UInt64, groups: [String]?) throws {
    try database.execute(
      sql: """
        INSERT INTO own_erasure (grant_idx, groups) VALUES (?, ?)
        ON CONFLICT (grant_idx) DO UPDATE SET groups = CASE WHEN excluded.groups IS NULL THEN NULL
          WHEN groups IS NULL THEN NULL ELSE groups || ' ' || excluded.groups END
        """,
      arguments: [Int64(grant), groups?.sorted().joined(separator: " ")]
    )
  }

  /// It has been destroyed.
  ///
  /// `groups`: What was; where more has been asked for since, that stands.
  package func ownErasureDone(grant: UInt64, groups: [String]?) throws {
    try database.execute(
      sql: "DELETE FROM own_erasure WHERE grant_idx = ? AND groups IS ?",
      arguments: [Int64(grant), groups?.joined(separator: " ")]
    )
  }

  /// The groups whose erasure is asked of this node under a peer's grant; `nil` for everything.
  package func askedGroups(peer: Int64, log: String, index: UInt64) throws -> [String]? {
    try String?.fetchOne(
      database,
      sql: "SELECT asked_groups FROM tombstone WHERE peer = ? AND grant_log = ? AND grant_idx = ?",
      arguments: [peer, log, Int64(clamping: index)]
    )?.map { $0.split(separator: " ").map(String.init) }
  }

  /// The grants of a case, as they are now.
  package func grants(caseName: String) throws -> [OwnGrant] {
    try NodeReader(database: database).grants(caseName: caseName)
  }

  /// Deletes the sealed bytes that were sent under a grant: this node could never open them.
  ///
  /// - Returns: What must no longer be found in the files.
  package func eraseSent(grant: UInt64, groups: [String]?) throws -> [[UInt8]] {
    let rows = try Row.fetchAll(
      database,
      sql: Self.renewed + """
         SELECT o.id, o.groups, v.envelope FROM outbound o JOIN outbound_envelope v ON v.id = o.id
        WHERE o.grant_idx IN (SELECT idx FROM renewed) AND o.basis <> ''
        """,
      arguments: [Int64(grant)]
    )
    var probes: [[UInt8]] = []
    for row in rows where Self.touches(row["groups"], groups) {
      for bytes in EnvelopeStripper.sealed(in: [UInt8](row["envelope"] as Data)) {
        probes += Erasure.pieces(of: bytes)
      }
      try database.execute(
        sql: "DELETE FROM outbound_envelope WHERE id = ?",
        arguments: [row["id"] as Int64]
      )
    }
    return probes
  }

  /// Sharing goes on: nobody owes an answer to the stop.
  package func forgetHolders(grant: UInt64, atMs: UInt64) throws {
    try database.execute(
      sql: "UPDATE holder SET due = NULL, step = 'resume' WHERE grant_idx = ?",
      arguments: [Int64(grant)]
    )
    try settleAlert(.stopUnconfirmed, log: book.identity.log, index: grant, atMs: atMs)
  }

  /// Puts the referral of a stopped grant under the grant that renews it.
  package func renew(referral: Int64, under grant: OwnGrant) throws {
    try database.execute(
      sql: "UPDATE referral SET grant_idx = ?, until = ? WHERE id = ?",
      arguments: [Int64(grant.index), Int64(clamping: grant.untilMs), referral]
    )
    _ = try takeForOffer(grant.index)
  }
}
