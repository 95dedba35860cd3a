internal import GRDB

extension NodeSchema {
  /// Logs that follow others: this node's own past logs, and what peers have opened.
  static func succession(_ db: Database) throws {
    try db.execute(
      sql: """
        -- Of every member: the log that ended, and where (R6).
        CREATE TABLE succession (
          old_log TEXT PRIMARY KEY, agency TEXT NOT NULL, size INTEGER NOT NULL,
          root BLOB NOT NULL CHECK (length(root) = 32), at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        -- Our own past logs. Their tables carry the log's number behind their name; note is empty
        -- where no peer could return a checkpoint. provable 0: leaves are missing here.
        CREATE TABLE past_log (
          number INTEGER PRIMARY KEY, size INTEGER NOT NULL,
          root BLOB NOT NULL CHECK (length(root) = 32), note TEXT NOT NULL,
          provable INTEGER NOT NULL CHECK (provable IN (0, 1)), at INTEGER NOT NULL
        ) STRICT;
        -- 1 until the peer has said which sequence number it saw last.
        ALTER TABLE peer ADD COLUMN resync INTEGER NOT NULL DEFAULT 0;
        """
    )
  }
}
