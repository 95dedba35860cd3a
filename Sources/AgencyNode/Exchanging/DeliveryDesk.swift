internal import CanonicalBytes
internal import Exchange
internal import NodeStore
internal import ReferralModel
internal import TransparencyLog
internal import Trust

/// What comes in: steps 5 to 18 of an exchange for a delivery, whoever dialled.
struct DeliveryDesk: Sendable {
  let node: Node

  /// What a delivery is answered with.
  struct Answer: Sendable {
    var receipt: ReceiptPart?
    var refused: [RefusalPart] = []
    var code: ExchangeCode?
    /// The size of the peer's log that is now held.
    var held: UInt64
    /// What became of the items.
    var tally = Tally()
    /// Whether the delivery's checkpoint is tied to what was held before.
    var isProven = true
  }

  /// What became of the items of a delivery.
  struct Tally: Sendable {
    var received = 0
    var repeated = 0
    /// The codes of those refused, with an event or without.
    var refused: [String] = []
  }

  /// The facts that an item leaves after its transaction.
  private struct Done: Sendable {
    var events: [UInt64] = []
    var refused: [RefusalPart] = []
    var wake: Set<String> = []
    var tally = Tally()
    var erasureWanted = false
    var evidence: (String, String)?
  }

  /// Judges a delivery and answers it.
  ///
  /// Parameters:
  /// `delivery`: What came.
  /// `peer`: Whose certificate it came under.
  /// `peerHolds`: The size of this node's log that the peer says it holds.
  /// `road`: How it came; the answer to a parcel is kept for the next one back.
  @concurrent
  func receive(
    _ delivery: DeliveryPart,
    from peer: AgencyID,
    peerHolds: UInt64,
    road: Road = .wire
  ) async throws(NodeError) -> Answer {
    let view = node.trust.view
    let now = node.trustedMs
    let checked: Result<PeerCheckpoint, CheckpointRefusal> = judge(
      note: delivery.checkpoint,
      from: delivery.from,
      proof: delivery.proof,
      peer: peer,
      view: view,
      road: road
    )
    switch checked {
    case .failure(let refusal):
      node.metrics.add(.exchangesRefused)
      if let evidence = refusal.evidence { try await keep(evidence) }
      return Answer(code: refusal.code, held: refusal.held)
    case .success(let checkpoint):
      guard
        let settled = judgeSettled(delivery, under: checkpoint, from: peer, view: view, nowMs: now)
      else {
        node.metrics.add(.exchangesRefused)
        return Answer(
          code: .inconsistent,
          held: node.store.witness.size(of: checkpoint.log.text, key: checkpoint.key)
        )
      }
      if settled.isFlagged { node.metrics.add(.unsettledDeliveries) }
      return try await receive(
        delivery,
        under: checkpoint,
        // What an unproven checkpoint extends is as unproven as itself.
        settled: checkpoint.isProven ? settled.heard : nil,
        from: peer,
        view: view,
        nowMs: now,
        peerHolds: peerHolds,
        road: road
      )
    }
  }

  private func receive(
    _ delivery: DeliveryPart,
    under checkpoint: PeerCheckpoint,
    settled: HeardCheckpoint?,
    from peer: AgencyID,
    view: TrustBook.View,
    nowMs: UInt64,
    peerHolds: UInt64,
    road: Road
  ) async throws(NodeError) -> Answer {
    let onlyWithdrawals = !view.directory.isActive(peer, atMs: nowMs)
    let directory = view.directory
    let check = StatelessCheck(
      me: node.trust.me,
      peer: peer,
      realm: directory.realm,
      origin: checkpoint.log,
      size: checkpoint.size,
      root: checkpoint.root,
      onlyWithdrawals: onlyWithdrawals,
      closedLog: { log, note in
        guard let authority = directory.logAuthority(log), authority.agency == peer,
          case .past(let size, let root) = authority.standing,
          let found = try? Checkpoint.verify(note: note, origin: log.text, key: authority.key),
          found.size == size, found.root == root
        else { return nil }
        return found
      }
    )
    var passed: [CheckedItem] = []
    var refused: [RefusalPart] = []
    for item in delivery.items {
      do throws(ItemCode) { passed.append(try check.check(item)) } catch {
        refused.append(RefusalPart(message: Self.claimedID(item), code: error))
      }
    }
    let (items, early) = (passed, refused)
    let atMs = node.clock.nowMs()
    let me = node.trust.me
    let cosign = try cosignature(over: delivery.checkpoint, checkpoint)
    // A parcel without an item says nothing of when its sender was last at work.
    let isHeard = !(road.isParcel && passed.isEmpty)
    let outcome = try await NodeError.wrapping {
      try await node.store.change { transaction -> Done in
        var done = Done()
        let row = try transaction.peer(peer.text)
        if isHeard { try transaction.heard(row, atMs: atMs) }
        done.evidence = try Self.keepUnproven(
          checkpoint,
          note: delivery.checkpoint,
          transaction,
          atMs: atMs
        )
        if let settled { try transaction.hear(settled) }
        for refusal in early {
          try transaction.countRefusal(peer: peer.text, code: refusal.code, atMs: atMs)
        }
        done.refused = early
        let clocks = ClockMemo()
        for item in items {
          let inbound = try Self.settle(
            item,
            transaction,
            view: view,
            me: me,
            row: row,
            clocks: clocks,
            nowMs: nowMs,
            atMs: atMs,
            into: &done
          )
          guard let inbound else { continue }
          if road.isParcel {
            try transaction.owe(answerTo: inbound.row, peer: row, atMs: atMs)
          } else if inbound.isRepeated {
            try transaction.answered(inbound.row)
          }
        }
        done.tally.refused += done.refused.map(\.code)
        return done
      } after: { done, log in
        let openings = try log.openings(done.events)
        let from = peerHolds <= log.size ? peerHolds : 0
        let receipt = ReceiptPart(
          events: openings,
          checkpoint: log.note,
          from: from,
          proof: MerkleProof.flat(try log.consistency(from: from)),
          cosignature: cosign
        )
        return (done, receipt)
      }
    }
    let (done, receipt) = outcome
    if let evidence = done.evidence { try await keep(evidence) }
    node.metrics.add(.messagesReceived, done.tally.received)
    node.metrics.add(.messagesRepeated, done.tally.repeated)
    node.metrics.add(.messagesRefused, done.refused.count)
    for peer in done.wake { node.lanes.wake(peer) }
    if done.erasureWanted { node.lanes.wake(Maintenance.erasureLane) }
    return Answer(
      receipt: receipt,
      refused: done.refused,
      code: nil,
      held: node.store.witness.size(of: checkpoint.log.text, key: checkpoint.key),
      tally: done.tally,
      isProven: checkpoint.isProven
    )
  }

