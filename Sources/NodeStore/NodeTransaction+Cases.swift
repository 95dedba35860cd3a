package import CanonicalBytes
internal import Foundation
internal import GRDB
internal import TransparencyLog

/// A grant as it is about to be logged: one leg of a consent, or of a lawful exception.
package struct GrantDraft: Sendable {
  package let peer: String
  package let purpose: String
  package let basis: String
  package let groups: [String]
  package let onward: Bool
  package let untilMs: UInt64
  package let register: Digest32
  package let policy: Digest32
  package let renews: UInt64?
  package let person: NodeTransaction.Person

  package init(
    peer: String,
    purpose: String,
    basis: String,
    groups: [String],
    onward: Bool,
    untilMs: UInt64,
    register: Digest32,
    policy: Digest32,
    renews: UInt64? = nil,
    person: NodeTransaction.Person
  ) {
    self.peer = peer
    self.purpose = purpose
    self.basis = basis
    self.groups = groups
    self.onward = onward
    self.untilMs = untilMs
    self.register = register
    self.policy = policy
    self.renews = renews
    self.person = person
  }
}

extension NodeTransaction {
  /// Opens a case for a desk.
  @discardableResult
  package func openCase(name: String, desk: String, atMs: UInt64) throws -> Int64 {
    try database.execute(
      sql: "INSERT INTO case_file (name, desk, state, at) VALUES (?, ?, 'open', ?)",
      arguments: [name, desk, Int64(clamping: atMs)]
    )
    return database.lastInsertedRowID
  }

  /// Stores a sealed section of a case, replacing the one before.
  package func setSection(caseName: String, section: String, sealed: [UInt8], atMs: UInt64) throws {
    try database.execute(
      sql: """
        INSERT INTO case_section (case_id, section, sealed, at)
        VALUES ((SELECT id FROM case_file WHERE name = ?), ?, ?, ?)
        ON CONFLICT (case_id, section) DO UPDATE SET sealed = excluded.sealed, at = excluded.at
        """,
      arguments: [caseName, section, Data(sealed), Int64(clamping: atMs)]
    )
  }

