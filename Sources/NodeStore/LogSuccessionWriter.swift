internal import CanonicalBytes
internal import Foundation
internal import GRDB
internal import TransparencyLog

/// Puts the tables of an ended log aside and begins the next one, in one transaction (R6, CHK-013).
struct LogSuccessionWriter {
  /// The tables that belong to one log.
  private static let tables = ["event", "pad", "tile", "mark"]

  private let transaction: NodeTransaction
  private let old: LogIdentity
  private let ending: RecoveryStore.Ending
  private let isProvable: Bool
  private let atMs: UInt64
  /// Indices of this agency's earlier logs lie below it, so that a number names one event for ever.
  private let base: UInt64

  init(
    old: LogIdentity,
    next: LogIdentity,
    padKey: PadKey,
    ending: RecoveryStore.Ending,
    localSize: UInt64,
    isProvable: Bool,
    atMs: UInt64,
    database: Database
  ) throws {
    self.old = old
    self.ending = ending
    self.isProvable = isProvable
    self.atMs = atMs
    base = max(localSize, ending.size)
    try Self.putAside(old.number, database)
    transaction = NodeTransaction(
      database: database,
      book: try LogBook(identity: next, padKey: padKey, database: database)
    )
  }

  private static func putAside(_ number: UInt64, _ db: Database) throws {
    let suffix = LogBook.suffix(number)
    for table in tables {
      guard
        let made = try String.fetchOne(
          db,
          sql: "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?",
          arguments: [table]
        )
      else { throw StoreFailure.unreadable("node.db") }
      try db.execute(sql: "ALTER TABLE \(table) RENAME TO \(table)\(suffix)")
      try db.execute(sql: made)
    }
  }

  func write(heard: [String: UInt64]) throws {
    let db = transaction.database
    let staff = NodeTransaction.Staff(atMs: atMs)
    try transaction.setMeta("log", String(transaction.book.identity.number))
    try db.execute(
      sql: """
        INSERT INTO past_log (number, size, root, note, provable, at) VALUES (?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        Int64(old.number), Int64(clamping: ending.size), ending.root.data, ending.note,
        isProvable ? 1 : 0, Int64(clamping: atMs),
      ]
    )
    try transaction.keep(
      succession: old.log,
      agency: old.agency,
      size: ending.size,
      root: ending.root,
      atMs: atMs
    )
    try transaction.append(
      .succeed,
      [
        .string(.oldLog, old.log), .digest(.root, ending.root), .integer(.size, ending.size),
      ],
      staff: staff
    )
    try transaction.appendPads(base)
    let restored = try transaction.append(
      .restore,
      [.string(.kind, "backup"), .integer(.size, ending.size)],
      staff: staff
    )
    try recountSequences(heard: heard)
    try requeue()
    try moveGrants(restore: restored)
  }

  /// Goes on with the numbers that the peers have seen; who was not reached is asked first.
  private func recountSequences(heard: [String: UInt64]) throws {
    let db = transaction.database
    // What stands in the closed log took its number there, whether or not it arrived.
    try db.execute(
      sql: """
        UPDATE peer SET resync = 1, next_seq = 1 + coalesce((SELECT max(seq) FROM outbound o
          WHERE o.peer = peer.id AND o.idx < ?), 0)
        """,
      arguments: [Int64(clamping: ending.size)]
    )
    for (agency, seq) in heard {
      let peer = try transaction.peer(agency)
      try transaction.resync(peer: peer, seenSeq: seq)
    }
  }

  /// What was logged and not answered is logged again, in the new log, when it next leaves.
  private func requeue() throws {
    try transaction.database.execute(
      sql: "UPDATE outbound SET state = 0, idx = NULL, seq = NULL WHERE state = 1"
    )
  }

  /// Grants that no checkpoint of the closed log covers are given again in this one, if nothing can
  /// be missing here; otherwise they are stopped, and the person is asked again.
  private func moveGrants(restore: UInt64) throws {
    let db = transaction.database
    let beyond = isProvable ? Int64(clamping: ending.size) : 0
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT g.idx, g.stopped, e.e, e.a, e.person FROM consent_grant g
        JOIN event\(LogBook.suffix(old.number)) e ON e.idx = g.idx
        WHERE g.log = ? AND g.idx >= ? AND g.stopped = 0 ORDER BY g.idx
        """,
      arguments: [old.log, beyond]
    )
    for row in rows {
      let index: Int64 = row["idx"]
      // Leaves are missing: a withdrawal may be among them.
      guard isProvable, let moved = try grantAgain(row, restore: restore) else {
        try transaction.stop(UInt64(index), atMs: atMs)
        continue
      }
      for sql in [
        "UPDATE consent_grant SET idx = ?1, log = ?3 WHERE idx = ?2",
        "UPDATE outbound SET grant_idx = ?1, grant_log = ?3 WHERE grant_idx = ?2 AND basis <> ''",
        "UPDATE referral SET grant_idx = ?1, grant_log = ?3 WHERE grant_idx = ?2 AND role = 0",
        "UPDATE holder SET grant_idx = ?1 WHERE grant_idx = ?2 AND ?3 NOT NULL",
      ] {
        try db.execute(
          sql: sql,
          arguments: [Int64(moved), index, transaction.book.identity.log]
        )
      }
    }
  }

  /// The same grant as an event of this log; its personal part stays with the old one.
  private func grantAgain(_ row: Row, restore: UInt64) throws -> UInt64? {
    let event = try LogEvent(parsing: [UInt8](row["e"] as Data))
    let staff = try StaffPart(parsing: [UInt8](row["a"] as Data))
    guard event.type == .grant, let basis = event.string(.basis),
      let groups = event.strings(.groups),
      let onward = event.integer(.onward), let peer = event.string(.peer),
      let policy = event.digest(.policy), let purpose = event.string(.purpose),
      let register = event.digest(.register), let until = event.integer(.until)
    else { return nil }
    return try transaction.append(
      .grant,
      [
        .string(.basis, basis), .strings(.groups, groups), .integer(.onward, onward),
        .string(.peer, peer), .digest(.policy, policy), .string(.purpose, purpose),
        .digest(.register, register), .integer(.until, until),
      ],
      staff: .init(
        actor: staff.actor,
        second: staff.actor2,
        desk: staff.desk,
        cause: restore,
        atMs: atMs
      )
    )
  }
}
