internal import CanonicalBytes
internal import ReferralModel
internal import Testing

@Suite struct ConsentTakingTests {
  let policy: Policy
  let now: UInt64 = 1_800_000_000_000
  static let day: UInt64 = 86_400_000

  init() throws { policy = try RepositoryFile.policy() }

  /// A consent as it should be taken.
  static func adult() -> ConsentCircumstances {
    ConsentCircumstances(
      notice: "tj-nrm-1",
      language: "tg",
      mode: "read-aloud",
      decidedBy: "self",
      capacity: "adult",
      ageBand: "25-34",
      teachBack: true,
      expression: "signature",
      withdrawalExplained: true,
      receipt: "paper"
    )
  }

  static func child(
    _ band: String,
    by decider: String,
    assent: String? = nil
  )
    -> ConsentCircumstances
  {
    var taken = adult()
    (taken.capacity, taken.ageBand, taken.decidedBy) = ("child", band, decider)
    (taken.assent, taken.relation) = (assent, decider == "self" ? nil : "aunt")
    return taken
  }

  private func leg(_ purposeText: String = "health", basis: Basis = .consent) -> GrantRequest {
    GrantRequest(
      peer: agency("clinic.example"),
      purpose: purpose(purposeText),
      groups: groups("need"),
      basis: basis,
      untilMs: now + 30 * Self.day,
      actor: word("zarina")
    )
  }

