package import CanonicalBytes
internal import Foundation
internal import GRDB
internal import TransparencyLog

extension NodeTransaction {
  /// Keeps that an agency's log has ended and its next one begun (R6).
  package func keep(
    succession oldLog: String,
    agency: String,
    size: UInt64,
    root: Digest32,
    atMs: UInt64
  ) throws {
    try database.execute(
      sql: """
        INSERT OR IGNORE INTO succession (old_log, agency, size, root, at) VALUES (?, ?, ?, ?, ?)
        """,
      arguments: [oldLog, agency, Int64(clamping: size), root.data, Int64(clamping: atMs)]
    )
  }

  /// A peer has said which sequence number it saw last: numbers go on from there, never back.
  package func resync(peer: Int64, seenSeq seq: UInt64) throws {
    try database.execute(
      sql: "UPDATE peer SET resync = 0, next_seq = max(next_seq, ? + 1) WHERE id = ?",
      arguments: [Int64(clamping: seq), peer]
    )
  }

  /// Whether a peer has still to say which sequence number it saw last.
  package func awaitsResync(peer: Int64) throws -> Bool {
    try Bool.fetchOne(
      database,
      sql: "SELECT resync FROM peer WHERE id = ?",
      arguments: [peer]
    ) ?? false
  }

  /// The answer to a message again, as an event of the log in use: the one before stands in a log
  /// that has ended (RCP-003).
  ///
  /// - Returns: The index of an event that this log can open.
  package func answerAgain(
    _ facts: InboundFacts,
    peer agency: String,
    atMs: UInt64
  ) throws -> UInt64 {
    guard try isPast(facts.index) else { return facts.index }
    let index = try append(
      facts.outcome == "stored" ? .receive : .refuse,
      [
        .digest(.message, facts.message), .string(.outcome, facts.outcome),
        .string(.peer, agency),
      ],
      staff: Staff(atMs: atMs)
    )
    try database.execute(
      sql: "UPDATE inbound SET idx = ? WHERE id = ?",
      arguments: [Int64(index), facts.row]
    )
    return index
  }

  /// Whether an index belongs to an own log that has ended.
  func isPast(_ index: UInt64) throws -> Bool {
    guard book.identity.number > 1 else { return false }
    // Numbers of ended logs are pads here (``LogSuccessionWriter``), but for leaf 0, which says what
    // this log follows and answers nothing.
    guard index > 0 else { return true }
    return try
      !(Bool.fetchOne(
        database,
        sql: "SELECT EXISTS (SELECT 1 FROM event WHERE idx = ?)",
        arguments: [Int64(index)]
      ) ?? false)
  }

  /// The withdrawals that a peer was sent, the last one of each grant, while they still count.
  package func withdrawals(
    sentTo agency: String,
    untilAfterMs: UInt64
  ) throws -> [SentWithdrawal] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT max(o.id), o.grant_idx, o.grant_log, o.until, o.outcome, o.referral FROM outbound o
        WHERE o.peer = (SELECT id FROM peer WHERE agency = ?) AND o.kind = 'withdraw'
          AND o.state IN (2, 3) AND o.until >= ? GROUP BY o.grant_idx, o.grant_log
        """,
      arguments: [agency, Int64(clamping: untilAfterMs)]
    ).map {
      SentWithdrawal(
        grant: UInt64($0[1] as Int64),
        log: $0[2],
        untilMs: UInt64($0[3] as Int64),
        outcome: $0[4],
        referral: $0[5]
      )
    }
  }

  /// A withdrawal that was sent again: its holder owes an erasure receipt for this one.
  package func expectErasure(grant: UInt64, peer agency: String, withdraw: Digest32) throws {
    try database.execute(
      sql: """
        UPDATE holder SET withdraw = ?, erased_at = NULL
        WHERE grant_idx = ? AND peer = (SELECT id FROM peer WHERE agency = ?)
        """,
      arguments: [withdraw.data, Int64(clamping: grant), agency]
    )
  }
}

/// A withdrawal that a peer was told.
package struct SentWithdrawal: Sendable {
  package let grant: UInt64
  package let log: String
  package let untilMs: UInt64
  package let outcome: String?
  package let referral: Int64?
}
