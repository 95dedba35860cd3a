internal import CanonicalBytes
internal import Exchange
internal import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Trust

/// Moves one referral inside a transaction: the life-cycle decides, and what follows from it becomes
/// messages, clocks and signals in that same transaction.
struct ReferralMover {
  let transaction: NodeTransaction
  let view: TrustBook.View
  let policy: Policy
  /// T, Unix ms.
  let nowMs: UInt64
  /// The local clock, Unix ms.
  let atMs: UInt64
  /// Who moves it here; nobody where a node does so alone.
  var user: String?
  /// The desk of that person.
  var desk: String?
  /// The day on which a place is expected, Unix ms: for the waiting list.
  var expectedMs: UInt64?
  /// What was worked out of clocks in this transaction.
  let clocks: ClockMemo
  /// Peers for whom something was queued.
  private(set) var wake: Set<String> = []
  /// Whether something is to be erased now.
  private(set) var erasureWanted = false

  init(
    _ transaction: NodeTransaction,
    view: TrustBook.View,
    policy: Policy,
    nowMs: UInt64,
    atMs: UInt64,
    user: String? = nil,
    desk: String? = nil,
    clocks: ClockMemo = ClockMemo()
  ) {
    (self.transaction, self.view, self.policy) = (transaction, view, policy)
    self.clocks = clocks
    (self.nowMs, self.atMs, self.user, self.desk) = (nowMs, atMs, user, desk)
  }

