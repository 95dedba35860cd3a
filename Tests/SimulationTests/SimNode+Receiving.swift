internal import CanonicalBytes
internal import ReferralModel
internal import TransparencyLog

@testable internal import Exchange

/// The memory that the real checks ask: a simulated node's.
struct SimReceiver: ReceiverState {
  let node: SimNode
  let peer: Int
  let ids: [Digest32: UInt64]

  func answer(to message: Digest32) -> SimAnswer? {
    guard node.rules.knowsRepeats else { return nil }
    return ids[message].flatMap { node.answers[$0] }
  }

  func message(withSeq seq: UInt64, from peer: AgencyID) -> Digest32? {
    guard node.rules.knowsRepeats else { return nil }
    return node.seen[self.peer][seq].map { Sim.digest($0) }
  }

  func isWithdrawn(_ grant: CheckedItem.GrantName, _ groups: [FieldGroup]) -> Bool {
    guard let tomb = node.tombs[grant] else { return false }
    return tomb.groups.map { taken in groups.contains(where: taken.contains) } ?? true
  }

  func offer(on grant: CheckedItem.GrantName) -> Digest32? {
    node.leg(received: grant).map { Sim.digest(node.legs[$0].offer) }
  }

  func isOwnOpenDisclosure(_ message: Digest32, to peer: AgencyID) -> Bool { false }

  func decide(
    _ request: DisclosureRequest,
    under grant: GrantFacts?,
    policy: Digest32,
    atMs nowMs: UInt64
  ) -> Decision? { Sim.policy.decide(request, under: grant, atMs: nowMs) }

  func longestLifeMs(of kind: MessageKind) -> UInt64 { Sim.policy.kind(kind)?.lifeMs ?? 0 }

  func deskGroups(ofKey keyID: Digest32) -> [FieldGroup]? { Sim.policy.forms.map(\.group) }
}

extension SimItem {
  /// The item as it is after steps 8 to 11, which a simulation does not repeat.
  func checked(from: Int) -> CheckedItem {
    let body: CheckedItem.Body
    if letter.kind.isDisclosure, let basis = letter.basis, let purpose = letter.purpose {
      body = .disclosure(
        CheckedItem.Disclosure(
          basis: basis,
          purpose: purpose,
          groups: letter.groups,
          policy: Sim.policyHash,
          register: Sim.realm,
          grant: letter.grant
        )
      )
    } else {
      body = .notification(
        CheckedItem.Notification(
          outcome: letter.outcome.flatMap { Code($0) },
          withdrawn: letter.kind == .withdraw ? letter.grant : nil,
          untilMs: letter.untilMs,
          groups: letter.groups,
          keptClass: nil,
          keptBasis: nil,
          onwardCount: letter.onward,
          backupsUntilMs: nil
        )
      )
    }
    return CheckedItem(
      envelope: CheckedEnvelope(
        simulated: Sim.digest(letter.id),
        realm: Sim.realm,
        from: Sim.agencies[from],
        to: Sim.agencies[letter.to],
        groups: letter.kind.isDisclosure ? letter.groups : [],
        keyID: Sim.deskKey
      ),
      event: Sim.event,
      opening: Sim.opening,
      kind: letter.kind,
      seq: letter.seq,
      expiresMs: letter.expiresMs,
      ref: letter.ref.map { Sim.digest($0) },
      body: body,
      grant: proof.map {
        .proven(.init(event: Sim.event, opening: Sim.opening, facts: $0, renews: renews))
      } ?? .absent
    )
  }
}

extension SimNode {
  /// Judges a delivery with the real checks and carries out what follows, one transaction for all.
  ///
  /// - Returns: The receipts, in order.
  mutating func receive(
    _ items: [SimItem],
    from peer: Int,
    _ trueMs: UInt64
  ) -> [(message: UInt64, received: Bool, code: String)] {
    let nowMs = now(trueMs)
    var receipts: [(message: UInt64, received: Bool, code: String)] = []
    for item in items {
      let letter = item.letter
      let checked = item.checked(from: peer)
      let verdict = StatefulCheck.judge(
        checked,
        state: SimReceiver(node: self, peer: peer, ids: [checked.id: letter.id]),
        me: Sim.agencies[me],
        nowMs: nowMs
      )
      switch verdict {
      case .repeated(let answer): receipts.append((letter.id, answer.received, answer.code))
      case .seqReused: receipts.append((letter.id, false, "seq-reused"))
      case .refuse(let code):
        store(letter, from: peer, received: false, code: code.rawValue)
        receipts.append((letter.id, false, code.rawValue))
      case .accept:
        apply(item, from: peer, trueMs)
        store(letter, from: peer, received: true, code: "stored")
        receipts.append((letter.id, true, "stored"))
      }
    }
    return receipts
  }

