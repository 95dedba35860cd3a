internal import GRDB

extension NodeSchema {
  /// What the legs of a plan need: how many recipients a consent named, and when a message leaves.
  static func legs(_ db: Database) throws {
    try db.execute(
      sql: """
        -- Recipients of the record that this grant was given in; above 1 its disclosures are padded.
        ALTER TABLE consent_grant ADD COLUMN recipients INTEGER NOT NULL DEFAULT 1;
        -- Not before this time; 0 for at once.
        ALTER TABLE outbound ADD COLUMN leave_at INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX outbound_leaving ON outbound (leave_at) WHERE leave_at > 0 AND state = 0;
        """
    )
  }

  /// What a recipient is told of a leg among several.
  static func legsShown(_ db: Database) throws {
    try db.execute(
      sql: """
        -- The time within which its leg leaves, above 0 where other recipients may compare; when the leg
        -- was handed over; the index of the GRANT that its recipient knows, and since when.
        ALTER TABLE consent_grant ADD COLUMN leg_window INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE consent_grant ADD COLUMN referred_at INTEGER;
        ALTER TABLE consent_grant ADD COLUMN shown_idx INTEGER;
        ALTER TABLE consent_grant ADD COLUMN shown_at INTEGER;
        CREATE UNIQUE INDEX consent_grant_shown ON consent_grant (shown_idx) WHERE shown_idx NOT NULL;
        -- Whether a case has several recipients is asked for each leg.
        DROP INDEX consent_grant_case;
        CREATE INDEX consent_grant_case ON consent_grant (case_id, peer);
        """
    )
  }
}