  /// Steps 12 to 18 for one item, inside the transaction.
  ///
  /// - Returns: The row of the message that has an event as its answer, and whether it had one before.
  private static func settle(
    _ item: CheckedItem,
    _ transaction: NodeTransaction,
    view: TrustBook.View,
    me: AgencyID,
    row: Int64,
    clocks: ClockMemo,
    nowMs: UInt64,
    atMs: UInt64,
    into done: inout Done
  ) throws -> (row: Int64, isRepeated: Bool)? {
    let receiver = TransactionReceiver(
      transaction: transaction,
      view: view,
      me: me,
      peer: item.peer,
      peerRow: row,
      atMs: atMs,
      seqOfItem: item.seq,
      knownUnderSeq: try transaction.inbound(peer: row, seq: item.seq)
    )
    let verdict = try StatefulCheck.judge(item, state: receiver, me: me, nowMs: nowMs)
    switch verdict {
    case .repeated(let facts):
      done.events.append(
        try transaction.answerAgain(facts, peer: item.peer.text, atMs: atMs)
      )
      done.tally.repeated += 1
      return (facts.row, true)
    case .seqReused:
      try transaction.countRefusal(
        peer: item.peer.text,
        code: ItemCode.seqReused.rawValue,
        atMs: atMs
      )
      done.refused.append(RefusalPart(message: item.id, code: .seqReused))
      return nil
    case .refuse(let code):
      guard code.refusesWithEvent else {
        try transaction.countRefusal(peer: item.peer.text, code: code.rawValue, atMs: atMs)
        done.refused.append(RefusalPart(message: item.id, code: code))
        return nil
      }
      let stored = try transaction.store(
        draft(item, received: false, outcome: code.rawValue, atMs: atMs),
        referral: nil
      )
      done.events.append(stored.index)
      done.tally.refused.append(code.rawValue)
      return (stored.row, false)
    case .accept:
      let effects = try InboundEffects.apply(
        item,
        transaction,
        view: view,
        row: row,
        clocks: clocks,
        nowMs: nowMs,
        atMs: atMs
      )
      let stored = try transaction.store(
        draft(item, received: true, outcome: "stored", atMs: atMs),
        referral: effects.referral
      )
      done.events.append(stored.index)
      done.tally.received += 1
      if case .notification(let notification) = item.body, item.kind == .withdraw {
        done.wake.formUnion(
          try InboundWithdrawal(
            item: item,
            notification: notification,
            view: view,
            me: me,
            row: row,
            nowMs: nowMs,
            atMs: atMs
          ).passOn(cause: stored.index, transaction)
        )
      }
      if effects.queuedAnswer { done.wake.insert(item.peer.text) }
      done.wake.formUnion(effects.wake)
      if effects.erasureWanted { done.erasureWanted = true }
      return (stored.row, false)
    }
  }

  private static func draft(
    _ item: CheckedItem,
    received: Bool,
    outcome: String,
    atMs: UInt64
  ) -> InboundDraft {
    InboundDraft(
      peer: item.peer.text,
      seq: item.seq,
      message: item.id,
      kind: item.kind.rawValue,
      expiresMs: item.expiresMs,
      received: received,
      outcome: outcome,
      envelope: received && !item.envelope.rows.isEmpty ? item.envelope.bytes : nil,
      atMs: atMs
    )
  }

  /// The id that a broken item claims, for its refusal; zero when not even that can be read.
  private static func claimedID(_ item: ItemPart) -> Digest32 {
    guard let event = item.event, let parsed = try? LogEvent(parsing: event.event) else {
      return .zero
    }
    return parsed.digest(.message) ?? .zero
  }

  /// Keeps two views that contradict each other, and stops disclosing to their author (CHK-036).
  func keep(_ evidence: (String, String)) async throws(NodeError) {
    let directory = node.trust.view.directory
    try await NodeError.wrapping {
      guard let origin = (try? Checkpoint.claimed(note: evidence.1))?.origin,
        let authority = directory.logAuthority(origin: origin)
      else { return }
      try await WitnessDesk(node: node).keep(evidence, of: authority)
    }
  }
}
