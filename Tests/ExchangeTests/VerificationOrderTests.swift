internal import CanonicalBytes
internal import Exchange
internal import ReferralModel
internal import Testing
internal import TransparencyLog

/// Steps 8 to 17, one failure at a time, and the order between them.
@Suite struct VerificationOrderTests {
  /// One thing that is wrong, the code it must give, and the step it belongs to.
  struct Fault: CustomTestStringConvertible, Sendable {
    let name: String
    let code: String
    let change: @Sendable (inout Scenario) -> Void
    let remember: @Sendable (inout TestState, Scenario.Made) -> Void

    init(
      _ name: String,
      _ code: String,
      change: @escaping @Sendable (inout Scenario) -> Void = { _ in },
      remember: @escaping @Sendable (inout TestState, Scenario.Made) -> Void = { _, _ in }
    ) {
      (self.name, self.code, self.change, self.remember) = (name, code, change, remember)
    }

    var testDescription: String { name }
  }

  @Test("An offer within its grant is accepted, and tells what it is")
  func golden() throws {
    let made = try Scenario().make()
    #expect(made.outcome() == "accept")
    let item = try made.check.check(made.item)
    #expect(item.id == made.id && item.kind == .offer && item.seq == 1)
    guard case .disclosure(let disclosure) = item.body, case .proven(let grant) = item.grant else {
      Issue.record("an offer is a disclosure under a grant")
      return
    }
    #expect(disclosure.groups == [Fixture.need] && disclosure.grant == made.grant)
    #expect(grant.facts.groups.map(\.text) == ["identity", "need"])
  }

  @Test("A grant in a past log counts under the checkpoint that closed it")
  func pastLog() throws {
    var scenario = Scenario()
    scenario.grantInPastLog = true
    #expect(try scenario.make().outcome() == "accept")
  }

