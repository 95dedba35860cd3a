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
  /// `recipients` says how many agencies the record names that this leg belongs to.
  ///
  /// - Returns: The index of the GRANT event.
  package func grant(
    _ draft: GrantDraft,
    caseName: String,
    staff: Staff,
    recipients: Int = 1
  ) throws -> UInt64 {
    var fields: [EventField] = [
      .string(.basis, draft.basis), .strings(.groups, draft.groups.sorted()),
      .integer(.onward, draft.onward ? 1 : 0), .string(.peer, draft.peer),
      .digest(.policy, draft.policy), .string(.purpose, draft.purpose),
      .digest(.register, draft.register), .integer(.until, draft.untilMs),
    ]
    if let renews = draft.renews { fields.append(.integer(.renews, renews)) }
    let index = try append(.grant, fields, staff: staff, person: draft.person)
    let peer = try peer(draft.peer)
    try database.cachedStatement(
      sql: """
        INSERT INTO consent_grant (idx, log, case_id, person, peer, purpose, basis, groups, policy,
          onward, until, at, recipients)
        VALUES (?, ?, (SELECT id FROM case_file WHERE name = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      Int64(index), book.identity.log, caseName, Data(draft.person.id), peer, draft.purpose,
      draft.basis, draft.groups.sorted().joined(separator: " "), draft.policy.hex,
      draft.onward ? 1 : 0, Int64(clamping: draft.untilMs), Int64(clamping: staff.atMs), recipients,
    ])
    return index
  }

  /// A grant of ours, or `nil`.
  package func ownGrant(_ index: UInt64) throws -> OwnGrant? {
    let statement = try database.cachedStatement(sql: OwnGrant.selection + " WHERE g.idx = ?")
    return try Row.fetchOne(statement, arguments: [Int64(clamping: index)]).map(OwnGrant.init)
  }

  /// Marks a grant as having carried its one offer (A2).
  ///
  /// - Returns: Whether it could: neither stopped nor used before.
  package func takeForOffer(_ index: UInt64) throws -> Bool {
    try hot("UPDATE consent_grant SET offered = 1 WHERE idx = ? AND offered = 0 AND stopped = 0")
      .run([.number(index)])
    return database.changesCount == 1
  }

  /// Stops sharing under a grant: nothing more leaves, and what waits in the queue dies.
  package func stop(_ index: UInt64, atMs: UInt64) throws {
    try database.execute(
      sql: "UPDATE consent_grant SET stopped = 1 WHERE idx = ?",
      arguments: [Int64(index)]
    )
    let waiting = try Row.fetchAll(
      database,
      sql:
        "SELECT id, referral FROM outbound WHERE grant_idx = ? AND basis <> '' AND state IN (0, 5)",
      arguments: [Int64(index)]
    )
    for row in waiting {
      try die(row["id"], referral: nil, code: "withdrawn", atMs: atMs)
    }
  }

  /// The referral under one of our grants, or `nil`.
  package func ownReferral(grant index: UInt64) throws -> ReferralRow? {
    try Row.fetchOne(
      database,
      sql: ReferralRow.selection + " WHERE r.role = 0 AND r.grant_idx = ? AND r.grant_log = ?",
      arguments: [Int64(clamping: index), book.identity.log]
    ).map(ReferralRow.init)
  }

  /// Logs the withdrawal of a grant.
  package func withdraw(_ grant: OwnGrant, staff: Staff, person: Person?) throws -> UInt64 {
    let index = try append(
      .withdraw,
      [
        .integer(.grant, grant.index), .string(.grantLog, grant.log),
        .integer(.until, grant.untilMs),
      ],
      staff: staff,
      person: person
    )
    try database.execute(
      sql: "UPDATE consent_grant SET withdraw_idx = ? WHERE idx = ?",
      arguments: [Int64(index), Int64(grant.index)]
    )
    return index
  }

  /// Whether any byte under a grant has been sent: then its peer is a holder, whatever it answered.
  package func wasSent(_ grant: UInt64) throws -> Bool {
    try Bool.fetchOne(
      database,
      sql: """
        SELECT EXISTS (SELECT 1 FROM outbound WHERE grant_idx = ? AND basis <> '' AND idx NOT NULL)
        """,
      arguments: [Int64(grant)]
    ) ?? false
  }

  /// Remembers that a holder owes an erasure receipt for a withdrawal.
  package func addHolder(grant: UInt64, peer agency: String, withdraw: Digest32) throws {
    let peer = try peer(agency)
    try database.execute(
      sql: """
        INSERT INTO holder (grant_idx, peer, withdraw) VALUES (?, ?, ?)
        ON CONFLICT (grant_idx, peer) DO UPDATE SET withdraw = excluded.withdraw
        """,
      arguments: [Int64(grant), peer, withdraw.data]
    )
  }

  /// Records a holder's erasure receipt.
  ///
  /// - Returns: whether one was awaited.
  package func erased(
    peer agency: String,
    withdraw: Digest32,
    kept: String?,
    backupsUntilMs: UInt64?,
    atMs: UInt64
  ) throws -> Bool {
    let peer = try peer(agency)
    try database.execute(
      sql: """
        UPDATE holder SET erased_at = ?, kept = ?, backups_until = ?
        WHERE peer = ? AND withdraw = ? AND erased_at IS NULL
        """,
      arguments: [
        Int64(clamping: atMs), kept, backupsUntilMs.map { Int64(clamping: $0) }, peer,
        withdraw.data,
      ]
    )
    return database.changesCount > 0
  }

  /// Deletes every sealed byte received under one grant of a peer.
  ///
  /// The files are truncated and scanned by ``NodeStore/finishErasure(_:)`` afterwards.
  ///
  /// - Returns: Pieces of the deleted envelopes, for the scan, and the indices of their events.
  package func eraseReceived(
    referral: Int64,
    atMs: UInt64
  ) throws -> (probes: [[UInt8]], events: [UInt64]) {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT i.id, i.idx, v.envelope FROM inbound i
        LEFT JOIN inbound_envelope v ON v.id = i.id
        WHERE i.referral = ? AND i.kind IN ('offer', 'supplement', 'reply')
        """,
      arguments: [referral]
    )
    var probes: [[UInt8]] = []
    var events: [UInt64] = []
    for row in rows {
      events.append(UInt64(row["idx"] as Int64))
      guard let envelope = row["envelope"] as Data? else { continue }
      probes += Self.probes(of: envelope)
      for table in ["inbound_envelope", "resealed"] {
        try database.execute(
          sql: "DELETE FROM \(table) WHERE id = ?",
          arguments: [row["id"] as Int64]
        )
      }
    }
    try database.execute(
      sql: "UPDATE referral SET erased = 1, since = ? WHERE id = ?",
      arguments: [Int64(clamping: atMs), referral]
    )
    return (probes, events)
  }

  /// Pieces of an envelope's ciphertext, unlike the framing that all envelopes to a desk share.
  ///
  /// The last compartment holds 4 KiB at least; of a long envelope, three quarters in there is nothing
  /// but ciphertext.
  static func probes(of envelope: Data) -> [[UInt8]] {
    guard envelope.count >= 96 else { return [] }
    let sealed = envelope.count > 4_000 ? max(4_000, envelope.count / 4) : Erasure.pieceBytes
    return Erasure.pieces(of: envelope.suffix(sealed))
  }

  /// Logs an erasure with its cause and targets (C5).
  package func logErasure(
    targets: [UInt64],
    cause: UInt64,
    backupsUntilMs: UInt64,
    staff: Staff
  ) throws -> UInt64 {
    try append(
      .erase,
      [
        .integer(.backupsUntil, backupsUntilMs), .integer(.cause, cause),
        .strings(.targets, targets.sorted().map { "\($0)-\($0)" }.sorted()),
      ],
      staff: staff
    )
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
