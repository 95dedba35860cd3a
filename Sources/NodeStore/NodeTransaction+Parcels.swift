package import CanonicalBytes
internal import Foundation
internal import GRDB

extension NodeTransaction {
  /// A message came by parcel, new or again: its answer goes with the next parcel back (PCL-008).
  package func owe(answerTo inbound: Int64, peer: Int64, atMs: UInt64) throws {
    try database.execute(
      sql: """
        INSERT INTO parcel_answer (inbound, peer, at) VALUES (?, ?, ?)
        ON CONFLICT (inbound) DO UPDATE SET at = excluded.at, given = NULL
        """,
      arguments: [inbound, peer, Int64(clamping: atMs)]
    )
  }

  /// The answer to a message has gone another way.
  package func answered(_ inbound: Int64) throws {
    try database.cachedStatement(sql: "DELETE FROM parcel_answer WHERE inbound = ?")
      .execute(arguments: [inbound])
  }

  /// The answers that go into a parcel: those not on their way yet, then those of the last weeks,
  /// whose parcel may have been lost.
  ///
  /// - Parameters:
  ///   - agency: Whom they are for.
  ///   - limit: Most of them.
  ///   - onlyNew: Only those not on their way yet.
  ///   - atMs: Since when they are on their way.
  /// - Returns: The indices of their events, which the log in use can open.
  /// - Throws: What SQLite says.
  package func takeAnswers(
    peer agency: String,
    limit: Int,
    onlyNew: Bool,
    atMs: UInt64
  ) throws -> [UInt64] {
    let peer = try peer(agency)
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT i.id, i.message, i.idx, i.outcome FROM parcel_answer a JOIN inbound i ON i.id = a.inbound
        WHERE a.peer = ? AND (a.given IS NULL OR ? = 0)
        ORDER BY a.given NOT NULL, a.given DESC, i.id LIMIT ?
        """,
      arguments: [peer, onlyNew ? 1 : 0, limit]
    )
    return try rows.map { row in
      let facts = InboundFacts(
        row: row["id"],
        message: try row.digest("message"),
        index: UInt64(row["idx"] as Int64),
        outcome: row["outcome"]
      )
      try database.execute(
        sql: "UPDATE parcel_answer SET given = coalesce(given, ?) WHERE inbound = ?",
        arguments: [Int64(clamping: atMs), facts.row]
      )
      return try answerAgain(facts, peer: agency, atMs: atMs)
    }
  }

  /// Whether answers to a peer wait that are not on their way yet.
  package func owesAnswers(peer agency: String) throws -> Bool {
    try Bool.fetchOne(
      database,
      sql: "SELECT EXISTS (SELECT 1 FROM parcel_answer WHERE peer = ? AND given IS NULL)",
      arguments: [try peer(agency)]
    ) ?? false
  }

  /// Forgets answers that have been on their way for so long that nobody waits for them.
  package func forgetAnswers(givenBeforeMs: UInt64) throws {
    try database.execute(
      sql: "DELETE FROM parcel_answer WHERE given < ?",
      arguments: [Int64(clamping: givenBeforeMs)]
    )
  }

  /// The sizes of this log that went out to a peer in parcels, ascending.
  package func parcelSizes(peer agency: String) throws -> [UInt64] {
    try Int64.fetchAll(
      database,
      sql: "SELECT size FROM parcel_size WHERE peer = ? ORDER BY size",
      arguments: [try peer(agency)]
    ).map { UInt64($0) }
  }

  /// The sizes of the newest heartbeats: what a peer may have taken without this node hearing of it.
  package func newestMarkSizes() throws -> [UInt64] {
    try Int64.fetchAll(database, sql: "SELECT size FROM mark ORDER BY size DESC LIMIT 4")
      .map { UInt64($0) }
  }

  /// A parcel for a peer rests on the checkpoint of this size; the newest few are remembered.
  package func parcelWritten(peer agency: String, size: UInt64, keeping limit: Int) throws {
    let peer = try peer(agency)
    try database.execute(
      sql: "INSERT OR IGNORE INTO parcel_size (peer, size) VALUES (?, ?)",
      arguments: [peer, Int64(clamping: size)]
    )
    try database.execute(
      sql: """
        DELETE FROM parcel_size WHERE peer = ?1 AND size NOT IN
          (SELECT size FROM parcel_size WHERE peer = ?1 ORDER BY size DESC LIMIT ?2)
        """,
      arguments: [peer, limit]
    )
  }

  /// What a peer said last that it has accepted of this log.
  package func peer(_ agency: String, holds size: UInt64) throws {
    let peer = try peer(agency)
    try database.execute(
      sql: "UPDATE peer SET holds = ? WHERE id = ?",
      arguments: [Int64(clamping: size), peer]
    )
    try database.execute(
      sql: "DELETE FROM parcel_size WHERE peer = ? AND size <= ?",
      arguments: [peer, Int64(clamping: size)]
    )
  }
}

extension NodeReader {
  /// What waits for one agency and could travel by parcel.
  package struct ParcelLoad: Sendable {
    package let agency: String
    package let messages: Int
    /// Those among the messages that have not left by any road.
    package let fresh: Int
    package let answers: Int
  }

  /// The agencies for which something could travel by parcel.
  package func parcelLoads(atMs: UInt64) throws -> [ParcelLoad] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT agency,
          (SELECT count(*) FROM outbound o
           WHERE o.peer = peer.id AND o.state < 2 AND o.leave_at <= ?1) AS messages,
          (SELECT count(*) FROM outbound o WHERE o.peer = peer.id AND o.state < 2 AND o.state = 0
           AND o.leave_at <= ?1) AS fresh,
          (SELECT count(*) FROM parcel_answer a WHERE a.peer = peer.id AND a.given IS NULL) AS answers
        FROM peer ORDER BY agency
        """,
      arguments: [Int64(clamping: atMs)]
    ).map {
      ParcelLoad(
        agency: $0["agency"],
        messages: Int($0["messages"] as Int64),
        fresh: Int($0["fresh"] as Int64),
        answers: Int($0["answers"] as Int64)
      )
    }.filter { $0.messages + $0.answers > 0 }
  }

  /// Which of these messages of ours to a peer have left and have no receipt yet.
  package func unanswered(
    peer agency: String,
    _ messages: Set<Digest32>
  ) throws -> [Digest32: AnswerableMessage] {
    var out: [Digest32: AnswerableMessage] = [:]
    let cursor = try Row.fetchCursor(
      database,
      sql: """
        SELECT id, message, kind, referral FROM outbound
        WHERE peer = (SELECT id FROM peer WHERE agency = ?) AND state < 2 AND state = 1
        """,
      arguments: [agency]
    )
    while let row = try cursor.next() {
      let message = try row.digest("message")
      guard messages.contains(message) else { continue }
      out[message] = AnswerableMessage(
        row: row["id"],
        opens: (row["kind"] as String) == "offer" ? row["referral"] : nil
      )
    }
    return out
  }

  /// What peers said last that they have accepted of this log.
  package func peersHold() throws -> [String: UInt64] {
    var out: [String: UInt64] = [:]
    for row in try Row.fetchAll(database, sql: "SELECT agency, holds FROM peer WHERE holds > 0") {
      out[row["agency"]] = UInt64(row["holds"] as Int64)
    }
    return out
  }
}
