internal import GRDB

/// The tables of clocks, signals to people, capacity, plans and drafts.
extension NodeSchema {
  /// The step that brings a referral's clocks.
  static func life(_ db: Database) throws {
    try db.execute(
      sql: """
        -- The priority, and three spans where the service has its own: what a node must know to act
        -- unattended. The service itself stays sealed.
        ALTER TABLE referral ADD COLUMN priority TEXT;
        ALTER TABLE referral ADD COLUMN times TEXT;
        ALTER TABLE referral ADD COLUMN created INTEGER;
        ALTER TABLE referral ADD COLUMN replaces INTEGER REFERENCES referral (id);
        ALTER TABLE referral ADD COLUMN expected INTEGER;
        -- One row for each running clock. fires: when something is to be done next, step: what.
        -- cause: why it stands still, since paused; stood counts questions, dark counts what the
        -- peer's node could not be reached.
        CREATE TABLE timer (
          referral INTEGER NOT NULL REFERENCES referral (id),
          name TEXT NOT NULL,
          started INTEGER NOT NULL,
          fires INTEGER NOT NULL,
          step INTEGER NOT NULL DEFAULT 0 CHECK (step >= 0),
          paused INTEGER,
          cause TEXT CHECK (cause IN ('info', 'dark')),
          stood INTEGER NOT NULL DEFAULT 0,
          dark INTEGER NOT NULL DEFAULT 0,
          asked INTEGER NOT NULL DEFAULT 0 CHECK (asked IN (0, 1)),
          PRIMARY KEY (referral, name)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX timer_fires ON timer (fires);
        CREATE INDEX outbound_expired ON outbound (referral)
          WHERE kind = 'offer' AND state = 4 AND code = 'expired';
        -- What people are told: a reason, a desk, a stage; nobody's name and no content.
        CREATE TABLE signal (
          id INTEGER PRIMARY KEY,
          referral INTEGER REFERENCES referral (id),
          reason TEXT NOT NULL,
          stage TEXT NOT NULL CHECK (stage IN ('desk', 'deputy', 'supervisor')),
          desk TEXT,
          at INTEGER NOT NULL,
          tries INTEGER NOT NULL DEFAULT 0,
          sent INTEGER
        ) STRICT;
        CREATE INDEX signal_waiting ON signal (id) WHERE sent IS NULL;
        -- How this agency answers questions about its capacity by itself.
        CREATE TABLE capacity_setting (
          code TEXT PRIMARY KEY, answer TEXT NOT NULL, at INTEGER NOT NULL, until INTEGER
        ) STRICT, WITHOUT ROWID;
        -- role 0: we asked.
        CREATE TABLE capacity (
          id INTEGER PRIMARY KEY,
          role INTEGER NOT NULL CHECK (role IN (0, 1)),
          peer INTEGER NOT NULL REFERENCES peer (id),
          message BLOB NOT NULL CHECK (length(message) = 32),
          code TEXT NOT NULL,
          answer TEXT,
          at INTEGER NOT NULL,
          answered INTEGER,
          until INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE plan (
          id INTEGER PRIMARY KEY,
          name TEXT NOT NULL UNIQUE CHECK (length(name) = 32),
          case_id INTEGER NOT NULL REFERENCES case_file (id),
          at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE plan_leg (
          plan INTEGER NOT NULL REFERENCES plan (id),
          referral INTEGER NOT NULL UNIQUE REFERENCES referral (id),
          at INTEGER NOT NULL,
          dropped INTEGER,
          PRIMARY KEY (plan, referral)
        ) STRICT, WITHOUT ROWID;
        -- What the Coordinator was told: an id and a code.
        CREATE TABLE watch (
          id INTEGER PRIMARY KEY,
          peer INTEGER NOT NULL REFERENCES peer (id),
          ref BLOB NOT NULL CHECK (length(ref) = 32),
          kind TEXT NOT NULL,
          code TEXT NOT NULL,
          at INTEGER NOT NULL,
          done INTEGER
        ) STRICT;
        -- What a caseworker has begun to write, under the case key.
        CREATE TABLE draft (
          id INTEGER PRIMARY KEY,
          name TEXT NOT NULL UNIQUE CHECK (length(name) = 32),
          case_id INTEGER NOT NULL REFERENCES case_file (id),
          grant_idx INTEGER NOT NULL,
          sealed BLOB NOT NULL CHECK (length(sealed) <= 1048576),
          at INTEGER NOT NULL,
          warn_at INTEGER NOT NULL,
          erase_at INTEGER NOT NULL,
          warned INTEGER NOT NULL DEFAULT 0 CHECK (warned IN (0, 1))
        ) STRICT;
        """
    )
  }
}
