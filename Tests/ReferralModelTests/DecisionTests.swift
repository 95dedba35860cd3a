internal import ReferralModel
internal import Testing

@Suite struct DecisionTests {
  let policy: Policy
  let now: UInt64 = 1_800_000_000_000

  init() throws { policy = try RepositoryFile.policy() }

  private func grant() -> GrantFacts {
    GrantFacts(
      log: word("unit.example/amonat/log/1"),
      index: 7,
      peer: agency("shelter.example"),
      purpose: purpose("accommodation"),
      groups: groups("contact identity need"),
      basis: .consent,
      untilMs: now + 1
    )
  }

  private func request(
    _ kind: MessageKind = .offer,
    _ carried: String = "need"
  ) -> DisclosureRequest {
    DisclosureRequest(
      kind: kind,
      recipient: agency("shelter.example"),
      purpose: purpose("accommodation"),
      groups: groups(carried),
      basis: .consent
    )
  }

  @Test("What was granted and what the policy knows is allowed, to the last millisecond")
  func allowed() {
    #expect(policy.decide(request(), under: grant(), atMs: now) == .allowed)
    #expect(
      policy.decide(request(.supplement, "contact identity"), under: grant(), atMs: now) == .allowed
    )
  }

  @Test("Each single departure is refused with its own reason and the recipient's check")
  func reasons() {
    typealias Change = (inout DisclosureRequest, inout GrantFacts) -> Void
    let table: [(Change, RefusalReason, String)] = [
      (
        {
          $0.recipient = agency("clinic.example"); _ = $1
        }, .wrongRecipient, "grant"
      ),
      (
        {
          $1.purpose = purpose("health"); _ = $0
        }, .wrongPurpose, "grant"
      ),
      (
        {
          $1.groups = groups("contact"); _ = $0
        }, .groupsNotGranted(groups("need")), "grant"
      ),
      (
        {
          $1.untilMs = 1_800_000_000_000; _ = $0
        }, .expired, "grant"
      ),
      (
        {
          $1.basis = .guardianConsent; _ = $0
        }, .basisNotAllowed, "grant"
      ),
      (
        {
          $1.isWithdrawn = true; _ = $0
        }, .withdrawn, "withdrawn"
      ),
      (
        {
          $1.offerUsed = true; _ = $0
        }, .grantUsed, "grant-used"
      ),
      (
        {
          $0.kind = .accept; _ = $1
        }, .policyKind, "policy"
      ),
      (
        {
          $0.groups = groups("contact"); _ = $1
        }, .policyGroups, "policy"
      ),
      (
        {
          $0.groups = []; _ = $1
        }, .policyGroups, "policy"
      ),
      (
        {
          $0.deniedAgencies = [agency("shelter.example")]; _ = $1
        }, .survivorDeny, "grant"
      ),
      (
        {
          $0.purpose = purpose("research"); $1.purpose = purpose("research")
        }, .policyPurpose,
        "policy"
      ),
      (
        {
          $0.basis = .reply; $1.basis = .reply
        }, .noGrant, "grant"
      ),
    ]
    for (change, reason, check) in table {
      var (asked, given) = (request(), grant())
      change(&asked, &given)
      guard case .refused(let reasons) = policy.decide(asked, under: given, atMs: now) else {
        Issue.record("allowed in spite of \(reason.code)")
        continue
      }
      #expect(reasons.contains(reason), "\(reason.code) in \(reasons.map(\.code))")
      #expect(reason.check == check)
    }
    #expect(policy.decide(request(), under: nil, atMs: now) == .refused([.noGrant]))
    #expect(policy.decide(request(), under: nil, atMs: now).check == "grant")
  }

  @Test("Every reason against a disclosure is named, in the order of the checks")
  func everyReason() {
    var given = grant()
    given.peer = agency("clinic.example")
    given.isWithdrawn = true
    #expect(
      policy.decide(request(.offer, "need justice"), under: given, atMs: now + 1)
        == .refused([
          .wrongRecipient, .groupsNotGranted(groups("justice")), .expired, .withdrawn,
          .policyGroups,
        ])
    )
  }

  @Test("A2: a second offer under one grant is refused, a supplement is not")
  func secondOffer() {
    var given = grant()
    given.offerUsed = true
    #expect(policy.decide(request(), under: given, atMs: now) == .refused([.grantUsed]))
    #expect(policy.decide(request(.supplement, "identity"), under: given, atMs: now) == .allowed)
  }

  @Test("A4: a notice never carries content, and a reply only answers")
  func noticesAndReplies() {
    for kind in MessageKind.allCases where !kind.isDisclosure {
      #expect(policy.decide(request(kind), under: grant(), atMs: now) == .refused([.policyKind]))
    }
    var answer = DisclosureRequest(
      kind: .reply,
      recipient: agency("shelter.example"),
      purpose: purpose("accommodation"),
      groups: groups("reply"),
      basis: .reply,
      answersOpenQuestion: true
    )
    #expect(policy.decide(answer, under: nil, atMs: now) == .allowed)
    #expect(policy.decide(answer, under: grant(), atMs: now) == .refused([.noGrant]))
    answer.groups = groups("identity")
    #expect(policy.decide(answer, under: nil, atMs: now) == .refused([.policyGroups]))
    answer.groups = groups("reply")
    answer.answersOpenQuestion = false
    #expect(policy.decide(answer, under: nil, atMs: now) == .refused([.noGrant]))
    answer.kind = .offer
    answer.answersOpenQuestion = true
    #expect(policy.decide(answer, under: nil, atMs: now) == .refused([.policyKind]))
  }

  @Test("An exception discloses its own set for its own purposes, and no more")
  func exceptions() {
    var (asked, given) = (request(.supplement, "contact location"), grant())
    (asked.basis, given.basis) = (.vitalInterest, .vitalInterest)
    given.groups = groups("contact legal location need")
    #expect(policy.decide(asked, under: given, atMs: now) == .allowed)
    (asked.purpose, given.purpose) = (purpose("legal-aid"), purpose("legal-aid"))
    #expect(policy.decide(asked, under: given, atMs: now) == .refused([.policyPurpose]))
    (asked.purpose, given.purpose) = (purpose("safety"), purpose("safety"))
    asked.groups = groups("legal")
    #expect(policy.decide(asked, under: given, atMs: now) == .refused([.policyGroups]))
  }

  @Test("A message is timely while it has not expired and does not outlive its kind")
  func timely() {
    let life: UInt64 = 120 * 86_400_000
    #expect(policy.isTimely(.offer, expiresMs: now + life, nowMs: now))
    #expect(!policy.isTimely(.offer, expiresMs: now + life + 1, nowMs: now))
    #expect(!policy.isTimely(.offer, expiresMs: now, nowMs: now))
    #expect(policy.isTimely(.withdraw, expiresMs: now + life + 1, nowMs: now))
  }

  @Test("Outcomes come from the lists of their kind, and only where the kind has any")
  func outcomes() {
    #expect(policy.admits(outcome: code("no-capacity"), of: .decline))
    #expect(policy.admits(outcome: code("fears-authorities"), of: .decline))
    #expect(!policy.admits(outcome: code("goals-met"), of: .decline))
    #expect(!policy.admits(outcome: nil, of: .decline))
    #expect(policy.admits(outcome: nil, of: .accept))
    #expect(!policy.admits(outcome: code("no-capacity"), of: .accept))
    #expect(policy.admits(outcome: code("legal-aid"), of: .redirect))
    // C8: a redirect names a purpose; the exact service would be a disclosure.
    #expect(!policy.admits(outcome: code("medical-pep"), of: .redirect))
    for step in WithdrawalStep.allCases {
      #expect(policy.admits(outcome: code(step.rawValue), of: .withdraw))
    }
  }
}

