/// One referral as one of its two sides sees it.
///
/// A pure value: events, actors and time come in, effects go out. Duplicates change nothing;
/// messages that overtake each other lead to the same end. Source: domain §5.1.
public struct ReferralLifecycle: Hashable, Sendable {
  /// Whose view this is.
  public enum Side: String, Sendable, CaseIterable {
    /// The agency that refers.
    case sender
    /// The agency that was asked.
    case recipient
  }

  /// Whose view this is.
  public let side: Side
  /// Where the referral stands.
  public private(set) var state: ReferralState
  /// Since when it stands there, in Unix ms.
  public private(set) var sinceMs: UInt64
  /// Since when sharing is stopped, in Unix ms; `nil` while it is not.
  public private(set) var frozenSinceMs: UInt64?
  /// Where a dispute began; `nil` while there is none.
  public private(set) var disputedFrom: ReferralState?
  /// The highest sequence number heard from the other side about this referral; 0 before any.
  public private(set) var heardSeq: UInt64
  /// Whether the other side has said that it erased what it held.
  public private(set) var peerErased: Bool

  /// Whether sharing is stopped.
  public var isFrozen: Bool { frozenSinceMs != nil }

  /// Takes a referral up where its row says it stands.
  public init(
    side: Side,
    state: ReferralState,
    sinceMs: UInt64,
    frozenSinceMs: UInt64? = nil,
    disputedFrom: ReferralState? = nil,
    heardSeq: UInt64 = 0,
    peerErased: Bool = false
  ) {
    (self.side, self.state, self.sinceMs) = (side, state, sinceMs)
    (self.frozenSinceMs, self.disputedFrom) = (frozenSinceMs, disputedFrom)
    (self.heardSeq, self.peerErased) = (heardSeq, peerErased)
  }

  /// A new draft at the sender, with the clocks to start.
  public static func drafted(atMs: UInt64) -> (referral: Self, effects: [LifecycleEffect]) {
    (
      Self(side: .sender, state: .draft, sinceMs: atMs),
      ReferralState.draft.timers.map(LifecycleEffect.arm)
    )
  }

  /// A referral that has just been received, with what must follow.
  public static func received(atMs: UInt64) -> (referral: Self, effects: [LifecycleEffect]) {
    (
      Self(side: .recipient, state: .delivered, sinceMs: atMs),
      ReferralState.delivered.timers.map(LifecycleEffect.arm) + [.tellHuman]
    )
  }

  /// Applies an event.
  ///
  /// - Parameters:
  ///   - event: What happened.
  ///   - actor: Who caused it; the other side's messages are its own doing.
  ///   - moment: When, and what is true then.
  /// - Returns: What must follow; empty for a duplicate or for what was overtaken.
  /// - Throws: ``LifecycleRefusal``; then nothing has changed.
  public mutating func apply(
    _ event: ReferralEvent,
    by actor: ReferralActor,
    at moment: LifecycleMoment
  ) throws(LifecycleRefusal) -> [LifecycleEffect] {
    guard mayCause(event, actor) else { throw .wrongSide }
    let isLocal = isLocal(actor)
    guard !isLocal, let seq = moment.peerSeq else {
      return try perform(event, actor, moment, isLocal: isLocal)
    }
    // Sequence numbers, not arrival, order the other side's doings (domain §5.2).
    guard seq > heardSeq || event.outranksOrder else { return [] }
    let effects = try perform(event, actor, moment, isLocal: isLocal)
    // What may come late must not make earlier doings look late.
    if !event.outranksOrder { heardSeq = max(heardSeq, seq) }
    return effects
  }

  private mutating func perform(
    _ event: ReferralEvent,
    _ actor: ReferralActor,
    _ moment: LifecycleMoment,
    isLocal: Bool
  ) throws(LifecycleRefusal) -> [LifecycleEffect] {
    switch LifecycleTable.move(state, event) {
    case .refuse(let refusal): throw refusal
    case .stay: return []
    case .stale:
      guard !isLocal else { throw .notFromHere }
      return []
    case .follow(let next):
      guard !isLocal else { throw .early }
      return try move(to: next, event, actor, moment)
    case .noteErased:
      guard !isLocal else {
        guard state.isFinal else { throw .notFromHere }
        return []
      }
      peerErased = true
      return []
    case .to(.consentWithdrawn) where !isLocal && peerErased:
      // The receipt came first.
      return try move(to: .closedWithdrawn, event, actor, moment)
    case .to(let next): return try move(to: next, event, actor, moment)
    case .resume: return try move(to: disputedFrom ?? .acknowledged, event, actor, moment)
    case .freeze: return freeze(isLocal: isLocal, atMs: moment.atMs)
    case .thaw:
      guard isFrozen else { return [] }
      guard moment.grantIsLive else { throw .noGrant }
      frozenSinceMs = nil
      return [.unfreeze, .disarm(.holdDown)]
    }
  }

