package import CanonicalBytes
internal import Foundation
internal import GRDB
package import TransparencyLog

extension NodeTransaction {
  /// Most published checkpoints kept of one log: the newest.
  static let heardLimit = 64

  /// Keeps the cosignatures of a mark, and its time once it is settled.
  package func update(mark: OwnMark) throws {
    try database.execute(
      sql: "UPDATE mark SET note = ?, settled = coalesce(settled, ?) WHERE size = ?",
      arguments: [
        mark.note, mark.settledMs.map { Int64(clamping: $0) }, Int64(clamping: mark.size),
      ]
    )
  }

  /// A mark by its size.
  package func mark(_ size: UInt64) throws -> OwnMark? {
    try OwnMark.fetch(database, "WHERE size = ?", [Int64(clamping: size)])
  }

  /// Keeps a published checkpoint of another log; what is known of it already only grows.
  ///
  /// A settled one that is proved makes final every receipt it extends (RCP-008).
  ///
  /// - Returns: Whether anything about it is new.
  @discardableResult
  package func hear(_ heard: HeardCheckpoint) throws -> Bool {
    let held = try heardCheckpoint(heard)
    try database.execute(
      sql: """
        INSERT INTO heard (origin, key, size, root, note, at, proved, settled)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (origin, key, size, root) DO UPDATE SET note = excluded.note,
          proved = max(proved, excluded.proved), settled = coalesce(settled, excluded.settled)
        """,
      arguments: [
        heard.origin, heard.key.data, Int64(clamping: heard.size), heard.root.data, heard.note,
        Int64(clamping: heard.atMs), heard.isProved ? 1 : 0,
        heard.settledMs.map { Int64(clamping: $0) },
      ]
    )
    try database.execute(
      sql: """
        DELETE FROM heard WHERE origin = ? AND id NOT IN
          (SELECT id FROM heard WHERE origin = ? ORDER BY size DESC LIMIT \(Self.heardLimit))
        """,
      arguments: [heard.origin, heard.origin]
    )
    if (heard.isProved || held?.isProved == true), heard.settledMs ?? held?.settledMs != nil {
      try close(views: heard.origin, upTo: heard.size)
    }
    guard let held else { return true }
    return held.note != heard.note || (heard.isProved && !held.isProved)
      || (heard.settledMs != nil && held.settledMs == nil)
  }

  /// What is kept of the same log, key, size and root.
  package func heardCheckpoint(_ like: HeardCheckpoint) throws -> HeardCheckpoint? {
    try HeardCheckpoint.fetchAll(
      database,
      "WHERE origin = ? AND key = ? AND size = ? AND root = ?",
      [like.origin, like.key.data, Int64(clamping: like.size), like.root.data]
    ).first
  }

  /// A note kept of the same log, key and size with another root: the other half of evidence.
  package func heardOtherwise(_ like: HeardCheckpoint) throws -> String? {
    try HeardCheckpoint.fetchAll(
      database,
      "WHERE origin = ? AND key = ? AND size = ? AND root <> ?",
      [like.origin, like.key.data, Int64(clamping: like.size), like.root.data]
    ).first?.note
  }

  /// The receipts of a log that a settled checkpoint of this size extends are final.
  package func close(views origin: String, upTo size: UInt64) throws {
    try database.execute(
      sql: "DELETE FROM view_open WHERE origin = ? AND size <= ?",
      arguments: [origin, Int64(clamping: size)]
    )
  }

  /// What was heard of a log up to a size that has now been accepted is proved.
  package func prove(heard origin: String, key: Digest32, size: UInt64, root: Digest32) throws {
    try database.execute(
      sql: "UPDATE heard SET proved = 1 WHERE origin = ? AND key = ? AND size = ? AND root = ?",
      arguments: [origin, key.data, Int64(clamping: size), root.data]
    )
  }

  /// Keeps two notes that contradict each other, once, and logs that they are held (CHK-036).
  ///
  /// - Returns: Whether they are new.
  package func keep(fork evidence: ForkEvidence, peer: String?, atMs: UInt64) throws -> Bool {
    let known = try Bool.fetchOne(
      database,
      sql: "SELECT EXISTS (SELECT 1 FROM evidence WHERE kind = 'log' AND first = ? AND second = ?)",
      arguments: [evidence.notes[0], evidence.notes[1]]
    )
    guard known != true else { return false }
    try keepEvidence(
      kind: "log",
      first: evidence.notes[0],
      second: evidence.notes[1],
      atMs: atMs
    )
    if let peer {
      try append(
        .evidence,
        [.string(.kind, "log"), .digest(.message, evidence.hash), .string(.peer, peer)],
        staff: Staff(atMs: atMs)
      )
    }
    return true
  }

  /// Logs the counts of refusals that left no event, and starts them anew (EXC-010, attack D1).
  ///
  /// Only counts that began by `beganByMs`.
  ///
  /// - Returns: How many counts were logged.
  @discardableResult
  package func logRefusals(beganByMs: UInt64, atMs: UInt64) throws -> Int {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT r.*, p.agency FROM refusal_count r JOIN peer p ON p.id = r.peer
        WHERE r.first <= ? ORDER BY p.agency, r.code LIMIT 256
        """,
      arguments: [Int64(clamping: beganByMs)]
    )
    for row in rows {
      try append(
        .refusals,
        [
          .string(.code, row["code"]), .integer(.count, UInt64(row["n"] as Int64)),
          .integer(.from, UInt64(row["first"] as Int64)), .string(.peer, row["agency"]),
          .integer(.to, UInt64(row["last"] as Int64)),
        ],
        staff: Staff(atMs: atMs)
      )
      try database.execute(
        sql: "DELETE FROM refusal_count WHERE peer = ? AND code = ?",
        arguments: [row["peer"] as Int64, row["code"] as String]
      )
    }
    return rows.count
  }
}
