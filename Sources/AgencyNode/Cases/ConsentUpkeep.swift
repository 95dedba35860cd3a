internal import Exchange
internal import NodeStore
internal import ReferralModel
internal import TransparencyLog
internal import Trust

/// What happens to consent while nobody is there: grants run out, exceptions without their second
/// person end.
package struct ConsentUpkeep: Sendable {
  let node: Node

  /// Works on a node.
  package init(node: Node) { self.node = node }

  /// Carries out what is due.
  package func carryOut() async throws(NodeError) {
    try await endExceptions()
    try await expireGrants()
  }

  /// A grant that has run out gets its EXPIRE event; its use stopped by itself at that moment.
  private func expireGrants() async throws(NodeError) {
    let node = node
    let (nowMs, atMs) = (node.trustedMs, node.clock.nowMs())
    try await NodeError.wrapping {
      let ended = try await node.store.read { try $0.expiredUnlogged(nowMs: nowMs) }
      guard !ended.isEmpty else { return }
      try await node.store.change { transaction in
        for grant in ended { try transaction.expire(grant.index, log: grant.log, atMs: atMs) }
      }
    }
  }

  /// An exception whose second person did not come ends: nothing more leaves under it, and who has
  /// received anything freezes it (CNS-043).
  private func endExceptions() async throws(NodeError) {
    let node = node
    let view = node.trust.view
    let (nowMs, atMs) = (node.trustedMs, node.clock.nowMs())
    let lifeMs = view.policy?.kind(.withdraw)?.lifeMs ?? 0
    try await NodeError.wrapping {
      let ended = try await node.store.read { try $0.lapsedExceptions(nowMs: nowMs) }
      guard !ended.isEmpty else { return }
      let peers = try await node.store.change { transaction -> [String] in
        var peers: [String] = []
        for exception in ended {
          guard let held = try transaction.exception(exception.grant), held.second == nil,
            held.lapsedIndex == nil, let grant = try transaction.ownGrant(exception.grant)
          else { continue }
          let event = try transaction.lapse(grant.index, log: grant.log, atMs: atMs)
          try transaction.stop(grant.index, atMs: atMs)
          guard grant.withdrawIndex == nil else { continue }
          _ = try transaction.withdraw(grant, staff: .init(cause: event, atMs: atMs), person: nil)
          guard try transaction.wasSent(grant.index), let peer = AgencyID(grant.peer) else {
            continue
          }
          let envelope = EnvelopeSealer.notify(
            realm: node.store.identity.realm,
            sender: node.trust.me,
            recipient: peer
          )
          try transaction.queue(
            OutboundDraft(
              peer: grant.peer,
              kind: MessageKind.withdraw.rawValue,
              message: envelope.id,
              envelope: envelope.bytes,
              grant: .init(index: grant.index, log: grant.log, untilMs: grant.untilMs),
              expiresMs: nowMs + lifeMs,
              outcome: WithdrawalStep.stop.rawValue,
              actor: nil,
              atMs: atMs
            ),
            referral: try transaction.ownReferral(grant: grant.index)?.row
          )
          try transaction.addHolder(
            grant: grant.index,
            peer: grant.peer,
            withdraw: envelope.id,
            step: WithdrawalStep.stop.rawValue,
            dueMs: nowMs + lifeMs
          )
          peers.append(grant.peer)
        }
        return peers
      }
      for peer in Set(peers) { node.lanes.wake(peer) }
    }
  }
}