  private mutating func store(
    _ letter: SimLetter,
    from peer: Int,
    received: Bool,
    code: String
  ) {
    answers[letter.id] = SimAnswer(received: received, code: code)
    seen[peer][letter.seq] = letter.id
    log.append(
      SimEvent(
        type: received ? .receive : .refuse,
        message: letter.id,
        grant: nil,
        groups: [],
        peer: peer,
        outcome: code
      )
    )
  }

  private mutating func apply(_ item: SimItem, from peer: Int, _ trueMs: UInt64) {
    let letter = item.letter
    let nowMs = now(trueMs)
    switch letter.kind {
    case .offer:
      guard let grant = letter.grant, let facts = item.proof else { return }
      legs.append(
        SimLeg(
          isSender: false,
          peer: peer,
          grant: grant,
          offer: letter.id,
          untilMs: facts.untilMs,
          life: ReferralLifecycle.received(atMs: nowMs).referral,
          mayGoOnward: facts.mayGoOnward,
          content: Set(letter.groups),
          purpose: facts.purpose,
          groups: facts.groups
        )
      )
    case .supplement:
      guard let ref = letter.ref, let leg = leg(offer: ref, peer: peer) else { return }
      legs[leg].content.formUnion(letter.groups)
    case .withdraw: withdrawn(letter, from: peer, trueMs)
    case .erased:
      for (name, debt) in debts where debt.message == letter.ref && name.log == Sim.logs[me] {
        debts[name]?.answered = true
        debts[name]?.dueMs = nil
        if let leg = self.leg(own: Int(name.index)), grants[Int(name.index)].erased {
          move(leg, .confirmErased, .recipient, nowMs, seq: letter.seq)
        }
      }
      if let recall = queue.first(where: { $0.id == letter.ref && $0.kind == .recall }),
        let leg = recall.leg
      {
        move(leg, .confirmErased, .recipient, nowMs, seq: letter.seq)
      }
    default:
      guard let ref = letter.ref, let leg = leg(offer: ref, peer: peer),
        let event = ReferralEvent.allCases.first(where: { $0.message == letter.kind })
      else { return }
      let actor: ReferralActor = legs[leg].isSender ? .recipient : .sender
      let moved = move(leg, event, actor, nowMs, seq: letter.seq)
      // A recall erases without a hold-down what nobody has opened.
      if letter.kind == .recall, !legs[leg].isSender { recalled(leg, letter, nowMs) }
      // What cannot be followed is taken back (REF-006).
      if !moved, event == .accept, legs[leg].isSender { move(leg, .recall, .sender, nowMs) }
    }
  }

  private mutating func recalled(_ leg: Int, _ letter: SimLetter, _ nowMs: UInt64) {
    guard legs[leg].life.state == .recalled else { return }
    entomb(
      legs[leg].grant,
      message: letter.id,
      groups: nil,
      asked: true,
      eraseAfterMs: nowMs,
      isRecall: true,
      nowMs
    )
  }

  /// A withdrawal that has arrived, as `InboundWithdrawal` does it.
  private mutating func withdrawn(_ letter: SimLetter, from peer: Int, _ trueMs: UInt64) {
    guard let grant = letter.grant else { return }
    let (nowMs, atMs) = (now(trueMs), clock(trueMs))
    let step = letter.outcome.flatMap { WithdrawalStep(rawValue: $0) } ?? .stop
    let groups = letter.groups.isEmpty ? nil : Set(letter.groups)
    if grant.log == Sim.logs[me] {
      let own = Int(grant.index)
      guard step.ends, grants.indices.contains(own), !grants[own].facts.isWithdrawn else {
        return
      }
      end(own, .stop, groups: groups, .machine, nowMs)
      grants[own].stop = OpenStop(sinceMs: atMs, channel: .thirdParty, coercion: false)
      return
    }
    if step == .resume {
      guard let until = letter.untilMs, until > nowMs, let ref = letter.ref,
        let leg = leg(offer: ref, peer: peer), !legs[leg].isSender,
        !(tombs[legs[leg].grant]?.asked ?? false), tombs[grant] == nil
      else { return }
      legs[leg].grant = grant
      legs[leg].untilMs = until
      move(leg, .resumeSharing, .sender, nowMs)
      return
    }
    let leg = leg(received: grant)
    let today = tombs.filter { $0.key.log == grant.log && $0.value.atMs + Sim.dayMs > atMs }.count
    let verdict = Sim.policy.judge(
      WithdrawalArrival(
        step: step,
        senderIsActive: true,
        withdrawalsToday: UInt64(today + (tombs[grant] == nil ? 1 : 0))
      ),
      atMs: atMs
    )
    if leg != nil || rules.entombsUnseen {
      entomb(
        grant,
        message: letter.id,
        groups: groups,
        asked: step == .erase,
        eraseAfterMs: verdict.erasesAfterMs,
        atMs
      )
    }
    if verdict.callsPeople { alerts.insert("flood \(grant.log.text) \(grant.index)") }
    if let leg, groups == nil { move(leg, .stopSharing, .sender, nowMs, seq: letter.seq) }
    guard rules.passesOn, let leg else { return }
    let root = letter.ref ?? letter.id
    for own in grants.indices where grants[own].parent == leg {
      let touched = groups.map { $0.intersection(grants[own].facts.groups) }
      if let touched, touched.isEmpty { continue }
      guard passed.insert([root, UInt64(own)]).inserted else { continue }
      let whole = touched.map { $0 == Set(grants[own].facts.groups) } ?? true
      if end(own, step, groups: whole ? nil : touched, .survivor, nowMs, root: root) {
        tombs[grant]?.told += 1
      }
    }
  }