@Suite struct TallyDecisionTests {
  @Test("EXC-127: a note about nobody rests on nothing, carries its codes, goes to the statistics")
  func tally() throws {
    let policy = try RepositoryFile.policy()
    func decide(_ change: (inout DisclosureRequest) -> Void) -> Decision {
      var request = DisclosureRequest(
        kind: .tally,
        recipient: agency("office.example"),
        purpose: purpose("statistics"),
        groups: groups("tally"),
        basis: .anonymous,
        roles: [code("member"), code("statistics")]
      )
      change(&request)
      return policy.decide(request, under: nil, atMs: 1)
    }
    #expect(decide { _ in }.isAllowed)
    #expect(decide { $0.roles = [code("coordinator")] } == .refused([.notStatistics]))
    #expect(decide { $0.roles = [] }.check == "not-statistics")
    #expect(decide { $0.groups = groups("identity tally") } == .refused([.policyGroups]))
    #expect(decide { $0.groups = groups("need") } == .refused([.policyGroups]))
    #expect(decide { $0.purpose = purpose("health") } == .refused([.policyPurpose]))
    #expect(decide { $0.kind = .offer } == .refused([.policyKind]))
    #expect(decide { $0.basis = .consent } == .refused([.policyKind]))
  }
}

@Suite struct AdmissionTests {
  let policy: Policy
  let now: UInt64 = 1_800_000_000_000
  let day: UInt64 = 86_400_000

  init() throws { policy = try RepositoryFile.policy() }

