internal import GRDB

extension NodeSchema {
  /// Withdrawals in two steps, by group, passed on, answered or alarmed.
  static func withdrawal(_ db: Database) throws {
    try db.execute(
      sql: """
        -- When it came; whether erasure was asked for; which groups are stopped, and which of them are
        -- to be erased, NULL for all; how many onward holders were told.
        ALTER TABLE tombstone ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE tombstone ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE tombstone ADD COLUMN groups TEXT;
        ALTER TABLE tombstone ADD COLUMN asked_groups TEXT;
        ALTER TABLE tombstone ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
        UPDATE tombstone SET asked = 1 WHERE erase_after NOT NULL;
        -- The messages that asked for an erasure; each is answered.
        CREATE TABLE erasure_ask (
          peer INTEGER NOT NULL REFERENCES peer (id), grant_idx INTEGER NOT NULL,
          grant_log TEXT NOT NULL, message BLOB NOT NULL CHECK (length(message) = 32),
          kind TEXT NOT NULL, whole INTEGER NOT NULL CHECK (whole IN (0, 1)),
          PRIMARY KEY (peer, grant_idx, grant_log, message)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO erasure_ask SELECT peer, grant_idx, grant_log, message, 'withdraw', 1
          FROM tombstone WHERE erase_after NOT NULL AND done = 0;
        -- What a holder owes: the step it was told, by when it must answer, what it said it keeps.
        ALTER TABLE holder ADD COLUMN step TEXT NOT NULL DEFAULT 'erase';
        ALTER TABLE holder ADD COLUMN due INTEGER;
        ALTER TABLE holder ADD COLUMN kept_groups TEXT;
        ALTER TABLE holder ADD COLUMN kept_class TEXT;
        ALTER TABLE holder ADD COLUMN kept_until INTEGER;
        ALTER TABLE holder ADD COLUMN onward INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX holder_owing ON holder (due) WHERE due NOT NULL;
        -- The grant that this one renews: what was sent under that one is held under this one.
        ALTER TABLE consent_grant ADD COLUMN renews INTEGER;
        -- Groups of a grant that were taken back one by one.
        ALTER TABLE consent_grant ADD COLUMN cut TEXT NOT NULL DEFAULT '';
        -- Stops that nobody has confirmed and of which something will follow by itself.
        CREATE TABLE open_stop (
          grant_idx INTEGER PRIMARY KEY REFERENCES consent_grant (idx),
          since INTEGER NOT NULL,
          channel TEXT NOT NULL
        ) STRICT;
        -- Our own ended grants whose keys and sent bytes are still to be destroyed; groups NULL for all.
        CREATE TABLE own_erasure (
          grant_idx INTEGER PRIMARY KEY REFERENCES consent_grant (idx), groups TEXT
        ) STRICT;
        -- Whether the survivor allowed handing on.
        ALTER TABLE referral ADD COLUMN onward INTEGER NOT NULL DEFAULT 0;
        -- Our grants that rest on a grant of another agency: what we handed on.
        CREATE TABLE onward (
          grant_idx INTEGER PRIMARY KEY REFERENCES consent_grant (idx),
          peer INTEGER NOT NULL REFERENCES peer (id),
          parent_log TEXT NOT NULL,
          parent_idx INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX onward_parent ON onward (peer, parent_idx);
        -- Which withdrawal, by its first message, has been passed on under which grant: loops end.
        CREATE TABLE passed_on (
          grant_idx INTEGER NOT NULL, root BLOB NOT NULL CHECK (length(root) = 32),
          PRIMARY KEY (grant_idx, root)
        ) STRICT, WITHOUT ROWID;
        -- What of a received referral outlives its withdrawal.
        CREATE TABLE kept_part (
          id INTEGER PRIMARY KEY,
          referral INTEGER NOT NULL REFERENCES referral (id),
          class TEXT,
          groups TEXT NOT NULL,
          until INTEGER NOT NULL,
          actor TEXT NOT NULL,
          at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX kept_part_referral ON kept_part (referral);
        -- What an erasure receipt of ours says beside its outcome, from the time it is queued.
        CREATE TABLE erasure_receipt (
          id INTEGER PRIMARY KEY REFERENCES outbound (id),
          backups_until INTEGER NOT NULL,
          onward INTEGER NOT NULL,
          kept_class TEXT,
          kept_until INTEGER
        ) STRICT;
        -- What people must look at; it stays until it has been settled.
        CREATE TABLE alert (
          id INTEGER PRIMARY KEY,
          kind TEXT NOT NULL,
          grant_log TEXT NOT NULL,
          grant_idx INTEGER NOT NULL,
          peer INTEGER REFERENCES peer (id),
          at INTEGER NOT NULL,
          settled INTEGER,
          UNIQUE (kind, grant_log, grant_idx)
        ) STRICT;
        -- Tries of code words, so that guessing ends.
        CREATE TABLE code_word_try (
          case_id INTEGER NOT NULL REFERENCES case_file (id), at INTEGER NOT NULL
        ) STRICT;
        """
    )
  }
}
