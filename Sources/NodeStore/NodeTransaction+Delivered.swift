internal import GRDB

extension NodeTransaction {
  /// Deletes the sealed bytes of messages that have their answer: they are never sent again, and what
  /// was disclosed stands in the log.
  ///
  /// The row with its ids, its event and its receipt stays. Not part of the receipt's transaction:
  /// overwriting the bytes would double the cost of every delivery.
  ///
  /// - Parameters:
  ///   - after: The place to go on from; 0 at first.
  ///   - limit: Most rows looked at.
  /// - Returns: Where to go on, or `nil` at the end; and how many were deleted.
  /// - Throws: What SQLite says.
  package func dropDelivered(after: Int64, limit: Int) throws -> (next: Int64?, dropped: Int) {
    let rows = try Row.fetchAll(
      database.cachedStatement(
        sql: """
          SELECT v.id AS id, o.state AS state FROM outbound_envelope v JOIN outbound o ON o.id = v.id
          WHERE v.id > ? ORDER BY v.id LIMIT ?
          """
      ),
      arguments: [after, limit]
    )
    // 2 received, 3 refused, 4 dead: nothing leads back from these to the queue.
    let ended = rows.filter { (2...4).contains($0["state"] as Int64) }
    let delete = try database.cachedStatement(sql: "DELETE FROM outbound_envelope WHERE id = ?")
    for row in ended { try delete.execute(arguments: [row["id"] as Int64]) }
    return (rows.count == limit ? rows.last?["id"] : nil, ended.count)
  }
}