  @Test("CNS-010: a consent that was taken as it should be has no fault")
  func whole() {
    #expect(policy.judge(Self.adult()).isEmpty)
    #expect(
      policy.judge(leg(), taken: Self.adult(), region: code("khatlon"), country: nil).isEmpty
    )
  }

  @Test("CNS-011 to CNS-017: each fault of a consent has its own code")
  func faults() {
    let changes: [(fault: ConsentFault, change: (inout ConsentCircumstances) -> Void)] = [
      (.noticeMissing, { $0.notice = "" }), (.languageUnknown, { $0.language = "xx" }),
      (.modeUnknown, { $0.mode = "shouted" }), (.expressionUnknown, { $0.expression = "nod" }),
      (.interpreterNotIndependent, { $0.interpreter = "Somebody" }),
      (.witnessMissing, { $0.expression = "oral-witnessed" }),
      (.witnessMissing, { $0.expression = "thumb-mark" }),
      (.evidenceMalformed, { $0.evidence = "AB" }), (.receiptUnknown, { $0.receipt = "" }),
      (.ageUnknown, { $0.capacity = "maybe" }), (.ageContradicts, { $0.ageBand = "15-17" }),
      (.ageUnknown, { $0.ageBand = "7" }), (.deciderNotAllowed, { $0.decidedBy = "guardian" }),
      (.tooLong, { $0.doubts = String(repeating: "x", count: 1_001) }),
    ]
    for entry in changes {
      var taken = Self.adult()
      entry.change(&taken)
      #expect(policy.judge(taken) == [entry.fault])
    }
  }

  @Test("CNS-015: who came along is neither interpreter, nor witness, nor proxy")
  func companion() {
    var taken = Self.adult()
    taken.companion = "Mr  Karim"
    #expect(policy.judge(taken).isEmpty)
    taken.interpreter = "mr karim"
    taken.interpreterIndependent = true
    #expect(policy.judge(taken) == [.companionRole])
    taken.interpreter = nil
    taken.expression = "oral-witnessed"
    taken.witness = "Mr Karim"
    #expect(policy.judge(taken) == [.companionRole])
    var proxy = Self.child("6-11", by: "guardian", assent: "given")
    proxy.companion = "Mr Karim"
    proxy.relation = "mr karim"
    #expect(policy.judge(proxy) == [.companionRole])
  }

  @Test(
    "CNS-018: at each age the policy says who decides and whether the child must agree",
    arguments: [
      ("0-5", "guardian", nil, []), ("0-5", "self", nil, [.deciderNotAllowed]),
      ("6-11", "guardian", nil, [.assentMissing]), ("6-11", "guardian", "given", []),
      ("12-14", "advocate", "given", [.assentMissing]), ("12-14", "advocate", "written", []),
      ("12-14", "guardian", "refused", [.assentRefused]), ("15-17", "self", nil, []),
      ("15-17", "court", "given", []), ("unknown", "self", nil, [.deciderNotAllowed]),
      ("unknown", "advocate", "given", []),
    ] as [(String, String, String?, [ConsentFault])]
  )
  func ages(_ band: String, _ decider: String, _ assent: String?, _ faults: [ConsentFault]) {
    #expect(policy.judge(Self.child(band, by: decider, assent: assent)) == faults)
  }

  @Test("CNS-018: a doubtful age is a child's, whatever band is guessed")
  func doubtful() {
    var taken = Self.adult()
    taken.capacity = "doubtful"
    #expect(policy.judge(taken) == [.deciderNotAllowed])
    (taken.decidedBy, taken.assent) = ("advocate", "given")
    #expect(policy.judge(taken).isEmpty)
    taken.ageBand = nil
    #expect(policy.judge(taken) == [.ageUnknown])
  }

  @Test("CNS-019: a caregiver under suspicion decides nothing; an advocate does")
  func suspect() {
    var taken = Self.child("0-5", by: "guardian")
    taken.caregiverSuspect = true
    #expect(policy.judge(taken) == [.caregiverSuspect])
    taken.decidedBy = "advocate"
    #expect(policy.judge(taken).isEmpty)
  }

  @Test("CNS-020: no leg without a record, and the basis fits who decided")
  func basis() {
    let adult = Self.adult()
    let child = Self.child("0-5", by: "guardian")
    #expect(policy.judge(leg(), taken: nil, region: nil, country: nil) == [.recordMissing])
    #expect(
      policy.judge(leg(basis: .guardianConsent), taken: adult, region: nil, country: nil)
        == [.deciderBasis]
    )
    #expect(policy.judge(leg(), taken: child, region: nil, country: nil) == [.deciderBasis])
    #expect(
      policy.judge(leg(basis: .guardianConsent), taken: child, region: nil, country: nil).isEmpty
    )
    // An exception is judged by its own rule.
    #expect(
      policy.judge(leg(basis: .vitalInterest), taken: nil, region: nil, country: nil).isEmpty
    )
  }

  @Test("CNS-021: a child's grant ends on the day the child comes of age")
  func majority() throws {
    var taken = Self.child("15-17", by: "self")
    let adultOn = try #require(policy.adultOnMs(born: "2009-02-10"))
    taken.adultOnMs = adultOn
    var wanted = leg()
    wanted.untilMs = adultOn
    #expect(policy.judge(wanted, taken: taken, region: nil, country: nil).isEmpty)
    wanted.untilMs += 1
    #expect(policy.judge(wanted, taken: taken, region: nil, country: nil) == [.beyondMajority])
    // Midnight in Dushanbe, five hours before Greenwich.
    #expect(adultOn == 1_802_199_600_000)
    #expect(policy.adultOnMs(born: "2009-02-30") == nil)
    #expect(policy.adultOnMs(born: "2008-02-29") == policy.adultOnMs(born: "2008-03-01"))
  }

  @Test("CNS-022: across a border only for what the policy sends there, in writing, by country")
  func abroad() throws {
    let there = code("abroad")
    var wanted = leg("return")
    // The first policy names nobody abroad: nothing goes there.
    #expect(
      self.policy.judge(wanted, taken: Self.adult(), region: there, country: "uz")
        == [.foreignAgency]
    )
    let policy = try Self.naming(wanted.peer)
    #expect(policy.judge(wanted, taken: Self.adult(), region: there, country: "UZ").isEmpty)
    #expect(
      policy.judge(wanted, taken: Self.adult(), region: there, country: "kz") == [.countryOther]
    )
    #expect(
      policy.judge(wanted, taken: Self.adult(), region: there, country: nil) == [.countryMissing]
    )
    var oral = Self.adult()
    oral.expression = "oral-remote"
    #expect(
      policy.judge(wanted, taken: oral, region: there, country: "uz") == [.writtenMissing]
    )
    wanted.purpose = purpose("health")
    #expect(
      policy.judge(wanted, taken: Self.adult(), region: there, country: "uz")
        == [.abroadNotAllowed, .foreignAgency]
    )
    for basis in [Basis.vitalInterest, .courtOrder, .onward] {
      wanted.basis = basis
      #expect(
        policy.judge(wanted, taken: Self.adult(), region: there, country: "uz")
          == [.abroadNotAllowed],
        "only her own word carries anything across a border"
      )
    }
  }

  /// The first policy, naming an agency abroad.
  private static func naming(_ agency: AgencyID) throws -> Policy {
    let text = String(
      decoding: try RepositoryFile.bytes("Protocol/policy/tj-nrm.json"),
      as: UTF8.self
    )
    let named = text.replacing(
      #""agencies": []"#,
      with: #""agencies": [{"agency": "\#(agency.text)", "country": "uz", "#
        + #""labels": {"tg": "Дур", "ru": "Дальнее", "en": "Far"}}]"#
    )
    return try Policy.parse(Array(named.utf8))
  }

  @Test("CNS-027: both sides refuse what goes to an agency abroad that the policy does not name")
  func foreignAgency() throws {
    let peer = leg("return").peer
    let grant = GrantFacts(
      log: try #require(LogID("ministry.example/amonat/log/1")),
      index: 7,
      peer: peer,
      purpose: purpose("return"),
      groups: groups("need"),
      basis: .consent,
      untilMs: now + 1
    )
    func decide(_ policy: Policy, _ region: String, _ basis: Basis = .consent) -> Decision {
      var grant = grant
      grant.basis = basis
      return policy.decide(
        DisclosureRequest(
          kind: .offer,
          recipient: peer,
          purpose: grant.purpose,
          groups: grant.groups,
          basis: basis,
          region: code(region)
        ),
        under: grant,
        atMs: now
      )
    }
    #expect(decide(policy, "dushanbe").isAllowed)
    #expect(decide(policy, "abroad") == .refused([.foreignAgency]))
    #expect(decide(policy, "abroad").check == "policy")
    let naming = try Self.naming(peer)
    #expect(decide(naming, "abroad").isAllowed)
    #expect(decide(naming, "abroad", .onward) == .refused([.foreignAgency]))
    #expect(decide(try Self.naming(agency("else.example")), "abroad") == .refused([.foreignAgency]))
  }

  @Test("CNS-023: no answer about police or status changes what may be granted for a service")
  func independent() throws {
    let rules = try #require(policy.consent)
    #expect(rules.separate.map(\.text).sorted() == ["criminal-justice", "status-decision"])
    // Neither a service nor a purpose can name another as its condition: such a key is refused.
    let text = String(
      decoding: try RepositoryFile.bytes("Protocol/policy/tj-nrm.json"),
      as: UTF8.self
    )
    let bent = text.replacing(
      #""code": "safe-accommodation", "#,
      with: #""code": "safe-accommodation", "requires": "status-decision", "#
    )
    #expect(bent.utf8.count > text.utf8.count)
    #expect(throws: PolicyFailure.self) { try Policy.parse(Array(bent.utf8)) }
    for service in policy.services where !rules.separate.contains(service.purpose) {
      let wanted = leg(service.purpose.text)
      guard !rules.writtenFor.contains(service.purpose) else { continue }
      #expect(
        policy.judge(wanted, taken: Self.adult(), region: code("sughd"), country: nil).isEmpty
      )
    }
  }

  @Test("CNS-080: who only wants information is referred with language and topic, nothing else")
  func informationOnly() throws {
    let need = try #require(FieldGroup("need"))
    func content(_ fields: [String: CanonicalValue]) -> CanonicalObject {
      var object = CanonicalObject()
      for (name, value) in fields { object.set(name, value) }
      return object
    }
    let asked: [String: CanonicalValue] = [
      "service": .string("information"), "topic": .string("contracts"),
      "languages": .list([.string("tg")]),
    ]
    let information = purpose("information")
    #expect(throws: Never.self) {
      try policy.check(
        content: content(asked),
        of: need,
        granted: [need],
        purpose: information
      )
    }
    // The same is not enough for a service, and more is too much for information.
    #expect(throws: FormFailure.missing(need, code("age-band"))) {
      try policy.check(content: content(asked), of: need, granted: [need])
    }
    for (name, value) in [
      ("age-band", CanonicalValue.string("25-34")), ("summary", .string("x")),
      ("region", .string("sughd")), ("sex", .string("female")),
    ] {
      #expect(throws: FormFailure.overDisclosed(need), "\(name)") {
        try policy.check(
          content: content(asked.merging([name: value]) { one, _ in one }),
          of: need,
          granted: [need],
          purpose: information
        )
      }
    }
  }

  @Test("What a consent record prints says nothing of anybody")
  func quiet() {
    var taken = Self.adult()
    taken.witness = "Zarina"
    #expect("\(taken)" == "ConsentCircumstances")
  }
}

