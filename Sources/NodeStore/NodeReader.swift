package import CanonicalBytes
internal import Foundation
internal import GRDB

/// A consistent view for reading, beside the writer.
///
/// Valid only inside the closure it is lent to.
package struct NodeReader {
  let database: Database

  /// A case as listed: no content.
  package struct CaseLine: Sendable {
    package let name: String
    package let desk: String
    package let state: String
    package let atMs: UInt64
  }

  /// One page of a list, and where the next one starts.
  package struct Page<Line: Sendable>: Sendable {
    package let lines: [Line]
    /// The place after the last line; `nil` on the last page.
    package let next: Int64?

    /// Cuts a page from rows of which one more than `limit` was asked for.
    init(_ rows: [Row], limit: Int, _ line: (Row) throws -> Line) rethrows {
      lines = try rows.prefix(limit).map(line)
      next = rows.count > limit ? rows[limit - 1]["id"] : nil
    }
  }

  /// One page of the cases, newest first.
  ///
  /// `after`: The `next` of the page before.
  package func cases(after: Int64?, limit: Int) throws -> Page<CaseLine> {
    let rows = try Row.fetchAll(
      database,
      sql: "SELECT * FROM case_file WHERE ?1 IS NULL OR id < ?1 ORDER BY id DESC LIMIT ?2",
      arguments: [after, limit + 1]
    )
    return Page(rows, limit: limit) {
      CaseLine(
        name: $0["name"],
        desk: $0["desk"],
        state: $0["state"],
        atMs: UInt64($0["at"] as Int64)
      )
    }
  }

  /// One case, or `nil`.
  package func caseLine(_ name: String) throws -> CaseLine? {
    try Row.fetchOne(
      database,
      sql: "SELECT * FROM case_file WHERE name = ?",
      arguments: [name]
    ).map {
      CaseLine(
        name: $0["name"],
        desk: $0["desk"],
        state: $0["state"],
        atMs: UInt64($0["at"] as Int64)
      )
    }
  }

  /// The sealed sections of a case.
  package func sections(caseName: String) throws -> [(section: String, sealed: [UInt8])] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT s.section, s.sealed FROM case_section s JOIN case_file c ON c.id = s.case_id
        WHERE c.name = ? ORDER BY s.section
        """,
      arguments: [caseName]
    ).map { ($0["section"], [UInt8]($0["sealed"] as Data)) }
  }

  /// The grants of a case, oldest first.
  package func grants(caseName: String) throws -> [OwnGrant] {
    try database.stepped(OwnGrant.selection + " WHERE c.name = ? ORDER BY g.idx")
      .all([.text(caseName)], OwnGrant.init)
  }

  /// Grants by their indices; unknown ones are left out.
  package func grants(_ indices: [UInt64]) throws -> [OwnGrant] {
    let statement = try database.stepped(OwnGrant.selection + " WHERE g.idx = ?")
    return try indices.compactMap { try statement.first([.number($0)], OwnGrant.init) }
  }

  /// One page of the referrals, newest first.
  ///
  /// Parameters:
  /// `isSender`: `true` for those we sent, `nil` for all.
  /// `after`: The `next` of the page before.
  package func referrals(
    isSender: Bool?,
    state: String?,
    after: Int64?,
    limit: Int
  ) throws -> Page<ReferralRow> {
    let rows = try Row.fetchAll(
      database,
      sql: ReferralRow.selection + """
         WHERE (?1 IS NULL OR r.role = ?1) AND (?2 IS NULL OR r.state = ?2)
          AND (?3 IS NULL OR r.id < ?3)
        ORDER BY r.id DESC LIMIT ?4
        """,
      arguments: [isSender.map { $0 ? 0 : 1 }, state, after, limit + 1]
    )
    return try Page(rows, limit: limit, ReferralRow.init)
  }

  /// The referrals under the grants of a case, newest first.
  package func referrals(caseName: String) throws -> [ReferralRow] {
    try Row.fetchAll(
      database,
      sql: ReferralRow.selection + """
         JOIN consent_grant g ON r.role = 0 AND r.peer = g.peer AND r.grant_idx = g.idx
          AND r.grant_log = g.log
        JOIN case_file c ON c.id = g.case_id
        WHERE c.name = ? ORDER BY r.id DESC
        """,
      arguments: [caseName]
    ).map(ReferralRow.init)
  }

  /// One referral by its local name, or `nil`.
  package func referral(_ name: String) throws -> ReferralRow? {
    try Row.fetchOne(
      database,
      sql: ReferralRow.selection + " WHERE r.name = ?",
      arguments: [name]
    ).map(ReferralRow.init)
  }

  /// A received message with its sealed bytes.
  package struct InboundMessage: Sendable {
    package let row: Int64
    package let message: Digest32
    package let kind: String
    package let opened: Bool
    package let envelope: [UInt8]
    package let atMs: UInt64
    /// Its content keys, where they were wrapped again to a later key of the desk.
    package let resealed: [ResealedKeys]
  }

  /// The messages received under a referral that can still be opened, oldest first.
  package func inbound(referral: Int64) throws -> [InboundMessage] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT i.*, v.envelope FROM inbound i JOIN inbound_envelope v ON v.id = i.id
        WHERE i.referral = ? ORDER BY i.id
        """,
      arguments: [referral]
    ).map { try inboundMessage($0) }
  }

  func inboundMessage(_ row: Row) throws -> InboundMessage {
    InboundMessage(
      row: row["id"],
      message: try row.digest("message"),
      kind: row["kind"],
      opened: (row["opened"] as Int64) == 1,
      envelope: [UInt8](row["envelope"] as Data),
      atMs: UInt64(row["at"] as Int64),
      resealed: try resealed(row["id"])
    )
  }

  /// A peer as the node knows it.
  package struct PeerLine: Sendable {
    package let agency: String
    package let heardAtMs: UInt64
    package let waiting: Int
  }

  /// The peers met so far.
  package func peers() throws -> [PeerLine] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT agency, heard_at,
          (SELECT count(*) FROM outbound o WHERE o.peer = peer.id AND o.state < 2) AS waiting
        FROM peer ORDER BY agency
        """
    ).map {
      PeerLine(
        agency: $0["agency"],
        heardAtMs: UInt64($0["heard_at"] as Int64),
        waiting: Int($0["waiting"] as Int64)
      )
    }
  }

  /// The agencies for which something waits.
  package func peersWithWaiting() throws -> [String] {
    try String.fetchAll(
      database,
      sql: """
        SELECT agency FROM peer WHERE EXISTS
          (SELECT 1 FROM outbound o WHERE o.peer = peer.id AND o.state < 2)
        """
    )
  }

  /// The agencies for which a leg of a plan leaves in a span of time, the end included.
  package func peersLeaving(afterMs: UInt64, untilMs: UInt64) throws -> [String] {
    try String.fetchAll(
      database,
      sql: """
        SELECT DISTINCT p.agency FROM outbound o JOIN peer p ON p.id = o.peer
        WHERE o.leave_at > 0 AND o.state = 0 AND o.leave_at > ? AND o.leave_at <= ?
        """,
      arguments: [Int64(clamping: afterMs), Int64(clamping: untilMs)]
    )
  }

  /// How many messages stand in each state: queued, logged, received, refused, dead.
  package func outboundCounts() throws -> [Int64: Int] {
    var out: [Int64: Int] = [:]
    for row in try Row.fetchAll(
      database,
      sql: "SELECT state, count(*) AS n FROM outbound GROUP BY state"
    ) {
      out[row["state"]] = Int(row["n"] as Int64)
    }
    return out
  }

  /// The stored notes of a kind, oldest first.
  package func notes(_ kind: String) throws -> [(owner: String, serial: UInt64, text: String)] {
    try Row.fetchAll(
      database,
      sql: "SELECT * FROM note WHERE kind = ? ORDER BY owner, serial, id",
      arguments: [kind]
    ).map { ($0["owner"], UInt64($0["serial"] as Int64), $0["text"]) }
  }

  /// All notes in the order in which they came, with the time each was seen.
  package func notesInOrder() throws -> [(text: String, atMs: UInt64)] {
    try Row.fetchAll(database, sql: "SELECT text, at FROM note ORDER BY id").map {
      ($0["text"], UInt64($0["at"] as Int64))
    }
  }

  /// What a referral has gone through: messages out and in, oldest first.
  package struct Moment: Sendable {
    package let atMs: UInt64
    package let kind: String
    package let isOut: Bool
    package let message: Digest32
    package let actor: String?
    package let outcome: String?
    package let state: Int64?
  }

  /// The messages of a referral.
  package func history(referral: Int64) throws -> [Moment] {
    let out = try Row.fetchAll(
      database,
      sql: "SELECT * FROM outbound WHERE referral = ? ORDER BY id",
      arguments: [referral]
    ).map {
      Moment(
        atMs: UInt64($0["at"] as Int64),
        kind: $0["kind"],
        isOut: true,
        message: try $0.digest("message"),
        actor: $0["actor"],
        outcome: $0["outcome"],
        state: $0["state"]
      )
    }
    let back = try Row.fetchAll(
      database,
      sql: "SELECT * FROM inbound WHERE referral = ? ORDER BY id",
      arguments: [referral]
    ).map {
      Moment(
        atMs: UInt64($0["at"] as Int64),
        kind: $0["kind"],
        isOut: false,
        message: try $0.digest("message"),
        actor: nil,
        outcome: $0["outcome"],
        state: nil
      )
    }
    return (out + back).sorted { $0.atMs < $1.atMs }
  }

  /// How many grants and referrals a case has.
  package func caseCounts(_ name: String) throws -> (grants: Int, referrals: Int) {
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT count(*) AS g, coalesce(sum(offered), 0) AS r FROM consent_grant
        JOIN case_file c ON c.id = case_id WHERE c.name = ?
        """,
      arguments: [name]
    )
    return (Int(row?["g"] as Int64? ?? 0), Int(row?["r"] as Int64? ?? 0))
  }

  /// The stored policy texts.
  package func policies() throws -> [(hash: Digest32, body: [UInt8])] {
    try Row.fetchAll(database, sql: "SELECT * FROM policy ORDER BY sha256").map {
      (try $0.digest("sha256"), [UInt8]($0["body"] as Data))
    }
  }

  /// A named value of the node.
  package func meta(_ key: String) throws -> String? {
    try String.fetchOne(database, sql: "SELECT value FROM meta WHERE key = ?", arguments: [key])
  }

  /// The named values of the node whose names begin so.
  package func metas(prefix: String) throws -> [(key: String, value: String)] {
    try Row.fetchAll(
      database,
      sql: "SELECT key, value FROM meta WHERE substr(key, 1, length(?1)) = ?1 ORDER BY key",
      arguments: [prefix]
    ).map { ($0["key"], $0["value"]) }
  }
}

extension NodeReader {
  /// The last heartbeat: its size and when it was made.
  package func lastHeartbeat() throws -> (size: UInt64, atMs: UInt64)? {
    try Row.fetchOne(
      database,
      sql: "SELECT size, at FROM mark WHERE heartbeat = 1 ORDER BY size DESC LIMIT 1"
    ).map { (UInt64($0["size"] as Int64), UInt64($0["at"] as Int64)) }
  }

  /// The note of the last heartbeat.
  package func newestHeartbeat() throws -> String? {
    try String.fetchOne(
      database,
      sql: "SELECT note FROM mark WHERE heartbeat = 1 ORDER BY size DESC LIMIT 1"
    )
  }
}
