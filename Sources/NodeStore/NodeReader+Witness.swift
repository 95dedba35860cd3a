internal import CanonicalBytes
internal import Foundation
internal import GRDB

extension NodeReader {
  /// The newest heartbeat.
  package func newestMark() throws -> OwnMark? {
    try OwnMark.fetch(database, "WHERE heartbeat = 1", [])
  }

  /// The newest settled checkpoint of the own log.
  package func newestSettledMark() throws -> OwnMark? {
    try OwnMark.fetch(database, "WHERE settled NOT NULL", [])
  }

  /// When the first heartbeat was made, Unix ms.
  package func firstMarkMs() throws -> UInt64? {
    try Int64.fetchOne(database, sql: "SELECT min(at) FROM mark").map { UInt64($0) }
  }

  /// A mark by its size.
  package func mark(_ size: UInt64) throws -> OwnMark? {
    try OwnMark.fetch(database, "WHERE size = ?", [Int64(clamping: size)])
  }

  /// The newest published checkpoint of each other log that this node can vouch for.
  package func newestHeard() throws -> [HeardCheckpoint] {
    try HeardCheckpoint.fetchAll(
      database,
      """
      WHERE proved = 1 AND size =
        (SELECT max(size) FROM heard o WHERE o.origin = heard.origin AND o.proved = 1)
      """,
      []
    )
  }

  /// The newest settled checkpoint known of each other log.
  package func newestHeardSettled() throws -> [HeardCheckpoint] {
    try HeardCheckpoint.fetchAll(
      database,
      """
      WHERE proved = 1 AND settled NOT NULL AND size = (SELECT max(size) FROM heard o
        WHERE o.origin = heard.origin AND o.proved = 1 AND o.settled NOT NULL)
      """,
      []
    )
  }

  /// Checkpoints of other logs that nobody has tied yet to what this node accepted.
  package func unproved() throws -> [HeardCheckpoint] {
    try HeardCheckpoint.fetchAll(database, "WHERE proved = 0", [])
  }

  /// Two notes of one log, one size, two roots.
  package struct Evidence: Sendable {
    package let kind: String
    package let first: String
    package let second: String
  }

  /// The evidence held of a kind; all if `nil`.
  package func evidence(kind: String? = nil) throws -> [Evidence] {
    try Row.fetchAll(
      database,
      sql: "SELECT * FROM evidence WHERE ?1 IS NULL OR kind = ?1 ORDER BY id LIMIT 256",
      arguments: [kind]
    ).map { Evidence(kind: $0["kind"], first: $0["first"], second: $0["second"]) }
  }

  /// Whether refusals wait to be logged that began by a time.
  package func hasRefusals(beganByMs: UInt64) throws -> Bool {
    try Bool.fetchOne(
      database,
      sql: "SELECT EXISTS (SELECT 1 FROM refusal_count WHERE first <= ?)",
      arguments: [Int64(clamping: beganByMs)]
    ) ?? false
  }

  /// The last sequence number seen from a peer; 0 for none.
  package func lastSeq(from agency: String) throws -> UInt64 {
    UInt64(
      try Int64.fetchOne(
        database,
        sql: "SELECT max(seq) FROM inbound WHERE peer = (SELECT id FROM peer WHERE agency = ?)",
        arguments: [agency]
      ) ?? 0
    )
  }

  /// The grants that a peer has withdrawn.
  package func withdrawn(by agency: String) throws -> [(log: String, index: UInt64)] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT grant_log, grant_idx FROM tombstone
        WHERE peer = (SELECT id FROM peer WHERE agency = ?) ORDER BY grant_log, grant_idx LIMIT 4096
        """,
      arguments: [agency]
    ).map { ($0[0], UInt64($0[1] as Int64)) }
  }

  /// Receipts' checkpoints that wait for a settled one since before a time.
  package func viewsOpen(sinceBeforeMs: UInt64) throws -> UInt64 {
    UInt64(
      try Int64.fetchOne(
        database,
        sql: "SELECT count(*) FROM view_open WHERE at < ?",
        arguments: [Int64(clamping: sinceBeforeMs)]
      ) ?? 0
    )
  }
}

extension OwnMark {
  static func fetch(
    _ database: Database,
    _ condition: String,
    _ arguments: StatementArguments
  ) throws -> OwnMark? {
    try Row.fetchOne(
      database,
      sql: "SELECT * FROM mark \(condition) ORDER BY size DESC LIMIT 1",
      arguments: arguments
    ).map {
      OwnMark(
        size: UInt64($0["size"] as Int64),
        note: $0["note"],
        atMs: UInt64($0["at"] as Int64),
        settledMs: ($0["settled"] as Int64?).map { UInt64($0) }
      )
    }
  }
}

extension HeardCheckpoint {
  static func fetchAll(
    _ database: Database,
    _ condition: String,
    _ arguments: StatementArguments
  ) throws -> [HeardCheckpoint] {
    try Row.fetchAll(
      database,
      sql: "SELECT * FROM heard \(condition) ORDER BY origin, size LIMIT 512",
      arguments: arguments
    ).map { row in
      HeardCheckpoint(
        origin: row["origin"],
        key: try row.digest("key"),
        size: UInt64(row["size"] as Int64),
        root: try row.digest("root"),
        note: row["note"],
        atMs: UInt64(row["at"] as Int64),
        isProved: (row["proved"] as Int64) == 1,
        settledMs: (row["settled"] as Int64?).map { UInt64($0) }
      )
    }
  }
}