  static let faults: [Fault] = [
    // Step 9, B1 and B14.
    Fault("B14: the header of another realm", "not-yours") {
      $0.envelopeRealm = Fixture.otherRealm
    },
    Fault("B1: sealed by another agency than the peer", "not-yours") {
      $0.sender = Fixture.stranger
    },
    Fault("sealed for another agency", "not-yours") { $0.recipient = Fixture.stranger },
    // Step 11.
    Fault("an event at another index than the proof's", "not-logged") {
      $0.eventIndexOffset = 1
    },
    Fault("an event that names another log", "not-logged") { $0.eventLog = Fixture.pastLog },
    Fault("an event of another realm", "not-logged") { $0.realm = Fixture.otherRealm },
    Fault("an event for another peer", "not-logged") { $0.peer = Fixture.stranger },
    Fault("C17: the event of another message", "not-logged") { $0.message = Fixture.policy },
    Fault("more groups sealed than logged", "not-logged") {
      $0.sealed = [Fixture.identity, Fixture.need]
    },
    Fault("more groups logged than sealed", "not-logged") { $0.groups = ["identity", "need"] },
    Fault("a kind that is not registered", "not-logged") {
      $0.kind = "gossip"
      $0.ref = Fixture.policy
    },
    Fault("a notification's kind with content", "not-logged") {
      $0.kind = "accept"
      $0.ref = Fixture.policy
    },
    Fault("A4: a notification with a sealed compartment", "not-logged") {
      $0 = .notification("accept", ref: Fixture.policy)
      $0.sealed = [Fixture.need]
    },
    Fault("a disclosure without a compartment", "not-logged") { $0.sealed = [] },
    Fault("a sequence number of zero", "not-logged") { $0.seq = 0 },
    // Step 12.
    Fault(
      "a sequence number of another message",
      "seq-reused",
      remember: { state, made in state.seqs[made.seq] = Fixture.policy }
    ),
    // Step 13.
    Fault("no grant", "grant") { $0.sendsGrant = false },
    Fault("a leaf that is not a grant", "grant") { $0.grantType = .pad },
    Fault("a grant of another realm", "grant") { $0.grantRealm = Fixture.otherRealm },
    Fault("a grant for another agency", "grant") { $0.grantPeer = Fixture.stranger },
    Fault("a grant at another index", "grant") { $0.namedGrant = 0 },
    Fault("a grant in another agency's log", "grant") {
      $0.namedGrantLog = known(LogID("stranger.example/amonat/log/1"))
    },
    Fault("a grant said to be in another log of the sender", "grant") {
      $0.namedGrantLog = Fixture.pastLog
    },
    Fault("a grant for another purpose", "grant") { $0.grantPurpose = "health" },
    Fault("a grant without this group", "grant") { $0.grantGroups = ["identity"] },
    Fault("A1: a grant that has run out", "grant") { $0.grantUntil = Fixture.nowMs },
    Fault("a grant on another basis", "grant") { $0.grantBasis = "court-order" },
    Fault(
      "A3: a grant that was withdrawn",
      "withdrawn",
      remember: { state, made in state.tombstones = [made.grant] }
    ),
    Fault(
      "A2: a second offer under one grant",
      "grant-used",
      remember: { state, made in state.offers[made.grant] = Fixture.policy }
    ),
    Fault(
      "A2: a supplement to another referral",
      "grant-used",
      change: {
        $0.kind = "supplement"
        $0.ref = Fixture.register
      },
      remember: { state, made in state.offers[made.grant] = Fixture.policy }
    ),
    Fault("A2: a supplement under a grant without an offer", "grant-used") {
      $0.kind = "supplement"
      $0.ref = Fixture.register
    },
    Fault("A4: a reply to nothing of mine", "grant") {
      $0.kind = "reply"
      $0.basis = "reply"
      $0.ref = Fixture.policy
      $0.sendsGrant = false
    },
    Fault(
      "A4: a reply that also names a grant",
      "grant",
      change: {
        $0.kind = "reply"
        $0.basis = "reply"
        $0.ref = Fixture.policy
      },
      remember: { state, _ in state.ownOpen = [Fixture.policy] }
    ),
    Fault(
      "A4: a supplement that claims to be a reply",
      "grant",
      change: {
        $0.kind = "supplement"
        $0.basis = "reply"
        $0.ref = Fixture.policy
        $0.sendsGrant = false
      },
      remember: { state, _ in state.ownOpen = [Fixture.policy] }
    ),
    Fault(
      "a reply with groups the policy does not let it carry",
      "grant",
      change: {
        $0.kind = "reply"
        $0.basis = "reply"
        $0.ref = Fixture.policy
        $0.sendsGrant = false
      },
      remember: { state, _ in
        state.ownOpen = [Fixture.policy]
        state.decision = .refused([.policyGroups])
      }
    ),
    Fault("a notification with a grant", "grant") {
      $0 = .notification("accept", ref: Fixture.policy)
      $0.sendsGrant = true
    },
    Fault("a withdrawal of another agency's grant", "grant") {
      $0 = .notification("withdraw")
      $0.withdrawsGrantLog = known(LogID("stranger.example/amonat/log/1"))
    },
    // Step 14.
    Fault(
      "a policy that is not in force",
      "policy",
      remember: { state, _ in state.policies = [] }
    ),
    Fault(
      "POL-024 a policy that is not held yet is asked for, not refused for good",
      "policy-unknown",
      remember: { state, _ in
        state.policies = []
        state.awaited = [Fixture.policy]
      }
    ),
    Fault(
      "what the policy does not allow",
      "policy",
      remember: { state, _ in state.decision = .refused([.policyPurpose]) }
    ),
    // Step 15.
    Fault("a message that has run out", "expired") { $0.expires = Fixture.nowMs },
    Fault("a message that lives longer than the policy allows", "expired") {
      $0.expires = Fixture.nowMs + 11 * Fixture.dayMs + 1
    },
    Fault("an expiry at the end of time", "expired") { $0.expires = (1 << 53) - 1 },
    // Step 16.
    Fault(
      "A8: a desk key that is gone",
      "desk-key-gone",
      remember: { state, _ in state.desks = [:] }
    ),
    Fault(
      "C9: a group that the desk may not open",
      "desk",
      remember: { state, _ in state.desks[Fixture.deskID] = [Fixture.identity] }
    ),
  ]