  private func request() -> GrantRequest {
    GrantRequest(
      peer: agency("shelter.example"),
      purpose: purpose("accommodation"),
      groups: groups("contact identity need"),
      basis: .consent,
      untilMs: now + 30 * day,
      actor: word("officer")
    )
  }

  @Test("A grant inside the policy is admitted, to the last day of its longest term")
  func admitted() {
    var wanted = request()
    #expect(policy.admit(wanted, atMs: now) == .admitted(secondPersonByMs: nil))
    wanted.untilMs = now + 90 * day
    #expect(policy.admit(wanted, atMs: now) == .admitted(secondPersonByMs: nil))
  }

  @Test("A grant wider than the policy is refused with its reason")
  func refused() {
    typealias Change = (inout GrantRequest) -> Void
    let table: [(Change, GrantRefusal)] = [
      ({ $0.purpose = purpose("research") }, .policyPurpose),
      ({ $0.groups = groups("justice need") }, .policyGroups),
      ({ $0.groups = [] }, .policyGroups),
      ({ $0.groups = groups("reply") }, .policyGroups),
      ({ $0.basis = .reply }, .basisNotAllowed),
      ({ $0.untilMs = 1_800_000_000_000 }, .expired),
      ({ $0.untilMs += 60 * 86_400_000 + 1 }, .lifeTooLong),
      ({ $0.onward = true }, .onwardNotAllowed),
      ({ $0.basis = .onward }, .parentTooNarrow),
      ({ $0.deniedAgencies = [agency("shelter.example")] }, .survivorDeny),
    ]
    for (change, reason) in table {
      var wanted = request()
      change(&wanted)
      #expect(policy.admit(wanted, atMs: now) == .refused([reason]))
    }
  }

  @Test("An exception lives 72 hours, needs two different persons and never goes onward")
  func exceptions() {
    var wanted = request()
    wanted.basis = .vitalInterest
    #expect(policy.admit(wanted, atMs: now) == .refused([.lifeTooLong]))
    wanted.untilMs = now + 3 * day
    // The second person may follow within 24 hours.
    #expect(policy.admit(wanted, atMs: now) == .admitted(secondPersonByMs: now + day))
    wanted.second = wanted.actor
    #expect(policy.admit(wanted, atMs: now) == .refused([.secondPersonSame]))
    wanted.second = UserName("supervisor")
    #expect(policy.admit(wanted, atMs: now) == .admitted(secondPersonByMs: nil))
    wanted.onward = true
    #expect(policy.admit(wanted, atMs: now) == .refused([.onwardNotAllowed]))
    wanted.onward = false
    wanted.basis = .childBestInterest
    wanted.second = nil
    #expect(policy.admit(wanted, atMs: now) == .refused([.secondPersonMissing]))
  }

  @Test("C16: handing on needs a live parent grant that allows it and is no narrower")
  func onward() {
    var wanted = request()
    wanted.basis = .onward
    var parent = GrantFacts(
      log: word("unit.example/amonat/log/1"),
      index: 1,
      peer: agency("lead.example"),
      purpose: purpose("health"),
      groups: wanted.groups,
      basis: .consent,
      untilMs: wanted.untilMs,
      mayGoOnward: true
    )
    wanted.parent = parent
    #expect(policy.admit(wanted, atMs: now) == .admitted(secondPersonByMs: nil))
    let narrower: [(inout GrantFacts) -> Void] = [
      { $0.mayGoOnward = false }, { $0.isWithdrawn = true }, { $0.untilMs -= 1 },
      { $0.groups.removeLast() }, { $0.basis = .vitalInterest },
    ]
    let whole = parent
    for change in narrower {
      parent = whole
      change(&parent)
      wanted.parent = parent
      #expect(policy.admit(wanted, atMs: now) == .refused([.parentTooNarrow]))
    }
  }

  @Test(
    "Two persons hold the two roles of an exception, in either order",
    arguments: [
      (["caseworker"], ["supervisor"], true), (["supervisor"], ["caseworker"], true),
      (["caseworker", "supervisor"], ["caseworker"], true), (["caseworker"], nil, true),
      (["supervisor"], nil, true), (["caseworker"], ["caseworker"], false),
      (["caseworker"], [], false), ([], ["supervisor"], false), ([], nil, false),
      (["director"], ["lawyer"], false), (["director"], nil, false),
    ] as [([String], [String]?, Bool)]
  )
  func persons(_ first: [String], _ second: [String]?, _ may: Bool) throws {
    let policy = try RepositoryFile.policy()
    let rule = try #require(policy.exception(.vitalInterest))
    #expect(rule.roles.map(\.text) == ["caseworker", "supervisor"])
    #expect(
      rule.admits(first: first.compactMap { Code($0) }, second: second?.compactMap { Code($0) })
        == may
    )
  }
}
