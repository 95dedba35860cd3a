internal import CanonicalBytes
internal import ReferralModel
internal import TransparencyLog

@testable internal import Exchange

/// A message on the wire: what the recipient can check of it.
struct SimPacket {
  enum Body {
    case items([SimItem])
    /// For each message of a batch: received or not, and the code.
    case receipts([(message: UInt64, received: Bool, code: String)])
  }
  let from: Int
  let to: Int
  let body: Body
  /// The sender's clock, as a cosignature tells it.
  let sentMs: UInt64
  /// A stick: it cannot be lost by a bad line, and waits for the traveller.
  let isParcel: Bool
}

/// One message as it travels.
struct SimItem {
  let letter: SimLetter
  let proof: GrantFacts?
  let renews: UInt64?
}

extension SimNode {
  /// Takes the next batch for a peer, logging what leaves for the first time: consent is judged
  /// again here, as `NodeTransaction.takeBatch` does.
  mutating func takeBatch(_ peer: Int, _ trueMs: UInt64, limit: Int, courier: Bool) -> [SimItem] {
    guard courier || outstanding[peer].isEmpty, !isClockWrong(trueMs) else { return [] }
    let nowMs = now(trueMs)
    var out: [SimItem] = []
    for place in queue.indices where queue[place].to == peer && out.count < limit {
      switch queue[place].state {
      case .queued:
        if let code = refusal(queue[place], nowMs) {
          queue[place].state = .dead
          queue[place].code = code
          if code == "expired", let leg = queue[place].leg, queue[place].kind == .offer {
            move(leg, .giveUp, .clock, nowMs)
          }
          continue
        }
        queue[place].state = .logged
        queue[place].seq = nextSeq[peer]
        nextSeq[peer] += 1
        queue[place].logged = log.count
        let letter = queue[place]
        log.append(
          SimEvent(
            type: letter.kind.isDisclosure ? .disclose : .notify,
            message: letter.id,
            grant: letter.grant,
            groups: letter.groups,
            peer: peer,
            outcome: letter.outcome
          )
        )
        if letter.kind.isDisclosure, let grant = own(letter.grant) { grants[grant].sent = true }
      case .logged:
        if isTakenBack(queue[place]) {
          queue[place].state = .dead
          queue[place].code = "withdrawn"
          // The CANCEL event takes the next number (EVT-030).
          nextSeq[peer] += 1
          continue
        }
      case .held, .received, .refused, .dead: continue
      }
      let letter = queue[place]
      let grant = letter.kind.isDisclosure ? own(letter.grant).map { grants[$0] } : nil
      // The leaf says what was granted, and nothing of what has become of it.
      var proof = grant?.facts
      proof?.isWithdrawn = false
      proof?.offerUsed = false
      out.append(SimItem(letter: letter, proof: proof, renews: grant?.renews))
    }
    if !courier { outstanding[peer] = Set(out.map(\.letter.id)) }
    return out
  }

  private func own(_ name: CheckedItem.GrantName?) -> Int? {
    guard let name, name.log == Sim.logs[me] else { return nil }
    return Int(name.index)
  }

  private func isTakenBack(_ letter: SimLetter) -> Bool {
    guard rules.judgesAtSending, letter.kind.isDisclosure, let grant = own(letter.grant) else {
      return false
    }
    return grants[grant].facts.isWithdrawn
      || letter.groups.contains(where: grants[grant].cut.contains)
  }

  private func refusal(_ letter: SimLetter, _ nowMs: UInt64) -> String? {
    // A withdrawal is told however late, and whatever the clock said when it was written.
    if letter.expiresMs <= nowMs, letter.kind != .withdraw { return "expired" }
    guard rules.judgesAtSending, letter.kind.isDisclosure, let grant = own(letter.grant) else {
      return nil
    }
    if isTakenBack(letter) { return "withdrawn" }
    return grants[grant].facts.untilMs <= nowMs ? "grant-expired" : nil
  }

  /// No answer came: the same batch is taken again.
  mutating func giveUpWaiting(_ peer: Int) {
    if rules.retries { outstanding[peer] = [] }
  }

  /// Stores what a receipt says.
  mutating func settle(
    _ receipts: [(message: UInt64, received: Bool, code: String)],
    from peer: Int,
    _ trueMs: UInt64
  ) {
    let nowMs = now(trueMs)
    for receipt in receipts {
      guard
        let place = queue.firstIndex(where: { $0.id == receipt.message && $0.to == peer }),
        queue[place].state == .logged
      else { continue }
      queue[place].state = receipt.received ? .received : .refused
      queue[place].code = receipt.code
      let letter = queue[place]
      if let grant = own(letter.grant), letter.kind.isDisclosure { grants[grant].answered = true }
      guard letter.kind == .offer, let leg = letter.leg else { continue }
      move(leg, receipt.received ? .deliver : .refuse, .machine, nowMs)
    }
    outstanding[peer] = []
  }

  /// Moves a leg by the real table and queues what follows.
  @discardableResult
  mutating func move(
    _ place: Int,
    _ event: ReferralEvent,
    _ actor: ReferralActor,
    _ nowMs: UInt64,
    seq: UInt64? = nil,
    outcome: String? = nil
  ) -> Bool {
    var life = legs[place].life
    let effects: [LifecycleEffect]
    do throws(LifecycleRefusal) {
      effects = try life.apply(event, by: actor, at: moment(legs[place], nowMs, seq: seq))
    } catch { return false }
    if life.state == .accepted, legs[place].life.state != .accepted,
      legs[place].life.state != .disputed
    {
      let isTold =
        !legs[place].isSender && tombs[legs[place].grant].map { $0.groups == nil } ?? false
      if legs[place].untilMs <= nowMs || legs[place].life.isFrozen || isTold { acceptedBadly += 1 }
    }
    legs[place].life = life
    let leg = legs[place]
    for effect in effects {
      switch effect {
      case .send(let kind):
        // A withdrawal is told by whoever ends the grant; an offer is queued with its referral.
        guard kind != .withdraw, kind != .offer, kind != .erased, !kind.isDisclosure else {
          continue
        }
        post(kind, leg, place, outcome: outcome, nowMs)
      case .releaseSupplement:
        for letter in queue.indices
        where queue[letter].leg == place && queue[letter].state == .held {
          queue[letter].state = .queued
        }
      case .cancelQueued: cancelWaiting(place)
      case .eraseWanted, .arm, .disarm, .pause, .resume, .freeze, .unfreeze, .escalate, .tellHuman,
        .startRetention:
        break
      }
    }
    if leg.isSender, life.state == .declined || life.state == .recalled { cancelWaiting(place) }
    return true
  }

  private mutating func cancelWaiting(_ place: Int) {
    guard rules.judgesAtSending else { return }
    for letter in queue.indices
    where queue[letter].leg == place && queue[letter].kind.isDisclosure
      && (queue[letter].state == .queued || queue[letter].state == .held)
    {
      queue[letter].state = .dead
      queue[letter].code = "cancelled"
    }
  }

  private mutating func post(
    _ kind: MessageKind,
    _ leg: SimLeg,
    _ place: Int,
    outcome: String?,
    _ nowMs: UInt64
  ) {
    queue.append(
      SimLetter(
        id: mint(),
        to: leg.peer,
        kind: kind,
        grant: nil,
        groups: [],
        purpose: nil,
        basis: nil,
        ref: leg.offer,
        outcome: outcome,
        untilMs: nil,
        expiresMs: nowMs + (Sim.policy.kind(kind)?.lifeMs ?? 0),
        leg: place
      )
    )
  }
}
