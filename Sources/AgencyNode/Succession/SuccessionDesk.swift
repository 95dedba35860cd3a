internal import CanonicalBytes
internal import Exchange
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import Synchronization
internal import TransparencyLog
internal import Trust

/// Logs that follow others: a peer's, taken in; this node's own, shown (R6, CHK-013 to CHK-019).
struct SuccessionDesk: Sendable {
  let node: Node

  /// How long after its `until` a withdrawal still counts (WDR-003).
  static let tombstoneMs: UInt64 = 30 * 86_400_000

  // MARK: A peer's next log

  /// Takes in that a peer has opened the log its card authorised: the old one is closed there.
  ///
  /// A peer that restored its state may have old content again, so it is told once more of every
  /// withdrawal.
  func take(_ proof: SuccessionProof, from peer: AgencyID) async throws {
    let node = node
    let directory = node.trust.view.directory
    guard let card = directory.card(of: peer)?.card, let old = card.logID,
      let next = card.nextLogID, directory.logAuthority(old)?.standing == .current,
      let statement = proof.verify(
        log: next.text,
        key: card.nextLog.key,
        realm: directory.realm
      ), statement.oldLog.utf8.elementsEqual(old.text.utf8)
    else { return }
    let key = card.log.key.bytes
    let nowMs = node.clock.nowMs()
    let accepted = try node.store.checkpoints.root(of: old.text, key: key, at: statement.size)
    let newest = node.store.witness.newest(of: old.text, key: key)
    let contradicts = accepted.map { $0 != statement.root } ?? false
    let hasGrown = newest.map { $0.size > statement.size } ?? false
    if contradicts || hasGrown {
      // Growth beyond the end, or another end than was seen: people look at it (R6).
      try await node.store.change {
        try $0.keepEvidence(
          kind: "log-closed",
          first: newest?.note ?? "",
          second: proof.text,
          atMs: nowMs
        )
      }
      node.metrics.add(.evidence)
      node.lanes.wake(PeerDialer.rosterLane)
    }
    // Another history than the one accepted is not followed.
    guard !contradicts else { return }
    try node.trust.adopt(peer, oldLog: old.text, size: statement.size, root: statement.root)
    let withdrawals = try await node.store.change { transaction -> [SentWithdrawal] in
      try transaction.keep(
        succession: old.text,
        agency: peer.text,
        size: statement.size,
        root: statement.root,
        atMs: nowMs
      )
      return try transaction.withdrawals(
        sentTo: peer.text,
        untilAfterMs: nowMs - min(nowMs, Self.tombstoneMs)
      )
    }
    try await sendAgain(withdrawals, to: peer, nowMs: nowMs)
    node.gossip.changed()
  }

  private func sendAgain(
    _ withdrawals: [SentWithdrawal],
    to peer: AgencyID,
    nowMs: UInt64
  ) async throws {
    guard !withdrawals.isEmpty else { return }
    let node = node
    let life = node.trust.view.policy?.kind(.withdraw)?.lifeMs ?? Policy.longestMessageMs
    let drafts = withdrawals.map { withdrawal in
      let envelope = EnvelopeSealer.notify(
        realm: node.store.identity.realm,
        sender: node.trust.me,
        recipient: peer
      )
      return (
        withdrawal,
        OutboundDraft(
          peer: peer.text,
          kind: MessageKind.withdraw.rawValue,
          message: envelope.id,
          envelope: envelope.bytes,
          grant: .init(
            index: withdrawal.grant,
            log: withdrawal.log,
            untilMs: withdrawal.untilMs
          ),
          expiresMs: nowMs + life,
          outcome: withdrawal.outcome,
          atMs: nowMs
        )
      )
    }
    try await node.store.change { transaction in
      for (withdrawal, draft) in drafts {
        try transaction.queue(draft, referral: withdrawal.referral)
        try transaction.expectErasure(
          grant: withdrawal.grant,
          peer: draft.peer,
          withdraw: draft.message
        )
      }
    }
    node.lanes.wake(peer.text)
  }

  // MARK: This node's own

  /// What shows a peer that this node's log follows another, while it has not accepted any of it;
  /// and the question which number it saw last.
  func texts(
    for peer: AgencyID,
    peerHolds held: UInt64
  ) async throws(NodeError) -> [String] {
    let node = node
    let number = node.store.identity.number
    guard number > 1 else { return [] }
    return try await NodeError.wrapping {
      var out: [String] = []
      if try await node.store.read({ try $0.awaitsResync(peer.text) }) {
        out.append(WitnessNote.ask(Names.log(agency: node.trust.me.text, number: number - 1)))
      }
      guard !node.successionSeen.holds(peer.text) else { return out }
      if let made = node.successionText.withLock({ $0 }) { return out + [made] }
      let text = try await node.store.change { _ in
      } after: { _, log in
        SuccessionProof(
          opening: try log.opening(0, of: log.origin),
          checkpoint: log.note
        ).text
      }
      node.successionText.withLock { $0 = text }
      return out + [text]
    }
  }

  /// What a peer holds of this node's log: numbers go on from there; and what it was told to forget.
  func take(_ answer: HeldAnswer, from peer: AgencyID) async throws {
    let node = node
    let nowMs = node.clock.nowMs()
    if let claimed = try? Checkpoint.claimed(note: answer.note),
      claimed.origin.utf8.elementsEqual(node.store.identity.log.utf8)
    {
      return try await rolledBack(claimed, note: answer.note)
    }
    guard node.store.identity.number > 1 else { return }
    let people = try await node.store.change { transaction -> [[UInt8]] in
      let row = try transaction.peer(peer.text)
      guard try transaction.awaitsResync(peer: row) else { return [] }
      try transaction.resync(peer: row, seenSeq: answer.seq)
      return try Self.stopAgain(answer.withdrawn, peer: peer.text, transaction, atMs: nowMs)
    }
    if !people.isEmpty { try node.store.keyring.erasePersonKeys(people) }
    node.lanes.wake(peer.text)
  }

  /// Stops the grants that this node had withdrawn before it was restored from an older copy.
  ///
  /// - Returns: The personal keys to be destroyed again.
  private static func stopAgain(
    _ withdrawn: [HeldAnswer.Grant],
    peer: String,
    _ transaction: NodeTransaction,
    atMs: UInt64
  ) throws -> [[UInt8]] {
    var people: [[UInt8]] = []
    for grant in withdrawn {
      // A peer may know a grant by an index that the older copy has not: then whatever it has not been
      // shown here is as good as withdrawn, for nobody can say which it was.
      let known = try transaction.ownGrant(told: grant.index).map { [$0] }
      let meant = try known ?? transaction.unshownGrants(peer: peer, log: grant.log)
      for own in meant where own.peer == peer && own.withdrawIndex == nil {
        guard own.log.utf8.elementsEqual(grant.log.utf8) else { continue }
        try transaction.stop(own.index, atMs: atMs)
        _ = try transaction.withdraw(own, staff: .init(atMs: atMs), person: nil)
        people.append(own.person)
      }
    }
    return people
  }

  /// A checkpoint of this log, signed by its key and larger than it: the state here is an older copy,
  /// and going on would fork (K1).
  ///
  /// A smaller or unsigned one says nothing.
  func rolledBack(_ claimed: Checkpoint, note: String) async throws {
    guard
      let shown = try? Checkpoint.verify(
        note: note,
        origin: node.store.identity.log,
        key: node.store.logKey
      )
    else { return }
    try await node.store.stop(for: shown, note: note)
  }
}
