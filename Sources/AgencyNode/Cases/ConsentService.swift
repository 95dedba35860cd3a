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

  /// What the case keeps of a consent, sealed: the record, the refusals, the denials.
  private struct Kept: Codable {
    var record: ConsentFacts?
    var refused: [RefusedAsk] = []
    var denied: [String] = []
  }

  /// Records a consent: each leg is admitted by the policy and becomes a grant event of its own;
  /// refusals are events too, so that an auditor can see that "no" exists.
  package func record(
    _ request: ConsentRecord,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> ConsentRecorded {
    guard request.grants.count <= Self.grantLimit else { throw NodeError(.tooLarge) }
    let view = node.trust.view
    guard let policy = view.policy else { throw NodeError(.policyUnknown) }
    let node = node
    let (nowMs, atMs) = (node.trustedMs, node.clock.nowMs())
    return try await NodeError.wrapping {
      let name = request.case
      guard let line = try await node.store.read({ try $0.caseLine(name) }) else {
        throw NodeError(.caseUnknown)
      }
      let key = try CaseKeys.open(caseName: name, presence: presence, node: node)
      let held = try await kept(name, key: key)
      let denied = Set(held.denied + request.denied)
      var drafts: [(draft: GrantDraft, staff: NodeTransaction.Staff)] = []
      var keys: [(id: [UInt8], caseName: String, key: Digest32)] = []
      for ask in request.grants {
        let admitted = try Self.admit(
          ask,
          actor: presence.user,
          denied: denied,
          policy: policy,
          nowMs: nowMs
        )
        guard view.directory.agency(admitted.peer) != nil else {
          throw NodeError(.agencyUnknown, detail: ask.peer)
        }
        let id = Randomness.bytes(16)
        let secret = Randomness.digest()
        keys.append((id, name, secret))
        drafts.append(
          (
            GrantDraft(
              peer: ask.peer,
              purpose: ask.purpose,
              basis: ask.basis,
              groups: ask.groups,
              onward: ask.onward,
              untilMs: admitted.untilMs,
              register: view.registerHash,
              policy: view.policyHash,
              person: .init(id: id, key: PersonalKey(secret), subject: name)
            ),
            NodeTransaction.Staff(
              actor: presence.user,
              second: ask.second,
              desk: line.desk,
              atMs: atMs
            )
          )
        )
      }
      // First the keys, then the events: an orphan key is harmless, a leaf without its salt is not.
      try node.store.keyring.addPersonKeys(keys)
      let kept = Kept(
        record: request.record ?? held.record,
        refused: held.refused + request.refused,
        denied: denied.sorted()
      )
      let sealed = KeyBox.seal(
        Array(try JSONEncoder().encode(kept)),
        key: key,
        name: CaseKeys.name(name, CaseService.consentSection)
      )
      let (entries, refused) = (drafts, request.refused)
      // Two recipients who compare the numbers of their legs must not find neighbours (B10).
      let recipients = Set(entries.map(\.draft.peer)).count
      var random = SystemRandomNumberGenerator()
      let steps = LegOrder.steps(
        count: entries.count,
        padLimit: recipients > 1 ? policy.padLimit : 0,
        using: &random
      )
      let indices = try await node.store.change { transaction -> [UInt64] in
        try transaction.setSection(
          caseName: name,
          section: CaseService.consentSection,
          sealed: sealed,
          atMs: atMs
        )
        for no in refused {
          try transaction.append(
            .consentRefused,
            Self.refusal(no, view: view),
            staff: .init(actor: presence.user, desk: line.desk, atMs: atMs)
          )
        }
        var granted = [UInt64](repeating: 0, count: entries.count)
        for step in steps {
          try transaction.appendPads(step.pads)
          granted[step.place] = try transaction.grant(
            entries[step.place].draft,
            caseName: name,
            staff: entries[step.place].staff,
            recipients: recipients
          )
        }
        let indices = granted
        try transaction.keepAnswer {
          try LocalJSON.encode(
            ConsentRecorded(
              grants: try indices.compactMap { try transaction.ownGrant($0)?.view(nowMs: nowMs) }
            )
          )
        }
        return indices
      }
      let grants = try await node.store.read { try $0.grants(indices) }
      return ConsentRecorded(grants: grants.map { $0.view(nowMs: nowMs) })
    }
  }

  /// The consents of a case.
  package func list(
    _ name: String,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> ConsentList {
    let node = node
    let nowMs = node.trustedMs
    return try await NodeError.wrapping {
      guard try await node.store.read({ try $0.caseLine(name) }) != nil else {
        throw NodeError(.caseUnknown)
      }
      let key = try CaseKeys.open(caseName: name, presence: presence, node: node)
      let held = try await kept(name, key: key)
      let grants = try await node.store.read { try $0.grants(caseName: name) }
      return ConsentList(
        case: name,
        grants: grants.map { $0.view(nowMs: nowMs) },
        refused: held.refused,
        denied: held.denied,
        record: held.record
      )
    }
  }

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

  private static func admit(
    _ ask: GrantAsk,
    actor: String,
    denied: Set<String>,
    policy: Policy,
    nowMs: UInt64
  ) throws -> (peer: AgencyID, untilMs: UInt64) {
    guard let peer = AgencyID(ask.peer) else { throw NodeError(.agencyUnknown) }
    guard let purpose = Purpose(ask.purpose), let basis = Basis(rawValue: ask.basis),
      let user = UserName(actor)
    else { throw NodeError(.policy, detail: "purpose or basis") }
    let groups = ask.groups.compactMap { FieldGroup($0) }
    guard groups.count == ask.groups.count else { throw NodeError(.policy, detail: "groups") }
    let untilMs = ask.untilMs ?? nowMs + UInt64(ask.days ?? 30) * 86_400_000
    let request = GrantRequest(
      peer: peer,
      purpose: purpose,
      groups: groups,
      basis: basis,
      untilMs: untilMs,
      onward: ask.onward,
      actor: user,
      second: ask.second.flatMap { UserName($0) },
      deniedAgencies: denied.compactMap { AgencyID($0) }
    )
    switch policy.admit(request, atMs: nowMs) {
    case .admitted: return (peer, untilMs)
    case .refused(let reasons):
      throw NodeError(
        reasons.contains(.survivorDeny)
          ? .consentRefused
          : reasons.contains(.secondPersonMissing) ? .secondPersonMissing : .policy,
        reasons: reasons.map(\.rawValue)
      )
    }
  }

  private static func refusal(_ no: RefusedAsk, view: TrustBook.View) -> [EventField] {
    // No groups named means all that the purpose could have had.
    let all = Purpose(no.purpose).flatMap { view.policy?.purpose($0)?.groups.map(\.text) } ?? []
    var fields: [EventField] = [
      .digest(.policy, view.policyHash), .string(.purpose, no.purpose),
      .digest(.register, view.registerHash),
      .strings(.groups, (no.groups.isEmpty ? all : no.groups).sorted()),
    ]
    if let peer = no.peer { fields.append(.string(.peer, peer)) }
    return fields
  }

  private func kept(_ name: String, key: borrowing GuardedSecret) async throws -> Kept {
    let sections = try await node.store.read { try $0.sections(caseName: name) }
    guard let found = sections.first(where: { $0.section == CaseService.consentSection }) else {
      return Kept()
    }
    let opened = try KeyBox.open(
      found.sealed,
      key: key,
      name: CaseKeys.name(name, CaseService.consentSection)
    )
    return try JSONDecoder().decode(Kept.self, from: Data(opened.copyBytes()))
  }
}
