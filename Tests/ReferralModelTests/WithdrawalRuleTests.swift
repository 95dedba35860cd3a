internal import ReferralModel
internal import Testing

/// What follows from a withdrawal, and what does not: `Protocol/spec/05-receipts.md`.
@Suite struct WithdrawalRuleTests {
  let policy: Policy
  let now: UInt64 = 1_795_000_000_000
  let hour: UInt64 = 3_600_000

  init() throws { policy = try RepositoryFile.policy() }

  private func arrival(
    _ step: WithdrawalStep,
    active: Bool = true,
    today: UInt64 = 1
  ) -> WithdrawalVerdict {
    policy.judge(
      WithdrawalArrival(step: step, senderIsActive: active, withdrawalsToday: today),
      atMs: now
    )
  }

  @Test("A stop never erases, however it comes (WDR-010)")
  func stopOnlyFreezes() {
    for active in [true, false] {
      let verdict = arrival(.stop, active: active)
      #expect(!verdict.asksErasure && verdict.erasesAfterMs == nil)
    }
  }

  @Test("An erasure waits for the hold-down (WDR-011)")
  func holdDown() {
    let holdDown = policy.withdrawal.holdDown.nominalMs
    #expect(arrival(.erase).erasesAfterMs == now + holdDown)
    #expect(arrival(.erase).asksErasure && !arrival(.erase).callsPeople)
  }

  @Test("From a suspended or retired agency nothing is erased by itself (WDR-012, attack B4)")
  func suspended() {
    let verdict = arrival(.erase, active: false)
    #expect(verdict.asksErasure && verdict.erasesAfterMs == nil && verdict.callsPeople)
  }

  @Test("Above the daily number of one log only people erase (WDR-013, attack B4)")
  func flood() {
    let rate = policy.withdrawal.dailyRate
    #expect(arrival(.erase, today: rate).erasesAfterMs != nil)
    let verdict = arrival(.erase, today: rate + 1)
    #expect(verdict.asksErasure && verdict.erasesAfterMs == nil && verdict.callsPeople)
    #expect(arrival(.stop, today: rate + 1).callsPeople)
  }

  @Test("A voice never turns into an erasure; her own word does, after the hold-down (WDR-007)")
  func openStops() {
    let holdDown = policy.withdrawal.holdDown.nominalMs
    for channel in StopChannel.allCases {
      let stop = OpenStop(sinceMs: now, channel: channel, coercion: false)
      #expect(policy.fate(of: stop, atMs: now + holdDown - 1) == .waits)
      #expect(
        policy.fate(of: stop, atMs: now + holdDown)
          == (channel == .inPerson ? .erases : .callsPeople)
      )
      // A clock that went back proves nothing.
      #expect(policy.fate(of: stop, atMs: now - 1) == .waits)
    }
  }

  @Test("Under coercion nothing follows, and nobody is told (WDR-007)")
  func coercion() {
    let stop = OpenStop(sinceMs: now, channel: .inPerson, coercion: true)
    for later in [0, 72 * hour, 9_000 * hour] {
      #expect(policy.fate(of: stop, atMs: now + later) == .staysQuiet)
    }
  }

  @Test("An erasure is due after the hold-down and the time to answer; a stop without it (WDR-023)")
  func due() {
    #expect(policy.answerDueMs(of: .stop, fromMs: now) == now + 72 * hour)
    #expect(policy.answerDueMs(of: .erase, fromMs: now) == now + 144 * hour)
  }

  @Test("Only what never was a consent is an incident (WDR-006)")
  func causes() {
    #expect(ConsentEndKind.allCases.filter(\.isIncident) == [.invalidated])
    #expect(ConsentEndKind.allCases.filter(\.erases) == [.invalidated])
    for kind in ConsentEndKind.allCases {
      #expect(ConsentState.given.after(kind.step)?.rawValue == kind.rawValue)
      let reasons = Code(kind.reasons).flatMap { policy.list($0) }
      #expect(reasons != nil, "the policy says why a consent is \(kind)")
    }
  }

  @Test("A plan erases what was taken back, and keeps what has a ground and a date (WDR-014)")
  func plans() {
    let held = groups("contact health identity")
    let own = KeptPart(ground: .ownConsent, groups: groups("contact"), untilMs: now + 1)
    let law = KeptPart(
      ground: .law(code("medical-record")),
      groups: groups("health need"),
      untilMs: now + 9
    )
    func plan(_ taken: String, _ parts: [KeptPart], at time: UInt64? = nil) -> ErasurePlan {
      ErasurePlan(held: held, taken: groups(taken), keeping: parts, atMs: time ?? now)
    }
    let all = "contact health identity need"
    #expect(plan(all, []).outcome == .erased)
    #expect(plan(all, []).erased == held)
    #expect(plan("health", []).erased == groups("health"))
    #expect(plan("need", []).outcome == .nothingHeld)
    #expect(plan(all, [own]).outcome == .keptOwnConsent)
    #expect(plan(all, [own]).kept == groups("contact"))
    let both = plan(all, [own, law])
    #expect(both.outcome == .keptByLaw && both.keptClass == code("medical-record"))
    #expect(both.kept == groups("contact health") && both.erased == groups("identity"))
    #expect(both.keptUntilMs == now + 9)
    // A ground that has run out keeps nothing; one that is not touched says nothing.
    #expect(plan(all, [own, law], at: now + 1).kept == groups("health"))
    #expect(plan(all, [own, law], at: now + 9).outcome == .erased)
    #expect(plan("identity", [own, law]).keptUntilMs == nil)
  }
}
