internal import CanonicalBytes
internal import ReferralModel
internal import TransparencyLog

@testable internal import Exchange

/// One act of a walk: what kind, and three numbers that mean something only where it happens.
///
/// Any list of acts is a walk, so that a failing one can be cut down.
struct SimAct: Equatable, Sendable, CustomStringConvertible {
  let kind: UInt8
  let a: UInt16
  let b: UInt16
  let c: UInt16

  var description: String { "\(SimWorld.names[Int(kind) % SimWorld.names.count])(\(a),\(b),\(c))" }
}

/// Three nodes, the lines between them, the sticks that travel, and what is true.
struct SimWorld {
  static let names = [
    "send", "deliver", "wait", "consent", "refer", "accept", "move", "stop", "withdraw", "cut",
    "resume", "handOn", "stopReceived", "confirm", "upkeep", "finish", "crash", "link", "courier",
    "skew", "recall", "close",
  ]
  /// How often each act comes.
  static let weights: [Int] = [
    45, 60, 10, 6, 9, 16, 8, 2, 1, 1, 1, 10, 1, 2, 5, 5, 2, 2, 7, 1, 1, 2,
  ]

  var nodes: [SimNode]
  var trueMs = Sim.startMs
  var wire: [SimPacket] = []
  private(set) var broken: [String] = []
  /// For each grant: everybody to whom a byte under it was transmitted.
  private(set) var holders: [CheckedItem.GrantName: Set<Int>] = [:]
  /// What of each grant may be erased: she confirmed, came herself, or it was recalled.
  private var mayErase: [CheckedItem.GrantName: Set<FieldGroup>] = [:]
  private var held: [[Set<FieldGroup>]] = [[], [], []]
  private var checked = [0, 0, 0]
  private var states: [[ReferralState]] = [[], [], []]
  /// The node that never comes back, if one does not.
  let lost: Int?

  init(rules: SimRules, lost: Int? = nil) {
    nodes = (0..<3).map { SimNode(me: $0, rules: rules) }
    self.lost = lost
  }

  /// Acts that need nobody who looks at the clock: the world's own, and what must always work.
  private static let unattended = Set(
    ["deliver", "wait", "stop", "crash", "link", "skew"].compactMap { name in
      names.firstIndex(of: name).map { UInt8($0) }
    }
  )

  /// A node keeps the newest time that its own log or its witnesses have shown.
  private mutating func noteTime(_ at: Int) {
    let node = nodes[at]
    let heard = node.witnesses.map(\.timeMs).max() ?? 0
    let own = node.log.isEmpty || node.isClockWrong(trueMs) ? 0 : node.clock(trueMs)
    nodes[at].newestMs = max(node.newestMs, heard, own)
  }

  // MARK: Acts

  mutating func perform(_ act: SimAct) {
    let at = Int(act.a) % 3
    for node in nodes.indices { noteTime(node) }
    // A clock that is known to be wrong is set before anybody goes on.
    guard !nodes[at].isClockWrong(trueMs) || Self.unattended.contains(act.kind) else { return }
    let other = (at + 1 + Int(act.b) % 2) % 3
    let pick = Int(act.b)
    switch Self.names[Int(act.kind) % Self.names.count] {
    case "send": sendWaiting(at, pick, act.c)
    case "deliver": deliver(act)
    case "wait": trueMs += wait(act)
    case "consent":
      nodes[at].consent(
        to: other,
        Int(act.c),
        days: UInt64(act.c % 30) + 1,
        onward: act.c % 3 != 0,
        trueMs
      )
    case "refer": refer(at, pick)
    case "accept":
      let open = nodes[at].legs.indices.filter { nodes[at].legs[$0].life.state == .delivered }
      let place = open.isEmpty || act.c % 8 == 0 ? pick : open[pick % open.count]
      person(at, place, act.c % 4 == 0 ? .acknowledge : .accept)
    case "move":
      let moves: [ReferralEvent] = [
        .start, .complete, .decline, .requestInfo, .waitlist, .loseContact, .start,
      ]
      person(at, pick, moves[Int(act.c) % moves.count])
    case "stop": stop(at, pick, act.c)
    case "withdraw": withdraw(at, pick, group: nil)
    case "cut": withdraw(at, pick, group: Int(act.c))
    case "resume": nodes[at].resume(grant(at, pick), trueMs)
    case "handOn":
      let open = nodes[at].legs.indices.filter {
        let leg = nodes[at].legs[$0]
        return !leg.isSender && leg.mayGoOnward && leg.content.count > 1
      }
      if !open.isEmpty { nodes[at].handOn(open[pick % open.count], to: other, trueMs) }
    case "stopReceived": nodes[at].stopReceived(leg(at, pick), trueMs)
    case "confirm": nodes[at].confirmErasure(leg(at, pick))
    case "upkeep":
      noteHoldDowns(at)
      nodes[at].upkeep(trueMs)
    case "finish": nodes[at].finishErasures(trueMs)
    case "crash": nodes[at].crash()
    case "link":
      // Dark for up to 120 days, and back again sooner than dark.
      if !nodes[at].isLinked {
        nodes[at].isLinked = true
      } else if act.c % 4 == 0 {
        nodes[at].isLinked = false
        if act.b % 4 == 0 { trueMs += UInt64(act.b % 121) * Sim.dayMs }
      }
    case "courier":
      let pair = waitingPair(pick) ?? (at, other)
      courier(pair.0, pair.1)
    case "skew": skew(at, act.c)
    case "recall": recall(at, pick)
    case "close": person(at, pick, .close)
    default: break
    }
    check()
  }

