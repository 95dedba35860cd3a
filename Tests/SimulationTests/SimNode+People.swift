internal import CanonicalBytes
internal import ReferralModel

internal import TransparencyLog

@testable internal import Exchange

/// What people do at a simulated node; every act is one transaction, decided by the real rules.
extension SimNode {
  /// Records a consent, leg by leg.
  mutating func consent(to peer: Int, _ choice: Int, days: UInt64, onward: Bool, _ trueMs: UInt64) {
    let nowMs = now(trueMs)
    let scope = Sim.purposes[choice % Sim.purposes.count]
    let request = GrantRequest(
      peer: Sim.agencies[peer],
      purpose: scope.purpose,
      groups: scope.groups,
      basis: .consent,
      untilMs: nowMs + days * Sim.dayMs,
      onward: onward,
      actor: Sim.user
    )
    guard case .admitted = Sim.policy.admit(request, atMs: nowMs) else { return }
    record(request, renews: nil, parent: nil)
  }

  @discardableResult
  private mutating func record(_ request: GrantRequest, renews: UInt64?, parent: Int?) -> Int {
    let index = grants.count
    grants.append(
      SimGrant(
        facts: GrantFacts(
          log: Sim.logs[me],
          index: UInt64(index),
          peer: request.peer,
          purpose: request.purpose,
          groups: request.groups,
          basis: request.basis,
          untilMs: request.untilMs,
          mayGoOnward: request.onward
        ),
        renews: renews,
        parent: parent
      )
    )
    log.append(
      SimEvent(
        type: .grant,
        message: nil,
        grant: name(index),
        groups: request.groups,
        peer: nil,
        outcome: nil
      )
    )
    return index
  }

  /// Refers under a grant: an offer with the need, and the rest held back until acceptance.
  mutating func refer(_ grant: Int, _ trueMs: UInt64) {
    guard grants.indices.contains(grant) else { return }
    let nowMs = now(trueMs)
    let facts = grants[grant].facts
    guard let peer = Sim.agencies.firstIndex(of: facts.peer), facts.groups.contains(Sim.need),
      grants[grant].renews == nil, grants[grant].cut.isEmpty,
      Sim.policy.decide(
        DisclosureRequest(
          kind: .offer,
          recipient: facts.peer,
          purpose: facts.purpose,
          groups: [Sim.need],
          basis: facts.basis
        ),
        under: facts,
        atMs: nowMs
      ).isAllowed
    else { return }
    grants[grant].facts.offerUsed = true
    let offer = mint()
    let expires = min(nowMs + (Sim.policy.kind(.offer)?.lifeMs ?? 0), facts.untilMs)
    legs.append(
      SimLeg(
        isSender: true,
        peer: peer,
        grant: name(grant),
        offer: offer,
        untilMs: facts.untilMs,
        life: ReferralLifecycle(side: .sender, state: .queued, sinceMs: nowMs),
        mayGoOnward: facts.mayGoOnward,
        purpose: facts.purpose,
        groups: facts.groups
      )
    )
    let leg = legs.count - 1
    for (id, kind, groups, ref, state) in [
      (offer, MessageKind.offer, [Sim.need], nil as UInt64?, SimLetter.State.queued),
      (mint(), .supplement, facts.groups.filter { $0 != Sim.need }, offer, .held),
    ] {
      var letter = SimLetter(
        id: id,
        to: peer,
        kind: kind,
        grant: name(grant),
        groups: groups,
        purpose: facts.purpose,
        basis: facts.basis,
        ref: ref,
        outcome: nil,
        untilMs: nil,
        expiresMs: expires,
        leg: leg
      )
      letter.state = state
      queue.append(letter)
    }
  }

  /// Hands a received referral on, as `OnwardService` does it.
  mutating func handOn(_ leg: Int, to peer: Int, _ trueMs: UInt64) {
    guard legs.indices.contains(leg), !legs[leg].isSender, peer != me else { return }
    let nowMs = now(trueMs)
    let received = legs[leg]
    guard [.accepted, .inService, .completed].contains(received.life.state),
      !received.life.isFrozen, tombs[received.grant] == nil,
      received.content.isSuperset(of: received.groups)
    else { return }
    let request = GrantRequest(
      peer: Sim.agencies[peer],
      purpose: received.purpose,
      groups: received.groups,
      basis: .onward,
      untilMs: received.untilMs,
      actor: Sim.user,
      parent: GrantFacts(
        log: received.grant.log,
        index: received.grant.index,
        peer: Sim.agencies[me],
        purpose: received.purpose,
        groups: received.groups,
        basis: .consent,
        untilMs: received.untilMs,
        mayGoOnward: received.mayGoOnward
      )
    )
    guard case .admitted = Sim.policy.admit(request, atMs: nowMs) else { return }
    refer(record(request, renews: nil, parent: leg), trueMs)
  }

