package import CanonicalBytes
internal import Foundation
internal import GRDB
internal import ReferralModel
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
  /// Of a message without a grant: the day that it names, Unix ms.
  package let untilMs: UInt64?
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
    untilMs: UInt64? = nil,
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
    self.untilMs = untilMs
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
  /// The row of the leg that this message opens; `nil` for anything but an offer.
  package let opens: Int64?
}

/// A message that has left, as a receipt may answer it.
package struct AnswerableMessage: Sendable {
  package let row: Int64
  /// The row of the leg that it opens; `nil` for anything but an offer.
  package let opens: Int64?

  package init(row: Int64, opens: Int64?) {
    self.row = row
    self.opens = opens
  }
}

extension NodeTransaction {
  /// Puts a sealed message into the queue of a peer.
  ///
  /// It is logged when it first leaves.
  @discardableResult
  package func queue(
    _ draft: OutboundDraft,
    referral: Int64?,
    held: Bool = false,
    leavesAtMs: UInt64 = 0
  ) throws -> Int64 {
    let peer = try peer(draft.peer)
    try hot(
      """
      INSERT INTO outbound (peer, referral, kind, message, ref, grant_idx, grant_log, until,
        groups, purpose, basis, expires, actor, desk, outcome, at, state, leave_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """
    ).run([
      .integer(peer), .row(referral), .text(draft.kind), .digest(draft.message),
      .digest(draft.ref), .number(draft.grant?.index), .text(draft.grant?.log),
      .number(draft.grant?.untilMs ?? draft.untilMs), .text(draft.groups.joined(separator: " ")),
      .text(draft.purpose), .text(draft.basis), .number(draft.expiresMs), .text(draft.actor),
      .text(draft.desk), .text(draft.outcome), .number(draft.atMs), .integer(held ? 5 : 0),
      .number(leavesAtMs),
    ])
    let row = database.lastInsertedRowID
    try hot("INSERT INTO outbound_envelope (id, envelope) VALUES (?, ?)")
      .run([.integer(row), .bytes(draft.envelope)])
    return row
  }

  /// Takes the next messages for a peer, logging those that leave for the first time.
  ///
  /// Consent is judged again here, in the transaction that writes the disclosure: a message whose
  /// grant has been stopped or has expired dies in the queue.
  ///
  /// Parameters:
  /// `after`: Only rows above this one.
  /// `budgetBytes`: Envelopes beyond this sum stay for the next batch; the first one always goes.
  /// `register`: SHA-256 of the register in force.
  /// `policy`: SHA-256 of the policy in force.
  /// `overlapping`: Earlier policies that a message may still name: what rests on a grant made under
  /// one of them keeps to it.
  /// `nowMs`: Trusted time.
  /// `onlyNotices`: Nothing is disclosed, as to an agency whose log has two histories (CHK-036).
  /// `padLimit`: The most pads before a leg of a plan with several recipients (EVT-029).
  /// `untilStepMs`: The policy's step for what is left of such a leg's grant (EVT-034).
  package func takeBatch(
    peer agency: String,
    after: Int64,
    limit: Int,
    budgetBytes: Int = .max,
    register: Digest32,
    policy: Digest32,
    overlapping: Set<Digest32> = [],
    nowMs: UInt64,
    atMs: UInt64,
    padLimit: UInt64 = 0,
    untilStepMs: UInt64 = 0,
    onlyNotices: Bool = false
  ) throws -> [LoggedMessage] {
    let peer = try peer(agency)
    // After a log was lost: no number is used before the peer has said which it saw last.
    guard try book.identity.number == 1 || !awaitsResync(peer: peer) else { return [] }
    let rows = try hot(WaitingRow.selection).all([
      .integer(peer), .integer(after), .number(atMs), .integer(onlyNotices ? 1 : 0),
      .integer(Int64(limit)),
    ]) { try WaitingRow($0) }
    guard !rows.isEmpty else { return [] }
    var seq =
      try hot("SELECT next_seq FROM peer WHERE id = ?").first([.integer(peer)]) {
        $0.integer(0)
      } ?? 1
    let firstSeq = seq
    var out: [LoggedMessage] = []
    out.reserveCapacity(rows.count)
    var takenBytes = 0
    for var row in rows {
      if !out.isEmpty, takenBytes + row.envelope.count > budgetBytes { break }
      var index: UInt64
      if let logged = row.logged {
        // She has stopped it since: nothing is sent again. Its peer counts as a holder, and is told.
        if row.stopped {
          try die(row.id, referral: nil, code: "withdrawn", atMs: atMs)
          // The log says so: this message will not be sent any more (EVT-030, attack C7).
          try append(
            .cancel,
            [
              .digest(.message, row.message), .string(.peer, agency),
              .integer(.seq, UInt64(seq)),
            ],
            staff: Staff(atMs: atMs)
          )
          seq += 1
          continue
        }
        // Left before, no receipt yet: the same event again, with a newer proof.
        index = logged
      } else {
        if let code = row.refusal(nowMs: nowMs) {
          try die(row.id, referral: row.referral, code: code, atMs: atMs)
          continue
        }
        if row.isCompared { try appendPads(upTo: padLimit) }
        if row.showsAnew {
          row = try shown(row, padLimit: padLimit, untilStepMs: untilStepMs, atMs: atMs)
        }
        index = try logOutbound(
          row,
          agency: agency,
          seq: UInt64(seq),
          register: register,
          policy: row.policy(among: overlapping) ?? policy,
          atMs: atMs
        )
        try hot("UPDATE outbound SET state = 1, idx = ?, seq = ? WHERE id = ?")
          .run([.number(index), .integer(seq), .integer(row.id)])
        seq += 1
      }
      takenBytes += row.envelope.count
      out.append(
        LoggedMessage(
          row: row.id,
          message: row.message,
          envelope: row.envelope,
          index: index,
          grantIndex: row.basis.isEmpty ? nil : row.toldGrant,
          grantLog: row.grantLog,
          opens: row.kind == "offer" ? row.referral : nil
        )
      )
    }
    if seq != firstSeq {
      try hot("UPDATE peer SET next_seq = ? WHERE id = ?").run([.integer(seq), .integer(peer)])
    }
    return out
  }

