internal import ReferralModel
internal import Testing

/// The life-cycle, restated: what the code must do, written down a second time.
///
/// Two letters: the next state. `.` nothing changes; `x` cannot happen; `L` too late; `s` ignored
/// from the other side, impossible here; `r:` only the other side's message may jump there; `E` the
/// other side's erasure is remembered; `F` stops sharing; `T` shares again; `R` back to where a
/// dispute began.
private let golden = """
  event            cq   dr   di   qu   de   ac   in   wa   ap   is   co   dc   lc   rp   rc   cw   ex   un   rf   dp   cl   cx
  answer-capacity  dr   .    L    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .
  submit           x    qu   x    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .
  discard          di   di   .    x    x    x    x    x    x    x    x    x    x    x    x    x    x    x    x    x    x    x
  deliver          x    x    x    de   .    .    .    .    .    .    .    .    .    .    .    .    .    de   x    .    .    .
  refuse           x    x    x    rf   x    x    x    x    x    x    x    x    x    x    .    .    .    rf   .    x    .    .
  give-up          x    x    x    un   .    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .
  acknowledge      x    x    x    ac   ac   .    .    .    .    .    .    .    .    .    L    L    L    ac   x    .    L    L
  request-info     x    x    x    in   in   in   .    in   s    s    s    s    s    s    L    L    L    in   x    x    L    L
  answer-info      x    x    x    x    x    .    ac   s    s    s    s    s    s    s    L    L    L    x    x    x    L    L
  waitlist         x    x    x    wa   wa   wa   wa   .    s    s    s    s    s    s    L    L    L    wa   x    x    L    L
  redirect         x    x    x    rp   rp   rp   rp   rp   s    s    s    s    s    .    L    L    L    rp   x    x    L    L
  accept           x    x    x    ap   ap   ap   ap   ap   .    s    s    x    s    x    L    L    L    ap   x    x    L    L
  decline          x    x    x    dc   dc   dc   dc   dc   x    x    x    .    x    dc   L    L    L    dc   x    x    L    L
  start            x    x    x    r:is r:is r:is r:is r:is is   .    s    x    is   x    L    L    L    r:is x    x    L    L
  complete         x    x    x    r:co r:co r:co r:co r:co r:co co   .    x    r:co x    L    L    L    r:co x    x    L    L
  lose-contact     x    x    x    r:lc r:lc r:lc r:lc r:lc lc   lc   s    x    .    x    L    L    L    r:lc x    x    L    L
  recall           x    x    x    rc   rc   rc   rc   rc   rc   rc   rc   rc   rc   rc   .    .    rc   rc   .    rc   r:rc .
  stop-sharing     F    F    .    F    F    F    F    F    F    F    F    F    F    F    F    .    F    F    F    F    F    .
  resume-sharing   T    T    x    T    T    T    T    T    T    T    T    T    T    T    T    L    T    T    T    T    T    L
  withdraw         cx   cx   .    cw   cw   cw   cw   cw   cw   cw   cw   cw   cw   cw   cw   .    cw   cw   cw   cw   cw   .
  confirm-erased   x    x    x    E    E    E    E    E    E    E    E    E    E    E    cl   cx   E    E    x    E    E    .
  expire           x    x    x    x    ex   ex   ex   ex   .    .    .    .    .    ex   .    .    .    .    .    .    .    .
  dispute          x    x    x    x    dp   dp   dp   dp   dp   dp   dp   dp   dp   dp   dp   x    dp   x    x    .    L    L
  resolve          x    x    x    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .    .    R    .    .
  close            x    x    x    r:cl r:cl r:cl r:cl r:cl cl   cl   cl   cl   cl   cl   s    x    cl   cl   cl   cl   .    .
  reopen           x    x    x    x    x    .    s    s    s    s    s    x    x    x    x    x    x    x    x    x    ac   L
  """

/// Who may cause what: at the sender, then at the recipient.
private let actors = """
  answer-capacity recipient,machine                    recipient
  submit          sender                               sender
  discard         sender,clock                         -
  deliver         machine                              -
  refuse          machine                              -
  give-up         clock,machine                        -
  acknowledge     recipient                            recipient
  request-info    recipient                            recipient
  answer-info     sender                               sender
  waitlist        recipient                            recipient
  redirect        recipient                            recipient
  accept          recipient                            recipient
  decline         recipient                            recipient,survivor
  start           recipient                            recipient
  complete        recipient                            recipient
  lose-contact    recipient                            recipient
  recall          sender                               sender
  stop-sharing    sender,recipient,survivor,machine    sender,recipient,survivor,machine
  resume-sharing  sender                               sender
  withdraw        sender,recipient,survivor,clock      sender,recipient,survivor,clock
  confirm-erased  recipient                            recipient,machine
  expire          clock                                -
  dispute         sender,recipient                     sender,recipient
  resolve         sender,recipient                     sender,recipient
  close           sender,clock                         sender
  reopen          sender                               sender
  """

