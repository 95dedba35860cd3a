package import CanonicalBytes
internal import Exchange
internal import Foundation
internal import GRDB
internal import TransparencyLog

/// Withdrawn grants of others: kept even for grants never seen, obeyed without a human.
extension NodeTransaction {
  /// Whether any of these groups was taken back, even before the grant itself was seen.
  package func isWithdrawn(
    peer: Int64,
    log: String,
    index: UInt64,
    groups: [String]
  ) throws -> Bool {
    let taken = try hot(
      """
      SELECT coalesce(groups, '*') FROM tombstone
      WHERE peer = ? AND grant_idx = ? AND grant_log = ?
      """
    ).first([.integer(peer), .number(index), .text(log)]) { $0.text(0) }
    guard let taken else { return false }
    // Asked about no group: whether anything at all was taken back.
    return taken == "*" || groups.isEmpty || Self.touches(taken, groups)
  }

  /// A withdrawal as it is remembered.
  package struct Tombstone: Sendable {
    /// Which groups are stopped; `nil` for all.
    package let groups: [String]?
    /// Which groups are to be erased, where erasure was asked for; `nil` for all.
    package let askedGroups: [String]?
    /// The message that asked for it last.
    package let message: Digest32
    /// Whether erasure was asked for.
    package let asked: Bool
    /// Whether it has been carried out.
    package let done: Bool
  }

  /// What is remembered of a grant's withdrawal, or `nil`.
  package func tombstone(peer: Int64, log: String, index: UInt64) throws -> Tombstone? {
    try Row.fetchOne(
      database,
      sql: "SELECT * FROM tombstone WHERE peer = ? AND grant_idx = ? AND grant_log = ?",
      arguments: [peer, Int64(clamping: index), log]
    ).map {
      Tombstone(
        groups: ($0["groups"] as String?)?.split(separator: " ").map(String.init),
        askedGroups: ($0["asked_groups"] as String?)?.split(separator: " ").map(String.init),
        message: try $0.digest("message"),
        asked: ($0["asked"] as Int64) == 1,
        done: ($0["done"] as Int64) == 1
      )
    }
  }

  /// Records a peer's withdrawal, kept even for a grant not yet seen.
  ///
  /// What is stopped only grows, and so does what is to be erased; but a stop that follows the
  /// erasure of one group never makes an erasure of the rest.
  ///
  /// Parameters:
  /// `groups`: Which groups; `nil` for all.
  /// `asked`: Whether erasure is asked for.
  /// `eraseAfterMs`: When the node erases by itself; `nil` if only a person may.
  package func entomb(
    peer: Int64,
    log: String,
    index: UInt64,
    untilMs: UInt64,
    message: Digest32,
    groups: [String]?,
    asked: Bool,
    eraseAfterMs: UInt64?,
    atMs: UInt64
  ) throws {
    let before = try tombstone(peer: peer, log: log, index: index)
    let stopped = before.map { Self.union($0.groups, groups) } ?? groups
    let asks = asked || before?.asked ?? false
    var toErase = before?.asked == true ? before?.askedGroups : groups
    if asked, let before, before.asked { toErase = Self.union(before.askedGroups, groups) }
    try database.execute(
      sql: """
        INSERT INTO tombstone (peer, grant_idx, grant_log, until, message, erase_after, at, asked,
          groups, asked_groups)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (peer, grant_idx, grant_log) DO UPDATE SET
          message = CASE WHEN ? THEN excluded.message ELSE message END,
          erase_after = CASE WHEN done = 1 THEN excluded.erase_after
            ELSE coalesce(erase_after, excluded.erase_after) END,
          confirmed = CASE WHEN ? THEN 0 ELSE confirmed END,
          done = CASE WHEN ? THEN 0 ELSE done END,
          asked = excluded.asked, groups = excluded.groups, asked_groups = excluded.asked_groups
        """,
      arguments: [
        peer, Int64(clamping: index), log, Int64(clamping: untilMs), message.data,
        eraseAfterMs.map { Int64(clamping: $0) }, Int64(clamping: atMs), asks ? 1 : 0,
        Self.text(stopped), Self.text(asks ? toErase : nil), asked || !(before?.asked ?? false),
        asked, asked,
      ]
    )
  }