  private func logOutbound(
    _ row: WaitingRow,
    agency: String,
    seq: UInt64,
    register: Digest32,
    policy: Digest32,
    atMs: UInt64
  ) throws -> UInt64 {
    let staff = Staff(actor: row.actor, desk: row.desk, atMs: atMs)
    var fields: [EventField] = [
      .integer(.expires, row.toldExpiresMs), .string(.kind, row.kind),
      .digest(.message, row.message),
      .string(.peer, agency), .integer(.seq, seq),
    ]
    fields.reserveCapacity(14)
    if row.basis.isEmpty {
      if let outcome = row.outcome { fields.append(.string(.outcome, outcome)) }
      if row.kind == "withdraw", let grant = row.toldGrant, let log = row.grantLog,
        let until = row.untilMs
      {
        fields += [.integer(.grant, grant), .string(.grantLog, log), .integer(.until, until)]
      }
      if let ref = row.ref { fields.append(.digest(.ref, ref)) }
      if !row.groups.isEmpty {
        fields.append(.strings(.groups, row.groups.split(separator: " ").map(String.init)))
      }
      if row.kind == "waitlist", let until = row.untilMs { fields.append(.integer(.until, until)) }
      if row.kind == "erased" { fields += try erasureFields(row.id) }
      return try append(.notify, fields, staff: staff)
    }
    fields += [
      .string(.basis, EventBasis.said(row.basis)),
      .strings(.groups, row.groups.split(separator: " ").map(String.init)),
      .digest(.policy, policy), .string(.purpose, row.purpose), .digest(.register, register),
    ]
    if let grant = row.toldGrant, let log = row.grantLog {
      fields += [.integer(.grant, grant), .string(.grantLog, log)]
    }
    if let ref = row.ref { fields.append(.digest(.ref, ref)) }
    return try append(.disclose, fields, staff: staff)
  }

  /// Ends a queued message that may not leave: its sealed bytes go, its row says why.
  package func die(_ row: Int64, referral: Int64?, code: String, atMs: UInt64) throws {
    try database.execute(sql: "DELETE FROM outbound_envelope WHERE id = ?", arguments: [row])
    try database.execute(
      sql: "UPDATE outbound SET state = 4, code = ? WHERE id = ?",
      arguments: [code, row]
    )
  }