@Suite struct ConsentHistoryTests {
  private static func hash(_ bytes: [UInt8]) -> String {
    // Any function will do to see that the chain is held; nodes use SHA-256.
    let value = bytes.reduce(into: UInt64(1_469_598_103_934_665_603)) {
      $0 = ($0 ^ UInt64($1)) &* 1_099_511_628_211
    }
    return String(value, radix: 16)
  }

  @Test("CNS-002: every state and step is decided, and a yes never comes back by itself")
  func table() {
    let wanted: [ConsentState: [ConsentStep: ConsentState]] = [
      .unknown: [
        .request: .requested, .postpone: .deferred, .refuse: .refused, .give: .given,
      ],
      .requested: [
        .request: .requested, .postpone: .deferred, .refuse: .refused, .give: .given,
      ],
      .deferred: [
        .request: .requested, .postpone: .deferred, .refuse: .refused, .give: .given,
      ],
      .refused: [.request: .requested, .refuse: .refused],
      .given: [
        .renew: .renewed, .expire: .expired, .withdraw: .withdrawn, .revoke: .revoked,
        .invalidate: .invalidated,
      ],
      .renewed: [
        .renew: .renewed, .expire: .expired, .withdraw: .withdrawn, .revoke: .revoked,
        .invalidate: .invalidated,
      ],
      .expired: [
        .request: .requested, .refuse: .refused, .renew: .renewed, .withdraw: .withdrawn,
        .invalidate: .invalidated,
      ],
      .withdrawn: [.request: .requested, .invalidate: .invalidated],
      .revoked: [.request: .requested, .invalidate: .invalidated],
      .invalidated: [.request: .requested],
    ]
    for state in ConsentState.allCases {
      for step in ConsentStep.allCases {
        #expect(state.after(step) == wanted[state]?[step], "\(state) \(step)")
      }
    }
    // After an end a yes needs a new question first.
    for end in [ConsentState.refused, .withdrawn, .revoked, .invalidated] {
      for step in ConsentStep.allCases {
        #expect(end.after(step)?.permits != true, "\(end) \(step)")
      }
    }
  }