  /// A message that asked for an erasure.
  package struct ErasureAsk: Sendable {
    package let message: Digest32
    /// Whether the sender recalled it; otherwise it was withdrawn.
    package let isRecall: Bool
    /// Whether it asked for everything.
    package let isWhole: Bool
  }

  /// Remembers who is to be answered when an erasure has been carried out.
  package func noteAsk(
    peer: Int64,
    log: String,
    index: UInt64,
    message: Digest32,
    kind: String,
    isWhole: Bool
  ) throws {
    try database.execute(
      sql: """
        INSERT OR IGNORE INTO erasure_ask (peer, grant_idx, grant_log, message, kind, whole)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
      arguments: [peer, Int64(clamping: index), log, message.data, kind, isWhole ? 1 : 0]
    )
  }

  /// Takes the messages that are to be answered: each is answered once.
  package func takeAsks(peer: Int64, log: String, index: UInt64) throws -> [ErasureAsk] {
    let asks = try Row.fetchAll(
      database,
      sql: "SELECT * FROM erasure_ask WHERE peer = ? AND grant_idx = ? AND grant_log = ?",
      arguments: [peer, Int64(clamping: index), log]
    ).map {
      ErasureAsk(
        message: try $0.digest("message"),
        isRecall: ($0["kind"] as String) == "recall",
        isWhole: ($0["whole"] as Int64) == 1
      )
    }
    try database.execute(
      sql: "DELETE FROM erasure_ask WHERE peer = ? AND grant_idx = ? AND grant_log = ?",
      arguments: [peer, Int64(clamping: index), log]
    )
    return asks
  }

  /// All, where either is all; otherwise both.
  private static func union(_ left: [String]?, _ right: [String]?) -> [String]? {
    guard let left, let right else { return nil }
    return Set(left + right).sorted()
  }

  private static func text(_ groups: [String]?) -> String? {
    groups.map { $0.sorted().joined(separator: " ") }
  }

  /// Whether a desk has opened anything of a received referral.
  package func wasOpened(referral: Int64) throws -> Bool {
    try Bool.fetchOne(
      database,
      sql: "SELECT EXISTS (SELECT 1 FROM inbound WHERE referral = ? AND opened = 1)",
      arguments: [referral]
    ) ?? false
  }

  /// Puts a received referral under the grant that renews its own.
  package func renew(
    received referral: Int64,
    log: String,
    index: UInt64,
    untilMs: UInt64
  ) throws {
    // What was handed on ends with the new grant from now on.
    try database.execute(
      sql: """
        UPDATE onward SET parent_log = ?1, parent_idx = ?2
        WHERE (peer, parent_log, parent_idx) IN
          (SELECT peer, grant_log, grant_idx FROM referral WHERE id = ?3)
        """,
      arguments: [log, Int64(clamping: index), referral]
    )
    try database.execute(
      sql: "UPDATE referral SET grant_log = ?, grant_idx = ?, until = ? WHERE id = ?",
      arguments: [log, Int64(clamping: index), Int64(clamping: untilMs), referral]
    )
  }

  /// How many grants of a log were withdrawn here since a moment.
  package func withdrawals(ofLog log: String, peer: Int64, sinceMs: UInt64) throws -> UInt64 {
    UInt64(
      try Int64.fetchOne(
        database,
        sql: "SELECT count(*) FROM tombstone WHERE peer = ? AND grant_log = ? AND at > ?",
        arguments: [peer, log, Int64(clamping: sinceMs)]
      ) ?? 0
    )
  }

  /// A desk here has confirmed an erasure that was asked for: it need not wait any longer.
  ///
  /// - Returns: Whether one was waiting.
  package func confirmErasure(peer agency: String, log: String, index: UInt64) throws -> Bool {
    try database.execute(
      sql: """
        UPDATE tombstone SET confirmed = 1 WHERE peer = (SELECT id FROM peer WHERE agency = ?)
          AND grant_idx = ? AND grant_log = ? AND asked = 1 AND done = 0
        """,
      arguments: [agency, Int64(clamping: index), log]
    )
    return database.changesCount > 0
  }

  /// Marks a withdrawal as carried out.
  package func settleTombstone(
    peer agency: String,
    log: String,
    index: UInt64,
    atMs: UInt64
  ) throws {
    try database.execute(
      sql: """
        UPDATE tombstone SET done = 1 WHERE peer = (SELECT id FROM peer WHERE agency = ?)
          AND grant_idx = ? AND grant_log = ?
        """,
      arguments: [agency, Int64(clamping: index), log]
    )
    try settleAlert(.erasureLate, log: log, index: index, atMs: atMs)
  }

  /// Remembers how many onward holders a withdrawal was passed on to.
  package func countTold(peer: Int64, log: String, index: UInt64, _ count: Int) throws {
    try database.execute(
      sql: """
        UPDATE tombstone SET told = max(told, ?) WHERE peer = ? AND grant_idx = ? AND grant_log = ?
        """,
      arguments: [Int64(count), peer, Int64(clamping: index), log]
    )
  }

  /// Forgets tombstones whose grants ended long ago (WDR-003).
  package func sweepTombstones(endedBeforeMs: UInt64) throws {
    try database.execute(
      sql: "DELETE FROM tombstone WHERE until < ? AND (done = 1 OR asked = 0)",
      arguments: [Int64(clamping: endedBeforeMs)]
    )
  }

  /// The sealed bytes that are held under a received referral.
  package func storedEnvelopes(referral: Int64) throws -> [[UInt8]] {
    try Data.fetchAll(
      database,
      sql: """
        SELECT v.envelope FROM inbound i JOIN inbound_envelope v ON v.id = i.id
        WHERE i.referral = ? ORDER BY i.id
        """,
      arguments: [referral]
    ).map { [UInt8]($0) }
  }

  /// Destroys what was received under one grant of a peer, group by group.
  ///
  /// A message all of whose groups go is deleted with its stanzas, which hold the only wrapped keys.
  /// Of a message that keeps a group, the others' compartments go. The files are truncated and
  /// scanned by ``NodeStore/finishErasure(probes:)`` afterwards.
  ///
  /// Parameters:
  /// `groups`: What is destroyed.
  /// `all`: Whether that is everything which the referral holds.
  /// `strip`: Makes the bytes of an envelope without these groups; `nil` if nothing is left.
  /// Returns: What must no longer be found, and the indices of the events.
  package func eraseReceived(
    referral: Int64,
    groups: [String],
    all: Bool,
    strip: ([UInt8], [String]) -> (left: [UInt8]?, gone: [[UInt8]]),
    atMs: UInt64
  ) throws -> (probes: [[UInt8]], events: [UInt64]) {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT i.id, i.idx, v.envelope FROM inbound i
        LEFT JOIN inbound_envelope v ON v.id = i.id
        WHERE i.referral = ? AND i.kind IN ('offer', 'supplement', 'reply')
        """,
      arguments: [referral]
    )
    var probes: [[UInt8]] = []
    var events: [UInt64] = []
    for row in rows {
      guard let envelope = (row["envelope"] as Data?).map({ [UInt8]($0) }) else {
        events.append(UInt64(row["idx"] as Int64))
        continue
      }
      let (left, gone) = strip(envelope, groups)
      guard all || !gone.isEmpty else { continue }
      events.append(UInt64(row["idx"] as Int64))
      for bytes in gone { probes += Erasure.pieces(of: bytes) }
      let id: Int64 = row["id"]
      if let left, !all {
        try database.execute(
          sql: "UPDATE inbound_envelope SET envelope = ? WHERE id = ?",
          arguments: [Data(left), id]
        )
      } else {
        for bytes in EnvelopeStripper.sealed(in: envelope) { probes += Erasure.pieces(of: bytes) }
        try database.execute(sql: "DELETE FROM inbound_envelope WHERE id = ?", arguments: [id])
        // The same keys, where they were wrapped again to a later key of the desk.
        probes += try Data.fetchAll(
          database,
          sql: "SELECT wrapped FROM resealed WHERE id = ?",
          arguments: [id]
        ).flatMap { Erasure.pieces(of: $0) }
        try database.execute(sql: "DELETE FROM resealed WHERE id = ?", arguments: [id])
      }
    }
    if all {
      try database.execute(
        sql: "UPDATE referral SET erased = 1, since = ? WHERE id = ?",
        arguments: [Int64(clamping: atMs), referral]
      )
    }
    return (probes, events)
  }