  /// Whether an actor may cause an event, in this view.
  private func mayCause(_ event: ReferralEvent, _ actor: ReferralActor) -> Bool {
    guard event.actors.contains(actor) else { return false }
    return switch (event, actor) {
    // Only the sender's clock and node judge that nobody answered (domain §5.1).
    case (.deliver, _), (.refuse, _), (.giveUp, _), (.expire, _), (.discard, _), (.close, .clock),
      (.answerCapacity, .machine):
      side == .sender
    case (.decline, .survivor), (.confirmErased, .machine): side == .recipient
    default: true
    }
  }

  /// Whether the event began at this node; survivors, clocks and machines speak where they are.
  private func isLocal(_ actor: ReferralActor) -> Bool {
    switch actor {
    case .sender: side == .sender
    case .recipient: side == .recipient
    case .survivor, .clock, .machine: true
    }
  }

  private mutating func move(
    to next: ReferralState,
    _ event: ReferralEvent,
    _ actor: ReferralActor,
    _ moment: LifecycleMoment
  ) throws(LifecycleRefusal) -> [LifecycleEffect] {
    try guardMove(to: next, event, actor, moment)
    let previous = state
    let wasFrozen = isFrozen
    (state, sinceMs) = (next, moment.atMs)
    if event == .dispute { disputedFrom = previous } else { disputedFrom = nil }
    if event == .withdraw, !wasFrozen { frozenSinceMs = moment.atMs }
    if event == .confirmErased, !isLocal(actor) { peerErased = true }
    var effects: [LifecycleEffect] = []
    if isLocal(actor), let message = event.message, previous.hasLeft || event == .submit {
      effects.append(.send(message))
    }
    for timer in previous.timers where !next.timers.contains(timer) {
      effects.append(.disarm(timer))
    }
    for timer in next.timers where !previous.timers.contains(timer) { effects.append(.arm(timer)) }
    consequences(of: event, from: previous, wasFrozen: wasFrozen, into: &effects)
    if !isLocal(actor) || actor == .clock || event.needsAttention { effects.append(.tellHuman) }
    return effects
  }

  /// What must hold for a move, beyond the table.
  private func guardMove(
    to next: ReferralState,
    _ event: ReferralEvent,
    _ actor: ReferralActor,
    _ moment: LifecycleMoment
  ) throws(LifecycleRefusal) {
    if event.shares {
      guard !isFrozen else { throw .frozen }
      guard moment.grantIsLive else { throw .noGrant }
    }
    switch (event, actor) {
    case (.withdraw, .clock):
      guard let frozenSinceMs, moment.atMs >= frozenSinceMs,
        moment.atMs - frozenSinceMs >= moment.limits.holdDownMs
      else { throw .holdDown }
    case (.close, .clock):
      guard state == .completed || state == .lostContact else { throw .notFromHere }
    case (.reopen, _):
      // What the other side has erased cannot be taken up again.
      guard !peerErased else { throw .late }
      guard moment.atMs < sinceMs || moment.atMs - sinceMs <= moment.limits.reopenMs else {
        throw .reopenWindow
      }
    default: break
    }
  }

  private func consequences(
    of event: ReferralEvent,
    from previous: ReferralState,
    wasFrozen: Bool,
    into effects: inout [LifecycleEffect]
  ) {
    let waits = previous == .queued || previous == .undeliverable
    switch event {
    case .accept where side == .sender, .start where side == .sender && previous.isUndecided:
      // Who started has accepted, even where that message is still on its way.
      if !isFrozen { effects.append(.releaseSupplement) }
    case .recall:
      if waits { effects.append(.cancelQueued) }
      if side == .recipient { effects.append(.eraseWanted) }
    case .withdraw:
      if !wasFrozen { effects.append(.freeze) }
      if wasFrozen { effects.append(.disarm(.holdDown)) }
      if waits { effects.append(.cancelQueued) }
      if side == .recipient || !previous.hasLeft { effects.append(.eraseWanted) }
      if state == .closedWithdrawn { effects.append(.startRetention) }
    case .confirmErased:
      effects.append(.startRetention)
    case .requestInfo: effects.append(.pause(.decide))
    case .answerInfo: effects.append(.resume(.decide))
    case .expire: effects += [.send(.recall), .escalate]
    case .giveUp: effects += [.cancelQueued, .escalate]
    case .refuse, .dispute: effects.append(.escalate)
    case .close: effects.append(.startRetention)
    case .discard: effects.append(.eraseWanted)
    case .answerCapacity, .submit, .deliver, .acknowledge, .waitlist, .redirect, .accept, .decline,
      .start, .complete, .loseContact, .stopSharing, .resumeSharing, .resolve, .reopen:
      break
    }
  }

  private mutating func freeze(isLocal: Bool, atMs: UInt64) -> [LifecycleEffect] {
    guard !isFrozen else { return [] }
    frozenSinceMs = atMs
    var effects: [LifecycleEffect] = []
    if isLocal, state.hasLeft { effects.append(.send(.withdraw)) }
    effects += [.freeze, .arm(.holdDown)]
    if state == .queued || state == .undeliverable { effects.append(.cancelQueued) }
    effects.append(.tellHuman)
    return effects
  }
}
