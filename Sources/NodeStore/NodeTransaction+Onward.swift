package import CanonicalBytes
internal import Foundation
internal import GRDB

/// What was handed on under a grant of another agency, and the alerts about withdrawals.
extension NodeTransaction {
  /// Remembers on which received grant one of our grants rests.
  package func linkOnward(
    grant: UInt64,
    peer agency: String,
    parentLog: String,
    parentIndex: UInt64
  ) throws {
    let peer = try peer(agency)
    try database.execute(
      sql: "INSERT INTO onward (grant_idx, peer, parent_log, parent_idx) VALUES (?, ?, ?, ?)",
      arguments: [Int64(grant), peer, parentLog, Int64(clamping: parentIndex)]
    )
  }

  /// Our grants that rest on a grant of another agency.
  package func onwardGrants(peer: Int64, log: String, index: UInt64) throws -> [OwnGrant] {
    try database.stepped(
      OwnGrant.selection + """
         JOIN onward o ON o.grant_idx = g.idx
        WHERE o.peer = ? AND o.parent_idx = ? AND o.parent_log = ? ORDER BY g.idx
        """
    ).all([.integer(peer), .number(index), .text(log)], OwnGrant.init)
  }

  /// Notes that a withdrawal, named by its first message, is passed on under one of our grants.
  ///
  /// - Returns: `false` if it has been before: then it goes no further.
  package func passOn(root: Digest32, grant: UInt64) throws -> Bool {
    try database.execute(
      sql: "INSERT OR IGNORE INTO passed_on (grant_idx, root) VALUES (?, ?)",
      arguments: [Int64(grant), root.data]
    )
    return database.changesCount > 0
  }

  /// The RECEIVE event of the offer that opened a received referral.
  package func receiveIndex(ofOffer offer: Digest32, referral: Int64) throws -> UInt64? {
    try Int64.fetchOne(
      database,
      sql: "SELECT idx FROM inbound WHERE referral = ? AND message = ? AND outcome = 'stored'",
      arguments: [referral, offer.data]
    ).map { UInt64($0) }
  }

  /// Calls people once for a grant; a settled alert may be raised again.
  ///
  /// - Returns: Whether it is news.
  @discardableResult
  package func raise(
    _ kind: AlertKind,
    log: String,
    index: UInt64,
    peer agency: String?,
    atMs: UInt64
  ) throws -> Bool {
    var row: Int64?
    if let agency { row = try peer(agency) }
    try database.execute(
      sql: """
        INSERT INTO alert (kind, grant_log, grant_idx, peer, at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (kind, grant_log, grant_idx) DO UPDATE SET
          at = excluded.at, settled = NULL WHERE settled NOT NULL
        """,
      arguments: [kind.rawValue, log, Int64(clamping: index), row, Int64(clamping: atMs)]
    )
    return database.changesCount > 0
  }

  /// Settles an alert, if there is one.
  package func settleAlert(_ kind: AlertKind, log: String, index: UInt64, atMs: UInt64) throws {
    try database.execute(
      sql: """
        UPDATE alert SET settled = ?
        WHERE kind = ? AND grant_log = ? AND grant_idx = ? AND settled IS NULL
        """,
      arguments: [Int64(clamping: atMs), kind.rawValue, log, Int64(clamping: index)]
    )
  }

  /// Settles an alert by its number.
  ///
  /// - Returns: Whether it was open.
  package func settleAlert(_ id: Int64, atMs: UInt64) throws -> Bool {
    try database.execute(
      sql: "UPDATE alert SET settled = ? WHERE id = ? AND settled IS NULL",
      arguments: [Int64(clamping: atMs), id]
    )
    return database.changesCount > 0
  }

  /// Notes a wrong code word.
  package func noteCodeWordTry(caseName: String, atMs: UInt64) throws {
    try database.execute(
      sql: """
        INSERT INTO code_word_try (case_id, at) SELECT id, ? FROM case_file WHERE name = ?
        """,
      arguments: [Int64(clamping: atMs), caseName]
    )
  }
}

/// Why people are called about a withdrawal; `Protocol/spec/05-receipts.md`, "Alerts".
package enum AlertKind: String, CaseIterable, Sendable {
  /// A holder has not answered in time.
  case receiptLate = "receipt-late"
  /// An erasure that was asked of this node has not been carried out in time.
  case erasureLate = "erasure-late"
  /// More withdrawals from one log in a day than the policy expects: nothing is erased by itself.
  case withdrawalFlood = "withdrawal-flood"
  /// A stop that she has not confirmed: reach her.
  case stopUnconfirmed = "stop-unconfirmed"
  /// A consent that never was one: find out how it came about.
  case consentInvalid = "consent-invalid"
}
