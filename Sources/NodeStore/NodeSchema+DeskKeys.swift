internal import GRDB

extension NodeSchema {
  /// Content keys of received messages, wrapped again to a later key of the same desk, so that the
  /// earlier private half can be destroyed (CRD-009).
  static func resealed(_ db: Database) throws {
    try db.execute(
      sql: """
        CREATE TABLE resealed (
          id INTEGER NOT NULL REFERENCES inbound (id),
          old_key BLOB NOT NULL CHECK (length(old_key) = 32),
          key_id BLOB NOT NULL CHECK (length(key_id) = 32),
          enc BLOB NOT NULL, wrapped BLOB NOT NULL,
          PRIMARY KEY (id, old_key)
        ) STRICT, WITHOUT ROWID;
        """
    )
  }
}
