package import CanonicalBytes
internal import Foundation
internal import GRDB
package import TransparencyLog

/// A sealed message on its way out, before it is logged.
package struct OutboundDraft: Sendable {
  /// What a message rests on.
  package struct Grant: Sendable {
    package let index: UInt64
    package let log: String
    package let untilMs: UInt64

    package init(index: UInt64, log: String, untilMs: UInt64) {
      self.index = index
      self.log = log
      self.untilMs = untilMs
    }
  }

  package let peer: String
  package let kind: String
  package let message: Digest32
  package let envelope: [UInt8]
  package let groups: [String]
  package let purpose: String
  package let basis: String
  package let grant: Grant?
  package let ref: Digest32?
  package let expiresMs: UInt64
  package let outcome: String?
  package let actor: String?
  package let desk: String?
  package let atMs: UInt64

  package init(
    peer: String,
    kind: String,
    message: Digest32,
    envelope: [UInt8],
    groups: [String] = [],
    purpose: String = "",
    basis: String = "",
    grant: Grant? = nil,
    ref: Digest32? = nil,
    expiresMs: UInt64,
    outcome: String? = nil,
    actor: String? = nil,
    desk: String? = nil,
    atMs: UInt64
  ) {
    self.peer = peer
    self.kind = kind
    self.message = message
    self.envelope = envelope
    self.groups = groups
    self.purpose = purpose
    self.basis = basis
    self.grant = grant
    self.ref = ref
    self.expiresMs = expiresMs
    self.outcome = outcome
    self.actor = actor
    self.desk = desk
    self.atMs = atMs
  }
}

/// A message that stands in the log and may leave.
package struct LoggedMessage: Sendable {
  package let row: Int64
  package let message: Digest32
  package let envelope: [UInt8]
  package let index: UInt64
  package let grantIndex: UInt64?
  package let grantLog: String?
}

