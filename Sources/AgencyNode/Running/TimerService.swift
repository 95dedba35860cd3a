internal import CanonicalBytes
internal import NodeStore
internal import ReferralModel
internal import Synchronization
internal import TransparencyLog
internal import Trust

/// Whether the clock may be believed, kept from tick to tick.
package final class ClockWatch: Sendable {
  private struct State {
    var tick: TickGuard?
    var doubt: TickGuard.Doubt?
    var storedMs: UInt64 = 0
  }
  private let state = Mutex(State())

  package init() {}

  /// Why no clock fires now; `nil` while they do.
  var doubt: TickGuard.Doubt? { state.withLock { $0.doubt } }

  /// Takes up where the node stopped; later calls change nothing.
  func start(lastMs: UInt64) {
    state.withLock { state in
      guard state.tick == nil else { return }
      state.tick = TickGuard(lastMs: lastMs)
      state.storedMs = lastMs
    }
  }

  /// Whether it was started.
  var isStarted: Bool { state.withLock { $0.tick != nil } }

  /// Judges a moment.
  func tick(nowMs: UInt64, steadyMs: UInt64, witnessMs: UInt64) -> TickGuard.Doubt? {
    state.withLock { state in
      state.doubt = state.tick?.tick(nowMs: nowMs, steadyMs: steadyMs, witnessMs: witnessMs)
      return state.doubt
    }
  }

  /// A person has read another clock.
  func confirm(nowMs: UInt64, steadyMs: UInt64) {
    state.withLock { state in
      state.tick?.confirm(nowMs: nowMs, steadyMs: steadyMs)
      state.doubt = nil
      state.storedMs = 0
    }
  }

  /// The moment to be written down, where the one that was written is old.
  func toStore(everyMs: UInt64) -> UInt64? {
    state.withLock { state in
      guard let last = state.tick?.lastMs, last >= state.storedMs + everyMs || state.storedMs == 0,
        last != state.storedMs
      else { return nil }
      state.storedMs = last
      return last
    }
  }
}

/// When each peer was last heard, in memory; written down now and then.
package final class HeardBoard: Sendable {
  private let times = Mutex<[String: UInt64]>([:])

  package init() {}

  /// A peer's node was heard.
  func note(_ peer: AgencyID, atMs: UInt64) { times.withLock { $0[peer.text] = atMs } }

  /// What was heard since the last call.
  func take() -> [String: UInt64] {
    times.withLock { times in
      defer { times = [:] }
      return times
    }
  }
}

/// Fires the clocks of referrals: reminders, deputies, the next provider, the end.
///
/// Everything one clock does is one transaction, and is done once: a crash between two of them
/// repeats nothing. Source: domain §5.2; `Protocol/spec/11-referrals.md`.
struct TimerService: Sendable {
  let node: Node

  /// Clocks fired in one transaction.
  private static let batch = 64
  /// How often the last tick is written down, in milliseconds.
  private static let storeMs: UInt64 = 600_000
  private static let lastTick = "tick/last"

  /// Looks once; does what is due.
  func tick() async throws(NodeError) {
    let node = node
    let view = node.trust.view
    guard let policy = view.policy else { return }
    let nowMs = node.trustedMs
    try await NodeError.wrapping {
      if !node.clockWatch.isStarted {
        let last = try await node.store.read { try $0.meta(Self.lastTick) }
        node.clockWatch.start(lastMs: last.flatMap { UInt64($0) } ?? 0)
      }
      let witness = node.witnessTimes.all.map(\.timeMs).max() ?? 0
      let doubt = node.clockWatch.tick(
        nowMs: nowMs,
        steadyMs: node.clock.steadyMs(),
        witnessMs: witness
      )
      try await flushHeard()
      guard doubt == nil else { return }
      if let last = node.clockWatch.toStore(everyMs: Self.storeMs) {
        try await node.store.change { try $0.setMeta(Self.lastTick, String(last)) }
      }
      try await standStill(view: view, policy: policy, nowMs: nowMs)
      try await fire(view: view, policy: policy, nowMs: nowMs)
    }
  }

