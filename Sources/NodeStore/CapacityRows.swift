package import CanonicalBytes
internal import Foundation
internal import GRDB

/// A question about capacity.
package struct CapacityRow: Sendable {
  package let row: Int64
  /// Whether this node asked.
  package let isOurs: Bool
  package let peer: String
  package let message: Digest32
  package let code: String
  package let answer: String?
  package let atMs: UInt64
  package let answeredMs: UInt64?
  package let untilMs: UInt64

  static let selection = "SELECT q.*, p.agency FROM capacity q JOIN peer p ON p.id = q.peer"

  init(_ row: Row) throws {
    self.row = row["id"]
    isOurs = (row["role"] as Int64) == 0
    peer = row["agency"]
    message = try row.digest("message")
    code = row["code"]
    answer = row["answer"]
    atMs = UInt64(row["at"] as Int64)
    answeredMs = (row["answered"] as Int64?).map { UInt64($0) }
    untilMs = UInt64(row["until"] as Int64)
  }
}

/// A standing answer.
package struct CapacitySetting: Sendable {
  package let code: String
  package let answer: String
  package let untilMs: UInt64?
}

extension NodeTransaction {
  /// Keeps a question, ours or a peer's.
  package func addCapacity(
    isOurs: Bool,
    peer agency: String,
    message: Digest32,
    code: String,
    atMs: UInt64,
    untilMs: UInt64
  ) throws {
    try database.execute(
      sql: """
        INSERT INTO capacity (role, peer, message, code, at, until) VALUES (?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        isOurs ? 0 : 1, try peer(agency), message.data, code, Int64(clamping: atMs),
        Int64(clamping: untilMs),
      ]
    )
  }

  /// How many questions of a peer wait for people here.
  package func openCapacity(peer agency: String) throws -> Int {
    try Int.fetchOne(
      database,
      sql: "SELECT count(*) FROM capacity WHERE role = 1 AND peer = ? AND answer IS NULL",
      arguments: [try peer(agency)]
    ) ?? 0
  }

  /// A question by its message, or `nil`.
  package func capacity(message: Digest32, isOurs: Bool) throws -> CapacityRow? {
    try Row.fetchOne(
      database,
      sql: CapacityRow.selection + " WHERE q.message = ? AND q.role = ?",
      arguments: [message.data, isOurs ? 0 : 1]
    ).map(CapacityRow.init)
  }

  /// Writes an answer down; the first one stands.
  ///
  /// - Returns: Whether it was the first.
  package func answerCapacity(
    _ row: Int64,
    answer: String,
    atMs: UInt64,
    untilMs: UInt64
  ) throws -> Bool {
    try database.execute(
      sql: """
        UPDATE capacity SET answer = ?, answered = ?, until = ? WHERE id = ? AND answer IS NULL
        """,
      arguments: [answer, Int64(clamping: atMs), Int64(clamping: untilMs), row]
    )
    return database.changesCount > 0
  }

  /// The standing answer for a code, if one holds at that time.
  package func capacitySetting(_ code: String, nowMs: UInt64) throws -> String? {
    try String.fetchOne(
      database,
      sql: """
        SELECT answer FROM capacity_setting WHERE code = ? AND (until IS NULL OR until > ?)
        """,
      arguments: [code, Int64(clamping: nowMs)]
    )
  }

  /// Sets, or takes back, a standing answer.
  package func setCapacity(_ code: String, answer: String?, untilMs: UInt64?, atMs: UInt64) throws {
    try database.execute(sql: "DELETE FROM capacity_setting WHERE code = ?", arguments: [code])
    guard let answer else { return }
    try database.execute(
      sql: "INSERT INTO capacity_setting (code, answer, at, until) VALUES (?, ?, ?, ?)",
      arguments: [
        code, answer, Int64(clamping: atMs), untilMs.map { Int64(clamping: $0) },
      ]
    )
  }
}

extension NodeReader {
  /// The standing answers.
  package func capacitySettings() throws -> [CapacitySetting] {
    try Row.fetchAll(database, sql: "SELECT * FROM capacity_setting ORDER BY code").map {
      CapacitySetting(
        code: $0["code"],
        answer: $0["answer"],
        untilMs: ($0["until"] as Int64?).map { UInt64($0) }
      )
    }
  }

  /// The questions, the newest first.
  package func capacityQuestions() throws -> [CapacityRow] {
    try Row.fetchAll(
      database,
      sql: CapacityRow.selection + " ORDER BY q.id DESC LIMIT \(Self.lineLimit)"
    ).map(CapacityRow.init)
  }
}