  @Test("CNS-003: an entry taken out, put in, moved or changed breaks the chain")
  func chain() throws {
    var history = ConsentHistory()
    let shelter = ConsentQuestionKey(peer: "shelter.example", purpose: "accommodation")
    let police = ConsentQuestionKey(purpose: "police")
    try history.add(.request, to: shelter, atMs: 1, actor: "zarina", hash: Self.hash)
    try history.add(.refuse, to: police, atMs: 2, actor: "zarina", hash: Self.hash)
    try history.add(.give, to: shelter, atMs: 3, actor: "zarina", grant: 7, hash: Self.hash)
    try history.add(.withdraw, to: shelter, atMs: 4, actor: nil, grant: 7, hash: Self.hash)
    try history.check(hash: Self.hash)
    #expect(history.state(of: shelter) == .withdrawn && history.state(of: police) == .refused)
    #expect(history.questions == [shelter, police])
    #expect(throws: ConsentHistory.Failure.step) {
      try history.add(.give, to: shelter, atMs: 5, actor: "zarina", hash: Self.hash)
    }
    #expect(history.entries.count == 4)

    let text = try JSONText.encode(history)
    #expect(try JSONText.decode(ConsentHistory.self, text) == history)
    for change in [
      ("\"atMs\":2", "\"atMs\":3"), ("\"step\":\"refuse\"", "\"step\":\"give\""),
      ("\"sequence\":3", "\"sequence\":4"), ("\"grant\":7", "\"grant\":8"),
    ] {
      let changed = text.replacing(change.0, with: change.1)
      #expect(changed.utf8.elementsEqual(text.utf8) == false)
      let broken = try JSONText.decode(ConsentHistory.self, changed)
      #expect(throws: ConsentHistory.Failure.broken) { try broken.check(hash: Self.hash) }
    }
  }

  @Test("A clock that goes back does not put an entry before the one it follows")
  func clock() throws {
    var history = ConsentHistory()
    let key = ConsentQuestionKey(purpose: "contact")
    try history.add(.request, to: key, atMs: 9, actor: nil, hash: Self.hash)
    try history.add(.refuse, to: key, atMs: 1, actor: nil, hash: Self.hash)
    #expect(history.entries.map(\.atMs) == [9, 9])
  }
}

@Suite struct DenialTests {
  @Test(
    "CNS-005: a denial names an agency, a district or a person, and nothing else",
    arguments: [
      ("clinic.example", "clinic.example"), ("agency:clinic.example", "clinic.example"),
      ("district:sughd", "district:sughd"), ("person:Karim", "person:Karim"),
      ("district:", nil), ("person:", nil), ("village:x", nil), ("Clinic", nil), ("", nil),
    ] as [(String, String?)]
  )
  func reading(_ text: String, _ kept: String?) {
    #expect(Denial(text)?.text == kept)
  }

  @Test("CNS-005: a denied district bars every agency there, and one whose place is not known")
  func barring() throws {
    let clinic = agency("clinic.example")
    let district = try #require(Denial("district:sughd"))
    #expect(district.bars(clinic, region: code("sughd")))
    #expect(!district.bars(clinic, region: code("khatlon")))
    #expect(district.bars(clinic, region: nil))
    let denied = try #require(Denial("clinic.example"))
    #expect(denied.bars(clinic, region: nil))
    #expect(!denied.bars(agency("other.example"), region: nil))
    let person = try #require(Denial("person:Karim"))
    #expect(!person.bars(clinic, region: nil) && person.bars(user: "karim"))
  }
}