  /// One answer of a peer's receipt.
  package struct ReceiptLine: Sendable {
    package let row: Int64
    /// The row of the leg that the answered message opened; `nil` for anything but an offer.
    package let opened: Int64?
    package let opening: EventOpening
    package let received: Bool
    package let code: String

    package init(
      row: Int64,
      opened: Int64?,
      opening: EventOpening,
      received: Bool,
      code: String
    ) {
      self.row = row
      self.opened = opened
      self.opening = opening
      self.received = received
      self.code = code
    }
  }

  /// Stores a verified receipt: the proof of delivery, before anybody sees "delivered".
  ///
  /// `view`: The peer's checkpoint note that the receipt rests on.
  ///
  /// - Returns: What became of the offers among them.
  package func applyReceipt(
    peer agency: String,
    view note: String,
    lines: [ReceiptLine],
    atMs: UInt64
  ) throws -> [OfferFate] {
    guard !lines.isEmpty else { return [] }
    let peer = try peer(agency)
    try database.execute(
      sql: "INSERT INTO view (peer, note) VALUES (?, ?)",
      arguments: [peer, note]
    )
    let view = database.lastInsertedRowID
    if let checkpoint = try? Checkpoint.claimed(note: note) {
      // Final once a settled checkpoint of that log extends it (RCP-008).
      try database.cachedStatement(
        sql: "INSERT INTO view_open (view, origin, size, at) VALUES (?, ?, ?, ?)"
      ).execute(arguments: [
        view, checkpoint.origin, Int64(clamping: checkpoint.size), Int64(clamping: atMs),
      ])
    }
    var fates: [OfferFate] = []
    for line in lines {
      try hot(
        """
        INSERT OR IGNORE INTO receipt (id, e, salt, staff, personal, path, view)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """
      ).run([
        .integer(line.row), .bytes(line.opening.event), .digest(line.opening.salt),
        .digest(line.opening.staff), .digest(line.opening.personal),
        .bytes(MerkleProof.flat(line.opening.path)), .integer(view),
      ])
      // Not RETURNING: for that SQLite puts every page aside that the statement touches.
      try hot("UPDATE outbound SET state = ?, code = ? WHERE id = ? AND state = 1")
        .run([.integer(line.received ? 2 : 3), .text(line.code), .integer(line.row)])
      guard database.changesCount == 1, let referral = line.opened else { continue }
      fates.append(OfferFate(referral: referral, received: line.received, code: line.code))
    }
    return fates
  }

  /// What became of an offer at the recipient's node.
  package struct OfferFate: Sendable {
    package let referral: Int64
    package let received: Bool
    package let code: String
  }

  /// The ordinary end of an offer's way: it is delivered.
  ///
  /// - Returns: Its priority and times; `nil` where the referral stands elsewhere by now.
  package func delivered(
    referral: Int64,
    atMs: UInt64
  ) throws -> (priority: String?, times: String?, peer: String)? {
    try hot(
      """
      UPDATE referral SET state = 'delivered', since = ?
      WHERE id = ? AND state IN ('queued', 'undeliverable')
      """
    ).run([.number(atMs), .integer(referral)])
    guard database.changesCount == 1 else { return nil }
    return try hot(
      """
      SELECT r.priority, r.times, p.agency FROM referral r JOIN peer p ON p.id = r.peer
      WHERE r.id = ?
      """
    ).first([.integer(referral)]) {
      ($0.optionalText(0), $0.optionalText(1), $0.text(2))
    }
  }
}

extension NodeTransaction {
  /// Records that a peer refused a message without an event: it was never stored there.
  ///
  /// - Returns: What became of it, where it was an offer.
  package func refusedOutright(row: Int64, code: String) throws -> OfferFate? {
    let found = try Row.fetchOne(
      database.cachedStatement(
        sql: """
          UPDATE outbound SET state = 3, code = ? WHERE id = ? AND state = 1
          RETURNING referral, kind
          """
      ),
      arguments: [code, row]
    )
    guard let found, let referral = found["referral"] as Int64?,
      (found["kind"] as String) == "offer"
    else { return nil }
    return OfferFate(referral: referral, received: false, code: code)
  }

  /// Whether the newest message of a kind in a referral was refused by its recipient with a code.
  package func wasRefused(_ kind: String, referral: Int64, code: String) throws -> Bool {
    try Bool.fetchOne(
      database,
      sql: """
        SELECT state = 3 AND code IS ? FROM outbound WHERE referral = ? AND kind = ?
        ORDER BY id DESC LIMIT 1
        """,
      arguments: [code, referral, kind]
    ) ?? false
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