  private func grant(_ at: Int, _ pick: Int) -> Int {
    let count = nodes[at].grants.count
    return count == 0 ? 0 : pick % count
  }

  private func leg(_ at: Int, _ pick: Int) -> Int {
    let count = nodes[at].legs.count
    return count == 0 ? 0 : pick % count
  }

  private mutating func refer(_ at: Int, _ pick: Int) {
    // Prefer a grant without an offer: a walk should get somewhere.
    let open = nodes[at].grants.indices.filter { !nodes[at].grants[$0].facts.offerUsed }
    nodes[at].refer(open.isEmpty ? grant(at, pick) : open[pick % open.count], trueMs)
  }

  private mutating func person(_ at: Int, _ pick: Int, _ event: ReferralEvent) {
    let place = leg(at, pick)
    guard nodes[at].legs.indices.contains(place) else { return }
    nodes[at].act(place, event, trueMs)
  }

  private mutating func recall(_ at: Int, _ pick: Int) {
    let place = leg(at, pick)
    guard nodes[at].legs.indices.contains(place), nodes[at].legs[place].isSender else { return }
    nodes[at].act(place, .recall, trueMs)
    allowErasure(nodes[at].legs[place].grant, Set(nodes[at].legs[place].groups))
  }

  private mutating func stop(_ at: Int, _ pick: Int, _ choice: UInt16) {
    let index = grant(at, pick)
    guard nodes[at].grants.indices.contains(index) else { return }
    let channel = StopChannel.allCases[Int(choice) % StopChannel.allCases.count]
    nodes[at].stop(index, channel, coercion: choice % 5 == 0, trueMs)
  }

  private mutating func withdraw(_ at: Int, _ pick: Int, group: Int?) {
    let index = grant(at, pick)
    guard nodes[at].grants.indices.contains(index) else { return }
    nodes[at].withdraw(index, group: group, trueMs)
    let all = nodes[at].grants[index].facts.groups
    allowErasure(nodes[at].name(index), group.map { [all[$0 % all.count]] } ?? Set(all))
  }

  /// She may have this erased, and what was handed on from it.
  private mutating func allowErasure(_ name: CheckedItem.GrantName, _ groups: Set<FieldGroup>) {
    mayErase[name, default: []].formUnion(groups)
    for node in nodes {
      for own in node.grants.indices {
        guard let parent = node.grants[own].parent, node.legs[parent].grant == name,
          !groups.isSubset(of: mayErase[node.name(own)] ?? [])
        else { continue }
        allowErasure(node.name(own), groups)
      }
    }
  }

  /// What she said face to face becomes an erasure when its hold-down has passed.
  private mutating func noteHoldDowns(_ at: Int) {
    for grant in nodes[at].grants.indices {
      guard let stop = nodes[at].grants[grant].stop, stop.channel.isHerself, !stop.coercion else {
        continue
      }
      allowErasure(nodes[at].name(grant), Set(nodes[at].grants[grant].facts.groups))
    }
  }