  /// A person moves a leg; the life-cycle decides whether they may.
  mutating func act(_ leg: Int, _ event: ReferralEvent, _ trueMs: UInt64) {
    guard legs.indices.contains(leg) else { return }
    let nowMs = now(trueMs)
    let actor: ReferralActor = legs[leg].isSender ? .sender : .recipient
    let kind = event.message
    let outcome = kind.flatMap { Sim.policy.kind($0)?.outcomes.first }
      .flatMap { Sim.policy.list($0)?.entries.first?.code.text }
    let moved = move(leg, event, actor, nowMs, outcome: outcome)
    if moved, event == .start, !legs[leg].isSender {
      legs[leg].ownConsentUntilMs = nowMs + 400 * Sim.dayMs
    }
  }

  /// Somebody says stop, anywhere, by any channel.
  mutating func stop(_ grant: Int, _ channel: StopChannel, coercion: Bool, _ trueMs: UInt64) {
    guard grants.indices.contains(grant), !grants[grant].facts.isWithdrawn else { return }
    end(grant, .stop, groups: nil, .survivor, now(trueMs))
    if !coercion {
      grants[grant].stop = OpenStop(sinceMs: clock(trueMs), channel: channel, coercion: false)
    }
  }

  /// She confirms: everything, or one group.
  mutating func withdraw(_ grant: Int, group: Int?, _ trueMs: UInt64) {
    guard grants.indices.contains(grant), !grants[grant].erased else { return }
    let all = grants[grant].facts.groups
    let groups = group.map { Set([all[$0 % all.count]]) }
    end(grant, .erase, groups: groups, .survivor, now(trueMs))
  }

  /// She shares again, under a new consent.
  mutating func resume(_ grant: Int, _ trueMs: UInt64) {
    guard grants.indices.contains(grant), grants[grant].facts.isWithdrawn, !grants[grant].erased,
      grants[grant].facts.basis == .consent, grants[grant].cut.isEmpty,
      debts[name(grant)].map({ $0.step != .erase }) ?? true,
      leg(own: grant).map({ ![.recalled, .closed].contains(legs[$0].life.state) }) ?? true
    else { return }
    let nowMs = now(trueMs)
    let old = grants[grant].facts
    let request = GrantRequest(
      peer: old.peer,
      purpose: old.purpose,
      groups: old.groups,
      basis: old.basis,
      untilMs: nowMs + 20 * Sim.dayMs,
      onward: old.mayGoOnward,
      actor: Sim.user
    )
    guard case .admitted = Sim.policy.admit(request, atMs: nowMs) else { return }
    let new = record(request, renews: UInt64(grant), parent: nil)
    grants[new].facts.offerUsed = true
    grants[grant].stop = nil
    grants[grant].erased = true
    debts[name(grant)] = nil
    guard let leg = leg(own: grant) else { return }
    legs[leg].grant = name(new)
    legs[leg].untilMs = request.untilMs
    move(leg, .resumeSharing, .sender, nowMs)
    if grants[grant].sent {
      grants[new].sent = true
      tell(
        legs[leg].peer,
        .resume,
        name(new),
        groups: nil,
        untilMs: request.untilMs,
        leg,
        legs[leg].offer,
        nowMs
      )
    }
  }

  /// A recipient hears it first.
  mutating func stopReceived(_ leg: Int, _ trueMs: UInt64) {
    guard legs.indices.contains(leg), !legs[leg].isSender else { return }
    let nowMs = now(trueMs)
    move(leg, .stopSharing, .survivor, nowMs)
    for own in grants.indices where grants[own].parent == leg && !grants[own].facts.isWithdrawn {
      end(own, .stop, groups: nil, .machine, nowMs)
    }
    tell(
      legs[leg].peer,
      .stop,
      legs[leg].grant,
      groups: nil,
      untilMs: legs[leg].untilMs,
      leg,
      nil,
      nowMs
    )
  }

  /// A desk of the recipient confirms an erasure that was asked for.
  mutating func confirmErasure(_ leg: Int) {
    guard legs.indices.contains(leg), let tomb = tombs[legs[leg].grant], tomb.asked else { return }
    tombs[legs[leg].grant]?.eraseAfterMs = 0
  }

