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
    .ack: .acknowledge, .ask: .requestInfo, .answer: .answerInfo, .waitlist: .waitlist,
    .redirect: .redirect, .accept: .accept, .decline: .decline, .start: .start,
    .complete: .complete, .lost: .loseContact, .recall: .recall, .close: .close,
    .reopen: .reopen, .dispute: .dispute, .resolve: .resolve,
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
    guard let event = Self.events[action] else { throw NodeError(.notFound) }
    let node = node
    let view = node.trust.view
    guard let policy = view.policy else { throw NodeError(.policyUnknown) }
    let (nowMs, atMs) = (node.trustedMs, node.clock.nowMs())
    let code = action == .complete ? request.outcome : request.reason
    if action == .waitlist {
      // A place without a day is a no that nobody has said.
      guard let expected = request.expectedMs, expected > nowMs else {
        throw NodeError(.fieldMissing, detail: "expectedMs")
      }
    }
    return try await NodeError.wrapping {
      let supplement =
        action == .answer
        ? try await SupplementMaker(node: node).answer(
          name,
          content: request.content ?? [:],
          presence: presence
        ) : nil
      let wake: Set<String>
      do {
        wake = try await node.store.change { transaction -> Set<String> in
          guard let referral = try transaction.referral(named: name) else {
            throw NodeError(.referralUnknown)
          }
          guard let kind = event.message, referral.lifecycle != nil else {
            throw NodeError(.stateNotAllowed)
          }
          guard kind.isDisclosure || policy.admits(outcome: code.flatMap { Code($0) }, of: kind)
          else {
            throw NodeError(
              .policy,
              detail: "the code must be one that the policy lists for \(kind.rawValue)"
            )
          }
          var mover = ReferralMover(
            transaction,
            view: view,
            policy: policy,
            nowMs: nowMs,
            atMs: atMs,
            user: presence.user,
            desk: presence.deskNames.first
          )
          // A day, and no moment of it, travels (REF-038).
          mover.expectedMs = request.expectedMs.map { $0 - $0 % Self.dayMs }
          do {
            try mover.carryOut(event, on: referral, code: code, by: referral.isSender)
          } catch let refusal as LifecycleRefusal {
            throw NodeError(
              NodeError.code(for: refusal),
              detail: "\(referral.state): \(refusal.rawValue)"
            )
          }
          if event == .start { try Self.requireOwnConsent(referral, policy, transaction) }
          if let supplement { try transaction.queue(supplement, referral: referral.row) }
          if action == .waitlist, let expected = request.expectedMs {
            try transaction.setExpected(referral: referral.row, atMs: expected)
          }
          try transaction.keepAnswer {
            try LocalJSON.encode(try transaction.referral(referral.row)?.line(nowMs: nowMs))
          }
          return mover.wake.union([referral.peer])
        }
      } catch {
        try await count(NodeError(from: error), of: name, atMs: atMs)
        throw error
      }
      for peer in wake { node.lanes.wake(peer) }
      return try await line(name)
    }
  }

  /// A day, in ms.
  private static let dayMs: UInt64 = 86_400_000

  /// A service begins on her word to the agency that gives it (REF-011).
  private static func requireOwnConsent(
    _ referral: ReferralRow,
    _ policy: Policy,
    _ transaction: NodeTransaction
  ) throws {
    let need = policy.ownConsentNeed(
      purpose: Purpose(referral.purpose),
      basis: Basis(rawValue: referral.basis)
    )
    guard need == .before, try !transaction.hasOwnConsent(referral.row) else { return }
    throw NodeError(.ownConsentMissing, detail: "amonat consent own \(referral.name)")
  }

  /// Remembers that a move was refused: how often, and why.
  private func count(_ error: NodeError, of name: String, atMs: UInt64) async throws {
    switch error.code {
    case .wrongSide, .tooLate, .tooEarly, .alreadyDone, .stateNotAllowed, .consentFrozen,
      .grantMissing, .ownConsentMissing:
      try await node.store.change { transaction in
        guard let referral = try transaction.referral(named: name) else { return }
        try transaction.countRefusal(
          peer: referral.peer,
          code: "own-\(error.code.rawValue)",
          atMs: atMs
        )
      }
    default: break
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
    let view = node.trust.view
    let policy = view.policy
    return try await NodeError.wrapping {
      let found = try await node.store.read { reader in
        guard let referral = try reader.referral(name) else {
          throw NodeError(.referralUnknown)
        }
        return (
          referral, try reader.inbound(referral: referral.row),
          try reader.history(referral: referral.row), try reader.clocks(of: referral.row),
          referral.isSender ? try reader.grants([referral.grantIndex]).first : nil,
          try ReadableGroups(referral, reader, nowMs: nowMs)
        )
      }
      let (referral, messages, moments, clocks, grant, readable) = found
      let due = policy.flatMap { policy in
        clocks.compactMap {
          DueService.item($0, policy: policy, me: node.trust.me.text, nowMs: nowMs)
        }.min { $0.dueMs < $1.dueMs }
      }
      var content: [String: [String: FieldValue]] = [:]
      var sealed = Set(readable.isOver ? referral.groups.filter { !readable.admits($0) } : [])
      var opened: [(row: Int64, groups: [String], message: Digest32)] = []
      for message in messages where !readable.isLocked {
        let groups = try open(
          message,
          referral: referral,
          presence: presence,
          policies: node.trust.view.readingOrder,
          readable: readable,
          into: &content,
          sealed: &sealed
        )
        if !groups.isEmpty, !message.opened {
          opened.append((message.row, groups, message.message))
        }
      }
      let (entries, atMs) = (opened, node.clock.nowMs())
      let learnt = policy.flatMap { Self.urgency(in: content, policy: $0) }
      if !entries.isEmpty {
        try await node.store.change { transaction in
          for entry in entries {
            try transaction.markOpened(inbound: entry.row)
            if let learnt, let now = try transaction.referral(referral.row) {
              let mover = ReferralMover(
                transaction,
                view: view,
                policy: learnt.policy,
                nowMs: nowMs,
                atMs: atMs
              )
              try mover.learn(now, priority: learnt.rule, times: learnt.times)
            }
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
        line: referral.line(nowMs: nowMs, due: due),
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

  /// How pressing an opened offer is, and the times of the service it is for.
  private static func urgency(
    in content: [String: [String: FieldValue]],
    policy: Policy
  ) -> (policy: Policy, rule: PriorityRule, times: AnswerTimes?)? {
    guard let need = policy.kind(.offer)?.groups.first, let fields = content[need.text],
      let rule = fields["urgency"]?.code.flatMap({ Code($0) }).flatMap({ policy.priority($0) })
    else { return nil }
    let service = fields["service"]?.code.flatMap { Code($0) }.flatMap { policy.service($0) }
    return (policy, rule, service?.times(rule.code))
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
    policies: [Policy],
    readable: ReadableGroups,
    into content: inout [String: [String: FieldValue]],
    sealed: inout Set<String>
  ) throws -> [String] {
    guard let envelope = try? CheckedEnvelope(stored: message.envelope) else { return [] }
    var groups: [String] = []
    for stanza in envelope.stanzas {
      guard let parts = try presence.parts(of: envelope, for: stanza.keyID, in: message) else {
        sealed.formUnion(stanza.groups.map(\.text))
        continue
      }
      try OverDisclosure.check(
        parts,
        granted: referral.groups.compactMap { FieldGroup($0) },
        policies: policies,
        purpose: Purpose(referral.purpose)
      )
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