  // MARK: The network

  /// Two nodes between which something waits.
  private func waitingPair(_ pick: Int) -> (Int, Int)? {
    let pairs = (0..<3).flatMap { from in
      (0..<3).filter { to in
        to != from && nodes[from].queue.contains { $0.to == to && $0.state == .queued }
      }.map { (from, $0) }
    }
    return pairs.isEmpty ? nil : pairs[pick % pairs.count]
  }

  /// Sends where something waits, if anything does.
  private mutating func sendWaiting(_ at: Int, _ pick: Int, _ choice: UInt16) {
    guard choice % 8 != 0, let pair = waitingPair(pick) else {
      return send(at, (at + 1 + pick % 2) % 3, choice)
    }
    send(pair.0, pair.1, choice)
  }

  private mutating func send(_ from: Int, _ to: Int, _ choice: UInt16) {
    guard nodes[from].isLinked, nodes[to].isLinked else { return }
    if choice % 16 == 0 { nodes[from].giveUpWaiting(to) }
    put(nodes[from].takeBatch(to, trueMs, limit: 8, courier: false), from, to, isParcel: false)
  }

  private mutating func courier(_ from: Int, _ to: Int) {
    put(nodes[from].takeBatch(to, trueMs, limit: 8, courier: true), from, to, isParcel: true)
  }

  private mutating func put(_ items: [SimItem], _ from: Int, _ to: Int, isParcel: Bool) {
    guard !items.isEmpty else { return }
    for item in items where item.letter.kind.isDisclosure {
      if let grant = item.letter.grant { holders[grant, default: []].insert(to) }
    }
    wire.append(
      SimPacket(
        from: from,
        to: to,
        body: .items(items),
        sentMs: nodes[from].clock(trueMs),
        isParcel: isParcel
      )
    )
  }

  private mutating func deliver(_ act: SimAct) {
    guard !wire.isEmpty else { return }
    let place = Int(act.a) % wire.count
    let packet = wire[place]
    guard packet.isParcel || (nodes[packet.from].isLinked && nodes[packet.to].isLinked) else {
      return
    }
    switch act.b % 8 {
    case 0:
      // Lost, with its answer. The sender learns nothing.
      wire.remove(at: place)
      return
    case 1: break  // A repeat: it stays on the wire as well.
    default: wire.remove(at: place)
    }
    arrive(packet)
  }

  private mutating func arrive(_ packet: SimPacket) {
    // With a clock that is known to be wrong nothing is judged: it would be refused for ever.
    if nodes[packet.to].isClockWrong(trueMs) { return }
    hear(packet)
    switch packet.body {
    case .items(let items):
      let receipts = nodes[packet.to].receive(items, from: packet.from, trueMs)
      wire.append(
        SimPacket(
          from: packet.to,
          to: packet.from,
          body: .receipts(receipts),
          sentMs: nodes[packet.to].clock(trueMs),
          isParcel: packet.isParcel
        )
      )
    case .receipts(let receipts):
      nodes[packet.to].settle(receipts, from: packet.from, trueMs)
    }
    noteHandedOn()
  }

  /// A cosignature dates what its witness saw.
  private mutating func hear(_ packet: SimPacket) {
    var times = nodes[packet.to].witnesses.filter { $0.agency != Sim.agencies[packet.from].text }
    times.append(
      WitnessTime(
        agency: Sim.agencies[packet.from].text,
        sector: Sim.sectors[packet.from],
        timeMs: packet.sentMs
      )
    )
    nodes[packet.to].witnesses = times
  }

  private mutating func noteHandedOn() {
    for (name, groups) in mayErase { allowErasure(name, groups) }
  }

  private func wait(_ act: SimAct) -> UInt64 {
    switch act.b % 8 {
    case 0: UInt64(act.c % 96) * Sim.hourMs
    case 1: UInt64(act.c % 10) * Sim.dayMs
    default: UInt64(act.c % 240) * Sim.minuteMs
    }
  }

