internal import CanonicalBytes
internal import Exchange
internal import NodeStore
internal import ReferralModel
internal import Trust

/// Carries out withdrawals of others: what is confirmed, and what has been held down long enough.
///
/// The receipt leaves only after the files were looked through.
struct ErasureService: Sendable {
  let node: Node

  /// How long old copies of this node's files may still exist, in ms: 30 days.
  static let backupMs: UInt64 = 30 * 86_400_000

  func carryOut() async throws(NodeError) {
    let now = node.clock.nowMs()
    let due = try await NodeError.wrapping {
      try await node.store.read { try $0.dueErasures(nowMs: now) }
    }
    for erasure in due { try await carryOut(erasure, nowMs: now) }
  }

  private func carryOut(
    _ erasure: NodeReader.DueErasure,
    nowMs: UInt64
  ) async throws(NodeError) {
    let node = node
    let view = node.trust.view
    guard let peer = AgencyID(erasure.peer) else { return }
    try await NodeError.wrapping {
      let erased = try await node.store.change { transaction -> ([[UInt8]], [UInt64]) in
        let row = try transaction.peer(erasure.peer)
        guard
          let offer = try transaction.offer(peer: row, log: erasure.log, index: erasure.index)
        else { return ([], []) }
        let found = try transaction.eraseReceived(referral: offer.referral, atMs: nowMs)
        return (found.probes, found.events)
      }
      // Looked for in the files before anybody is told that it is gone.
      try await node.store.finishErasure(probes: erased.0)
      let envelope = EnvelopeSealer.notify(
        realm: node.store.identity.realm,
        sender: node.trust.me,
        recipient: peer
      )
      let life = view.policy?.kind(.erased)?.lifeMs ?? 30 * 86_400_000
      try await node.store.change { transaction in
        let row = try transaction.peer(erasure.peer)
        if !erased.1.isEmpty {
          _ = try transaction.logErasure(
            targets: erased.1,
            cause: erasure.receiveIndex,
            backupsUntilMs: nowMs + Self.backupMs,
            staff: .init(atMs: nowMs)
          )
        }
        let referral = try transaction.offer(
          peer: row,
          log: erasure.log,
          index: erasure.index
        )?.referral
        if let referral, let found = try transaction.referral(referral) {
          var effects = InboundEffects()
          // What was recalled stays recalled: nobody has withdrawn.
          if found.state != ReferralState.recalled.rawValue {
            try InboundEffects.move(
              found,
              .withdraw,
              by: .sender,
              code: nil,
              transaction,
              view: view,
              nowMs: nowMs,
              atMs: nowMs,
              into: &effects
            )
          }
          if let moved = try transaction.referral(referral) {
            try InboundEffects.move(
              moved,
              .confirmErased,
              by: .machine,
              code: nil,
              transaction,
              view: view,
              nowMs: nowMs,
              atMs: nowMs,
              into: &effects
            )
          }
        }
        try transaction.queue(
          OutboundDraft(
            peer: erasure.peer,
            kind: MessageKind.erased.rawValue,
            message: envelope.id,
            envelope: envelope.bytes,
            ref: erasure.message,
            expiresMs: nowMs + life,
            outcome: erased.1.isEmpty ? "nothing-held" : "erased",
            atMs: nowMs
          ),
          referral: referral
        )
        try transaction.settleTombstone(
          peer: erasure.peer,
          log: erasure.log,
          index: erasure.index
        )
      }
      node.metrics.add(.erasures)
      node.lanes.wake(erasure.peer)
    }
  }
}
