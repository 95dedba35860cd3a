internal import CanonicalBytes
internal import Exchange
internal import NodeStore
internal import ReferralModel
internal import TransparencyLog
internal import Trust

/// What comes back: the receipts and refusals of messages that were sent to a peer, by any road.
struct ReceiptDesk: Sendable {
  let node: Node
  let peer: AgencyID

  /// What came of them.
  struct Settled: Sendable {
    /// Messages that have their receipt now.
    var answered = 0
    /// Messages that were refused without an event.
    var refused = 0
    /// Messages that stay in the queue for now.
    var postponed = 0
    /// Whether the receipt's checkpoint was taken.
    var viewTaken = false
    /// Whether that checkpoint is tied to what was held before.
    var isProven = true

    var all: Int { answered + refused + postponed }
  }

  /// Stores what a receipt says of messages that have left.
  ///
  /// - Parameters:
  ///   - receipt: The events, under a checkpoint of the peer's log.
  ///   - refused: What was refused without one; empty for a parcel (PCL-013).
  ///   - waiting: The rows of the messages that may be answered.
  ///   - note: The checkpoint note that was sent with them, for the peer's cosignature.
  ///   - road: How the receipt came.
  /// - Returns: What came of them.
  /// - Throws: ``NodeError`` where the checkpoint is refused.
  func settle(
    _ receipt: ReceiptPart?,
    refused: [RefusalPart],
    waiting: [Digest32: Int64],
    sent note: String?,
    road: Road = .wire
  ) async throws(NodeError) -> Settled {
    let view = node.trust.view
    let (nowMs, atMs) = (node.trustedMs, node.clock.nowMs())
    var lines: [NodeTransaction.ReceiptLine] = []
    var taken: (checkpoint: PeerCheckpoint, note: String)?
    var settled = Settled()
    if let receipt {
      let desk = DeliveryDesk(node: node)
      switch desk.judge(
        note: receipt.checkpoint,
        from: receipt.from,
        proof: receipt.proof,
        peer: peer,
        view: view,
        road: road
      )
      {
      case .failure(let refusal):
        if road.isParcel, let evidence = refusal.evidence { try await desk.keep(evidence) }
        throw NodeError(refusal.code)
      case .success(let checkpoint):
        taken = (checkpoint, receipt.checkpoint)
        (settled.viewTaken, settled.isProven) = (true, checkpoint.isProven)
        lines = check(receipt, checkpoint, waiting)
        witness(receipt.cosignature, over: note, view: view)
      }
    }
    let (found, peerText, view0) = (lines, peer.text, taken)
    // What is refused for now only stays in the queue, behind everything that may go.
    settled.postponed = refused.count { waiting[$0.message] != nil && $0.isForNow }
    let refusals = refused.filter { !$0.isForNow }.compactMap { refusal in
      waiting[refusal.message].map { ($0, refusal.code) }
    }
    (settled.answered, settled.refused) = (found.count, refusals.count)
    let evidence = try await NodeError.wrapping {
      try await node.store.change { transaction -> (String, String)? in
        let evidence = try view0.flatMap {
          try DeliveryDesk.keepUnproven($0.checkpoint, note: $0.note, transaction, atMs: atMs)
        }
        var fates = try transaction.applyReceipt(
          peer: peerText,
          view: view0?.note ?? "",
          lines: found,
          atMs: atMs
        )
        for (row, code) in refusals {
          if let fate = try transaction.refusedOutright(row: row, code: code) { fates.append(fate) }
        }
        guard let policy = view.policy else { return evidence }
        var mover = ReferralMover(
          transaction,
          view: view,
          policy: policy,
          nowMs: nowMs,
          atMs: atMs
        )
        for fate in fates { try mover.settle(fate) }
        return evidence
      }
    }
    if let evidence { try await DeliveryDesk(node: node).keep(evidence) }
    if !found.isEmpty { node.successionSeen.add(peerText) }
    node.metrics.add(.messagesDelivered, found.count { $0.received })
    node.metrics.add(.messagesRefusedByPeer, found.count { !$0.received } + refusals.count)
    node.receipts.settle(
      found.map { ($0.row, $0.received ? "delivered" : $0.code) }
        + refusals.map { ($0.0, $0.1) }
    )
    return settled
  }

  private func check(
    _ receipt: ReceiptPart,
    _ checkpoint: PeerCheckpoint,
    _ waiting: [Digest32: Int64]
  ) -> [NodeTransaction.ReceiptLine] {
    let check = ReceiptCheck(
      me: node.trust.me,
      realm: node.store.identity.realm,
      origin: checkpoint.log,
      size: checkpoint.size,
      root: checkpoint.root
    )
    return check.check(receipt, wasSent: { waiting[$0] != nil }).compactMap { result in
      guard case .success(let outcome) = result, let row = waiting[outcome.message] else {
        return nil
      }
      return NodeTransaction.ReceiptLine(
        row: row,
        opening: outcome.opening,
        received: outcome.isReceived,
        code: outcome.outcome
      )
    }
  }

  /// Takes the peer's cosignature of the checkpoint that was sent: it dates what it saw.
  private func witness(_ line: String, over note: String?, view: TrustBook.View) {
    guard !line.isEmpty, let note, let authority = view.directory.witness(of: peer),
      let time = try? Cosignature.verify(
        line: line,
        note: note,
        witness: authority.witness.text,
        key: authority.key
      )
    else { return }
    node.witnessTimes.note(
      WitnessTime(
        agency: peer.text,
        sector: authority.sector.rawValue,
        timeMs: time &* 1000
      )
    )
  }
}