  private mutating func skew(_ at: Int, _ choice: UInt16) {
    if at == 2, choice % 6 == 0 {
      // The battery is flat: 2015.
      nodes[at].skewMs = -Int64(trueMs - 1_420_070_400_000)
    } else {
      nodes[at].skewMs = Int64(choice % 21) * Int64(Sim.minuteMs) - 10 * Int64(Sim.minuteMs)
    }
  }

  // MARK: What must hold at every step

  mutating func fail(_ what: String) { if !broken.contains(what) { broken.append(what) } }

  private mutating func check() {
    for at in 0..<3 {
      checkStates(at)
      checkLog(at)
    }
  }

  private mutating func checkStates(_ at: Int) {
    let node = nodes[at]
    if node.acceptedBadly > 0 { fail("accepted without a live grant") }
    for place in node.legs.indices {
      let leg = node.legs[place]
      if place >= states[at].count { states[at].append(leg.isSender ? .queued : .delivered) }
      if place >= held[at].count { held[at].append([]) }
      let lost = held[at][place].subtracting(leg.content)
      if !lost.isSubset(of: mayErase[leg.grant] ?? []), !wasRecalled(leg) {
        fail("a voice alone has erased or cancelled")
      }
      held[at][place] = leg.content
      let before = states[at][place]
      guard before != leg.life.state else { continue }
      states[at][place] = leg.life.state
      switch leg.life.state {
      case .consentWithdrawn, .closedWithdrawn:
        if !leg.groups.allSatisfy({ mayErase[leg.grant]?.contains($0) ?? false }),
          !isRenewal(leg.grant)
        {
          fail("a voice alone has erased or cancelled")
        }
      default: break
      }
    }
  }

  private func wasRecalled(_ leg: SimLeg) -> Bool {
    !leg.isSender
      && nodes[leg.peer].queue.contains { $0.kind == .recall && $0.ref == leg.offer }
  }

  /// A grant that renews an ended one: what she confirmed of the first holds for it.
  private func isRenewal(_ name: CheckedItem.GrantName) -> Bool {
    guard let at = Sim.logs.firstIndex(of: name.log) else { return false }
    return nodes[at].grants[Int(name.index)].renews != nil
  }

  private mutating func checkLog(_ at: Int) {
    let node = nodes[at]
    while checked[at] < node.log.count {
      let event = node.log[checked[at]]
      switch event.type {
      case .disclose:
        if let grant = event.grant, grant.log == Sim.logs[at],
          let ended = node.grants[Int(grant.index)].withdrawnAt, ended < checked[at]
        {
          fail("disclosed after the withdrawal")
        }
        if let grant = event.grant, grant.log == Sim.logs[at] {
          let cuts = node.grants[Int(grant.index)].cutAt
          if event.groups.contains(where: { cuts[$0].map { $0 <= checked[at] } ?? false }) {
            fail("disclosed after the withdrawal")
          }
        }
      case .receive:
        let count = node.log.count { $0.type == .receive && $0.message == event.message }
        if count > 1 { fail("received twice") }
      default: break
      }
      // What an auditor reads of a message is its coarse scope: codes of the policy, nothing else.
      if !event.groups.allSatisfy({ Sim.policy.form($0) != nil }) {
        fail("the log holds more than coarse groups")
      }
      checked[at] += 1
    }
  }

  // MARK: The end of a walk

  /// Everything comes back: lines, clocks, sticks; and time passes until nothing is left to do.
  mutating func drain() -> Int {
    var steps = 0
    for at in 0..<3 {
      nodes[at].isLinked = at != lost
      nodes[at].skewMs = 0
      if nodes[at].rules.retries { nodes[at].crash() }
    }
    wire.removeAll { $0.from == lost || $0.to == lost }
    for round in 0..<40 {
      for packet in wire {
        arrive(packet)
        steps += 1
      }
      wire = []
      for from in 0..<3 {
        for to in 0..<3 where to != from && from != lost {
          nodes[from].giveUpWaiting(to)
          put(
            nodes[from].takeBatch(to, trueMs, limit: 64, courier: false),
            from,
            to,
            isParcel: false
          )
          let packets = wire
          wire = []
          for packet in packets where to != lost { arrive(packet) }
          let receipts = wire
          wire = []
          for packet in receipts { arrive(packet) }
          steps += 1 + packets.count + receipts.count
        }
      }
      for at in 0..<3 where at != lost {
        noteHoldDowns(at)
        nodes[at].upkeep(trueMs)
        nodes[at].finishErasures(trueMs)
        steps += 2
      }
      check()
      // Messages keep their time to be answered before the clock runs on.
      if round % 3 == 2 { trueMs += Sim.dayMs }
      if round > 30, wire.isEmpty, isQuiet { break }
    }
    judge()
    return steps
  }