extension NodeTransaction {
  /// Puts a sealed message into the queue of a peer.
  ///
  /// It is logged when it first leaves.
  @discardableResult
  package func queue(
    _ draft: OutboundDraft,
    referral: Int64?,
    held: Bool = false
  ) throws -> Int64 {
    let peer = try peer(draft.peer)
    try database.cachedStatement(
      sql: """
        INSERT INTO outbound (peer, referral, kind, message, ref, grant_idx, grant_log, until,
          groups, purpose, basis, expires, actor, desk, outcome, at, state)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      peer, referral, draft.kind, draft.message.data, draft.ref?.data,
      draft.grant.map { Int64($0.index) }, draft.grant?.log,
      draft.grant.map { Int64(clamping: $0.untilMs) }, draft.groups.joined(separator: " "),
      draft.purpose, draft.basis, Int64(clamping: draft.expiresMs), draft.actor, draft.desk,
      draft.outcome, Int64(clamping: draft.atMs), held ? 5 : 0,
    ])
    let row = database.lastInsertedRowID
    try database.cachedStatement(
      sql: "INSERT INTO outbound_envelope (id, envelope) VALUES (?, ?)"
    ).execute(arguments: [row, Data(draft.envelope)])
    return row
  }

  /// Takes the next messages for a peer, logging those that leave for the first time.
  ///
  /// Consent is judged again here, in the transaction that writes the disclosure: a message whose
  /// grant has been stopped or has expired dies in the queue.
  ///
  /// Parameters:
  /// `after`: Only rows above this one.
  /// `register`: SHA-256 of the register in force.
  /// `policy`: SHA-256 of the policy in force.
  /// `nowMs`: Trusted time.
  package func takeBatch(
    peer agency: String,
    after: Int64,
    limit: Int,
    register: Digest32,
    policy: Digest32,
    nowMs: UInt64,
    atMs: UInt64
  ) throws -> [LoggedMessage] {
    let peer = try peer(agency)
    let rows = try Row.fetchAll(
      database.cachedStatement(
        sql: """
          SELECT o.*, v.envelope AS envelope, g.stopped AS stopped, g.cut AS cut,
            g.until AS grant_until
          FROM outbound o JOIN outbound_envelope v ON v.id = o.id
          LEFT JOIN consent_grant g ON g.idx = o.grant_idx AND o.basis <> ''
          WHERE o.peer = ? AND o.state < 2 AND o.id > ? ORDER BY o.id LIMIT ?
          """
      ),
      arguments: [peer, after, limit]
    )
    guard !rows.isEmpty else { return [] }
    var seq =
      try Int64.fetchOne(
        database,
        sql: "SELECT next_seq FROM peer WHERE id = ?",
        arguments: [peer]
      ) ?? 1
    let firstSeq = seq
    var out: [LoggedMessage] = []
    out.reserveCapacity(rows.count)
    for row in rows {
      let id: Int64 = row["id"]
      let expires: Int64 = row["expires"]
      let state: Int64 = row["state"]
      var index: UInt64
      if state == 1 {
        // She has stopped it since: nothing is sent again. Its peer counts as a holder, and is told.
        if row["grant_until"] as Int64? != nil, Self.isTakenBack(row) {
          try die(id, referral: nil, code: "withdrawn", atMs: atMs)
          continue
        }
        // Left before, no receipt yet: the same event again, with a newer proof.
        index = UInt64(row["idx"] as Int64)
      } else {
        if let code = refusal(row, nowMs: nowMs) {
          try die(id, referral: row["referral"], code: code, atMs: atMs)
          continue
        }
        index = try logOutbound(
          row,
          agency: agency,
          seq: UInt64(seq),
          expires: UInt64(expires),
          register: register,
          policy: policy,
          atMs: atMs
        )
        try database.cachedStatement(
          sql: "UPDATE outbound SET state = 1, idx = ?, seq = ? WHERE id = ?"
        ).execute(arguments: [Int64(index), seq, id])
        seq += 1
      }
      out.append(
        LoggedMessage(
          row: id,
          message: try row.digest("message"),
          envelope: [UInt8](row["envelope"] as Data),
          index: index,
          grantIndex: (row["basis"] as String).isEmpty
            ? nil : (row["grant_idx"] as Int64?).map { UInt64($0) },
          grantLog: row["grant_log"]
        )
      )
    }
    if seq != firstSeq {
      try database.cachedStatement(sql: "UPDATE peer SET next_seq = ? WHERE id = ?")
        .execute(arguments: [seq, peer])
    }
    return out
  }

  /// Why a queued message may not leave any more, or `nil`.
  private func refusal(_ row: Row, nowMs: UInt64) -> String? {
    // A withdrawal is told however late, and whatever the clock said when it was written.
    if UInt64(row["expires"] as Int64) <= nowMs, row["kind"] as String != "withdraw" {
      return "expired"
    }
    guard !(row["basis"] as String).isEmpty, (row["basis"] as String) != "reply" else { return nil }
    guard let until = row["grant_until"] as Int64? else { return "grant-missing" }
    if Self.isTakenBack(row) { return "withdrawn" }
    return UInt64(until) <= nowMs ? "grant-expired" : nil
  }

  /// Whether she has taken back the grant, or a group that the message carries.
  private static func isTakenBack(_ row: Row) -> Bool {
    if (row["stopped"] as Int64? ?? 1) != 0 { return true }
    let cut = (row["cut"] as String? ?? "").split(separator: " ").map(String.init)
    return !cut.isEmpty && touches(row["groups"], cut)
  }

  private func logOutbound(
    _ row: Row,
    agency: String,
    seq: UInt64,
    expires: UInt64,
    register: Digest32,
    policy: Digest32,
    atMs: UInt64
  ) throws -> UInt64 {
    let kind: String = row["kind"]
    let basis: String = row["basis"]
    let ref = try (row["ref"] as Data?).map { _ in try row.digest("ref") }
    let staff = Staff(actor: row["actor"], desk: row["desk"], atMs: atMs)
    let grantIndex = (row["grant_idx"] as Int64?).map { UInt64($0) }
    let grantLog: String? = row["grant_log"]
    var fields: [EventField] = [
      .integer(.expires, expires), .string(.kind, kind),
      .digest(.message, try row.digest("message")), .string(.peer, agency), .integer(.seq, seq),
    ]
    fields.reserveCapacity(14)
    if basis.isEmpty {
      if let outcome = row["outcome"] as String? { fields.append(.string(.outcome, outcome)) }
      let groups = (row["groups"] as String).split(separator: " ").map(String.init)
      if !groups.isEmpty { fields.append(.strings(.groups, groups)) }
      if kind == "withdraw", let grantIndex, let grantLog, let until = row["until"] as Int64? {
        fields += [
          .integer(.grant, grantIndex), .string(.grantLog, grantLog),
          .integer(.until, UInt64(until)),
        ]
      }
      if let ref { fields.append(.digest(.ref, ref)) }
      if kind == "erased" { fields += try erasureFields(row["id"]) }
      return try append(.notify, fields, staff: staff)
    }
    fields += [
      .string(.basis, basis),
      .strings(.groups, (row["groups"] as String).split(separator: " ").map(String.init)),
      .digest(.policy, policy), .string(.purpose, row["purpose"]), .digest(.register, register),
    ]
    if let grantIndex, let grantLog {
      fields += [.integer(.grant, grantIndex), .string(.grantLog, grantLog)]
    }
    if let ref { fields.append(.digest(.ref, ref)) }
    return try append(.disclose, fields, staff: staff)
  }

  /// Ends a queued message that may not leave: its sealed bytes go, its row says why.
  package func die(_ row: Int64, referral: Int64?, code: String, atMs: UInt64) throws {
    try database.execute(sql: "DELETE FROM outbound_envelope WHERE id = ?", arguments: [row])
    try database.execute(
      sql: "UPDATE outbound SET state = 4, code = ? WHERE id = ?",
      arguments: [code, row]
    )
    if let referral, code == "expired" {
      try database.execute(
        sql: """
          UPDATE referral SET state = 'undeliverable', since = ?, code = ?
          WHERE id = ? AND state IN ('queued', 'draft')
          """,
        arguments: [Int64(clamping: atMs), code, referral]
      )
    }
  }

  /// One answer of a peer's receipt.
  package struct ReceiptLine: Sendable {
    package let row: Int64
    package let opening: EventOpening
    package let received: Bool
    package let code: String

    package init(row: Int64, opening: EventOpening, received: Bool, code: String) {
      self.row = row
      self.opening = opening
      self.received = received
      self.code = code
    }
  }

  /// Stores a verified receipt: the proof of delivery, before anybody sees "delivered".
  ///
  /// `view`: The peer's checkpoint note that the receipt rests on.
  package func applyReceipt(
    peer agency: String,
    view note: String,
    lines: [ReceiptLine],
    atMs: UInt64
  ) throws {
    guard !lines.isEmpty else { return }
    let peer = try peer(agency)
    try database.execute(
      sql: "INSERT INTO view (peer, note) VALUES (?, ?)",
      arguments: [peer, note]
    )
    let view = database.lastInsertedRowID
    let insert = try database.cachedStatement(
      sql: """
        INSERT OR IGNORE INTO receipt (id, e, salt, staff, personal, path, view)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """
    )
    let update = try database.cachedStatement(
      sql: "UPDATE outbound SET state = ?, code = ? WHERE id = ? AND state = 1 RETURNING referral"
    )
    let deliver = try database.cachedStatement(
      sql: """
        UPDATE referral SET state = ?, since = ?, code = ? WHERE id = ? AND state = 'queued'
        """
    )
    for line in lines {
      try insert.execute(arguments: [
        line.row, Data(line.opening.event), line.opening.salt.data, line.opening.staff.data,
        line.opening.personal.data, Data(MerkleProof.flat(line.opening.path)), view,
      ])
      let referral = try Optional<Int64>.fetchOne(
        update,
        arguments: [line.received ? 2 : 3, line.code, line.row]
      )
      guard let referral, let referral else { continue }
      try deliver.execute(arguments: [
        line.received ? "delivered" : "draft", Int64(clamping: atMs),
        line.received ? nil : line.code, referral,
      ])
    }
  }
}

extension NodeTransaction {
  /// Records that a peer refused a message without an event: it was never stored there.
  package func refusedOutright(row: Int64, code: String, atMs: UInt64) throws {
    let referral = try Optional<Int64>.fetchOne(
      database.cachedStatement(
        sql: "UPDATE outbound SET state = 3, code = ? WHERE id = ? AND state = 1 RETURNING referral"
      ),
      arguments: [code, row]
    )
    guard let referral, let referral else { return }
    try database.execute(
      sql:
        "UPDATE referral SET state = 'draft', since = ?, code = ? WHERE id = ? AND state = 'queued'",
      arguments: [Int64(clamping: atMs), code, referral]
    )
  }

  /// The referral that a withdrawal or a recall of ours ended.
  package func ownReferral(withdraw message: Digest32) throws -> ReferralRow? {
    try Row.fetchOne(
      database,
      sql: ReferralRow.selection + """
         WHERE r.role = 0 AND r.id = (SELECT referral FROM outbound
          WHERE message = ? AND kind IN ('withdraw', 'recall') LIMIT 1)
        """,
      arguments: [message.data]
    ).map(ReferralRow.init)
  }
}
