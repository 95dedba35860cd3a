package import CanonicalBytes
internal import Foundation
internal import GRDB
internal import TransparencyLog

/// A message that was received or refused with an event.
package struct InboundFacts: Sendable {
  package let row: Int64
  package let message: Digest32
  /// The index of the RECEIVE or REFUSE event.
  package let index: UInt64
  package let outcome: String
}

/// A peer's grant, as the first message under it showed it.
package struct PeerGrant: Sendable {
  package let log: String
  package let index: UInt64
  package let purpose: String
  package let basis: String
  package let groups: [String]
  package let untilMs: UInt64
  /// Whether the survivor allowed the recipient to hand on.
  package let onward: Bool

  package init(
    log: String,
    index: UInt64,
    purpose: String,
    basis: String,
    groups: [String],
    untilMs: UInt64,
    onward: Bool = false
  ) {
    self.onward = onward
    self.log = log
    self.index = index
    self.purpose = purpose
    self.basis = basis
    self.groups = groups
    self.untilMs = untilMs
  }
}

/// A message that has passed, or failed, the checks that leave an event.
package struct InboundDraft: Sendable {
  package let peer: String
  package let seq: UInt64
  package let message: Digest32
  package let kind: String
  package let expiresMs: UInt64
  /// Whether it is received; otherwise refused.
  package let received: Bool
  /// The outcome code of the event.
  package let outcome: String
  /// The sealed bytes, when received.
  package let envelope: [UInt8]?
  package let atMs: UInt64

  package init(
    peer: String,
    seq: UInt64,
    message: Digest32,
    kind: String,
    expiresMs: UInt64,
    received: Bool,
    outcome: String,
    envelope: [UInt8]?,
    atMs: UInt64
  ) {
    self.peer = peer
    self.seq = seq
    self.message = message
    self.kind = kind
    self.expiresMs = expiresMs
    self.received = received
    self.outcome = outcome
    self.envelope = envelope
    self.atMs = atMs
  }
}

extension NodeTransaction {
  /// What is known under a peer's sequence number.
  package func inbound(peer: Int64, seq: UInt64) throws -> InboundFacts? {
    try hot("SELECT id, message, idx, outcome FROM inbound WHERE peer = ? AND seq = ?")
      .first([.integer(peer), .number(seq)]) { row in
        InboundFacts(
          row: row.integer(0),
          message: try row.digest(1),
          index: row.number(2),
          outcome: row.text(3)
        )
      }
  }

  /// What is known of a message id, whatever its number.
  ///
  /// The ids of everything unexpired stand in memory; the table is searched only when one matches,
  /// so an index over random ids, which would cost more than the message, is not needed.
  package func inbound(message: Digest32) throws -> InboundFacts? {
    guard try book.messages.mayContain(message, database) else { return nil }
    return try Row.fetchOne(
      database,
      sql: "SELECT id, message, idx, outcome FROM inbound WHERE message = ?",
      arguments: [message.data]
    ).map(facts)
  }

  private func facts(_ row: Row) throws -> InboundFacts {
    InboundFacts(
      row: row["id"],
      message: try row.digest("message"),
      index: UInt64(row["idx"] as Int64),
      outcome: row["outcome"]
    )
  }

  /// Writes the RECEIVE or REFUSE event with the message; both or neither.
  ///
  /// - Returns: The row and the event's index.
  package func store(
    _ draft: InboundDraft,
    referral: Int64?
  ) throws -> (row: Int64, index: UInt64) {
    let peer = try peer(draft.peer)
    let index = try append(
      draft.received ? .receive : .refuse,
      [
        .digest(.message, draft.message), .string(.outcome, draft.outcome),
        .string(.peer, draft.peer),
      ],
      staff: Staff(atMs: draft.atMs)
    )
    try hot(
      """
      INSERT INTO inbound (peer, seq, message, kind, referral, idx, outcome, expires, at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """
    ).run([
      .integer(peer), .number(draft.seq), .digest(draft.message), .text(draft.kind),
      .row(referral), .number(index), .text(draft.outcome), .number(draft.expiresMs),
      .number(draft.atMs),
    ])
    let row = database.lastInsertedRowID
    if let envelope = draft.envelope {
      try hot("INSERT INTO inbound_envelope (id, envelope) VALUES (?, ?)")
        .run([.integer(row), .bytes(envelope)])
    }
    book.messages.insert(draft.message)
    return (row, index)
  }