  private var isQuiet: Bool {
    nodes.allSatisfy { node in
      !node.queue.contains { $0.state == .queued || $0.state == .logged }
        && node.tombs.values.allSatisfy { !$0.asked || $0.done }
    }
  }

  private mutating func judge() {
    for at in 0..<3 where at != lost {
      judgeQueue(at)
      judgeWithdrawals(at)
      judgeLegs(at)
    }
  }

  private mutating func judgeQueue(_ at: Int) {
    for letter in nodes[at].queue where letter.to != lost {
      switch letter.state {
      case .queued, .logged: fail("a message was lost")
      case .dead:
        if letter.code == "expired", letter.expiresMs > trueMs { fail("expired before its time") }
      case .held, .received, .refused: break
      }
    }
  }

  private mutating func judgeWithdrawals(_ at: Int) {
    let node = nodes[at]
    for grant in node.grants.indices where node.grants[grant].facts.isWithdrawn {
      let name = node.name(grant)
      let wasResumed = node.grants.contains { $0.renews == UInt64(grant) }
      for holder in holders[name] ?? [] where !wasResumed {
        guard let debt = node.debts[name] else {
          fail("a holder was never told")
          continue
        }
        let heard = node.queue.contains { $0.id == debt.message && $0.state == .received }
        let isAnswered = debt.answered || debt.alerted || (debt.step == .stop && heard)
        if !isAnswered { fail("a withdrawal ended in neither receipt nor alert") }
        guard node.grants[grant].erased else { continue }
        let peer = nodes[holder]
        guard let leg = peer.leg(received: name), debt.answered,
          peer.legs[leg].ownConsentUntilMs == nil
        else { continue }
        if !peer.legs[leg].content.isEmpty { fail("something is held after the receipt") }
      }
    }
  }

  private mutating func judgeLegs(_ at: Int) {
    for leg in nodes[at].legs where leg.peer != lost {
      if leg.isSender {
        judgePair(leg, at)
      } else if let parent = nodes[leg.peer].grants[Int(leg.grant.index)].parent,
        nodes[leg.peer].legs[parent].life.isFrozen, !leg.life.isFrozen,
        nodes[leg.peer].tombs[nodes[leg.peer].legs[parent].grant] != nil,
        ![.closedWithdrawn, .consentWithdrawn].contains(leg.life.state)
      {
        fail("what was handed on is not frozen")
      }
    }
  }

  private mutating func judgePair(_ leg: SimLeg, _ at: Int) {
    // What was dark for longer than its message may live has told its own people.
    for side in [at, leg.peer]
    where nodes[side].queue.contains(where: {
      ($0.ref == leg.offer || $0.id == leg.offer) && $0.code == "expired"
    }) {
      return
    }
    guard let other = nodes[leg.peer].legs.first(where: { $0.offer == leg.offer }) else {
      let gone: [ReferralState] = [
        .undeliverable, .refused, .recalled, .consentWithdrawn, .closedWithdrawn, .queued, .closed,
      ]
      if !gone.contains(leg.life.state) { fail("the sides do not agree: \(leg.life.state), –") }
      return
    }
    // A grant that has run out covers nothing, frozen or not.
    if leg.life.isFrozen != other.life.isFrozen, leg.untilMs > nodes[at].now(trueMs),
      ![.closedWithdrawn, .closed].contains(leg.life.state),
      ![.closedWithdrawn, .closed].contains(other.life.state)
    {
      fail("one side is frozen, the other is not")
    }
    let (mine, yours) = (leg.life.state, other.life.state)
    let agreed =
      mine == yours || (mine == .expired && yours == .closed)
      || (mine == .recalled && [.recalled, .closed].contains(yours))
      || (mine == .consentWithdrawn && yours == .closedWithdrawn)
      || (mine == .queued && yours == .delivered)
    if !agreed { fail("the sides do not agree: \(mine), \(yours)") }
  }
}
