internal import CanonicalBytes
internal import Exchange
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TransparencyLog
internal import Trust

extension DeliveryDesk {
  /// What step 7 found of a checkpoint that passed it.
  struct SettledFinding: Sendable {
    /// None is known, or none that this node counts as settled, or one that is too old.
    let isFlagged: Bool
    /// What is to be kept, if it is new.
    let heard: HeardCheckpoint?
  }

  /// Step 7: the newest settled checkpoint of the peer's log, and that this checkpoint extends it.
  ///
  /// Whether it is settled is judged by this node's policy and cards, which may lag behind the
  /// peer's: too few witnesses flag it and stop nothing.
  ///
  /// - Returns: `nil` for a false signature or proof, which refuses the exchange.
  func judgeSettled(
    _ delivery: DeliveryPart,
    under checkpoint: PeerCheckpoint,
    from peer: AgencyID,
    view: TrustBook.View,
    nowMs: UInt64
  ) -> SettledFinding? {
    guard !delivery.settled.isEmpty else {
      // Left out once it was accepted: what is held already extends it.
      return delivery.settledProof.isEmpty
        ? SettledFinding(
          isFlagged: isOld(node.settled.settledMs(of: peer.text), view, nowMs),
          heard: nil
        )
        : nil
    }
    let known = node.settled.judged(peer.text, text: delivery.settled)
    guard let judged = known ?? judge(delivery.settled, of: checkpoint, view),
      judged.size <= checkpoint.size, let path = MerkleProof.path(flat: delivery.settledProof),
      MerkleProof.verifyConsistency(
        from: judged.size,
        to: checkpoint.size,
        oldRoot: judged.root,
        newRoot: checkpoint.root,
        path: path
      )
    else { return nil }
    // What is not settled yet is judged again: a card may have come since.
    if known == nil, judged.settledMs != nil { node.settled.remember(peer.text, judged) }
    guard let settledMs = judged.settledMs else {
      return SettledFinding(isFlagged: true, heard: nil)
    }
    node.settled.settle(peer: peer.text, timeMs: settledMs)
    let isNew = known == nil
    let heard = HeardCheckpoint(
      origin: checkpoint.log.text,
      key: checkpoint.key,
      size: judged.size,
      root: judged.root,
      note: judged.text,
      atMs: nowMs,
      isProved: true,
      settledMs: settledMs
    )
    // An old one is still kept: it makes receipts final.
    return SettledFinding(isFlagged: isOld(settledMs, view, nowMs), heard: isNew ? heard : nil)
  }

  private func isOld(_ settledMs: UInt64?, _ view: TrustBook.View, _ nowMs: UInt64) -> Bool {
    let limit = view.policy?.witnessing.settledLimit.nominalMs ?? 0
    return settledMs.map { $0 &+ limit < nowMs } ?? true
  }

  private func judge(
    _ note: String,
    of checkpoint: PeerCheckpoint,
    _ view: TrustBook.View
  ) -> SettledBook.Judged? {
    let key = VerifyingKey(admitted: checkpoint.key)
    guard
      let found = try? Checkpoint.verify(note: note, origin: checkpoint.log.text, key: key),
      found.size > 0
    else { return nil }
    return SettledBook.Judged(
      text: note,
      size: found.size,
      root: found.root,
      settledMs: Settling(view).settledMs(note: note, origin: checkpoint.log.text, key: key)
    )
  }
}
