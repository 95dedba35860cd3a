internal import GRDB

extension NodeSchema {
  /// The legal ground of what a holder keeps, as its erasure receipt tells it.
  static func keptBasis(_ db: Database) throws {
    try db.execute(
      sql: """
        ALTER TABLE erasure_receipt ADD COLUMN kept_basis TEXT;
        ALTER TABLE holder ADD COLUMN kept_basis TEXT;
        """
    )
  }
}
