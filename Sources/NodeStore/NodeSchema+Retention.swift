internal import GRDB

extension NodeSchema {
  /// What is kept after something is over, why, and until when.
  static func retention(_ db: Database) throws {
    try db.execute(
      sql: """
        ALTER TABLE case_file ADD COLUMN closed_at INTEGER;
        ALTER TABLE kept_part ADD COLUMN basis TEXT;
        -- A received referral, or a case, that is over: its class in the policy, and when it is erased.
        -- targets: the events whose personal keys went, between their going and the ERASE event.
        CREATE TABLE retention (
          id INTEGER PRIMARY KEY,
          referral INTEGER UNIQUE REFERENCES referral (id),
          case_id INTEGER UNIQUE REFERENCES case_file (id),
          class TEXT NOT NULL,
          since INTEGER NOT NULL,
          due INTEGER NOT NULL,
          targets TEXT,
          done INTEGER,
          CHECK ((referral IS NULL) <> (case_id IS NULL))
        ) STRICT;
        CREATE INDEX retention_due ON retention (due) WHERE done IS NULL;
        -- Why a case is kept longer.
        CREATE TABLE case_hold (
          id INTEGER PRIMARY KEY,
          case_id INTEGER NOT NULL REFERENCES case_file (id),
          class TEXT NOT NULL,
          basis TEXT NOT NULL,
          until INTEGER NOT NULL,
          actor TEXT NOT NULL,
          at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX case_hold_case ON case_hold (case_id);
        """
    )
  }
}
