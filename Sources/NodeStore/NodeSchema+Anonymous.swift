internal import GRDB

extension NodeSchema {
  /// Which notes of people who refused everything have gone to the statistics.
  static func anonymous(_ db: Database) throws {
    try db.execute(
      sql: """
        ALTER TABLE anonymous_note ADD COLUMN sent INTEGER NOT NULL DEFAULT 0
          CHECK (sent IN (0, 1));
        CREATE INDEX anonymous_note_waiting ON anonymous_note (month) WHERE sent = 0;
        CREATE INDEX inbound_tally ON inbound (id) WHERE kind = 'tally';
        """
    )
  }
}
