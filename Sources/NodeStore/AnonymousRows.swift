internal import Foundation
internal import GRDB

extension NodeReader {
  /// Notes of months before one that have not gone to the statistics, a batch of them.
  package func unsentNotes(before month: String) throws -> [(row: Int64, note: AnonymousRow)] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT * FROM anonymous_note WHERE sent = 0 AND month < ? ORDER BY month, id LIMIT 64
        """,
      arguments: [month]
    ).map { ($0["id"], AnonymousRow($0)) }
  }

  /// Anonymous notes that other agencies have sent here and that can still be opened.
  package func tallies() throws -> [InboundMessage] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT i.*, v.envelope FROM inbound i JOIN inbound_envelope v ON v.id = i.id
        WHERE i.kind = 'tally' ORDER BY i.id LIMIT \(Self.tallyLimit)
        """
    ).map { try inboundMessage($0) }
  }

  /// Most notes in one answer.
  package static let tallyLimit = 10_000
}

extension NodeTransaction {
  /// Takes note that a note has gone to the statistics.
  ///
  /// - Returns: `false` if it had before.
  package func markSent(note row: Int64) throws -> Bool {
    try database.execute(
      sql: "UPDATE anonymous_note SET sent = 1 WHERE id = ? AND sent = 0",
      arguments: [row]
    )
    return database.changesCount > 0
  }
}
