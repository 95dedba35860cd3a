internal import GRDB

extension NodeSchema {
  /// What parcels need to be remembered: who is owed an answer, which checkpoints went out in them,
  /// which of others' came in and are tied to nothing yet.
  static func parcels(_ db: Database) throws {
    try db.execute(
      sql: """
        -- How many leaves of this log the peer said last that it has accepted.
        ALTER TABLE peer ADD COLUMN holds INTEGER NOT NULL DEFAULT 0;
        -- Messages that came by parcel: their answers travel with the next parcel back. given: since
        -- when they are on their way.
        CREATE TABLE parcel_answer (
          inbound INTEGER PRIMARY KEY REFERENCES inbound (id),
          peer INTEGER NOT NULL REFERENCES peer (id),
          at INTEGER NOT NULL,
          given INTEGER
        ) STRICT;
        CREATE INDEX parcel_answer_peer ON parcel_answer (peer, given);
        -- Sizes of this log that went out in parcels and that the peer has not said it holds.
        CREATE TABLE parcel_size (
          peer INTEGER NOT NULL REFERENCES peer (id), size INTEGER NOT NULL,
          PRIMARY KEY (peer, size)
        ) STRICT, WITHOUT ROWID;
        -- Checkpoints of peers' logs that came by parcel without a proof that fits (CHK-033).
        CREATE TABLE parcel_unproven (
          id INTEGER PRIMARY KEY, origin TEXT NOT NULL,
          key BLOB NOT NULL CHECK (length(key) = 32), size INTEGER NOT NULL,
          root BLOB NOT NULL CHECK (length(root) = 32), note TEXT NOT NULL, at INTEGER NOT NULL,
          UNIQUE (origin, key, size, root)
        ) STRICT;
        """
    )
  }
}
