internal import CanonicalBytes
internal import Exchange
internal import Foundation
package import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import Trust

/// Referrals: offered under a grant, answered by the recipient, shown to who may see them.
package struct ReferralService: Sendable {
  let node: Node

  /// Works on a node.
  package init(node: Node) { self.node = node }

  /// Most referrals in one call.
  package static let batchLimit = 64
  /// Referrals sealed by one task: enough tasks for the cores, not one for each.
  private static let sealChunk = 16
  /// Longest wait for receipts, in seconds.
  private static let waitSeconds: Int64 = 30

  /// One leg, sealed and ready to be queued.
  private struct Ready: Sendable {
    let place: Int
    let grant: OwnGrant
    let offer: OutboundDraft
    let supplement: OutboundDraft?
    let name: String
    /// The time within which it leaves, if it is one of several legs, in ms.
    let windowMs: UInt64
    let priority: String
    let times: String?
    let replaces: String?
    let telephone: String?
  }

  /// Refers: decides, seals and queues each leg; all that may go are durable when this returns.
  @concurrent
  package func refer(
    _ request: ReferBatch,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> ReferResults {
    guard (1...Self.batchLimit).contains(request.referrals.count) else {
      throw NodeError(.tooLarge, detail: "1 to \(Self.batchLimit) referrals")
    }
    guard !presence.desks.isEmpty else { throw NodeError(.deskLocked) }
    let view = node.trust.view
    guard let policy = view.policy else { throw NodeError(.policyUnknown) }
    let node = node
    let indices = request.referrals.map(\.grant)
    return try await NodeError.wrapping {
      let found = try await node.store.read { try $0.grants(indices) }
      var grants: [UInt64: OwnGrant] = [:]
      for grant in found { grants[grant.index] = grant }
      let known = grants
      var results = [ReferResult?](repeating: nil, count: request.referrals.count)
      let nowMs = node.trustedMs
      let prepared = try await withThrowingTaskGroup(
        of: [(Int, Result<Ready, NodeError>)].self
      ) { group in
        var start = 0
        while start < request.referrals.count {
          let range = start..<min(start + Self.sealChunk, request.referrals.count)
          start = range.upperBound
          group.addTask {
            var out: [(Int, Result<Ready, NodeError>)] = []
            for place in range {
              do throws(NodeError) {
                let ready = try await prepare(
                  request.referrals[place],
                  at: place,
                  grants: known,
                  presence: presence,
                  view: view,
                  policy: policy,
                  nowMs: nowMs,
                  seals: !request.dryRun
                )
                out.append((place, .success(ready)))
              } catch {
                out.append((place, .failure(error)))
              }
            }
            return out
          }
        }
        var all: [(Int, Result<Ready, NodeError>)] = []
        for try await part in group { all += part }
        return all.sorted { $0.0 < $1.0 }
      }
      var ready: [Ready] = []
      for (place, result) in prepared {
        switch result {
        case .success(let leg):
          ready.append(leg)
          results[place] = ReferResult(
            referral: request.dryRun ? nil : leg.name,
            message: request.dryRun ? nil : leg.offer.message.hex,
            state: request.dryRun ? "allowed" : "queued",
            peer: leg.grant.peer,
            purpose: leg.grant.purpose,
            groups: leg.grant.groups,
            telephone: leg.telephone
          )
        case .failure(let error):
          results[place] = ReferResult(
            state: request.dryRun ? "refused" : nil,
            reasons: error.reasons,
            problem: error.problem
          )
        }
      }
      if !request.dryRun, !ready.isEmpty {
        try await queue(ready, waits: request.wait == .receipt, into: &results)
      }
      return ReferResults(results: results.compactMap(\.self))
    }
  }

  private func queue(
    _ ready: [Ready],
    waits: Bool,
    into results: inout [ReferResult?]
  ) async throws {
    let node = node
    // In an order that says nothing.
    let ready = ready.shuffled()
    let drafted = results
    let (rows, ticket) = try await node.store.change {
      transaction -> [(place: Int, row: Int64?)] in
      let rows = try ready.map { leg -> (place: Int, row: Int64?) in
        // Looked at again inside the transaction: two callers may hold the same grant.
        let grant = leg.grant
        let (windowMs, leavesAtMs) = try Self.leaving(leg, transaction, node.chance)
        guard
          try transaction.takeForOffer(grant.index, windowMs: windowMs, atMs: leg.offer.atMs)
        else { return (leg.place, nil) }
        let peer = try transaction.peer(grant.peer)
        let referral = try transaction.openReferral(
          name: leg.name,
          isSender: true,
          peer: peer,
          grant: PeerGrant(
            log: grant.log,
            index: grant.index,
            purpose: grant.purpose,
            basis: grant.basis,
            groups: grant.groups,
            untilMs: grant.untilMs
          ),
          offer: leg.offer.message,
          state: ReferralState.queued.rawValue,
          priority: leg.priority,
          times: leg.times,
          atMs: leg.offer.atMs
        )
        if let replaced = leg.replaces {
          guard let old = try transaction.referral(named: replaced), old.isSender else {
            throw NodeError(.referralUnknown, detail: "replaces")
          }
          try transaction.setReplaces(referral: referral, replaced: old.row)
          // The sender has acted: nobody need be reminded to.
          for timer in [TimerName.replan, .redirect] {
            try transaction.disarm(referral: old.row, timer: timer.rawValue)
          }
        }
        let row = try transaction.queue(
          leg.offer,
          referral: referral,
          leavesAtMs: leavesAtMs
        )
        if let supplement = leg.supplement {
          try transaction.queue(supplement, referral: referral, held: true)
        }
        return (leg.place, row)
      }
      try transaction.keepAnswer {
        try LocalJSON.encode(
          ReferResults(results: Self.marking(rows, in: drafted).compactMap(\.self))
        )
      }
      return rows
    } after: { rows, _ in
      // Expected before anything can leave, so that no receipt comes too early.
      (rows, waits ? node.receipts.expect(rows.compactMap { $0.row }) : nil)
    }
    node.metrics.add(.referralsSubmitted, rows.count { $0.row != nil })
    for peer in Set(ready.map(\.grant.peer)).shuffled() { node.lanes.wake(peer) }
    results = Self.marking(rows, in: results)
    guard let ticket else { return }
    let outcomes = await node.receipts.outcomes(ticket, atMost: .seconds(Self.waitSeconds))
    for (place, row) in rows {
      if let row, let outcome = outcomes[row] { results[place]?.state = outcome }
    }
  }

  /// The results with those marked whose grant somebody else has used in the meantime.
  private static func marking(
    _ rows: [(place: Int, row: Int64?)],
    in results: [ReferResult?]
  ) -> [ReferResult?] {
    var results = results
    for (place, row) in rows where row == nil {
      results[place] = ReferResult(
        state: nil,
        reasons: ["grant-used"],
        problem: Problem(.grantMissing)
      )
    }
    return results
  }

  /// When a leg leaves: at once, or, where its case has other recipients and another leg has just been
  /// handed over, at a random moment of its priority's window (EVT-033).
  ///
  /// - Returns: The window, 0 where nobody can compare; and the moment, 0 for at once.
  private static func leaving(
    _ leg: Ready,
    _ transaction: NodeTransaction,
    _ chance: Chance
  ) throws -> (windowMs: UInt64, leavesAtMs: UInt64) {
    let nowMs = leg.offer.atMs
    let windowMs = LegOrder.windowMs(
      policyMs: leg.windowMs,
      leftMs: leg.offer.expiresMs - min(leg.offer.expiresMs, nowMs)
    )
    guard windowMs > 0, try transaction.hasSeveralRecipients(caseOf: leg.grant.index) else {
      return (0, 0)
    }
    let sinceMs = nowMs - min(nowMs, windowMs)
    guard try transaction.hasOtherLeg(caseOf: leg.grant.index, sinceMs: sinceMs) else {
      return (windowMs, 0)
    }
    var chance = chance
    return (
      windowMs, LegOrder.leavesAtMs(nowMs: nowMs, windowMs: windowMs, using: &chance)
    )
  }

  private func prepare(
    _ ask: ReferAsk,
    at place: Int,
    grants: [UInt64: OwnGrant],
    presence: SessionVault.Presence,
    view: TrustBook.View,
    policy: Policy,
    nowMs: UInt64,
    seals: Bool
  ) async throws(NodeError) -> Ready {
    guard let grant = grants[ask.grant] else { throw NodeError(.grantMissing) }
    // What an offer carries, and nothing else, by the policy: the need, without identity.
    guard let need = policy.kind(.offer)?.groups.first else { throw NodeError(.policyUnknown) }
    guard let peer = AgencyID(grant.peer), let facts = grant.facts else {
      throw NodeError(.grantMissing)
    }
    let decision = policy.decide(
      DisclosureRequest(
        kind: .offer,
        recipient: peer,
        purpose: facts.purpose,
        groups: [need],
        basis: facts.basis,
        answersOpenQuestion: false,
        region: view.directory.agency(peer)?.region
      ),
      under: facts,
      atMs: nowMs
    )
    if case .refused(let reasons) = decision {
      throw NodeError(
        grant.stopped ? .consentFrozen : .grantMissing,
        reasons: reasons.map(\.code)
      )
    }
    guard view.directory.isActive(peer, atMs: nowMs) else { throw NodeError(.member) }
    guard !node.forks.holds(peer.text) else { throw NodeError(.logForked) }
    return try await NodeError.wrapping {
      let content = try await content(ask, need: need, grant: grant, presence: presence)
      var parts: [FieldGroup: CanonicalObject] = [:]
      for (name, fields) in content {
        guard let group = FieldGroup(name) else {
          throw NodeError(.overDisclosed, detail: "unknown-group")
        }
        let part = fields.canonical
        try policy.check(
          content: part,
          of: group,
          granted: facts.groups,
          purpose: facts.purpose
        )
        parts[group] = part
      }
      guard let offered = content[need.text], let offeredPart = parts.removeValue(forKey: need)
      else {
        throw NodeError(.fieldMissing, detail: need.text)
      }
      let offer = try view.directory.sealing(to: peer, atMs: nowMs)
      guard let urgency = offered["urgency"]?.code.flatMap({ Code($0) }),
        let priority = policy.priority(urgency)
      else { throw NodeError(.fieldMissing, detail: "urgency") }
      let life = min(
        policy.kind(.offer)?.lifeMs ?? 0,
        priority.messageLife.nominalMs,
        ask.expiresDays.map { UInt64($0) * 86_400_000 } ?? .max
      )
      let expires = min(
        nowMs + life,
        grant.untilMs,
        offer.keys.map(\.latestMessageExpiryMs).min() ?? .max
      )
      let sealed =
        seals
        ? try Self.seal([(need, offeredPart)], peer: peer, offer: offer, node: node) : nil
      let rest = parts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
      let extra =
        seals && !rest.isEmpty
        ? try Self.seal(rest, peer: peer, offer: offer, node: node) : nil
      var random = SystemRandomNumberGenerator()
      let desk = presence.deskNames.first
      let message = sealed?.id ?? .zero
      return Ready(
        place: place,
        grant: grant,
        offer: draft(
          sealed,
          .offer,
          grant: grant,
          groups: [need],
          ref: nil,
          expires: expires,
          actor: presence.user,
          desk: desk
        ),
        supplement: extra.map {
          draft(
            $0,
            .supplement,
            grant: grant,
            groups: rest.map(\.0),
            ref: message,
            expires: expires,
            actor: presence.user,
            desk: desk
          )
        },
        name: ReferralID(using: &random).text,
        // An exception is for now, and what is handed on says where it came from.
        windowMs: facts.basis == .consent || facts.basis == .guardianConsent
          ? priority.legWindow.nominalMs : 0,
        priority: priority.code.text,
        times: offered["service"]?.code.flatMap { Code($0) }.flatMap {
          policy.service($0)?.times(priority.code)?.text
        },
        replaces: ask.replaces,
        telephone: priority.telephone ? policy.offices[peer]?.telephone : nil
      )
    }
  }

  private func content(
    _ ask: ReferAsk,
    need: FieldGroup,
    grant: OwnGrant,
    presence: SessionVault.Presence
  ) async throws -> [String: [String: FieldValue]] {
    var content = ask.content ?? [:]
    if ask.fromCase {
      let sections = try await CaseService(node: node).sections(grant.caseName, presence)
      for (section, fields) in sections
      where grant.groups.contains(section) && content[section] == nil {
        content[section] = fields
      }
    }
    if let service = ask.service { content[need.text, default: [:]]["service"] = .text(service) }
    if content[need.text] != nil, content[need.text]?["urgency"] == nil {
      content[need.text]?["urgency"] = .text(ask.urgency)
    }
    return content
  }

  /// Seals content for the desks that may open it.
  static func seal(
    _ parts: [(FieldGroup, CanonicalObject)],
    peer: AgencyID,
    offer: SealingOffer,
    node: Node
  ) throws -> SealedEnvelope {
    let groups = parts.map(\.0).sorted()
    var desks: [EnvelopeDraft.Desk] = []
    for key in offer.keys {
      let shared = groups.filter { key.groups.contains($0) }
      guard !shared.isEmpty else { continue }
      desks.append(.init(keyID: key.keyID, publicKey: key.publicKey, groups: shared))
    }
    for group in groups where !desks.contains(where: { $0.groups.contains(group) }) {
      throw NodeError(.deskKeyGone, detail: "nobody at the recipient may open \(group.text)")
    }
    return try EnvelopeSealer.seal(
      EnvelopeDraft(
        realm: node.store.identity.realm,
        sender: node.trust.me,
        recipient: peer,
        parts: parts.sorted { $0.0 < $1.0 }.map {
          .init(group: $0.0, content: $0.1.encoded)
        },
        desks: desks
      )
    )
  }

  /// A sealed message as it is queued.
  func draft(
    _ sealed: SealedEnvelope?,
    _ kind: MessageKind,
    grant: OwnGrant,
    groups: [FieldGroup],
    ref: Digest32?,
    expires: UInt64,
    actor: String,
    desk: String?
  ) -> OutboundDraft {
    OutboundDraft(
      peer: grant.peer,
      kind: kind.rawValue,
      message: sealed?.id ?? .zero,
      envelope: sealed?.bytes ?? [],
      groups: groups.map(\.text).sorted(),
      purpose: grant.purpose,
      basis: grant.basis,
      grant: .init(index: grant.index, log: grant.log, untilMs: grant.untilMs),
      ref: ref,
      expiresMs: expires,
      actor: actor,
      desk: desk,
      atMs: node.clock.nowMs()
    )
  }
}

extension OwnGrant {
  /// What a decision needs to know of this grant.
  var facts: GrantFacts? {
    guard let log = LogID(log), let peer = AgencyID(peer), let purpose = Purpose(purpose),
      let basis = Basis(rawValue: basis)
    else { return nil }
    return GrantFacts(
      log: log,
      index: index,
      peer: peer,
      purpose: purpose,
      groups: groups.compactMap { FieldGroup($0) },
      basis: basis,
      untilMs: untilMs,
      isWithdrawn: stopped,
      mayGoOnward: onward,
      offerUsed: offered
    )
  }
}