private let short: [Substring: ReferralState] = [
  "cq": .capacityQuery, "dr": .draft, "di": .discarded, "qu": .queued, "de": .delivered,
  "ac": .acknowledged, "in": .infoRequested, "wa": .waitlisted, "ap": .accepted,
  "is": .inService, "co": .completed, "dc": .declined, "lc": .lostContact,
  "rp": .redirectProposed, "rc": .recalled, "cw": .consentWithdrawn, "ex": .expired,
  "un": .undeliverable, "rf": .refused, "dp": .disputed, "cl": .closed, "cx": .closedWithdrawn,
]

private let limits = LifecycleLimits(holdDownMs: 1000, reopenMs: 5000)

private func moment(_ atMs: UInt64 = 100, live: Bool = true, seq: UInt64? = nil) -> LifecycleMoment
{
  LifecycleMoment(atMs: atMs, grantIsLive: live, limits: limits, peerSeq: seq)
}

private func fields(_ line: Substring) -> [Substring] {
  line.split(separator: " ", omittingEmptySubsequences: true)
}

private struct Row {
  let event: ReferralEvent
  let cells: [(state: ReferralState, cell: Substring)]

  static func all() throws -> [Row] {
    let lines = golden.split(separator: "\n")
    let states = try fields(lines[0]).dropFirst().map { try #require(short[$0]) }
    return try lines.dropFirst().map { line in
      let cells = fields(line)
      return Row(
        event: try #require(ReferralEvent(rawValue: String(cells[0]))),
        cells: Array(zip(states, cells.dropFirst()))
      )
    }
  }
}

/// Actors by event and side.
private func actorTable() throws -> [ReferralEvent: [ReferralLifecycle.Side: [ReferralActor]]] {
  var table: [ReferralEvent: [ReferralLifecycle.Side: [ReferralActor]]] = [:]
  for line in actors.split(separator: "\n") {
    let cells = fields(line)
    let event = try #require(ReferralEvent(rawValue: String(cells[0])))
    let named = cells[1...2].map { cell in
      cell.split(separator: ",").compactMap { ReferralActor(rawValue: String($0)) }
    }
    table[event] = [.sender: named[0], .recipient: named[1]]
  }
  return table
}

private func outcome(
  _ referral: inout ReferralLifecycle,
  _ event: ReferralEvent,
  _ actor: ReferralActor,
  _ moment: LifecycleMoment
) -> Result<[LifecycleEffect], LifecycleRefusal> {
  do throws(LifecycleRefusal) {
    return .success(try referral.apply(event, by: actor, at: moment))
  } catch { return .failure(error) }
}

@Suite struct LifecycleTableTests {
  @Test("The written table covers every state and every event once")
  func complete() throws {
    let rows = try Row.all()
    #expect(Set(rows.map(\.event)) == Set(ReferralEvent.allCases))
    #expect(rows.count == ReferralEvent.allCases.count)
    for row in rows {
      #expect(row.cells.map(\.state).count == ReferralState.allCases.count)
      #expect(Set(row.cells.map(\.state)) == Set(ReferralState.allCases))
    }
  }

  @Test("Every event in every state, by every actor on either side, does what is written")
  func everyPair() throws {
    let allowed = try actorTable()
    for row in try Row.all() {
      for (state, cell) in row.cells {
        for side in ReferralLifecycle.Side.allCases {
          for actor in ReferralActor.allCases {
            let named = allowed[row.event]?[side] ?? []
            // Clocks that need more than the table have tests of their own.
            if actor == .clock, row.event == .close || row.event == .withdraw { continue }
            check(row.event, state, side, actor, cell, mayCause: named.contains(actor))
          }
        }
      }
    }
  }

