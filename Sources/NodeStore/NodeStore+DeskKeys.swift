package import CanonicalBytes
internal import Foundation
internal import GRDB
package import Sealing
internal import TransparencyLog

/// The content keys of one received message, wrapped to a later key of the desk.
package struct ResealedKeys: Sendable {
  /// The key that the sender wrapped them to.
  package let oldKey: Digest32
  /// The key that they are wrapped to now.
  package let keyID: Digest32
  package let wrapped: KeyWrap.Wrapped

  package init(oldKey: Digest32, keyID: Digest32, wrapped: KeyWrap.Wrapped) {
    self.oldKey = oldKey
    self.keyID = keyID
    self.wrapped = wrapped
  }

  init(_ row: Row) throws {
    oldKey = try row.digest("old_key")
    keyID = try row.digest("key_id")
    wrapped = KeyWrap.Wrapped(
      encapsulated: [UInt8](row["enc"] as Data),
      sealed: [UInt8](row["wrapped"] as Data)
    )
  }
}

extension NodeReader {
  /// Received messages sealed to a desk key whose content keys are not wrapped to a later one.
  ///
  /// An envelope names its keys in clear, so nothing has to be opened to know.
  ///
  /// - Parameters:
  ///   - key: The desk key.
  ///   - present: A key that is late enough: rows wrapped to it are done.
  ///   - after: The row to go on from.
  ///   - limit: Most rows.
  /// - Returns: The rows with their sealed bytes, ascending.
  /// - Throws: What SQLite says.
  package func sealed(
    to key: Digest32,
    notYetTo present: Digest32? = nil,
    after: Int64 = 0,
    limit: Int
  ) throws -> [(row: Int64, envelope: [UInt8])] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT v.id, v.envelope FROM inbound_envelope v
        WHERE v.id > ?1 AND instr(v.envelope, ?2) > 0 AND NOT EXISTS (
          SELECT 1 FROM resealed r WHERE r.id = v.id AND r.old_key = ?2
            AND (?3 IS NULL OR r.key_id = ?3))
        ORDER BY v.id LIMIT ?4
        """,
      arguments: [after, key.data, present?.data, limit]
    ).map { ($0["id"], [UInt8]($0["envelope"] as Data)) }
  }

  /// Content keys wrapped again to a desk key, whose messages are still here.
  package func resealed(to key: Digest32) throws -> Int {
    try Int.fetchOne(
      database,
      sql: """
        SELECT count(*) FROM resealed r JOIN inbound_envelope v ON v.id = r.id WHERE r.key_id = ?
        """,
      arguments: [key.data]
    ) ?? 0
  }

  /// Some of the messages whose content keys were wrapped again to a desk key.
  package func resealedRows(
    to key: Digest32,
    limit: Int = 32
  ) throws -> [(row: Int64, envelope: [UInt8], keys: ResealedKeys)] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT r.*, v.envelope FROM resealed r JOIN inbound_envelope v ON v.id = r.id
        WHERE r.key_id = ? LIMIT ?
        """,
      arguments: [key.data, limit]
    ).map { ($0["id"], [UInt8]($0["envelope"] as Data), try ResealedKeys($0)) }
  }

  /// The content keys of one message that were wrapped again.
  package func resealed(_ row: Int64) throws -> [ResealedKeys] {
    try Row.fetchAll(database, sql: "SELECT * FROM resealed WHERE id = ?", arguments: [row])
      .map(ResealedKeys.init)
  }
}

extension NodeTransaction {
  /// Keeps content keys wrapped again, in the place of an earlier wrap.
  package func keep(_ keys: ResealedKeys, of row: Int64) throws {
    try database.execute(
      sql: """
        INSERT OR REPLACE INTO resealed (id, old_key, key_id, enc, wrapped) VALUES (?, ?, ?, ?, ?)
        """,
      arguments: [
        row, keys.oldKey.data, keys.keyID.data, Data(keys.wrapped.encapsulated),
        Data(keys.wrapped.sealed),
      ]
    )
  }

  /// Logs that a desk key was made or destroyed.
  package func logDeskKey(_ key: Digest32, outcome: String, staff: Staff) throws {
    try append(.deskKey, [.digest(.message, key), .string(.outcome, outcome)], staff: staff)
  }
}