  /// Logs a grant and files it under its case.
  ///
  /// `recipients` says how many agencies the record names that this leg belongs to; `legWindowMs`, of a
  /// grant that renews another, the window of that one.
  ///
  /// - Returns: The index of the GRANT event.
  package func grant(
    _ draft: GrantDraft,
    caseName: String,
    staff: Staff,
    recipients: Int = 1,
    legWindowMs: UInt64 = 0
  ) throws -> UInt64 {
    var fields: [EventField] = [
      .string(.basis, EventBasis.said(draft.basis)), .strings(.groups, draft.groups.sorted()),
      .integer(.onward, draft.onward ? 1 : 0), .string(.peer, draft.peer),
      .digest(.policy, draft.policy), .string(.purpose, draft.purpose),
      .digest(.register, draft.register), .integer(.until, draft.untilMs),
    ]
    if let renews = draft.renews {
      fields.append(.integer(.renews, try ownGrant(renews)?.toldIndex ?? renews))
    }
    let index = try append(.grant, fields, staff: staff, person: draft.person)
    let peer = try peer(draft.peer)
    try database.cachedStatement(
      sql: """
        INSERT INTO consent_grant (idx, log, case_id, person, peer, purpose, basis, groups, policy,
          onward, until, at, recipients, renews, leg_window)
        VALUES (?, ?, (SELECT id FROM case_file WHERE name = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      Int64(index), book.identity.log, caseName, Data(draft.person.id), peer, draft.purpose,
      draft.basis, draft.groups.sorted().joined(separator: " "), draft.policy.hex,
      draft.onward ? 1 : 0, Int64(clamping: draft.untilMs), Int64(clamping: staff.atMs), recipients,
      draft.renews.map { Int64(clamping: $0) }, Int64(clamping: legWindowMs),
    ])
    return index
  }

  /// A grant of ours, or `nil`.
  package func ownGrant(_ index: UInt64) throws -> OwnGrant? {
    try database.stepped(OwnGrant.selection + " WHERE g.idx = ?")
      .first([.number(index)], OwnGrant.init)
  }

  /// The grant of ours that a peer knows by an index, or `nil`.
  package func ownGrant(told index: UInt64) throws -> OwnGrant? {
    try database.stepped(
      OwnGrant.selection + " WHERE g.shown_idx = ?1 OR (g.idx = ?1 AND g.shown_idx IS NULL)"
    ).first([.number(index)], OwnGrant.init)
  }

  /// Marks a grant as having carried its one offer (A2).
  ///
  /// `windowMs`: The time within which its leg leaves, where other recipients may compare.
  ///
  /// - Returns: Whether it could: neither stopped nor used before.
  package func takeForOffer(
    _ index: UInt64,
    windowMs: UInt64 = 0,
    atMs: UInt64? = nil
  ) throws -> Bool {
    try hot(
      """
      UPDATE consent_grant SET offered = 1, leg_window = ?, referred_at = ?
      WHERE idx = ? AND offered = 0 AND stopped = 0
      """
    ).run([.number(windowMs), .number(atMs), .number(index)])
    return database.changesCount == 1
  }

  /// The referral under one of our grants, or `nil`.
  package func ownReferral(grant index: UInt64) throws -> ReferralRow? {
    try Row.fetchOne(
      database,
      sql: ReferralRow.selection + " WHERE r.role = 0 AND r.grant_idx = ? AND r.grant_log = ?",
      arguments: [Int64(clamping: index), book.identity.log]
    ).map(ReferralRow.init)
  }

  /// Writes where a referral stands.
  package func save(
    referral: Int64,
    state: String,
    sinceMs: UInt64,
    frozenSinceMs: UInt64?,
    disputedFrom: String?,
    heardSeq: UInt64,
    peerErased: Bool,
    code: String?
  ) throws {
    try database.cachedStatement(
      sql: """
        UPDATE referral SET state = ?, since = ?, frozen_since = ?, disputed_from = ?,
          heard_seq = ?, peer_erased = ?, code = coalesce(?, code) WHERE id = ?
        """
    ).execute(arguments: [
      state, Int64(clamping: sinceMs), frozenSinceMs.map { Int64(clamping: $0) }, disputedFrom,
      Int64(clamping: heardSeq), peerErased ? 1 : 0, code, referral,
    ])
  }

  /// Lets a held-back message of a referral go.
  package func release(referral: Int64) throws {
    try database.execute(
      sql: "UPDATE outbound SET state = 0 WHERE referral = ? AND state = 5",
      arguments: [referral]
    )
  }

  /// Ends what still waits under a referral.
  package func cancelWaiting(referral: Int64, code: String, atMs: UInt64) throws {
    let rows = try Int64.fetchAll(
      database,
      sql: "SELECT id FROM outbound WHERE referral = ? AND basis <> '' AND state IN (0, 5)",
      arguments: [referral]
    )
    for row in rows { try die(row, referral: nil, code: code, atMs: atMs) }
  }

  /// Keeps a note of the register, a card, a link or a suspension.
  package func keepNote(
    kind: String,
    owner: String,
    serial: UInt64,
    text: String,
    atMs: UInt64
  ) throws {
    try database.execute(
      sql: "INSERT OR IGNORE INTO note (kind, owner, serial, text, at) VALUES (?, ?, ?, ?, ?)",
      arguments: [kind, owner, Int64(clamping: serial), text, Int64(clamping: atMs)]
    )
  }

  /// Keeps a policy file.
  package func keepPolicy(_ hash: Digest32, _ body: [UInt8]) throws {
    try database.execute(
      sql: "INSERT OR IGNORE INTO policy (sha256, body) VALUES (?, ?)",
      arguments: [hash.data, Data(body)]
    )
  }

  /// Keeps two notes that contradict each other.
  package func keepEvidence(kind: String, first: String, second: String, atMs: UInt64) throws {
    try database.execute(
      sql: "INSERT INTO evidence (kind, first, second, at) VALUES (?, ?, ?, ?)",
      arguments: [kind, first, second, Int64(clamping: atMs)]
    )
  }

  /// A referral by row.
  package func referral(_ row: Int64) throws -> ReferralRow? {
    try Row.fetchOne(
      database,
      sql: ReferralRow.selection + " WHERE r.id = ?",
      arguments: [row]
    ).map(ReferralRow.init)
  }

  /// A referral by its local name.
  package func referral(named name: String) throws -> ReferralRow? {
    try Row.fetchOne(
      database,
      sql: ReferralRow.selection + " WHERE r.name = ?",
      arguments: [name]
    ).map(ReferralRow.init)
  }

  /// Marks a received message as opened by a desk, logging it the first time.
  package func markOpened(inbound row: Int64) throws {
    try database.execute(
      sql: "UPDATE inbound SET opened = 1 WHERE id = ?",
      arguments: [row]
    )
  }
}

extension NodeTransaction {
  /// Keeps a heartbeat checkpoint: the only ones that are published.
  package func keepMark(size: UInt64, note: String, atMs: UInt64) throws {
    try database.execute(
      sql: "INSERT OR IGNORE INTO mark (size, note, at, heartbeat) VALUES (?, ?, ?, 1)",
      arguments: [Int64(clamping: size), note, Int64(clamping: atMs)]
    )
  }
}