  private func flushHeard() async throws {
    let heard = node.heard.take()
    guard !heard.isEmpty else { return }
    try await node.store.change { transaction in
      for (peer, atMs) in heard { try transaction.heard(try transaction.peer(peer), atMs: atMs) }
    }
  }

  /// Clocks that wait for a peer stand still while its node cannot be reached, and run on when it is
  /// heard again: what passed meanwhile is counted apart (REF-013).
  private func standStill(view: TrustBook.View, policy: Policy, nowMs: UInt64) async throws {
    let limit = Self.darkAfterMs(policy)
    let clocks = try await node.store.read { try $0.peerClocks() }
    var found: [String: (heardMs: UInt64, areDark: Bool)] = [:]
    for clock in clocks {
      let isDark = nowMs > clock.heardAtMs + limit
      // Only what waits for the peer stands still: its own people may work on, and ours must.
      let waits: Bool =
        switch TimerName(rawValue: clock.timer)?.waitsFor {
        case .sender: !clock.isSender
        case .recipient: clock.isSender
        case .nobody, nil: false
        }
      guard isDark != clock.areDark, clock.areDark || waits else { continue }
      found[clock.agency] = (clock.heardAtMs, clock.areDark)
    }
    let changed = found.map { ($0.key, $0.value.heardMs, $0.value.areDark) }
    guard !changed.isEmpty else { return }
    let atMs = node.clock.nowMs()
    try await node.store.change { transaction in
      let mover = ReferralMover(transaction, view: view, policy: policy, nowMs: nowMs, atMs: atMs)
      for (peer, heard, areDark) in changed {
        for timer in try transaction.timers(peer: peer, areDark: areDark) {
          guard let referral = try transaction.referral(timer.referral),
            let name = TimerName(rawValue: timer.name)
          else { continue }
          if areDark {
            try mover.resume(timer, referral, pausedMs: timer.pausedMs ?? nowMs)
          } else if mover.awaited(name, referral) == peer {
            try transaction.pause(timer, cause: "dark", atMs: max(heard, timer.startedMs))
          }
        }
      }
    }
  }

  /// After how long without a sign a peer counts as dark: two heartbeats.
  static func darkAfterMs(_ policy: Policy) -> UInt64 { 2 * policy.witnessing.heartbeat.nominalMs }

  private func fire(view: TrustBook.View, policy: Policy, nowMs: UInt64) async throws {
    let node = node
    let atMs = node.clock.nowMs()
    while !Task.isCancelled {
      let waits = try await node.store.read { try $0.hasDueTimers(nowMs: nowMs) }
      guard waits else { return }
      let done = try await node.store.change { transaction -> (Set<String>, Bool, Int) in
        var mover = ReferralMover(
          transaction,
          view: view,
          policy: policy,
          nowMs: nowMs,
          atMs: atMs
        )
        var count = 0
        for row in try transaction.overdueOffers(nowMs: nowMs, limit: Self.batch) {
          guard let referral = try transaction.referral(row) else { continue }
          try Self.attempt { try mover.move(referral, .giveUp, by: .clock, code: "expired") }
          count += 1
        }
        for timer in try transaction.dueTimers(nowMs: nowMs, limit: Self.batch) {
          try Self.fire(timer, &mover)
          count += 1
        }
        for draft in try transaction.dueDrafts(nowMs: nowMs, limit: Self.batch) {
          if draft.eraseAtMs <= nowMs {
            try transaction.eraseDraft(draft.row)
            try mover.tell(nil, reason: "draft-erased", stage: .desk)
          } else {
            try transaction.markWarned(draft: draft.row)
            try mover.tell(nil, reason: "draft-warn", stage: .desk)
          }
          count += 1
        }
        return (mover.wake, mover.erasureWanted, count)
      }
      for peer in done.0 { node.lanes.wake(peer) }
      node.metrics.add(.timersFired, done.2)
      guard done.2 > 0 else { return }
    }
  }

