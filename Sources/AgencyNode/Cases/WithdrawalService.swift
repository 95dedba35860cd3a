internal import CanonicalBytes
internal import Exchange
package import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TransparencyLog
internal import Trust

/// Withdrawal in two steps: sharing stops at once, on anybody's word; erasing waits for her own.
///
/// Source: `Protocol/spec/05-receipts.md`, WDR-001 to WDR-017.
package struct WithdrawalService: Sendable {
  let node: Node

  /// Works on a node.
  package init(node: Node) { self.node = node }

  /// Stops sharing at once: no reason, no confirmation, no unlocked desk of the case needed.
  package func stop(
    _ request: ConsentStop,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> ConsentChanged {
    guard let channel = StopChannel(rawValue: request.channel) else {
      throw NodeError(
        .malformed,
        detail: "channel: " + StopChannel.allCases.map(\.rawValue).joined(separator: ", ")
      )
    }
    return try await end(
      case: request.case,
      grants: request.grants,
      groups: try Self.groups(request.groups),
      step: .stop,
      after: request.coercion ? nil : channel,
      presence: presence
    )
  }

  /// Withdraws: everything under the grants is to be erased, everywhere; the person has confirmed.
  package func withdraw(
    _ request: ConsentWithdraw,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> ConsentChanged {
    guard let check = WithdrawalCheck(rawValue: request.confirmation) else {
      throw NodeError(
        .malformed,
        detail: "confirmation: " + WithdrawalCheck.allCases.map(\.rawValue).joined(separator: ", ")
      )
    }
    let node = node
    switch check {
    case .codeWord:
      guard let word = request.codeWord else { throw NodeError(.codeWordWrong) }
      try await NodeError.wrapping {
        try await CodeWords(node: node).check(word, caseName: request.case)
      }
    case .inPerson, .callBack:
      // Somebody who works here has seen or called her: a desk stands for it.
      guard !presence.desks.isEmpty else { throw NodeError(.deskLocked) }
    }
    // Under coercion sharing stops, but nothing is erased on the word of whoever coerces.
    return try await end(
      case: request.case,
      grants: request.grants,
      groups: try Self.groups(request.groups),
      step: request.coercion ? .stop : .erase,
      after: nil,
      presence: presence
    )
  }

  /// Sets the word by which a person is known again.
  package func setCodeWord(
    _ request: CodeWordSet,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> Done {
    let node = node
    return try await NodeError.wrapping {
      guard try await node.store.read({ try $0.caseLine(request.case) }) != nil else {
        throw NodeError(.caseUnknown)
      }
      // Whoever sets it has opened the case: otherwise a stranger could choose the word.
      _ = try CaseKeys.open(caseName: request.case, presence: presence, node: node)
      try CodeWords(node: node).set(request.codeWord, caseName: request.case)
      return Done()
    }
  }

  /// Stops sharing where it was received: frozen here, passed on, and the sender is told.
  package func stopReceived(
    _ request: ReceivedStop,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> Done {
    guard StopChannel(rawValue: request.channel) != nil else {
      throw NodeError(
        .malformed,
        detail: "channel: " + StopChannel.allCases.map(\.rawValue).joined(separator: ", ")
      )
    }
    let node = node
    let (view, me) = (node.trust.view, node.trust.me)
    let (nowMs, atMs) = (node.trustedMs, node.clock.nowMs())
    return try await NodeError.wrapping {
      let wake = try await node.store.change { transaction -> Set<String> in
        guard let referral = try transaction.referral(named: request.referral) else {
          throw NodeError(.referralUnknown)
        }
        guard !referral.isSender, let sender = AgencyID(referral.peer) else {
          throw NodeError(.stateNotAllowed, detail: "stop the consent of your own case instead")
        }
        var effects = InboundEffects()
        try InboundEffects.move(
          referral,
          .stopSharing,
          by: .survivor,
          code: nil,
          transaction,
          view: view,
          nowMs: nowMs,
          atMs: atMs,
          into: &effects
        )
        let peer = try transaction.peer(referral.peer)
        for own in try transaction.onwardGrants(
          peer: peer,
          log: referral.grantLog,
          index: referral.grantIndex
        ) where !own.stopped {
          let ended = try GrantEnding(
            step: .stop,
            groups: nil,
            view: view,
            me: me,
            nowMs: nowMs,
            atMs: atMs,
            staff: .init(actor: presence.user, atMs: atMs),
            actor: .machine
          ).apply(own, transaction)
          effects.wake.insert(ended.peer)
        }
        let envelope = EnvelopeSealer.notify(
          realm: view.directory.realm,
          sender: me,
          recipient: sender
        )
        try transaction.queue(
          OutboundDraft(
            peer: referral.peer,
            kind: MessageKind.withdraw.rawValue,
            message: envelope.id,
            envelope: envelope.bytes,
            grant: .init(
              index: referral.grantIndex,
              log: referral.grantLog,
              untilMs: referral.untilMs
            ),
            expiresMs: nowMs + (view.policy?.kind(.withdraw)?.lifeMs ?? 0),
            outcome: WithdrawalStep.stop.rawValue,
            actor: presence.user,
            atMs: atMs
          ),
          referral: referral.row
        )
        return effects.wake.union([referral.peer])
      }
      for peer in wake { node.lanes.wake(peer) }
      return Done()
    }
  }

  private static func groups(_ names: [String]?) throws(NodeError) -> [String]? {
    guard let names else { return nil }
    guard !names.isEmpty, names.allSatisfy({ FieldGroup($0) != nil }) else {
      throw NodeError(.policy, detail: "groups")
    }
    return Array(Set(names)).sorted()
  }

  private func end(
    case name: String,
    grants chosen: [UInt64]?,
    groups: [String]?,
    step: WithdrawalStep,
    after channel: StopChannel?,
    presence: SessionVault.Presence
  ) async throws(NodeError) -> ConsentChanged {
    let node = node
    let (view, me) = (node.trust.view, node.trust.me)
    let (nowMs, atMs) = (node.trustedMs, node.clock.nowMs())
    return try await NodeError.wrapping {
      let (grants, ended) = try await node.store.change {
        transaction -> ([OwnGrant], [GrantEnding.Ended]) in
        // Chosen here: a consent that was given or renewed a moment ago is stopped as well (WDR-018).
        let grants = try Self.chosen(chosen, of: name, touching: groups, transaction)
        let ended = try grants.map { grant in
          let person = try node.store.keyring.personKey(grant.person).map {
            NodeTransaction.Person(id: grant.person, key: PersonalKey($0), subject: name)
          }
          let taken = groups.map { $0.filter(grant.groups.contains) }
          let ended = try GrantEnding(
            step: step,
            groups: taken.flatMap { Set($0) == Set(grant.groups) ? nil : $0 },
            view: view,
            me: me,
            nowMs: nowMs,
            atMs: atMs,
            staff: .init(actor: presence.user, atMs: atMs),
            actor: .survivor
          ).apply(grant, person: person, transaction)
          if step == .stop, let channel, groups == nil {
            try transaction.openStop(
              grant: grant.index,
              channel: channel.rawValue,
              atMs: atMs
            )
          } else {
            try transaction.closeStop(grant: grant.index)
          }
          return ended
        }
        try transaction.keepAnswer {
          let after = try grants.compactMap { try transaction.ownGrant($0.index) }
          return try LocalJSON.encode(Self.changed(after, ended, nowMs: nowMs))
        }
        return (grants, ended)
      }
      node.metrics.add(.withdrawals, ended.count)
      for entry in ended where entry.message != nil { node.lanes.wake(entry.peer) }
      // Her withdrawal stands whatever the files do: what cannot be erased now is tried again.
      if step == .erase {
        do { try await ErasureService(node: node).carryOutOwn() } catch {
          node.lanes.wake(Maintenance.erasureLane)
        }
      }
      let after = try await node.store.read { try $0.grants(grants.map(\.index)) }
      return Self.changed(after, ended, nowMs: nowMs)
    }
  }

  /// The grants of a case that are meant: those chosen and what renews them, or all.
  private static func chosen(
    _ chosen: [UInt64]?,
    of name: String,
    touching groups: [String]?,
    _ transaction: NodeTransaction
  ) throws -> [OwnGrant] {
    let touched = try transaction.grants(caseName: name).filter { grant in
      groups.map { taken in grant.groups.contains(where: taken.contains) } ?? true
    }
    guard let chosen else {
      guard !touched.isEmpty else { throw NodeError(.consentMissing) }
      return touched
    }
    let named = touched.filter { chosen.contains($0.index) }
    guard !named.isEmpty, named.count == Set(chosen).count else { throw NodeError(.consentMissing) }
    let wanted = Set(chosen + (try named.compactMap { try transaction.newest(of: $0)?.index }))
    return touched.filter { wanted.contains($0.index) }
  }

  /// What has come of it, as the local API tells it.
  static func changed(
    _ grants: [OwnGrant],
    _ ended: [GrantEnding.Ended],
    nowMs: UInt64
  ) -> ConsentChanged {
    ConsentChanged(
      grants: grants.map { $0.view(nowMs: nowMs) },
      messages: ended.compactMap { $0.message?.hex },
      referrals: ended.compactMap(\.referral)
    )
  }
}