  @Test("A fault is refused with the code of its step", arguments: faults)
  func refused(_ fault: Fault) throws {
    #expect(try outcome(of: [fault]) == fault.code)
  }

  @Test("Of two faults, the earlier step gives the code", arguments: 0..<faults.count)
  func firstFailureWins(_ position: Int) throws {
    let first = Self.faults[position]
    // These change nothing but the receiver's memory or the clock, so they go with any other fault.
    let later: [Fault] = [
      Fault(
        "policy",
        "policy",
        remember: { state, _ in state.decision = .refused([.policyKind]) }
      ),
      Fault("expired", "expired") { $0.expires = 1 },
      Fault("desk", "desk", remember: { state, _ in state.desks[Fixture.deskID] = [] }),
    ]
    let rank = ["policy": 14, "policy-unknown": 14, "expired": 15, "desk-key-gone": 16, "desk": 16]
    for second in later where rank[first.code, default: 0] < rank[second.code]! {
      // Where both touch the same value, the fault under test has the last word.
      #expect(try outcome(of: [second, first]) == first.code, "with \(second.name)")
    }
  }

  private func outcome(of faults: [Fault]) throws -> String {
    var scenario = Scenario()
    for fault in faults { fault.change(&scenario) }
    let made = try scenario.make()
    var state = TestState()
    for fault in faults { fault.remember(&state, made) }
    return made.outcome(state)
  }

  @Test("Everything wrong at once: each repair uncovers the next step")
  func wholeOrder() throws {
    var scenario = Scenario()
    scenario.expires = 1
    scenario.sendsGrant = false
    scenario.peer = Fixture.stranger
    scenario.sender = Fixture.stranger
    var state = TestState()
    state.seqs[1] = Fixture.policy
    state.decision = .refused([.policyGroups])
    state.desks = [Fixture.deskID: []]
    #expect(try scenario.make().outcome(state) == "not-yours")
    scenario.sender = Fixture.ministry
    #expect(try scenario.make().outcome(state) == "not-logged")
    scenario.peer = Fixture.shelter
    #expect(try scenario.make().outcome(state) == "seq-reused")
    state.seqs = [:]
    #expect(try scenario.make().outcome(state) == "grant")
    scenario.sendsGrant = true
    var made = try scenario.make()
    state.tombstones = [made.grant]
    state.offers = [made.grant: Fixture.policy]
    #expect(made.outcome(state) == "withdrawn")
    state.tombstones = []
    #expect(made.outcome(state) == "grant-used")
    state.offers = [:]
    #expect(made.outcome(state) == "policy")
    state.decision = .allowed
    #expect(made.outcome(state) == "expired")
    scenario.expires = Fixture.nowMs + 1
    made = try scenario.make()
    #expect(made.outcome(state) == "desk")
    state.desks = [:]
    #expect(made.outcome(state) == "desk-key-gone")
    state.desks = TestState().desks
    #expect(made.outcome(state) == "accept")
  }

  @Test(
    "B8: a repeat after its expiry, its withdrawal and a policy change is still the same repeat"
  )
  func repeats() throws {
    let made = try Scenario().make()
    var state = TestState()
    state.answers[made.id] = "receive 7"
    state.seqs[made.seq] = made.id
    state.tombstones = [made.grant]
    state.offers = [made.grant: made.id]
    state.policies = []
    state.desks = [:]
    #expect(made.outcome(state, nowMs: Fixture.nowMs + 400 * Fixture.dayMs) == "repeat receive 7")
  }

