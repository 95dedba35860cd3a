internal import CanonicalBytes
internal import Exchange
internal import Foundation
package import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TransparencyLog
internal import Trust

/// Consent: recorded leg by leg, stopped on anybody's word, erased when the person confirms.
package struct ConsentService: Sendable {
  let node: Node

  /// Works on a node.
  package init(node: Node) { self.node = node }

  /// How a person confirms an erasure.
  static let confirmations: Set<String> = ["in-person", "code-word", "call-back"]

  /// Most grants in one record.
  static let grantLimit = 64

  /// Stops sharing at once: no reason, no confirmation, no unlocked desk of the case needed.
  package func stop(
    _ request: ConsentStop,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> ConsentChanged {
    try await end(
      case: request.case,
      grants: request.grants,
      step: .stop,
      presence: presence
    )
  }

  /// Withdraws: everything under the grants is to be erased, everywhere; the person has confirmed.
  package func withdraw(
    _ request: ConsentWithdraw,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> ConsentChanged {
    guard Self.confirmations.contains(request.confirmation) else {
      throw NodeError(
        .malformed,
        detail: "confirmation: in-person, code-word or call-back"
      )
    }
    // Under coercion sharing stops, but nothing is erased on the word of whoever coerces.
    return try await end(
      case: request.case,
      grants: request.grants,
      step: request.coercion ? .stop : .erase,
      presence: presence
    )
  }

  private func end(
    case name: String,
    grants chosen: [UInt64]?,
    step: WithdrawalStep,
    presence: SessionVault.Presence
  ) async throws(NodeError) -> ConsentChanged {
    let node = node
    let view = node.trust.view
    let (nowMs, atMs) = (node.trustedMs, node.clock.nowMs())
    let life = view.policy?.kind(.withdraw)?.lifeMs ?? 180 * 86_400_000
    return try await NodeError.wrapping {
      let grants = try await node.store.read { try $0.grants(caseName: name) }
        .filter { chosen?.contains($0.index) ?? true }
      guard !grants.isEmpty else { throw NodeError(.consentMissing) }
      var people: [UInt64: NodeTransaction.Person] = [:]
      for grant in grants {
        if let key = try node.store.keyring.personKey(grant.person) {
          people[grant.index] = .init(id: grant.person, key: PersonalKey(key), subject: name)
        }
      }
      let known = people
      let ended = try await node.store.change { transaction -> [(String, String, Digest32?)] in
        try grants.map { grant in
          try Self.end(
            grant,
            step: step,
            person: known[grant.index],
            transaction,
            node: node,
            view: view,
            actor: presence.user,
            nowMs: nowMs,
            atMs: atMs,
            lifeMs: life
          )
        }
      }
      if step == .erase { try await eraseOwn(grants, cause: name, atMs: atMs) }
      for (peer, _, message) in ended where message != nil { node.lanes.wake(peer) }
      let after = try await node.store.read { try $0.grants(caseName: name) }
      return ConsentChanged(
        grants: after.map { $0.view(nowMs: nowMs) },
        messages: ended.compactMap { $0.2?.hex },
        referrals: ended.map(\.1).filter { !$0.isEmpty }
      )
    }
  }

  private static func end(
    _ grant: OwnGrant,
    step: WithdrawalStep,
    person: NodeTransaction.Person?,
    _ transaction: NodeTransaction,
    node: Node,
    view: TrustBook.View,
    actor: String,
    nowMs: UInt64,
    atMs: UInt64,
    lifeMs: UInt64
  ) throws -> (String, String, Digest32?) {
    let referral = try transaction.ownReferral(grant: grant.index)
    try transaction.stop(grant.index, atMs: atMs)
    let staff = NodeTransaction.Staff(actor: actor, atMs: atMs)
    if grant.withdrawIndex == nil {
      _ = try transaction.withdraw(grant, staff: staff, person: person)
    }
    if let referral {
      var effects = InboundEffects()
      try InboundEffects.move(
        referral,
        step == .stop ? .stopSharing : .withdraw,
        by: .survivor,
        code: nil,
        transaction,
        view: view,
        nowMs: nowMs,
        atMs: atMs,
        into: &effects
      )
    }
    guard try transaction.wasSent(grant.index), let peer = AgencyID(grant.peer) else {
      return (grant.peer, referral?.name ?? "", nil)
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
        outcome: step.rawValue,
        actor: actor,
        atMs: atMs
      ),
      referral: referral?.row
    )
    try transaction.addHolder(grant: grant.index, peer: grant.peer, withdraw: envelope.id)
    return (grant.peer, referral?.name ?? "", envelope.id)
  }

  /// Destroys the personal keys of withdrawn grants: their events stay, and say nothing of anybody.
  private func eraseOwn(
    _ grants: [OwnGrant],
    cause name: String,
    atMs: UInt64
  ) async throws {
    let ended = try await node.store.read { try $0.grants(grants.map(\.index)) }
    try node.store.keyring.erasePersonKeys(ended.map(\.person))
    try await node.store.change { transaction in
      for grant in ended {
        guard let cause = grant.withdrawIndex else { continue }
        _ = try transaction.logErasure(
          targets: [grant.index, cause],
          cause: cause,
          backupsUntilMs: atMs + ErasureService.backupMs,
          staff: .init(atMs: atMs)
        )
      }
    }
  }
}
