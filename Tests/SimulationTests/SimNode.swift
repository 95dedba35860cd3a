internal import CanonicalBytes
internal import ReferralModel
internal import TransparencyLog

@testable internal import Exchange

/// A grant of a simulated node.
struct SimGrant {
  var facts: GrantFacts
  let renews: UInt64?
  /// Groups that were taken back one by one.
  var cut: Set<FieldGroup> = []
  /// Whether it was ended for good.
  var erased = false
  var stop: OpenStop?
  /// The received referral that it was handed on from.
  var parent: Int?
  /// Whether any byte under it has left.
  var sent = false
  /// Whether a peer has answered something under it with a receipt.
  var answered = false
  /// Where in the log its withdrawal stands.
  var withdrawnAt: Int?
  /// Where in the log the withdrawal of single groups stands.
  var cutAt: [FieldGroup: Int] = [:]
}

/// One leg as one side sees it.
struct SimLeg {
  let isSender: Bool
  let peer: Int
  var grant: CheckedItem.GrantName
  let offer: UInt64
  var untilMs: UInt64
  var life: ReferralLifecycle
  var mayGoOnward = false
  /// What is held of it here, sealed.
  var content: Set<FieldGroup> = []
  /// The recipient's own consent, from the start of the service.
  var ownConsentUntilMs: UInt64?
  /// A basis and purpose, for handing on.
  var purpose: Purpose
  var groups: [FieldGroup]
}

/// A message as it stands in a queue.
struct SimLetter {
  enum State { case held, queued, logged, received, refused, dead }
  let id: UInt64
  let to: Int
  let kind: MessageKind
  let grant: CheckedItem.GrantName?
  let groups: [FieldGroup]
  let purpose: Purpose?
  let basis: Basis?
  let ref: UInt64?
  let outcome: String?
  let untilMs: UInt64?
  let expiresMs: UInt64
  let leg: Int?
  var keptUntilMs: UInt64?
  var onward: UInt64 = 0
  var state = State.queued
  var seq: UInt64 = 0
  var logged = -1
  var code = ""
}

/// A withdrawal as a holder remembers it.
struct SimTomb {
  /// The messages that asked for an erasure, each to be answered.
  var asks: [(message: UInt64, isRecall: Bool, isWhole: Bool)] = []
  /// Which groups are stopped; `nil` for all.
  var groups: Set<FieldGroup>?
  /// Which groups are to be erased; `nil` for all.
  var askedGroups: Set<FieldGroup>?
  var asked: Bool
  var eraseAfterMs: UInt64?
  var done = false
  var told: UInt64 = 0
  let atMs: UInt64
  /// The first transaction of the erasure has been committed.
  var destroyed = false
}

/// What a holder owes.
struct SimDebt {
  var message: UInt64
  var step: WithdrawalStep
  var dueMs: UInt64?
  var answered = false
  var alerted = false
}

/// What a node has received: the answer stays the same for ever.
struct SimAnswer {
  let received: Bool
  let code: String
}

/// A line of a simulated log, as far as an auditor would read it.
struct SimEvent {
  let type: EventType
  let message: UInt64?
  let grant: CheckedItem.GrantName?
  let groups: [FieldGroup]
  let peer: Int?
  let outcome: String?
}

/// A simulated node: what is on its disk, and what a crash takes.
struct SimNode {
  let me: Int
  var rules: SimRules
  // On disk; every method that changes it is one transaction.
  var grants: [SimGrant] = []
  var legs: [SimLeg] = []
  var queue: [SimLetter] = []
  var answers: [UInt64: SimAnswer] = [:]
  var seen: [[UInt64: UInt64]] = [[:], [:], [:]]
  var nextSeq: [UInt64] = [1, 1, 1]
  var tombs: [CheckedItem.GrantName: SimTomb] = [:]
  var debts: [CheckedItem.GrantName: SimDebt] = [:]
  var passed: Set<[UInt64]> = []
  var alerts: Set<String> = []
  var log: [SimEvent] = []
  private var minted: UInt64 = 0
  /// Legs that were accepted while nothing covered them.
  var acceptedBadly = 0
  /// The latest time this node has ever known to be true, from its log and its witnesses.
  var newestMs: UInt64 = 0
  // In memory.
  var outstanding: [Set<UInt64>] = [[], [], []]
  var witnesses: [WitnessTime] = []
  // The machine.
  var skewMs: Int64 = 0
  var isLinked = true

  init(me: Int, rules: SimRules) {
    (self.me, self.rules) = (me, rules)
  }

  /// A new message id.
  mutating func mint() -> UInt64 {
    minted += 1
    return UInt64(me + 1) << 40 | minted
  }

  /// The machine's clock.
  func clock(_ trueMs: UInt64) -> UInt64 { UInt64(max(1, Int64(trueMs) + skewMs)) }

  /// Whether the clock is known to be wrong: then nobody acts, and nothing leaves, until it is set.
  func isClockWrong(_ trueMs: UInt64) -> Bool { clock(trueMs) + Sim.dayMs < newestMs }

  /// T, by the rule that all nodes use.
  func now(_ trueMs: UInt64) -> UInt64 {
    TrustedTime.now(local: clock(trueMs), witnessTimes: witnesses, f: 1).timeMs
  }

  /// Power fails: what was on its way is forgotten.
  mutating func crash() {
    outstanding = [[], [], []]
    witnesses = []
  }

  func name(_ grant: Int) -> CheckedItem.GrantName {
    CheckedItem.GrantName(log: Sim.logs[me], index: UInt64(grant))
  }

  func leg(offer: UInt64, peer: Int) -> Int? {
    legs.firstIndex { $0.offer == offer && $0.peer == peer }
  }

  func leg(received grant: CheckedItem.GrantName) -> Int? {
    legs.firstIndex { !$0.isSender && $0.grant == grant }
  }

  func leg(own grant: Int) -> Int? {
    let name = name(grant)
    return legs.firstIndex { $0.isSender && $0.grant == name }
  }

  func moment(_ leg: SimLeg, _ nowMs: UInt64, seq: UInt64? = nil) -> LifecycleMoment {
    LifecycleMoment(
      atMs: nowMs,
      grantIsLive: leg.untilMs > nowMs || !rules.tellsLifecycle,
      limits: Sim.policy.lifecycleLimits,
      peerSeq: seq
    )
  }
}