  private func check(
    _ event: ReferralEvent,
    _ state: ReferralState,
    _ side: ReferralLifecycle.Side,
    _ actor: ReferralActor,
    _ cell: Substring,
    mayCause: Bool
  ) {
    let before = ReferralLifecycle(
      side: side,
      state: state,
      sinceMs: 50,
      frozenSinceMs: cell == "T" ? 60 : nil,
      disputedFrom: state == .disputed ? .inService : nil
    )
    var after = before
    let found = outcome(&after, event, actor, moment())
    let note: Comment = "\(event) in \(state) by \(actor) at \(side): \(cell)"
    guard mayCause else {
      #expect(found == .failure(.wrongSide) && after == before, note)
      return
    }
    let isRemote = actor.rawValue != side.rawValue && (actor == .sender || actor == .recipient)
    switch cell {
    case ".": #expect(found == .success([]) && after == before, note)
    case "x": #expect(found == .failure(.notFromHere) && after == before, note)
    case "L": #expect(found == .failure(.late) && after == before, note)
    case "s":
      #expect(found == (isRemote ? .success([]) : .failure(.notFromHere)), note)
      #expect(after == before, note)
    case "F": #expect(after.isFrozen && after.state == state, note)
    case "T":
      #expect(!after.isFrozen && after.state == state, note)
      var calm = ReferralLifecycle(side: side, state: state, sinceMs: 50)
      #expect(outcome(&calm, event, actor, moment()) == .success([]), note)
    case "E":
      let isOver = state == .closed
      #expect(found == (isRemote || isOver ? .success([]) : .failure(.notFromHere)), note)
      #expect(after.state == state && after.peerErased == isRemote, note)
    case "R": #expect(after.state == .inService && after.disputedFrom == nil, note)
    default:
      if cell.hasPrefix("r:"), !isRemote {
        #expect(found == .failure(.early) && after == before, note)
        return
      }
      #expect(after.state == short[cell.suffix(2)], note)
      #expect(after.sinceMs == 100, note)
    }
  }

  @Test("Applying an event twice changes nothing the second time")
  func idempotent() {
    for side in ReferralLifecycle.Side.allCases {
      for state in ReferralState.allCases {
        for event in ReferralEvent.allCases {
          for actor in ReferralActor.allCases {
            var referral = ReferralLifecycle(
              side: side,
              state: state,
              sinceMs: 50,
              disputedFrom: .accepted
            )
            guard case .success = outcome(&referral, event, actor, moment()) else { continue }
            let once = referral
            if case .success(let effects) = outcome(&referral, event, actor, moment(200)) {
              #expect(effects.isEmpty, "\(event) by \(actor) in \(state) at \(side)")
            }
            #expect(referral == once)
          }
        }
      }
    }
  }
}

@Suite struct LifecycleRuleTests {
  private func referral(
    _ side: ReferralLifecycle.Side,
    _ state: ReferralState,
    frozen: UInt64? = nil
  ) -> ReferralLifecycle {
    ReferralLifecycle(side: side, state: state, sinceMs: 50, frozenSinceMs: frozen)
  }