  mutating func entomb(
    _ grant: CheckedItem.GrantName,
    message: UInt64,
    groups: Set<FieldGroup>?,
    asked: Bool,
    eraseAfterMs: UInt64?,
    isRecall: Bool = false,
    _ atMs: UInt64
  ) {
    let ask = (message: message, isRecall: isRecall, isWhole: groups == nil)
    guard var tomb = tombs[grant] else {
      tombs[grant] = SimTomb(
        asks: asked ? [ask] : [],
        groups: groups,
        askedGroups: asked ? groups : nil,
        asked: asked,
        eraseAfterMs: eraseAfterMs,
        atMs: atMs
      )
      return
    }
    if asked { tomb.asks.append(ask) }
    tomb.groups = union(tomb.groups, groups)
    if asked {
      tomb.askedGroups = tomb.asked ? union(tomb.askedGroups, groups) : groups
      tomb.eraseAfterMs = tomb.done ? eraseAfterMs : tomb.eraseAfterMs ?? eraseAfterMs
      (tomb.done, tomb.destroyed) = (false, false)
    }
    tomb.asked = tomb.asked || asked
    tombs[grant] = tomb
  }

  private func union(_ left: Set<FieldGroup>?, _ right: Set<FieldGroup>?) -> Set<FieldGroup>? {
    guard let left, let right else { return nil }
    return left.union(right)
  }

  /// Ends one of our grants, as `GrantEnding` does it.
  ///
  /// - Returns: Whether somebody was told.
  @discardableResult
  mutating func end(
    _ grant: Int,
    _ step: WithdrawalStep,
    groups: Set<FieldGroup>?,
    _ actor: ReferralActor,
    _ nowMs: UInt64,
    root: UInt64? = nil
  ) -> Bool {
    let name = name(grant)
    if let groups {
      grants[grant].cut.formUnion(groups)
    } else {
      grants[grant].facts.isWithdrawn = true
    }
    for letter in queue.indices
    where queue[letter].grant == name && queue[letter].kind.isDisclosure
      && (queue[letter].state == .queued || queue[letter].state == .held)
      && (groups.map { queue[letter].groups.contains(where: $0.contains) } ?? true)
      && rules.judgesAtSending
    {
      queue[letter].state = .dead
      queue[letter].code = "withdrawn"
    }
    if groups == nil, grants[grant].withdrawnAt == nil {
      grants[grant].withdrawnAt = log.count
      log.append(
        SimEvent(type: .withdraw, message: nil, grant: name, groups: [], peer: nil, outcome: nil)
      )
    }
    if step == .erase {
      grants[grant].stop = nil
      if groups == nil { grants[grant].erased = true }
    }
    let leg = leg(own: grant)
    if let leg, groups == nil {
      move(leg, step == .stop ? .stopSharing : .withdraw, actor, nowMs)
    }
    let isHolder = rules.countsSilentHolders ? grants[grant].sent : grants[grant].answered
    guard isHolder, let peer = Sim.agencies.firstIndex(of: grants[grant].facts.peer) else {
      return false
    }
    tell(peer, step, name, groups: groups, untilMs: grants[grant].facts.untilMs, leg, root, nowMs)
    return true
  }

  /// Queues a withdrawal and, for an own grant, what its holder owes.
  mutating func tell(
    _ peer: Int,
    _ step: WithdrawalStep,
    _ grant: CheckedItem.GrantName,
    groups: Set<FieldGroup>?,
    untilMs: UInt64,
    _ leg: Int?,
    _ root: UInt64?,
    _ nowMs: UInt64
  ) {
    let id = mint()
    queue.append(
      SimLetter(
        id: id,
        to: peer,
        kind: .withdraw,
        grant: grant,
        groups: groups?.sorted() ?? [],
        purpose: nil,
        basis: nil,
        ref: root,
        outcome: step.rawValue,
        untilMs: untilMs,
        expiresMs: nowMs + (Sim.policy.kind(.withdraw)?.lifeMs ?? 0),
        leg: leg
      )
    )
    guard grant.log == Sim.logs[me], step != .resume else { return }
    // Who still owes an erasure receipt goes on owing it.
    if step != .erase, let debt = debts[grant], debt.step == .erase, !debt.answered { return }
    debts[grant] = SimDebt(
      message: id,
      step: step,
      dueMs: Sim.policy.answerDueMs(of: step, fromMs: nowMs)
    )
  }
}
