package import CanonicalBytes
internal import Foundation
internal import GRDB

extension Keyring {
  /// The cases whose key is wrapped to a desk key and to no later key of that desk.
  package func cases(onlyUnder key: DeskKeyRow) throws(StoreFailure) -> [String] {
    try read { db in
      try String.fetchAll(
        db,
        sql: """
          SELECT a.case_name FROM case_key a WHERE a.key_id = ? AND NOT EXISTS (
            SELECT 1 FROM case_key b JOIN desk_key k ON k.key_id = b.key_id
            WHERE b.case_name = a.case_name AND k.not_after > ?)
          ORDER BY a.case_name
          """,
        arguments: [Data(key.keyID.bytes), key.notAfterMs]
      )
    }
  }

  /// Destroys the private half of a desk key, with everything that is wrapped to it, and looks whether
  /// the boxes are gone from the files.
  ///
  /// - Throws: ``StoreFailure/refused(_:)`` with `erase-incomplete` when a byte was still found.
  package func destroyDeskKey(_ key: Digest32) throws(StoreFailure) {
    let id = Data(key.bytes)
    let boxes = try read { db in
      try Data.fetchAll(db, sql: "SELECT sealed FROM desk_holder WHERE key_id = ?", arguments: [id])
    }
    try write { db in
      for table in ["case_key", "desk_holder", "desk_key"] {
        try db.execute(sql: "DELETE FROM \(table) WHERE key_id = ?", arguments: [id])
      }
    }
    try finishErasure(of: boxes)
  }
}