  @Test("The ordinary way: offer, acceptance, identity, service, completion, close")
  func ordinary() throws {
    var (sender, armed) = ReferralLifecycle.drafted(atMs: 1)
    #expect(armed == [.arm(.draftWarn), .arm(.draftErase)])
    #expect(
      try sender.apply(.submit, by: .sender, at: moment())
        == [.send(.offer), .disarm(.draftWarn), .disarm(.draftErase), .arm(.delivery)]
    )
    #expect(
      try sender.apply(.deliver, by: .machine, at: moment())
        == [.disarm(.delivery), .arm(.acknowledge)]
    )
    var (recipient, received) = ReferralLifecycle.received(atMs: 2)
    #expect(received == [.arm(.acknowledge), .tellHuman])
    #expect(
      try recipient.apply(.acknowledge, by: .recipient, at: moment())
        == [.send(.acknowledge), .disarm(.acknowledge), .arm(.decide)]
    )
    #expect(
      try sender.apply(.acknowledge, by: .recipient, at: moment())
        == [.disarm(.acknowledge), .arm(.decide), .tellHuman]
    )
    #expect(
      try recipient.apply(.accept, by: .recipient, at: moment())
        == [.send(.accept), .disarm(.decide), .arm(.contact)]
    )
    #expect(
      try sender.apply(.accept, by: .recipient, at: moment())
        == [.disarm(.decide), .arm(.contact), .releaseSupplement, .tellHuman]
    )
    for event in [ReferralEvent.start, .complete] {
      _ = try recipient.apply(event, by: .recipient, at: moment())
      _ = try sender.apply(event, by: .recipient, at: moment())
    }
    #expect(
      try sender.apply(.close, by: .sender, at: moment())
        == [.send(.close), .disarm(.autoClose), .startRetention]
    )
    _ = try recipient.apply(.close, by: .sender, at: moment())
    #expect(sender.state == .closed && recipient.state == .closed)
  }

  @Test("REF-022 a question lets the decision stand still, and its answer lets it run on")
  func question() throws {
    for side in ReferralLifecycle.Side.allCases {
      var one = referral(side, .acknowledged)
      let asked = try one.apply(.requestInfo, by: .recipient, at: moment())
      #expect(asked.contains(.pause(.decide)) && asked.contains(.arm(.info)))
      #expect(!asked.contains(.disarm(.decide)) && !asked.contains(.arm(.decide)))
      let answered = try one.apply(.answerInfo, by: .sender, at: moment(200))
      #expect(answered.contains(.resume(.decide)) && answered.contains(.disarm(.info)))
    }
  }

  @Test("What the other side has erased is not opened again")
  func erasedStaysClosed() {
    var closed = ReferralLifecycle(side: .sender, state: .closed, sinceMs: 50, peerErased: true)
    #expect(outcome(&closed, .reopen, .sender, moment()) == .failure(.late))
  }

  @Test("Nothing is submitted, accepted, answered or opened again without a live grant")
  func grantNeeded() {
    for (state, event, side) in [
      (ReferralState.draft, ReferralEvent.submit, ReferralLifecycle.Side.sender),
      (.infoRequested, .answerInfo, .sender), (.closed, .reopen, .sender),
      (.acknowledged, .accept, .recipient), (.acknowledged, .accept, .sender),
    ] {
      let actor: ReferralActor = event == .accept ? .recipient : .sender
      var dead = referral(side, state)
      #expect(outcome(&dead, event, actor, moment(live: false)) == .failure(.noGrant))
      var frozen = referral(side, state, frozen: 60)
      #expect(outcome(&frozen, event, actor, moment()) == .failure(.frozen))
      #expect(dead.state == state && frozen.state == state)
    }
  }

  @Test("A late acceptance after recall, expiry or withdrawal is refused")
  func lateAcceptance() {
    for state in [ReferralState.recalled, .expired, .consentWithdrawn, .closed, .closedWithdrawn] {
      var sender = referral(.sender, state)
      #expect(outcome(&sender, .accept, .recipient, moment()) == .failure(.late))
    }
  }

  @Test("Stop sharing freezes on anybody's word, tells the other side once, and is reversible")
  func stop() throws {
    var sender = referral(.sender, .accepted)
    #expect(
      try sender.apply(.stopSharing, by: .survivor, at: moment())
        == [.send(.withdraw), .freeze, .arm(.holdDown), .tellHuman]
    )
    var recipient = referral(.recipient, .accepted)
    #expect(
      try recipient.apply(.stopSharing, by: .sender, at: moment())
        == [.freeze, .arm(.holdDown), .tellHuman]
    )
    #expect(
      outcome(&recipient, .resumeSharing, .sender, moment(live: false)) == .failure(.noGrant)
    )
    #expect(
      try recipient.apply(.resumeSharing, by: .sender, at: moment())
        == [.unfreeze, .disarm(.holdDown)]
    )
    var queued = referral(.sender, .queued)
    #expect(
      try queued.apply(.stopSharing, by: .sender, at: moment()).contains(.cancelQueued)
    )
    var draft = referral(.sender, .draft)
    #expect(
      try draft.apply(.stopSharing, by: .survivor, at: moment())
        == [.freeze, .arm(.holdDown), .tellHuman]
    )
  }

  @Test("A stop that nobody confirmed turns into erasure after the hold-down, not before")
  func holdDown() throws {
    var calm = referral(.recipient, .accepted)
    #expect(outcome(&calm, .withdraw, .clock, moment(99_999)) == .failure(.holdDown))
    var frozen = referral(.recipient, .accepted, frozen: 60)
    #expect(outcome(&frozen, .withdraw, .clock, moment(1059)) == .failure(.holdDown))
    // A clock that ran backwards never erases.
    #expect(outcome(&frozen, .withdraw, .clock, moment(10)) == .failure(.holdDown))
    let effects = try frozen.apply(.withdraw, by: .clock, at: moment(1060))
    #expect(frozen.state == .consentWithdrawn)
    #expect(effects.contains(.eraseWanted) && effects.contains(.disarm(.holdDown)))
  }

  @Test("A confirmed withdrawal erases at the recipient and ends with its receipt on both sides")
  func withdrawal() throws {
    var sender = referral(.sender, .inService)
    var recipient = referral(.recipient, .inService)
    let asked = try sender.apply(.withdraw, by: .survivor, at: moment())
    #expect(asked.contains(.send(.withdraw)) && asked.contains(.arm(.withdrawalReceipt)))
    #expect(!asked.contains(.eraseWanted))
    let told = try recipient.apply(.withdraw, by: .sender, at: moment())
    #expect(told.contains(.eraseWanted) && !told.contains(.send(.withdraw)))
    let erased = try recipient.apply(.confirmErased, by: .machine, at: moment())
    #expect(erased.contains(.send(.erased)))
    _ = try sender.apply(.confirmErased, by: .recipient, at: moment())
    #expect(sender.state == .closedWithdrawn && recipient.state == .closedWithdrawn)
  }

  @Test("A receipt that overtakes its withdrawal is not lost")
  func receiptFirst() throws {
    for state in [ReferralState.inService, .closed, .recalled] {
      var sender = referral(.sender, state)
      _ = try sender.apply(.confirmErased, by: .recipient, at: moment(seq: 6))
      _ = try sender.apply(.withdraw, by: .recipient, at: moment(seq: 5))
      #expect(sender.state == .closedWithdrawn)
    }
  }

  @Test("Expiry is the sender's clock alone; it recalls, and never looks like a dark node")
  func expiry() throws {
    var sender = referral(.sender, .delivered)
    let effects = try sender.apply(.expire, by: .clock, at: moment())
    #expect(sender.state == .expired)
    #expect(effects.contains(.send(.recall)) && effects.contains(.escalate))
    var recipient = referral(.recipient, .delivered)
    #expect(outcome(&recipient, .expire, .clock, moment()) == .failure(.wrongSide))
    #expect(try recipient.apply(.recall, by: .sender, at: moment()).contains(.eraseWanted))
    var dark = referral(.sender, .queued)
    #expect(outcome(&dark, .expire, .clock, moment()) == .failure(.notFromHere))
    #expect(try dark.apply(.giveUp, by: .clock, at: moment()).contains(.cancelQueued))
    #expect(dark.state == .undeliverable)
  }

  @Test("The clock closes what is completed or lost, nothing else; reopening has its window")
  func closing() throws {
    for state in ReferralState.allCases {
      var sender = referral(.sender, state)
      let before = sender
      let found = outcome(&sender, .close, .clock, moment())
      switch state {
      case .completed, .lostContact: #expect(sender.state == .closed)
      default:
        #expect(sender == before)
        #expect(found != .success([.startRetention]))
      }
    }
    var closed = referral(.sender, .closed)
    #expect(outcome(&closed, .reopen, .sender, moment(5051)) == .failure(.reopenWindow))
    _ = try closed.apply(.reopen, by: .sender, at: moment(5050))
    #expect(closed.state == .acknowledged)
  }

  @Test("A message that a later one has overtaken changes nothing, unless it protects her")
  func order() throws {
    var sender = referral(.sender, .delivered)
    _ = try sender.apply(.start, by: .recipient, at: moment(seq: 9))
    #expect(sender.state == .inService && sender.heardSeq == 9)
    #expect(try sender.apply(.loseContact, by: .recipient, at: moment(seq: 8)).isEmpty)
    #expect(sender.state == .inService)
    #expect(try !sender.apply(.stopSharing, by: .recipient, at: moment(seq: 7)).isEmpty)
    #expect(sender.isFrozen && sender.heardSeq == 9)
    // What was refused was not heard: it may come again under a new consent.
    var fresh = referral(.sender, .acknowledged)
    #expect(
      outcome(&fresh, .accept, .recipient, moment(live: false, seq: 3)) == .failure(.noGrant)
    )
    _ = try fresh.apply(.accept, by: .recipient, at: moment(seq: 3))
    #expect(fresh.state == .accepted)
  }

  @Test("A dispute stops, and its settlement returns to where it began")
  func dispute() throws {
    var sender = referral(.sender, .inService)
    #expect(
      try sender.apply(.dispute, by: .sender, at: moment()).contains(.send(.dispute))
    )
    #expect(sender.disputedFrom == .inService)
    _ = try sender.apply(.resolve, by: .sender, at: moment())
    #expect(sender.state == .inService && sender.disputedFrom == nil)
  }
}
