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

  /// Checks what a receipt says of messages that have left; nothing is stored yet.
  ///
  /// - Parameters:
  ///   - receipt: The events, under a checkpoint of the peer's log.
  ///   - refused: What was refused without one; empty for a parcel (PCL-013).
  ///   - waiting: The messages that may be answered.
  ///   - note: The checkpoint note that was sent with them, for the peer's cosignature.
  ///   - road: How the receipt came.
  /// - Returns: What is to be stored of it.
  /// - Throws: ``NodeError`` where the checkpoint is refused.
  func judge(
    _ receipt: ReceiptPart?,
    refused: [RefusalPart],
    waiting: [Digest32: AnswerableMessage],
    sent note: String?,
    road: Road = .wire
  ) async throws(NodeError) -> JudgedReceipt {
    let view = node.trust.view
    var judged = JudgedReceipt(
      peer: peer.text,
      view: view,
      nowMs: node.trustedMs,
      atMs: node.clock.nowMs()
    )
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
        judged.checkpoint = checkpoint
        judged.note = receipt.checkpoint
        judged.lines = check(receipt, checkpoint, waiting)
        witness(receipt.cosignature, over: note, view: view)
      }
    }
    // What is refused for now only stays in the queue, behind everything that may go.
    judged.postponed = refused.count { waiting[$0.message] != nil && $0.isForNow }
    judged.refusals = refused.filter { !$0.isForNow }.compactMap { refusal in
      waiting[refusal.message].map { ($0.row, refusal.code) }
    }
    return judged
  }

  private func check(
    _ receipt: ReceiptPart,
    _ checkpoint: PeerCheckpoint,
    _ waiting: [Digest32: AnswerableMessage]
  ) -> [NodeTransaction.ReceiptLine] {
    let check = ReceiptCheck(
      me: node.trust.me,
      realm: node.store.identity.realm,
      origin: checkpoint.log,
      size: checkpoint.size,
      root: checkpoint.root
    )
    return check.check(receipt, wasSent: { waiting[$0] != nil }).compactMap { result in
      guard case .success(let outcome) = result, let message = waiting[outcome.message] else {
        return nil
      }
      return NodeTransaction.ReceiptLine(
        row: message.row,
        opened: message.opens,
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
