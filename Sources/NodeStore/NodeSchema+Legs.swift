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
}