  /// Counts a refusal that leaves no event of its own.
  package func countRefusal(peer agency: String, code: String, atMs: UInt64) throws {
    let peer = try peer(agency)
    try database.cachedStatement(
      sql: """
        INSERT INTO refusal_count (peer, code, n, first, last) VALUES (?, ?, 1, ?, ?)
        ON CONFLICT (peer, code) DO UPDATE SET n = n + 1, last = excluded.last
        """
    ).execute(arguments: [peer, code, Int64(clamping: atMs), Int64(clamping: atMs)])
  }

  /// The offer already received under a peer's grant, with its referral.
  package func offer(
    peer: Int64,
    log: String,
    index: UInt64
  ) throws -> (referral: Int64, message: Digest32)? {
    try hot(
      """
      SELECT id, offer FROM referral
      WHERE role = 1 AND peer = ? AND grant_idx = ? AND grant_log = ?
      """
    ).first([.integer(peer), .number(index), .text(log)]) { ($0.integer(0), try $0.digest(1)) }
  }

  /// Opens a referral, ours or a peer's.
  package func openReferral(
    name: String,
    isSender: Bool,
    peer: Int64,
    grant: PeerGrant,
    offer: Digest32,
    state: String,
    priority: String? = nil,
    times: String? = nil,
    atMs: UInt64
  ) throws -> Int64 {
    try hot(
      """
      INSERT INTO referral (name, role, peer, grant_log, grant_idx, offer, purpose, basis, groups,
        until, state, since, created, priority, times, onward)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """
    ).run([
      .text(name), .integer(isSender ? 0 : 1), .integer(peer), .text(grant.log),
      .number(grant.index), .digest(offer), .text(grant.purpose), .text(grant.basis),
      .text(grant.groups.joined(separator: " ")), .number(grant.untilMs), .text(state),
      .number(atMs), .number(atMs), .text(priority), .text(times),
      .integer(grant.onward ? 1 : 0),
    ])
    let row = database.lastInsertedRowID
    book.offers.insert(offer, row: row)
    return row
  }

  /// A disclosure of ours to a peer by its message id, and whether its referral is still open.
  package func ownDisclosure(
    peer: Int64,
    message: Digest32
  ) throws -> (referral: Int64, kind: String)? {
    try Row.fetchOne(
      database,
      sql: """
        SELECT referral, kind FROM outbound
        WHERE peer = ? AND message = ? AND state IN (1, 2) AND referral IS NOT NULL
        """,
      arguments: [peer, message.data]
    ).map { ($0["referral"], $0["kind"]) }
  }

  /// The referral that an offer opened, ours or a peer's.
  package func referral(offer: Digest32, peer agency: String) throws -> ReferralRow? {
    for row in try book.offers.rows(offer, database) {
      guard let found = try referral(row), found.offer == offer, found.peer == agency else {
        continue
      }
      return found
    }
    return nil
  }
}

/// The ids of unexpired messages, eight bytes each, so that a repeat under another number is seen.
final class MessageFilter {
  private var prefixes: Set<UInt64>?

  func mayContain(_ message: Digest32, _ database: Database) throws -> Bool {
    if prefixes == nil {
      var loaded: Set<UInt64> = []
      let cursor = try Data.fetchCursor(
        database,
        sql: "SELECT message FROM inbound ORDER BY id DESC LIMIT 1000000"
      )
      while let bytes = try cursor.next() {
        if let digest = Digest32([UInt8](bytes)) { loaded.insert(Self.prefix(digest)) }
      }
      prefixes = loaded
    }
    return prefixes?.contains(Self.prefix(message)) ?? false
  }

  func insert(_ message: Digest32) { prefixes?.insert(Self.prefix(message)) }

  static func prefix(_ message: Digest32) -> UInt64 {
    unsafe message.withUnsafeBytes { unsafe $0.loadUnaligned(as: UInt64.self) }
  }
}

/// From an offer's id to its referral, in memory: answers name the offer, and an index over random
/// ids would cost every commit more than this costs a start.
final class OfferIndex {
  private var rows: [UInt64: [Int64]]?

  func rows(_ offer: Digest32, _ database: Database) throws -> [Int64] {
    if rows == nil {
      var loaded: [UInt64: [Int64]] = [:]
      let cursor = try Row.fetchCursor(database, sql: "SELECT id, offer FROM referral")
      while let row = try cursor.next() {
        loaded[MessageFilter.prefix(try row.digest("offer")), default: []].append(row[0])
      }
      rows = loaded
    }
    return rows?[MessageFilter.prefix(offer)] ?? []
  }

  func insert(_ offer: Digest32, row: Int64) {
    rows?[MessageFilter.prefix(offer), default: []].append(row)
  }
}
