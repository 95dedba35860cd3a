package import CanonicalBytes
internal import Foundation
internal import GRDB

/// A checkpoint of a peer's log that came by parcel and is tied to nothing that was accepted yet.
///
/// Source: `Protocol/spec/06-checkpoints.md`, CHK-033.
package struct UnprovenCheckpoint: Sendable, Equatable {
  /// Most of them kept of one log: the newest.
  static let limit = 16

  /// The log.
  package let origin: String
  /// The key that signed it.
  package let key: Digest32
  /// Leaves.
  package let size: UInt64
  /// The root.
  package let root: Digest32
  /// The note.
  package let note: String
  /// When it came, Unix ms.
  package let atMs: UInt64

  package init(
    origin: String,
    key: Digest32,
    size: UInt64,
    root: Digest32,
    note: String,
    atMs: UInt64
  ) {
    self.origin = origin
    self.key = key
    self.size = size
    self.root = root
    self.note = note
    self.atMs = atMs
  }
}

extension NodeReader {
  /// The checkpoints that their logs' owners have still to tie to what was accepted.
  package func unproven() throws -> [UnprovenCheckpoint] {
    try UnprovenCheckpoint.fetchAll(database, "", [])
  }

  /// Whether this very checkpoint waits for its proof.
  package func isUnproven(origin: String, size: UInt64, root: Digest32) throws -> Bool {
    try !UnprovenCheckpoint.fetchAll(
      database,
      "WHERE origin = ? AND size = ? AND root = ?",
      [origin, Int64(clamping: size), root.data]
    ).isEmpty
  }
}

extension NodeTransaction {
  /// Keeps a checkpoint until it is proved.
  ///
  /// - Returns: The note of another one of the same log, key and size with another root, which
  ///   together with this one is evidence (CHK-036).
  package func keep(unproven checkpoint: UnprovenCheckpoint) throws -> String? {
    let other = try UnprovenCheckpoint.fetchAll(
      database,
      "WHERE origin = ? AND key = ? AND size = ? AND root <> ?",
      [
        checkpoint.origin, checkpoint.key.data, Int64(clamping: checkpoint.size),
        checkpoint.root.data,
      ]
    ).first
    try database.execute(
      sql: """
        INSERT OR IGNORE INTO parcel_unproven (origin, key, size, root, note, at)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        checkpoint.origin, checkpoint.key.data, Int64(clamping: checkpoint.size),
        checkpoint.root.data, checkpoint.note, Int64(clamping: checkpoint.atMs),
      ]
    )
    try database.execute(
      sql: """
        DELETE FROM parcel_unproven WHERE origin = ? AND id NOT IN
          (SELECT id FROM parcel_unproven WHERE origin = ? ORDER BY size DESC
           LIMIT \(UnprovenCheckpoint.limit))
        """,
      arguments: [checkpoint.origin, checkpoint.origin]
    )
    return other?.note
  }

  /// A checkpoint has been tied to what was accepted.
  package func proved(origin: String, size: UInt64, root: Digest32) throws {
    try database.execute(
      sql: "DELETE FROM parcel_unproven WHERE origin = ? AND size = ? AND root = ?",
      arguments: [origin, Int64(clamping: size), root.data]
    )
  }
}

extension UnprovenCheckpoint {
  fileprivate static func fetchAll(
    _ database: Database,
    _ condition: String,
    _ arguments: StatementArguments
  ) throws -> [UnprovenCheckpoint] {
    try Row.fetchAll(
      database,
      sql: "SELECT * FROM parcel_unproven \(condition) ORDER BY origin, size LIMIT 512",
      arguments: arguments
    ).map { row in
      UnprovenCheckpoint(
        origin: row["origin"],
        key: try row.digest("key"),
        size: UInt64(row["size"] as Int64),
        root: try row.digest("root"),
        note: row["note"],
        atMs: UInt64(row["at"] as Int64)
      )
    }
  }
}
