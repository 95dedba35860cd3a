internal import ReferralModel
internal import Testing

/// A small generator, so that a failing walk can be run again from its seed.
private struct Dice: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Two sides of one referral with an unreliable line between them.
private struct Walk {
  struct Letter {
    let event: ReferralEvent
    let from: ReferralActor
    let seq: UInt64
  }

  var dice: Dice
  var sender = ReferralLifecycle.drafted(atMs: 0).referral
  var recipient: ReferralLifecycle?
  var line: [Letter] = []
  var offered = false
  var sent: UInt64 = 0
  var clock: UInt64 = 0
  var grantIsLive = true
  let limits = LifecycleLimits(holdDownMs: 40, reopenMs: 1000)

  init(seed: UInt64) { dice = Dice(state: seed) }

  mutating func step() {
    clock += UInt64.random(in: 0...3, using: &dice)
    switch Int.random(in: 0..<10, using: &dice) {
    case 0..<4: personActs(at: .sender)
    case 4..<7: personActs(at: .recipient)
    default: deliverOne(mayRepeat: true)
    }
    if Int.random(in: 0..<60, using: &dice) == 0 { grantIsLive.toggle() }
  }

  mutating func drain() {
    grantIsLive = true
    while offered && recipient == nil || !line.isEmpty { deliverOne(mayRepeat: false) }
    // A node erases by itself what it was told to.
    if let state = recipient?.state, state == .recalled || state == .consentWithdrawn {
      apply(.confirmErased, .machine, at: .recipient)
      while !line.isEmpty { deliverOne(mayRepeat: false) }
    }
  }

  private mutating func personActs(at side: ReferralLifecycle.Side) {
    let choices: [(ReferralEvent, ReferralActor)] =
      side == .sender
      ? [
        (.submit, .sender), (.submit, .sender), (.answerInfo, .sender), (.recall, .sender),
        (.stopSharing, .survivor), (.withdraw, .survivor), (.withdraw, .clock), (.close, .sender),
        (.close, .clock), (.expire, .clock), (.deliver, .machine), (.resumeSharing, .sender),
      ]
      : [
        (.acknowledge, .recipient), (.accept, .recipient), (.accept, .recipient),
        (.requestInfo, .recipient), (.waitlist, .recipient), (.decline, .recipient),
        (.redirect, .recipient), (.start, .recipient), (.start, .recipient),
        (.complete, .recipient), (.loseContact, .recipient), (.stopSharing, .survivor),
        (.withdraw, .survivor), (.confirmErased, .machine),
      ]
    guard let (event, actor) = choices.randomElement(using: &dice) else { return }
    // Rare events stay rare, so that walks get somewhere.
    let isRare = [.recall, .stopSharing, .withdraw, .expire].contains(event)
    guard !isRare || Int.random(in: 0..<12, using: &dice) == 0 else { return }
    guard event != .deliver || offered else { return }
    apply(event, actor, at: side)
  }

  private mutating func deliverOne(mayRepeat: Bool) {
    if offered, recipient == nil {
      recipient = ReferralLifecycle.received(atMs: clock).referral
      return
    }
    guard let position = line.indices.randomElement(using: &dice) else { return }
    let letter = line[position]
    let repeats = mayRepeat && Int.random(in: 0..<4, using: &dice) == 0
    if !repeats { line.remove(at: position) }
    apply(
      letter.event,
      letter.from,
      at: letter.from == .sender ? .recipient : .sender,
      seq: letter.seq
    )
  }

  mutating func apply(
    _ event: ReferralEvent,
    _ actor: ReferralActor,
    at side: ReferralLifecycle.Side,
    seq: UInt64? = nil
  ) {
    let here = side == .sender ? sender : recipient
    guard var referral = here else { return }
    let before = referral
    let moment = LifecycleMoment(
      atMs: clock,
      grantIsLive: grantIsLive,
      limits: limits,
      peerSeq: seq
    )
    let effects: [LifecycleEffect]
    do throws(LifecycleRefusal) {
      effects = try referral.apply(event, by: actor, at: moment)
    } catch {
      #expect(referral == before, "a refusal changes nothing")
      // A node that may not follow an acceptance takes the offer back.
      let cannotFollow = event == .accept && side == .sender
      if cannotFollow, error == .noGrant || error == .frozen { apply(.recall, .sender, at: side) }
      return
    }
    if referral.state == .accepted, before.state != .accepted, before.state != .disputed {
      #expect(grantIsLive && !before.isFrozen, "accepted only under a live grant")
    }
    if effects.contains(.releaseSupplement) { #expect(!before.isFrozen) }
    if [.consentWithdrawn, .closedWithdrawn].contains(before.state) {
      #expect([.consentWithdrawn, .closedWithdrawn].contains(referral.state))
    }
    if before.state != .consentWithdrawn, referral.state == .consentWithdrawn, actor == .clock {
      #expect(before.isFrozen, "nobody's word alone erases")
    }
    if side == .sender { sender = referral } else { recipient = referral }
    for case .send(let kind) in effects { post(kind, event, from: side) }
  }

  private mutating func post(
    _ kind: MessageKind,
    _ event: ReferralEvent,
    from side: ReferralLifecycle.Side
  ) {
    guard kind != .offer else {
      offered = true
      return
    }
    sent += 1
    let carried: ReferralEvent = event == .expire ? .recall : event
    line.append(
      Letter(event: carried, from: side == .sender ? .sender : .recipient, seq: sent)
    )
  }
}

@Suite struct LifecycleWalkTests {
  @Test("Random walks with repeats and overtaking end with both sides agreed", arguments: 0..<40)
  func walks(_ block: UInt64) {
    for seed in (block * 50)..<(block * 50 + 50) {
      var walk = Walk(seed: seed)
      for _ in 0..<120 { walk.step() }
      walk.drain()
      guard let recipient = walk.recipient else { continue }
      let pair = (walk.sender.state, recipient.state)
      let agreed =
        pair.0 == pair.1
        // The receipt of the first delivery is not part of the line here.
        || pair.0 == .queued && pair.1 == .delivered
        // What expired at the sender is erased, then closed, at the recipient.
        || pair.0 == .expired && pair.1 == .closed
      #expect(agreed, "seed \(seed): sender \(pair.0), recipient \(pair.1)")
    }
  }
}