  /// A move that the life-cycle refuses by now changes nothing.
  private static func attempt(_ body: () throws -> Void) throws {
    do { try body() } catch is LifecycleRefusal {}
  }

  /// One step of one clock.
  private static func fire(_ timer: TimerRow, _ mover: inout ReferralMover) throws {
    let transaction = mover.transaction
    guard let name = TimerName(rawValue: timer.name),
      let referral = try transaction.referral(timer.referral),
      let state = ReferralState(rawValue: referral.state), state.timers.contains(name),
      let schedule = mover.schedule(timer, referral)
    else { return try transaction.disarm(referral: timer.referral, timer: timer.name) }
    guard let entry = schedule.entry(timer.step) else {
      return try transaction.advance(timer, step: timer.step, firesMs: .max)
    }
    guard entry.atMs <= mover.nowMs else {
      return try transaction.advance(timer, step: timer.step, firesMs: entry.atMs)
    }
    // First where the clock goes on: the step itself may stop it.
    let next = schedule.entry(timer.step + 1)
    try transaction.advance(timer, step: timer.step + 1, firesMs: next?.atMs ?? .max)
    if next == nil, name.repeats { try mover.arm(name, referral) }
    // What a withdrawal has stopped, nobody is hurried to do.
    guard referral.frozenSinceMs == nil || name == .withdrawalReceipt else { return }
    try step(entry.step, of: name, referral, &mover)
  }

  private static func step(
    _ step: TimerStep,
    of name: TimerName,
    _ referral: ReferralRow,
    _ mover: inout ReferralMover
  ) throws {
    let isOurs = mover.awaited(name, referral) == mover.transaction.identity.agency
    let late = "late-\(name.rawValue)"
    switch step {
    case .remind:
      if isOurs {
        try mover.tell(referral.row, reason: "remind-\(name.rawValue)", stage: .desk)
      }
    case .deputy: if isOurs { try mover.tell(referral.row, reason: late, stage: .deputy) }
    case .nextProvider:
      if referral.isSender {
        try mover.tell(referral.row, reason: "next-provider", stage: .desk)
      }
    case .breach: try breach(name, late: late, isOurs: isOurs, referral, &mover)
    case .expire:
      guard referral.isSender else { return }
      try attempt {
        try mover.move(
          referral,
          .expire,
          by: .clock,
          code: mover.policy.automatic[.decide]?.text
        )
      }
    }
  }

  private static func breach(
    _ name: TimerName,
    late: String,
    isOurs: Bool,
    _ referral: ReferralRow,
    _ mover: inout ReferralMover
  ) throws {
    switch name {
    case .autoClose, .lostContact:
      guard referral.isSender else { return }
      return try attempt {
        try mover.move(referral, .close, by: .clock, code: mover.policy.automatic[name]?.text)
      }
    case .info: try mover.resume(.decide, referral)
    case .activePing:
      if !referral.isSender {
        try mover.notify(
          .stillActive,
          to: referral.peer,
          ref: referral.offer,
          outcome: nil,
          referral: referral.row
        )
      }
    // Carried out by the erasure service, which knows what was confirmed.
    case .holdDown: return
    case .recallErase, .withdrawalReceipt:
      if referral.isSender { try mover.tellCoordinator(referral, code: "late-erasure") }
    case .dispute: try mover.tellCoordinator(referral, code: late)
    case .acknowledge, .decide, .contact:
      if referral.isSender, mover.priority(of: referral)?.coordinator ?? false {
        try mover.tellCoordinator(referral, code: late)
      }
    case .capacity, .draftWarn, .draftErase, .delivery, .waitlistReview, .replan, .redirect,
      .reopen:
      break
    }
    try mover.tell(referral.row, reason: late, stage: isOurs ? .supervisor : .desk)
  }
}