  /// The first transaction of what a node does unattended; a crash may come before the second.
  mutating func upkeep(_ trueMs: UInt64) {
    let (nowMs, atMs) = (now(trueMs), clock(trueMs))
    for grant in grants.indices {
      guard let stop = grants[grant].stop else { continue }
      let fate =
        rules.doubtsVoices
        ? Sim.policy.fate(of: stop, atMs: atMs)
        : Sim.policy.fate(
          of: OpenStop(sinceMs: stop.sinceMs, channel: .inPerson, coercion: stop.coercion),
          atMs: atMs
        )
      switch fate {
      case .waits: continue
      case .erases: end(grant, .erase, groups: nil, .clock, nowMs)
      case .callsPeople, .staysQuiet: alerts.insert("unconfirmed \(grant)")
      }
      grants[grant].stop = nil
    }
    if rules.raisesAlerts { lookForLateAnswers(atMs) }
    for (name, tomb) in tombs where tomb.asked && !tomb.done && !tomb.destroyed {
      guard let due = tomb.eraseAfterMs, due <= atMs else { continue }
      destroy(name, atMs)
      tombs[name]?.destroyed = true
    }
  }

  private mutating func lookForLateAnswers(_ atMs: UInt64) {
    for (name, debt) in debts {
      guard let due = debt.dueMs, due <= atMs else { continue }
      debts[name]?.dueMs = nil
      let heard = queue.contains { $0.id == debt.message && $0.state == .received }
      if debt.step != .erase, heard { continue }
      debts[name]?.alerted = true
      alerts.insert("late \(name.index)")
    }
  }

  /// What a holder keeps and what it destroys: the real plan.
  private mutating func destroy(_ name: CheckedItem.GrantName, _ atMs: UInt64) {
    guard let leg = leg(received: name), let tomb = tombs[name] else { return }
    let plan = plan(leg, tomb, atMs)
    legs[leg].content.subtract(plan.erased)
  }

  private func plan(_ leg: Int, _ tomb: SimTomb, _ atMs: UInt64) -> ErasurePlan {
    let held = legs[leg].content.sorted()
    let own = legs[leg].ownConsentUntilMs.map {
      [KeptPart(ground: .ownConsent, groups: held, untilMs: $0)]
    }
    return ErasurePlan(
      held: held,
      taken: tomb.askedGroups?.sorted() ?? held,
      keeping: own ?? [],
      atMs: atMs
    )
  }

  /// The second transaction: the files have been looked through, and the receipt is queued.
  mutating func finishErasures(_ trueMs: UInt64) {
    let (nowMs, atMs) = (now(trueMs), clock(trueMs))
    for (name, tomb) in tombs where tomb.destroyed && !tomb.done {
      guard let peer = Sim.agencies.firstIndex(of: name.log.agency) else { continue }
      let leg = leg(received: name)
      if let leg, tomb.askedGroups == nil {
        // What was recalled ends as closed, what was withdrawn as withdrawn.
        if tomb.asks.contains(where: { $0.isWhole && !$0.isRecall }) {
          move(leg, .withdraw, .sender, nowMs)
        }
        move(leg, .confirmErased, .machine, nowMs)
      }
      for ask in tomb.asks { answer(ask.message, tomb, leg, peer, name, nowMs, atMs) }
      tombs[name]?.asks = []
      tombs[name]?.done = true
    }
  }

  private mutating func answer(
    _ ask: UInt64,
    _ tomb: SimTomb,
    _ leg: Int?,
    _ peer: Int,
    _ name: CheckedItem.GrantName,
    _ nowMs: UInt64,
    _ atMs: UInt64
  ) {
    let plan = leg.map { self.plan($0, tomb, atMs) }
    var letter = SimLetter(
      id: mint(),
      to: peer,
      kind: .erased,
      grant: nil,
      groups: plan?.kept ?? [],
      purpose: nil,
      basis: nil,
      ref: ask,
      outcome: (plan?.outcome ?? .nothingHeld).rawValue,
      untilMs: nil,
      expiresMs: nowMs + (Sim.policy.kind(.erased)?.lifeMs ?? 0),
      leg: leg
    )
    letter.onward = tomb.told
    queue.append(letter)
    log.append(
      SimEvent(
        type: .erase,
        message: ask,
        grant: name,
        groups: [],
        peer: nil,
        outcome: letter.outcome
      )
    )
  }
}