  @Test("A supplement follows its offer, also under the grant that renews the first")
  func supplements() throws {
    var scenario = Scenario()
    scenario.kind = "supplement"
    scenario.ref = Fixture.register
    var made = try scenario.make()
    var state = TestState()
    state.offers = [made.grant: Fixture.register]
    #expect(made.outcome(state) == "accept")
    scenario.renews = 0
    made = try scenario.make()
    state.offers = [CheckedItem.GrantName(log: Fixture.log, index: 0): Fixture.register]
    #expect(made.outcome(state) == "accept")
    state.offers = [CheckedItem.GrantName(log: Fixture.log, index: 1): Fixture.register]
    #expect(made.outcome(state) == "grant-used")
  }

  @Test("A4: a reply to my own open disclosure needs no grant")
  func replies() throws {
    var scenario = Scenario()
    scenario.kind = "reply"
    scenario.basis = "reply"
    scenario.ref = Fixture.policy
    scenario.sendsGrant = false
    var state = TestState()
    state.ownOpen = [Fixture.policy]
    #expect(try scenario.make().outcome(state) == "accept")
  }

  @Test("B4: a withdrawal is taken at any time, also from a suspended sender; nothing else is")
  func withdrawals() throws {
    var scenario = Scenario.notification("withdraw")
    scenario.outcome = "stop"
    scenario.expires = 1
    let made = try scenario.make()
    #expect(made.outcome() == "accept")
    guard case .notification(let notification) = try made.check.check(made.item).body else {
      Issue.record("a withdrawal is a notification")
      return
    }
    #expect(notification.withdrawn == made.grant && notification.outcome?.text == "stop")
    for (item, outcome) in [
      (made, "accept"), (try Scenario.notification("erased", ref: made.id).make(), "accept"),
      (try Scenario.notification("accept", ref: made.id).make(), "member"),
      (try Scenario().make(), "member"),
    ] {
      let suspended = StatelessCheck(
        me: Fixture.shelter,
        peer: Fixture.ministry,
        realm: Fixture.realm,
        origin: Fixture.log,
        size: item.log.size,
        root: item.log.root,
        onlyWithdrawals: true
      )
      let again = Scenario.Made(
        item: item.item,
        check: suspended,
        id: item.id,
        seq: item.seq,
        grant: item.grant,
        log: item.log
      )
      #expect(again.outcome() == outcome)
    }
  }

  @Test("B1: a delivery relayed by another member is not that member's")
  func relayed() throws {
    let made = try Scenario().make()
    let relay = StatelessCheck(
      me: Fixture.shelter,
      peer: Fixture.stranger,
      realm: Fixture.realm,
      origin: known(LogID("stranger.example/amonat/log/1")),
      size: made.log.size,
      root: made.log.root
    )
    #expect(throws: ItemCode.notYours) { try relay.check(made.item) }
  }

  @Test("An opening under another root, or with a longer path, is not logged")
  func otherRoot() throws {
    let made = try Scenario().make()
    let event = try #require(made.item.event)
    let longer = ItemPart(
      envelope: made.item.envelope,
      event: EventOpening(
        event: event.event,
        salt: event.salt,
        staff: event.staff,
        personal: event.personal,
        path: event.path + [.zero]
      ),
      grant: made.item.grant
    )
    #expect(throws: ItemCode.notLogged) { try made.check.check(longer) }
    let other = StatelessCheck(
      me: Fixture.shelter,
      peer: Fixture.ministry,
      realm: Fixture.realm,
      origin: Fixture.log,
      size: made.log.size,
      root: .zero
    )
    #expect(throws: ItemCode.notLogged) { try other.check(made.item) }
  }

  @Test("Steps 13 to 16 write a refusal into the log; the others only answer")
  func codes() {
    let logged: Set<ItemCode> = [
      .grant, .withdrawn, .grantUsed, .policy, .notStatistics, .expired, .deskKeyGone, .desk,
    ]
    for code in ItemCode.allCases { #expect(code.refusesWithEvent == logged.contains(code)) }
  }
}
