internal import GRDB

extension NodeSchema {
  /// What is known of settled checkpoints, and which receipts wait for one.
  static func witnessing(_ db: Database) throws {
    try db.execute(
      sql: """
        -- When the quorum had cosigned: the settled checkpoint's time, Unix ms.
        ALTER TABLE mark ADD COLUMN settled INTEGER;
        -- Published checkpoints of other logs, by whoever brought them. proved 0: not yet tied to what
        -- this node has accepted, so its owner is asked.
        CREATE TABLE heard (
          id INTEGER PRIMARY KEY, origin TEXT NOT NULL,
          key BLOB NOT NULL CHECK (length(key) = 32), size INTEGER NOT NULL,
          root BLOB NOT NULL CHECK (length(root) = 32), note TEXT NOT NULL, at INTEGER NOT NULL,
          proved INTEGER NOT NULL CHECK (proved IN (0, 1)), settled INTEGER,
          UNIQUE (origin, key, size, root)
        ) STRICT;
        -- Receipts' checkpoints that no settled one extends yet.
        CREATE TABLE view_open (
          view INTEGER PRIMARY KEY REFERENCES view (id), origin TEXT NOT NULL,
          size INTEGER NOT NULL, at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX view_open_origin ON view_open (origin, size);
        """
    )
  }
}