  /// Logs an erasure with its cause and targets (C5).
  package func logErasure(
    targets: [UInt64],
    cause: UInt64,
    backupsUntilMs: UInt64,
    staff: Staff
  ) throws -> UInt64 {
    try append(
      .erase,
      [
        .integer(.backupsUntil, backupsUntilMs), .integer(.cause, cause),
        .strings(.targets, targets.sorted().map { "\($0)-\($0)" }.sorted()),
      ],
      staff: staff
    )
  }

  /// What an erasure receipt says beside its outcome and the groups that are kept.
  package func describeErasure(
    outbound row: Int64,
    backupsUntilMs: UInt64,
    onward: UInt64,
    keptClass: String?,
    keptBasis: String?,
    keptUntilMs: UInt64?
  ) throws {
    try database.execute(
      sql: """
        INSERT INTO erasure_receipt (id, backups_until, onward, kept_class, kept_basis, kept_until)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        row, Int64(clamping: backupsUntilMs), Int64(clamping: onward), keptClass,
        keptBasis, keptUntilMs.map { Int64(clamping: $0) },
      ]
    )
  }

  /// The fields of an erasure receipt's event.
  func erasureFields(_ row: Int64) throws -> [EventField] {
    guard
      let found = try Row.fetchOne(
        database,
        sql: "SELECT * FROM erasure_receipt WHERE id = ?",
        arguments: [row]
      )
    else { return [] }
    var fields: [EventField] = [.integer(.backupsUntil, UInt64(found["backups_until"] as Int64))]
    let onward: Int64 = found["onward"]
    if onward > 0 { fields.append(.integer(.count, UInt64(onward))) }
    if let keptClass = found["kept_class"] as String? { fields.append(.string(.code, keptClass)) }
    if let keptBasis = found["kept_basis"] as String? {
      fields.append(.string(.basis, keptBasis))
    }
    if let until = found["kept_until"] as Int64? {
      fields.append(.integer(.until, UInt64(until)))
    }
    return fields
  }

  /// Keeps a part of a received referral beyond its withdrawal.
  ///
  /// `keptClass`: The class of record that a law names; `nil` on the recipient's own consent.
  package func keepPart(
    referral: Int64,
    keptClass: String?,
    basis: String?,
    groups: [String],
    untilMs: UInt64,
    actor: String,
    atMs: UInt64
  ) throws {
    try database.execute(
      sql: """
        INSERT INTO kept_part (referral, class, basis, groups, until, actor, at)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        referral, keptClass, basis, groups.sorted().joined(separator: " "),
        Int64(clamping: untilMs), actor, Int64(clamping: atMs),
      ]
    )
  }

  /// What of a received referral outlives its withdrawal.
  package func keptParts(referral: Int64) throws -> [KeptRow] {
    try KeptRow.all(database, referral: referral)
  }
}

/// A kept part as it stands in its row.
package struct KeptRow: Sendable {
  /// The class that a law names; `nil` on the recipient's own consent.
  package let keptClass: String?
  /// The legal ground of that class; `nil` where it was not written down.
  package let basis: String?
  package let groups: [String]
  package let untilMs: UInt64
  /// Whether the recipient's own case of her, on which the part is kept, is still open.
  package let isHere: Bool

  static func all(_ database: Database, referral: Int64) throws -> [KeptRow] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT k.*, k.class IS NULL AND EXISTS (
            SELECT 1 FROM own_consent o JOIN case_file c ON c.id = o.case_id
            WHERE o.referral = k.referral AND c.state <> 'closed'
          ) AS here
        FROM kept_part k WHERE k.referral = ? ORDER BY k.id
        """,
      arguments: [referral]
    ).map {
      KeptRow(
        keptClass: $0["class"],
        basis: $0["basis"],
        groups: ($0["groups"] as String).split(separator: " ").map(String.init),
        untilMs: UInt64($0["until"] as Int64),
        isHere: $0["here"]
      )
    }
  }
}
