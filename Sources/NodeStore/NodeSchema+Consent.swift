internal import GRDB

extension NodeSchema {
  /// What surrounds a grant: its end, its renewal, exceptions and who looked at them, what happened
  /// outside the network.
  ///
  /// Nothing here tells more than the log's events do: ids, codes, times.
  static func consent(_ db: Database) throws {
    try db.execute(
      sql: """
        CREATE INDEX consent_grant_until ON consent_grant (until);
        -- Grants that have run out: the EXPIRE event.
        CREATE TABLE grant_end (
          grant_idx INTEGER PRIMARY KEY REFERENCES consent_grant (idx), idx INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE renewal (
          grant_idx INTEGER PRIMARY KEY REFERENCES consent_grant (idx),
          renews INTEGER NOT NULL REFERENCES consent_grant (idx)
        ) STRICT;
        CREATE INDEX renewal_renews ON renewal (renews);
        -- Exceptions: who granted, by when the second person must stand by it, who looked at it.
        CREATE TABLE exception_grant (
          grant_idx INTEGER PRIMARY KEY REFERENCES consent_grant (idx),
          granter TEXT NOT NULL,
          second TEXT CHECK (second <> granter),
          second_by INTEGER,
          countersign_idx INTEGER,
          lapsed_idx INTEGER,
          review_by INTEGER NOT NULL
        ) STRICT;
        -- Said by telephone, or handed over on paper.
        CREATE TABLE outside_entry (
          idx INTEGER PRIMARY KEY,
          case_id INTEGER NOT NULL REFERENCES case_file (id),
          kind TEXT NOT NULL CHECK (kind IN ('verbal', 'outside')),
          receiver TEXT NOT NULL,
          purpose TEXT NOT NULL,
          groups TEXT NOT NULL,
          actor TEXT NOT NULL,
          said_at INTEGER NOT NULL,
          at INTEGER NOT NULL,
          late INTEGER NOT NULL CHECK (late IN (0, 1)),
          review_by INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX outside_entry_case ON outside_entry (case_id);
        -- What somebody else has looked at: the index of the event, and of the REVIEW event.
        CREATE TABLE review (
          subject_idx INTEGER PRIMARY KEY, idx INTEGER NOT NULL, reviewer TEXT NOT NULL,
          outcome TEXT NOT NULL, at INTEGER NOT NULL
        ) STRICT;
        -- A date on which something about a case is due; it says nothing of what.
        CREATE TABLE due_date (
          case_id INTEGER PRIMARY KEY REFERENCES case_file (id), at INTEGER NOT NULL
        ) STRICT;
        -- The recipient's own consent for a leg: what it does rests on it from then on.
        CREATE TABLE own_consent (
          referral INTEGER PRIMARY KEY REFERENCES referral (id),
          case_id INTEGER NOT NULL REFERENCES case_file (id),
          idx INTEGER NOT NULL,
          at INTEGER NOT NULL
        ) STRICT;
        -- Journeys across a border, and whether the arrival was heard of.
        CREATE TABLE journey (
          referral INTEGER PRIMARY KEY REFERENCES referral (id),
          travels_at INTEGER NOT NULL, due_at INTEGER NOT NULL, arrived_at INTEGER
        ) STRICT;
        -- Adults who refused everything: codes only, no day, no case.
        CREATE TABLE anonymous_note (
          id INTEGER PRIMARY KEY, month TEXT NOT NULL, sex TEXT NOT NULL, age TEXT NOT NULL,
          nationality TEXT NOT NULL, exploitation TEXT NOT NULL, region TEXT NOT NULL,
          reason TEXT NOT NULL
        ) STRICT;
        """
    )
  }
}
