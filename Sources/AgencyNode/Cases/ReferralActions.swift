internal import CanonicalBytes
internal import Exchange
internal import Foundation
package import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TransparencyLog

/// What people do with a referral: answer it, carry it out, end it, read it.
package struct ReferralActions: Sendable {
  let node: Node

  /// Works on a node.
  package init(node: Node) { self.node = node }

  private static let events: [ReferralAction: ReferralEvent] = [
    .ack: .acknowledge, .accept: .accept, .decline: .decline, .start: .start,
    .complete: .complete, .recall: .recall, .close: .close,
  ]

  /// One page of the referrals of a box, newest first.
  ///
  /// `after`: The `next` of the page before.
  package func list(
    box: ReferralBox?,
    state: String?,
    after: String? = nil
  ) async throws(NodeError) -> ReferralList {
    let now = node.trustedMs
    let place = try PagePlace.parse(after)
    return try await NodeError.wrapping {
      let page = try await node.store.read {
        try $0.referrals(
          isSender: box.map { $0 == .outgoing },
          state: state,
          after: place,
          limit: LocalLimits.page
        )
      }
      return ReferralList(
        referrals: page.lines.map { $0.line(nowMs: now) },
        next: page.next.map { String($0) }
      )
    }
  }

  /// Carries an action out: the life-cycle decides, the message is queued, the human is named.
  package func act(
    _ name: String,
    _ action: ReferralAction,
    _ request: ReferralAct,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> ReferralLine {
    guard !presence.desks.isEmpty else { throw NodeError(.deskLocked) }
    if action == .erase { return try await confirmErasure(name, request, presence) }
    guard let event = Self.events[action] else {
      throw NodeError(.stateNotAllowed, detail: "the content follows by itself on acceptance")
    }
    let node = node
    let view = node.trust.view
    guard let policy = view.policy else { throw NodeError(.policyUnknown) }
    let (nowMs, atMs) = (node.trustedMs, node.clock.nowMs())
    let code = action == .complete ? request.outcome : request.reason
    return try await NodeError.wrapping {
      let peer = try await node.store.change { transaction -> String in
        guard let referral = try transaction.referral(named: name) else {
          throw NodeError(.referralUnknown)
        }
        guard let kind = event.message, let recipient = AgencyID(referral.peer),
          var lifecycle = referral.lifecycle
        else { throw NodeError(.stateNotAllowed) }
        guard policy.admits(outcome: code.flatMap { Code($0) }, of: kind) else {
          throw NodeError(
            .policy,
            detail: "the code must be one that the policy lists for \(kind.rawValue)"
          )
        }
        let moment = LifecycleMoment(
          atMs: nowMs,
          grantIsLive: referral.untilMs > nowMs,
          limits: policy.lifecycleLimits
        )
        let effects: [LifecycleEffect]
        do throws(LifecycleRefusal) {
          effects = try lifecycle.apply(
            event,
            by: referral.isSender ? .sender : .recipient,
            at: moment
          )
        } catch {
          throw NodeError(
            error == .noGrant
              ? .grantMissing : error == .frozen ? .consentFrozen : .stateNotAllowed,
            detail: "\(referral.state): \(error.rawValue)"
          )
        }
        try transaction.save(
          referral: referral.row,
          state: lifecycle.state.rawValue,
          sinceMs: lifecycle.sinceMs,
          frozenSinceMs: lifecycle.frozenSinceMs,
          disputedFrom: lifecycle.disputedFrom?.rawValue,
          heardSeq: lifecycle.heardSeq,
          peerErased: lifecycle.peerErased,
          code: code
        )
        for effect in effects {
          switch effect {
          case .send(let message):
            let envelope = EnvelopeSealer.notify(
              realm: node.store.identity.realm,
              sender: node.trust.me,
              recipient: recipient
            )
            try transaction.queue(
              OutboundDraft(
                peer: referral.peer,
                kind: message.rawValue,
                message: envelope.id,
                envelope: envelope.bytes,
                ref: referral.offer,
                expiresMs: nowMs + (policy.kind(message)?.lifeMs ?? 0),
                outcome: code,
                actor: presence.user,
                desk: presence.deskNames.first,
                atMs: atMs
              ),
              referral: referral.row
            )
          case .cancelQueued:
            try transaction.cancelWaiting(
              referral: referral.row,
              code: event.rawValue,
              atMs: atMs
            )
          case .arm, .disarm, .freeze, .unfreeze, .eraseWanted, .releaseSupplement, .escalate,
            .tellHuman, .startRetention:
            break
          }
        }
        try transaction.keepAnswer {
          try LocalJSON.encode(try transaction.referral(referral.row)?.line(nowMs: nowMs))
        }
        return referral.peer
      }
      node.lanes.wake(peer)
      return try await line(name)
    }
  }

  /// One referral as it is listed.
  private func line(_ name: String) async throws(NodeError) -> ReferralLine {
    let nowMs = node.trustedMs
    return try await NodeError.wrapping {
      guard let referral = try await node.store.read({ try $0.referral(name) }) else {
        throw NodeError(.referralUnknown)
      }
      return referral.line(nowMs: nowMs)
    }
  }

  /// Confirms, at a desk of the recipient, an erasure that the sender asked for: the person
  /// herself, her code word, or a safe call-back.
  ///
  /// Without it the hold-down runs.
  private func confirmErasure(
    _ name: String,
    _ request: ReferralAct,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> ReferralLine {
    guard request.reason.flatMap({ WithdrawalCheck(rawValue: $0) }) != nil else {
      throw NodeError(.malformed, detail: "reason: in-person, code-word or call-back")
    }
    let node = node
    try await NodeError.wrapping {
      try await node.store.change { transaction in
        guard let referral = try transaction.referral(named: name) else {
          throw NodeError(.referralUnknown)
        }
        guard !referral.isSender,
          try transaction.confirmErasure(
            peer: referral.peer,
            log: referral.grantLog,
            index: referral.grantIndex
          )
        else { throw NodeError(.stateNotAllowed, detail: "no erasure was asked for") }
      }
    }
    node.lanes.wake(Maintenance.erasureLane)
    return try await line(name)
  }

  /// One referral, with the content that the unlocked desks may open.
  ///
  /// Opening is an event.
  package func show(
    _ name: String,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> ReferralView {
    let node = node
    let nowMs = node.trustedMs
    let policy = node.trust.view.policy
    return try await NodeError.wrapping {
      let found = try await node.store.read { reader in
        guard let referral = try reader.referral(name) else {
          throw NodeError(.referralUnknown)
        }
        return (
          referral, try reader.inbound(referral: referral.row),
          try reader.history(referral: referral.row),
          referral.isSender ? try reader.grants([referral.grantIndex]).first : nil,
          try ReadableGroups(referral, reader, nowMs: nowMs)
        )
      }
      let (referral, messages, moments, grant, readable) = found
      var content: [String: [String: FieldValue]] = [:]
      var sealed: Set<String> = []
      var opened: [(row: Int64, groups: [String], message: Digest32)] = []
      for message in messages where !readable.isLocked {
        let groups = try open(
          message,
          referral: referral,
          presence: presence,
          policy: policy,
          readable: readable,
          into: &content,
          sealed: &sealed
        )
        if !groups.isEmpty, !message.opened {
          opened.append((message.row, groups, message.message))
        }
      }
      let (entries, atMs) = (opened, node.clock.nowMs())
      if !entries.isEmpty {
        try await node.store.change { transaction in
          for entry in entries {
            try transaction.markOpened(inbound: entry.row)
            try transaction.append(
              .open,
              [.strings(.groups, entry.groups.sorted()), .digest(.message, entry.message)],
              staff: .init(
                actor: presence.user,
                desk: presence.deskNames.first,
                atMs: atMs
              )
            )
          }
        }
      }
      return ReferralView(
        line: referral.line(nowMs: nowMs),
        case: grant?.caseName,
        grant: referral.grantIndex,
        grantLog: referral.grantLog,
        basis: referral.basis,
        groups: referral.groups,
        onward: grant?.onward ?? false,
        content: content,
        sealed: sealed.sorted(),
        actions: actions(referral, nowMs: nowMs, policy: policy),
        history: moments.map { moment in
          ReferralMoment(
            atMs: moment.atMs,
            kind: moment.kind,
            box: moment.isOut ? "out" : "in",
            message: moment.message.hex,
            actor: moment.actor,
            outcome: moment.outcome,
            receipt: moment.isOut ? Self.states[moment.state ?? 0] : nil
          )
        }
      )
    }
  }

  private static let states: [Int64: String] = [
    0: "queued", 1: "sent", 2: "delivered", 3: "refused", 4: "dead", 5: "held",
  ]

  /// Opens one message with whichever unlocked desk it is addressed to, and holds what comes out to
  /// the forms: more than was granted is shown to nobody.
  private func open(
    _ message: NodeReader.InboundMessage,
    referral: ReferralRow,
    presence: SessionVault.Presence,
    policy: Policy?,
    readable: ReadableGroups,
    into content: inout [String: [String: FieldValue]],
    sealed: inout Set<String>
  ) throws -> [String] {
    guard let envelope = try? CheckedEnvelope(stored: message.envelope) else { return [] }
    var groups: [String] = []
    for stanza in envelope.stanzas {
      let again = message.resealed.first { $0.oldKey == stanza.keyID }
      let parts: [EnvelopeOpener.Opened]
      do {
        if let desk = presence.desk(key: stanza.keyID) {
          parts = try EnvelopeOpener.open(envelope, keyID: stanza.keyID, deskKey: desk.key)
        } else if let again, let desk = presence.desk(key: again.keyID) {
          parts = try EnvelopeOpener.open(
            envelope,
            resealedFrom: stanza.keyID,
            wrapped: again.wrapped,
            keyID: again.keyID,
            deskKey: desk.key
          )
        } else {
          sealed.formUnion(stanza.groups.map(\.text))
          continue
        }
      } catch {
        throw NodeError(.deskKeyGone)
      }
      if let policy {
        try OverDisclosure.check(
          parts,
          granted: referral.groups.compactMap { FieldGroup($0) },
          policy: policy
        )
      }
      for part in parts where readable.admits(part.group.text) {
        content[part.group.text] = try CaseService.fields(part.content)
        groups.append(part.group.text)
      }
    }
    sealed.subtract(content.keys)
    return Array(Set(groups))
  }

  private func actions(_ referral: ReferralRow, nowMs: UInt64, policy: Policy?) -> [String] {
    guard let policy, let lifecycle = referral.lifecycle else { return [] }
    let moment = LifecycleMoment(
      atMs: nowMs,
      grantIsLive: referral.untilMs > nowMs,
      limits: policy.lifecycleLimits
    )
    return ReferralAction.allCases.filter { action in
      guard let event = Self.events[action] else { return false }
      var tried = lifecycle
      return
        (try? tried.apply(
          event,
          by: referral.isSender ? .sender : .recipient,
          at: moment
        )) != nil
        && tried != lifecycle
    }.map(\.rawValue)
  }
}
