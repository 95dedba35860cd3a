package import CanonicalBytes
internal import Foundation
internal import GRDB

extension NodeReader {
  /// Withdrawals of others that are due to be carried out.
  package struct DueErasure: Sendable {
    package let peer: String
    package let log: String
    package let index: UInt64
    package let message: Digest32
    /// Which groups; `nil` for all.
    package let groups: [String]?
    package let confirmed: Bool
    package let receiveIndex: UInt64
    /// How many onward holders were told.
    package let told: UInt64
  }

  /// What must be erased by now: asked for, and confirmed here or held down long enough.
  package func dueErasures(nowMs: UInt64) throws -> [DueErasure] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT t.*, p.agency, i.idx AS receive_idx FROM tombstone t JOIN peer p ON p.id = t.peer
        JOIN inbound i ON i.peer = t.peer AND i.message = t.message
        WHERE t.done = 0 AND t.asked = 1
          AND (t.confirmed = 1 OR (t.erase_after NOT NULL AND t.erase_after <= ?)) LIMIT 64
        """,
      arguments: [Int64(clamping: nowMs)]
    ).map {
      DueErasure(
        peer: $0["agency"],
        log: $0["grant_log"],
        index: UInt64($0["grant_idx"] as Int64),
        message: try $0.digest("message"),
        groups: ($0["asked_groups"] as String?)?.split(separator: " ").map(String.init),
        confirmed: ($0["confirmed"] as Int64) == 1,
        receiveIndex: UInt64($0["receive_idx"] as Int64),
        told: UInt64($0["told"] as Int64)
      )
    }
  }

  /// Erasures that were asked of this node and should have been carried out before a moment.
  package func overdueErasures(
    askedBeforeMs: UInt64
  ) throws -> [(peer: String, log: String, index: UInt64)] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT p.agency, t.grant_log, t.grant_idx FROM tombstone t JOIN peer p ON p.id = t.peer
        WHERE t.done = 0 AND t.asked = 1 AND t.at <= ?
          AND NOT EXISTS (SELECT 1 FROM alert a WHERE a.kind = 'erasure-late'
            AND a.grant_log = t.grant_log AND a.grant_idx = t.grant_idx AND a.settled IS NULL)
        LIMIT 256
        """,
      arguments: [Int64(clamping: askedBeforeMs)]
    ).map { ($0["agency"], $0["grant_log"], UInt64($0["grant_idx"] as Int64)) }
  }

  /// Our own ended grants whose keys and sent bytes are still to be destroyed.
  package func ownErasures() throws -> [(grant: UInt64, groups: [String]?)] {
    try Row.fetchAll(database, sql: "SELECT * FROM own_erasure LIMIT 256").map {
      (
        UInt64($0["grant_idx"] as Int64),
        ($0["groups"] as String?)?.split(separator: " ").map(String.init)
      )
    }
  }

  /// Whether a grant is being withdrawn for good.
  package func isEnding(_ grant: UInt64) throws -> Bool {
    try Bool.fetchOne(
      database,
      sql: """
        SELECT EXISTS (SELECT 1 FROM own_erasure WHERE grant_idx = ?1)
          OR EXISTS (SELECT 1 FROM holder WHERE grant_idx = ?1 AND step = 'erase')
          OR EXISTS (SELECT 1 FROM consent_grant g JOIN referral r
            ON r.role = 0 AND r.grant_idx = g.idx AND r.grant_log = g.log
            WHERE g.idx = ?1 AND r.state IN ('consent-withdrawn', 'closed-withdrawn', 'recalled', 'closed'))
        """,
      arguments: [Int64(grant)]
    ) ?? false
  }

  /// A stop of which something will follow by itself.
  package struct OpenStopRow: Sendable {
    package let grant: UInt64
    package let caseName: String
    package let sinceMs: UInt64
    package let channel: String
  }

  /// Most stops or alerts in one answer; the oldest come first, so that none is lost from sight.
  private static let withdrawalLimit = 1_000

  /// The stops that nobody has confirmed.
  package func openStops() throws -> [OpenStopRow] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT s.*, c.name FROM open_stop s JOIN consent_grant g ON g.idx = s.grant_idx
        JOIN case_file c ON c.id = g.case_id ORDER BY s.grant_idx LIMIT \(Self.withdrawalLimit)
        """
    ).map {
      OpenStopRow(
        grant: UInt64($0["grant_idx"] as Int64),
        caseName: $0["name"],
        sinceMs: UInt64($0["since"] as Int64),
        channel: $0["channel"]
      )
    }
  }

  /// A holder and what it owes or has said.
  package struct HolderLine: Sendable {
    package let grant: UInt64
    package let peer: String
    package let step: String
    package let dueMs: UInt64?
    package let erasedAtMs: UInt64?
    package let kept: String?
    package let keptGroups: [String]
    package let keptClass: String?
    package let keptBasis: String?
    package let keptUntilMs: UInt64?
    package let onward: UInt64
    package let backupsUntilMs: UInt64?
  }

  /// The holders of a case's withdrawn grants.
  package func holders(caseName: String) throws -> [HolderLine] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT h.*, p.agency FROM holder h JOIN peer p ON p.id = h.peer
        JOIN consent_grant g ON g.idx = h.grant_idx JOIN case_file c ON c.id = g.case_id
        WHERE c.name = ? ORDER BY h.grant_idx
        """,
      arguments: [caseName]
    ).map { row in
      func time(_ column: String) -> UInt64? { (row[column] as Int64?).map { UInt64($0) } }
      return HolderLine(
        grant: UInt64(row["grant_idx"] as Int64),
        peer: row["agency"],
        step: row["step"],
        dueMs: time("due"),
        erasedAtMs: time("erased_at"),
        kept: row["kept"],
        keptGroups: (row["kept_groups"] as String?)?.split(separator: " ").map(String.init) ?? [],
        keptClass: row["kept_class"],
        keptBasis: row["kept_basis"],
        keptUntilMs: time("kept_until"),
        onward: UInt64(row["onward"] as Int64),
        backupsUntilMs: time("backups_until")
      )
    }
  }

  /// Something people are called about.
  package struct AlertLine: Sendable {
    package let id: Int64
    package let kind: String
    package let grantLog: String
    package let grant: UInt64
    package let peer: String?
    package let atMs: UInt64
  }

  /// The alerts that are not settled, oldest first.
  package func alerts() throws -> [AlertLine] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT a.*, p.agency FROM alert a LEFT JOIN peer p ON p.id = a.peer
        WHERE a.settled IS NULL ORDER BY a.id LIMIT \(Self.withdrawalLimit)
        """
    ).map {
      AlertLine(
        id: $0["id"],
        kind: $0["kind"],
        grantLog: $0["grant_log"],
        grant: UInt64($0["grant_idx"] as Int64),
        peer: $0["agency"],
        atMs: UInt64($0["at"] as Int64)
      )
    }
  }

  /// How many alerts of each kind are open.
  package func alertCounts() throws -> [String: Int] {
    try Row.fetchAll(
      database,
      sql: "SELECT kind, count(*) AS n FROM alert WHERE settled IS NULL GROUP BY kind"
    ).reduce(into: [:]) { $0[$1["kind"] as String] = Int($1["n"] as Int64) }
  }

  /// The groups of a received grant that were taken back: `nil` for all, empty for none.
  package func takenBack(peer: String, log: String, index: UInt64) throws -> [String]? {
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT t.groups FROM tombstone t JOIN peer p ON p.id = t.peer
        WHERE p.agency = ? AND t.grant_idx = ? AND t.grant_log = ?
        """,
      arguments: [peer, Int64(clamping: index), log]
    )
    guard let row else { return [] }
    return (row["groups"] as String?)?.split(separator: " ").map(String.init)
  }

  /// What of a received referral outlives its withdrawal.
  package func keptParts(referral: Int64) throws -> [KeptRow] {
    try KeptRow.all(database, referral: referral)
  }

  /// How often a wrong code word was said for a case since a moment.
  package func codeWordTries(caseName: String, sinceMs: UInt64) throws -> Int {
    try Int.fetchOne(
      database,
      sql: """
        SELECT count(*) FROM code_word_try t JOIN case_file c ON c.id = t.case_id
        WHERE c.name = ? AND t.at > ?
        """,
      arguments: [caseName, Int64(clamping: sinceMs)]
    ) ?? 0
  }
}