  /// Applies an event and carries out what follows.
  ///
  /// - Parameters:
  ///   - referral: The leg, as it stands in this transaction.
  ///   - event: What happened.
  ///   - actor: Who caused it.
  ///   - code: The outcome or reason.
  ///   - seq: The sequence number of the message that brought it.
  ///   - message: The id of that message.
  /// - Returns: Where it stands now.
  /// - Throws: ``LifecycleRefusal``, and then nothing has changed; or the store's failure.
  @discardableResult
  mutating func move(
    _ referral: ReferralRow,
    _ event: ReferralEvent,
    by actor: ReferralActor,
    code: String? = nil,
    seq: UInt64? = nil,
    message: Digest32? = nil
  ) throws -> ReferralState {
    guard var lifecycle = referral.lifecycle else { throw NodeError(.stateNotAllowed) }
    let before = lifecycle
    let moment = LifecycleMoment(
      atMs: nowMs,
      grantIsLive: referral.untilMs > nowMs,
      limits: policy.lifecycleLimits,
      peerSeq: seq
    )
    let effects = try lifecycle.apply(event, by: actor, at: moment)
    guard lifecycle != before || !effects.isEmpty else { return lifecycle.state }
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
      try carryOut(effect, of: event, referral, code: code, message: message)
    }
    if lifecycle.state.isFinal { try transaction.disarmAll(referral: referral.row) }
    if lifecycle.state == .declined || lifecycle.state == .recalled, referral.isSender {
      try transaction.cancelWaiting(
        referral: referral.row,
        code: lifecycle.state.rawValue,
        atMs: atMs
      )
    }
    return lifecycle.state
  }

  /// A message that came too late, or contradicts what stands here: it is kept, changes nothing, and
  /// people are told (REF-003).
  ///
  /// An acceptance that may not be followed is answered with a recall (REF-006).
  mutating func contradicted(
    _ referral: ReferralRow,
    by event: ReferralEvent,
    because refusal: LifecycleRefusal
  ) throws {
    try transaction.countRefusal(
      peer: referral.peer,
      code: NodeError.code(for: refusal).rawValue,
      atMs: atMs
    )
    try tell(referral.row, reason: "contradicted", stage: .desk)
    guard referral.isSender, event == .accept || event == .start else { return }
    let code = policy.automatic[.decide]?.text
    switch refusal {
    case .late
    where referral.state != ReferralState.consentWithdrawn.rawValue
      && referral.state != ReferralState.closedWithdrawn.rawValue:
      if referral.state == ReferralState.recalled.rawValue {
        try send(.recall, of: .recall, referral, code: code)
      } else {
        try move(referral, .recall, by: .sender, code: code)
      }
    case .noGrant, .frozen: try move(referral, .recall, by: .sender, code: code)
    default: break
    }
  }

  /// Carries out what must follow when a referral has just arrived.
  mutating func arrived(_ referral: Int64, from peer: String, priority: PriorityRule) throws {
    for effect in ReferralLifecycle.received(atMs: nowMs).effects {
      switch effect {
      case .arm(let timer):
        try arm(
          timer,
          referral: referral,
          priority: priority.code,
          times: nil,
          waitingFor: transaction.identity.agency
        )
      case .tellHuman: try tell(referral, reason: "arrived", stage: .desk)
      default: break
      }
    }
  }

  /// A person's move; what changes nothing is refused, so that nobody believes to have done it.
  mutating func carryOut(
    _ event: ReferralEvent,
    on referral: ReferralRow,
    code: String?,
    by isSender: Bool
  ) throws {
    let before = referral.state
    let state = try move(referral, event, by: isSender ? .sender : .recipient, code: code)
    guard state.rawValue != before else {
      guard try sayAgain(event, referral, code: code) else {
        throw NodeError(.alreadyDone, detail: before)
      }
      return
    }
    // The Coordinator learns that two agencies disagree, and about what: an id and a code.
    if event == .dispute, let code { try tellCoordinator(referral, code: code) }
  }

  /// Sends the message of a move once more, where the other side has refused the last one as `expired`: a
  /// clock was wrong (REF-037).
  private mutating func sayAgain(
    _ event: ReferralEvent,
    _ referral: ReferralRow,
    code: String?
  ) throws -> Bool {
    guard let kind = event.message, !kind.isDisclosure,
      try transaction.wasRefused(
        kind.rawValue,
        referral: referral.row,
        code: ItemCode.expired.rawValue
      )
    else { return false }
    try send(kind, of: event, referral, code: code)
    return true
  }

  /// What became of an offer at the recipient's node.
  mutating func settle(_ fate: NodeTransaction.OfferFate) throws {
    guard !fate.received else {
      guard let found = try transaction.delivered(referral: fate.referral, atMs: nowMs) else {
        return
      }
      let rule = found.priority.flatMap { Code($0) }.flatMap { policy.priority($0) }
      guard let rule = rule ?? policy.priorities.last else { return }
      return try arm(
        .acknowledge,
        referral: fate.referral,
        priority: rule.code,
        times: found.times,
        waitingFor: found.peer
      )
    }
    guard let referral = try transaction.referral(fate.referral) else { return }
    do {
      try move(referral, .refuse, by: .machine, code: fate.code)
    } catch is LifecycleRefusal {
      // It went another way meanwhile; the receipt is kept all the same.
    }
  }

  private mutating func carryOut(
    _ effect: LifecycleEffect,
    of event: ReferralEvent,
    _ referral: ReferralRow,
    code: String?,
    message: Digest32?
  ) throws {
    switch effect {
    case .send(let kind): try send(kind, of: event, referral, code: code)
    case .arm(let timer): try arm(timer, referral)
    case .disarm(let timer):
      try transaction.disarm(referral: referral.row, timer: timer.rawValue)
    case .pause(let timer):
      // Once in its life; a second question does not stop it (domain §5.1).
      if let row = try transaction.timer(referral: referral.row, named: timer.rawValue), !row.asked
      {
        try transaction.pause(row, cause: "info", atMs: nowMs)
      }
    case .resume(let timer): try resume(timer, referral)
    case .cancelQueued:
      try transaction.cancelWaiting(referral: referral.row, code: event.rawValue, atMs: atMs)
    case .releaseSupplement:
      try transaction.release(referral: referral.row)
      wake.insert(referral.peer)
    case .eraseWanted:
      erasureWanted = true
      // A recall is the sender's own word about its own message: nothing has to be held down.
      if event == .recall, !referral.isSender, let message {
        try transaction.entombRecall(
          peer: referral.peer,
          log: referral.grantLog,
          index: referral.grantIndex,
          untilMs: referral.untilMs,
          message: message,
          atMs: atMs
        )
      }
    case .escalate: try tell(referral.row, reason: event.rawValue, stage: .supervisor)
    case .tellHuman: try tell(referral.row, reason: event.rawValue, stage: .desk)
    case .freeze, .unfreeze, .startRetention: break
    }
  }

  /// Queues a message without content to the other side.
  private mutating func send(
    _ kind: MessageKind,
    of event: ReferralEvent,
    _ referral: ReferralRow,
    code: String?
  ) throws {
    switch kind {
    // These carry content or a grant, and whoever moves the referral has made them.
    case .offer, .supplement, .reply, .tally, .withdraw, .erased: return
    default: break
    }
    guard policy.kind(kind) != nil else { return }
    let id = try notify(
      kind,
      to: referral.peer,
      ref: referral.offer,
      outcome: policy.admits(outcome: nil, of: kind) ? nil : code,
      untilMs: kind == .waitlist ? expectedMs : nil,
      referral: referral.row
    )
    if kind == .recall, referral.isSender, let id, try transaction.wasSent(referral.grantIndex) {
      try transaction.addHolder(
        grant: referral.grantIndex,
        peer: referral.peer,
        withdraw: id,
        step: WithdrawalStep.erase.rawValue,
        dueMs: nowMs + (policy.timers[.recallErase]?.nominalMs ?? policy.lifecycleLimits.holdDownMs)
      )
    }
  }

  /// Queues a notice.
  ///
  /// - Returns: Its id; `nil` for a peer that is none.
  @discardableResult
  mutating func notify(
    _ kind: MessageKind,
    to peer: String,
    ref: Digest32,
    outcome: String?,
    untilMs: UInt64? = nil,
    referral: Int64?
  ) throws -> Digest32? {
    guard let recipient = AgencyID(peer), let me = AgencyID(transaction.identity.agency),
      let rule = policy.kind(kind)
    else { return nil }
    let envelope = EnvelopeSealer.notify(
      realm: transaction.identity.realm,
      sender: me,
      recipient: recipient
    )
    try transaction.queue(
      OutboundDraft(
        peer: peer,
        kind: kind.rawValue,
        message: envelope.id,
        envelope: envelope.bytes,
        ref: ref,
        untilMs: untilMs,
        expiresMs: nowMs + rule.lifeMs,
        outcome: outcome,
        actor: user,
        desk: desk,
        atMs: atMs
      ),
      referral: referral
    )
    wake.insert(peer)
    return envelope.id
  }

  /// Tells the Coordinator an id and a code, where the policy lists the code.
  mutating func tellCoordinator(_ referral: ReferralRow, code: String) throws {
    guard let word = Code(code), policy.admits(outcome: word, of: .overdue),
      let role = Code("coordinator")
    else { return }
    let coordinator = view.directory.register.agencies.first {
      $0.roles.contains(role) && $0.status == .active
    }
    guard let coordinator, coordinator.id.text != transaction.identity.agency,
      coordinator.id.text != referral.peer
    else { return }
    try notify(
      .overdue,
      to: coordinator.id.text,
      ref: referral.offer,
      outcome: code,
      referral: nil
    )
  }

  // MARK: Clocks

  /// The priority that a referral's clocks follow.
  func priority(of referral: ReferralRow) -> PriorityRule? {
    referral.priority.flatMap { Code($0) }.flatMap { policy.priority($0) }
      ?? policy.priorities.last
  }

  /// The schedule of a running clock.
  func schedule(_ timer: TimerRow, _ referral: ReferralRow) -> TimerSchedule? {
    guard let name = TimerName(rawValue: timer.name), let rule = priority(of: referral) else {
      return nil
    }
    return policy.schedule(
      of: name,
      priority: rule.code,
      times: referral.times.flatMap { AnswerTimes($0) },
      agency: AgencyID(awaited(name, referral)),
      startMs: timer.startedMs,
      stoodMs: timer.stoodMs + timer.darkMs
    )
  }

  /// The agency whose people a clock waits for.
  func awaited(_ timer: TimerName, _ referral: ReferralRow) -> String {
    switch timer.waitsFor {
    case .sender: referral.isSender ? transaction.identity.agency : referral.peer
    case .recipient: referral.isSender ? referral.peer : transaction.identity.agency
    case .nobody: transaction.identity.agency
    }
  }

  /// Starts a clock of a referral.
  func arm(_ timer: TimerName, _ referral: ReferralRow) throws {
    guard let rule = priority(of: referral) else { return }
    try arm(
      timer,
      referral: referral.row,
      priority: rule.code,
      times: referral.times,
      waitingFor: awaited(timer, referral)
    )
  }

  /// Starts a clock.
  func arm(
    _ timer: TimerName,
    referral: Int64,
    priority: Code,
    times: String?,
    waitingFor agency: String
  ) throws {
    switch timer {
    // A message knows itself how long it lives, a draft too.
    case .delivery, .draftWarn, .draftErase, .capacity: return
    default: break
    }
    let question = ClockMemo.Question(
      timer: timer,
      priority: priority,
      times: times,
      agency: agency,
      startMs: nowMs
    )
    let fires = clocks.answer(to: question) {
      policy.schedule(
        of: timer,
        priority: priority,
        times: times.flatMap { AnswerTimes($0) },
        agency: AgencyID(agency),
        startMs: nowMs
      )?.entry(0)?.atMs
    }
    guard let fires else { return }
    try transaction.arm(
      referral: referral,
      timer: timer.rawValue,
      startedMs: nowMs,
      firesMs: fires
    )
  }

  /// A desk has opened the offer: its clocks follow the priority that stands in it, from when they
  /// were started.
  func learn(_ referral: ReferralRow, priority: PriorityRule, times: AnswerTimes?) throws {
    guard !referral.isSender, referral.priority != priority.code.text || times != nil else {
      return
    }
    try transaction.setPriority(
      referral: referral.row,
      priority: priority.code.text,
      times: times?.text
    )
    for timer in try transaction.timers(referral: referral.row) where timer.pausedMs == nil {
      guard let name = TimerName(rawValue: timer.name),
        let schedule = policy.schedule(
          of: name,
          priority: priority.code,
          times: times,
          agency: AgencyID(awaited(name, referral)),
          startMs: timer.startedMs,
          stoodMs: timer.stoodMs + timer.darkMs
        ), let next = schedule.entries.firstIndex(where: { $0.atMs > nowMs })
      else { continue }
      try transaction.advance(timer, step: next, firesMs: schedule.entries[next].atMs)
    }
  }

  /// Lets a clock run on after a question.
  func resume(_ timer: TimerName, _ referral: ReferralRow) throws {
    guard let row = try transaction.timer(referral: referral.row, named: timer.rawValue),
      let pausedMs = row.pausedMs
    else { return }
    try resume(row, referral, pausedMs: pausedMs)
  }

  /// Lets a clock run on: what it stood still is added, to what it stood still for.
  func resume(_ row: TimerRow, _ referral: ReferralRow, pausedMs: UInt64) throws {
    let passed = nowMs - min(pausedMs, nowMs)
    let isDark = row.cause == "dark"
    let stoodMs = row.stoodMs + (isDark ? 0 : passed)
    let darkMs = row.darkMs + (isDark ? passed : 0)
    guard let name = TimerName(rawValue: row.name), let rule = priority(of: referral),
      let schedule = policy.schedule(
        of: name,
        priority: rule.code,
        times: referral.times.flatMap { AnswerTimes($0) },
        agency: AgencyID(awaited(name, referral)),
        startMs: row.startedMs,
        stoodMs: stoodMs + darkMs
      ), let entry = schedule.entry(row.step)
    else { return }
    try transaction.resume(row, stoodMs: stoodMs, darkMs: darkMs, firesMs: entry.atMs)
  }

  // MARK: People

  /// Whom a signal is for.
  enum Stage: String { case desk, deputy, supervisor }

  /// Puts a signal into the queue: why, and for whom; nothing of a person.
  func tell(_ referral: Int64?, reason: String, stage: Stage) throws {
    guard transaction.tellsPeople else { return }
    try transaction.signal(
      referral: referral,
      reason: reason,
      stage: stage.rawValue,
      desk: try referral.flatMap { try transaction.caseDesk(referral: $0) },
      atMs: atMs
    )
  }
}
