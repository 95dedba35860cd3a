internal import ReferralModel
internal import Testing

@Suite struct PolicyTests {
  @Test("The first policy loads, with all its parts in Tajik, Russian and English")
  func firstPolicy() throws {
    let policy = try RepositoryFile.policy()
    #expect(policy.name == code("tj-nrm"))
    #expect(policy.languages.map(\.text) == ["tg", "ru", "en"])
    #expect(
      policy.forms.map(\.group)
        == groups(
          "need identity contact safety location health exploitation legal documents justice child reply tally"
        )
    )
    #expect(policy.purposes.count == 16)
    #expect(
      policy.sections.map(\.group)
        == groups(
          "intake screening exploitation-record needs-risk child-annex plan follow-up papers closure"
        )
    )
    #expect(Set(policy.exceptions.map(\.basis)) == Set(Basis.allCases.filter(\.isException)))
    #expect(policy.kinds.map(\.kind) == MessageKind.allCases.map { $0 })
    #expect(policy.kind(.offer)?.groups == groups("need"))
    #expect(policy.withdrawal.holdDown == Span(72, .hours))
    #expect(policy.witnessing.heartbeat == Span(30, .minutes))
    #expect(policy.lifecycleLimits.reopenMs == 90 * 86_400_000)
    for service in policy.services {
      #expect(policy.services(of: service.purpose).contains(service))
    }
    for list in ["region", "age-band", "closure", "decline-provider", "decline-survivor"] {
      #expect(policy.list(code(list)) != nil, "\(list)")
    }
  }

  @Test("Tajik letters survive, byte for byte")
  func tajik() throws {
    let policy = try RepositoryFile.policy()
    let tajik = Catalogue(policy, language: word("tg"))
    #expect(Array(tajik.label(groups("need")[0]).utf8) == Array("Эҳтиёҷ".utf8))
    #expect(tajik.label(code("sughd"), in: code("region")) == "Вилояти Суғд")
    #expect(
      tajik.label(code("gbao"), in: code("region")) == "Вилояти Мухтори Кӯҳистони Бадахшон"
    )
    #expect(tajik.label(outcome: code("childcare"), of: .decline).contains("кӯдак"))
    let all = try String(
      decoding: RepositoryFile.bytes("Protocol/policy/tj-nrm.json"),
      as: UTF8.self
    )
    for letter in ["ғ", "ӣ", "қ", "ӯ", "ҳ", "ҷ"] { #expect(all.contains(letter), "\(letter)") }
  }

  @Test("Labels follow the language, fall back to the first, and unknown codes stay codes")
  func catalogue() throws {
    let policy = try RepositoryFile.policy()
    let english = Catalogue(policy, language: word("en"))
    #expect(english.label(purpose("legal-aid")) == "Legal aid")
    #expect(english.label(.courtOrder) == "Court order")
    #expect(english.label(.consent) == "Consent")
    #expect(english.label(MessageKind.offer) == "Offer")
    #expect(english.label(service: code("soup")) == "soup")
    #expect(english.label(field: code("code-word"), of: groups("contact")[0]) == "Code word")
    #expect(english.label(priority: code("routine")) == "Routine")
    let russian = Catalogue(policy, language: word("ru"))
    #expect(russian.label(outcome: code("no-capacity"), of: .decline) == "Нет мест или возможности")
    #expect(Catalogue(policy, language: word("fr")).title.hasPrefix("Механизми"))
  }

  @Test("The small policy loads")
  func smallPolicy() throws {
    let policy = try Policy.parse(Array(SmallPolicy.text.utf8))
    #expect(policy.version == 3)
    #expect(policy.service(code("soup"))?.purpose == purpose("aid"))
    #expect(
      policy.span(of: .contact, priority: code("calm"), service: code("soup")) == Span(3, .hours)
    )
  }

  @Test(
    "A policy with one fault is refused with its code, its path and its line",
    arguments: [
      // What was written, what stands there instead, the code, the path.
      (
        #""groups": ["need"], "onward""#, #""groups": ["ned"], "onward""#,
        .danglingCode, "$.purposes[0].groups[0]"
      ),
      (#""terms": ["single"]"#, #""terms": ["double"]"#, .danglingCode, "$.purposes[0].terms[0]"),
      (#""purpose": "aid""#, #""purpose": "add""#, .danglingCode, "$.services[0].purpose"),
      (
        #""outcomes": ["colour"]"#, #""outcomes": ["color"]"#,
        .danglingCode, "$.kinds[16].outcomes[0]"
      ),
      (#""list": "colour""#, #""list": "color""#, .danglingCode, "$.groups[1].fields[0].list"),
      (
        #"["consent", "vital-interest"]"#, #"["consent", "court-order"]"#,
        .danglingCode, "$.kinds[0].bases[1]"
      ),
      (
        #""purposes": ["aid"]"#, #""purposes": ["add"]"#, .danglingCode,
        "$.exceptions[0].purposes[0]"
      ),
      (
        #"{"tg": "Сурх", "en": "Red"}"#, #"{"en": "Red"}"#,
        .missingLabel, "$.lists[0].codes[0].labels.tg"
      ),
      (
        #"{"tg": "Хурд", "en": "Small"}"#, #"{"tg": "Хурд", "en": ""}"#,
        .missingLabel, "$.labels.en"
      ),
      (#", "labels": {"tg": "Кӯмак", "en": "Aid"}"#, "", .missingLabel, "$.purposes[0].labels"),
      (
        #"{"tg": "Шӯрбо", "en": "Soup"}"#, #"{"tg": "Шӯрбо", "en": "Soup", "fr": "Soupe"}"#,
        .unknownKey, "$.services[0].labels.fr"
      ),
      (
        #""groups": ["need"], "onward""#, #""groups": [], "onward""#,
        .noGroups, "$.purposes[0].groups"
      ),
      (
        #""groups": ["need"], "purposes""#, #""groups": [], "purposes""#,
        .noGroups, "$.exceptions[0].groups"
      ),
      (#""groups": ["answer"]"#, #""groups": []"#, .noGroups, "$.kinds[2].groups"),
      (
        #""groups": ["need"], "onward""#, #""groups": ["need", "need"], "onward""#,
        .duplicateCode, "$.purposes[0].groups[1]"
      ),
      (#""decide": "2wd""#, #""decide": "2h""#, .impossibleTimer, "$.priorities[0].decide"),
      (#""contact": "3d""#, #""contact": "1d""#, .impossibleTimer, "$.priorities[0].contact"),
      (
        #""message_life": "20d""#, #""message_life": "1d""#,
        .impossibleTimer, "$.priorities[0].message_life"
      ),
      (
        #""message_life": "20d""#, #""message_life": "401d""#,
        .impossibleTimer, "$.priorities[0].message_life"
      ),
      (
        #""next_provider_after": "2h""#, #""next_provider_after": "1m""#,
        .impossibleTimer, "$.priorities[0].next_provider_after"
      ),
      (#"[50, 80]"#, #"[80, 50]"#, .impossibleTimer, "$.priorities[0].remind_percent[1]"),
      (
        #""draft-erase": "28d""#, #""draft-erase": "21d""#, .impossibleTimer, "$.timers.draft-erase"
      ),
      (#""hold_down": "72h""#, #""hold_down": "0h""#, .impossibleTimer, "$.withdrawal.hold_down"),
      (#""life": "72h""#, #""life": "73h""#, .impossibleTimer, "$.exceptions[0].life"),
      (
        #""second_within": "24h""#, #""second_within": "4d""#,
        .impossibleTimer, "$.exceptions[0].second_within"
      ),
      (
        #""own_within": "48h""#, #""own_within": "4d""#,
        .impossibleTimer, "$.exceptions[0].own_within"
      ),
      (
        #""decide": "2h", "contact""#, #""decide": "30m", "contact""#,
        .impossibleTimer, "$.services[0].timers.calm.decide"
      ),
      (#""closes": "17:00""#, #""closes": "07:00""#, .impossibleTimer, "$.calendar.closes"),
      (#""workdays": ["mon"]"#, #""workdays": []"#, .impossibleTimer, "$.calendar.workdays"),
      (#""holidays": ["01-01""#, #""holidays": ["02-30""#, .value, "$.calendar.holidays[0]"),
      (#""plan": {"pads": 15}"#, #""plan": {"pads": 16}"#, .value, "$.plan.pads"),
      (
        #""quorum": 2, "sectors": 1"#, #""quorum": 2, "sectors": 3"#, .value, "$.witnessing.sectors"
      ),
      (#""onward": false"#, #""onward": 0"#, .value, "$.purposes[0].onward"),
      (#""class": "C2""#, #""class": "C6""#, .value, "$.groups[1].fields[0].class"),
      (#""persons": 2"#, #""persons": 1"#, .value, "$.exceptions[0].persons"),
      (#""version": 3"#, #""version": 0"#, .value, "$.version"),
      (#""name": "small""#, #""name": "Small""#, .badCode, "$.name"),
      (#"{"code": "vital-interest""#, #"{"code": "other""#, .badCode, "$.exceptions[0].code"),
      (#"{"code": "offer""#, #"{"code": "present""#, .badCode, "$.kinds[0].code"),
      (#""bases": ["reply"]"#, #""bases": ["consent"]"#, .badCode, "$.kinds[2].bases[0]"),
      (#"{"code": "blue""#, #"{"code": "red""#, .duplicateCode, "$.lists[0].codes[1].code"),
      (#"{"code": "answer""#, #"{"code": "need""#, .duplicateCode, "$.groups[1].code"),
      (#"{"code": "colour""#, #"{"code": "services""#, .duplicateCode, "$.lists[0].code"),
      (#""name": "summary""#, #""name": "service""#, .duplicateCode, "$.groups[0].fields[1].name"),
      (#""plan": {"pads": 15}"#, #""plan": {"pads": 15, "cats": 1}"#, .unknownKey, "$.plan.cats"),
      (#""plan": {"pads": 15},"#, "", .missingKey, "$.plan"),
      (#""capacity": "24h", "#, "", .missingKey, "$.timers.capacity"),
      (#""outcomes": ["colour"]"#, #""groups": ["need"]"#, .unknownKey, "$.kinds[16].groups"),
      (
        #"{"code": "accept", "life": "10d", "labels": {"tg": "а", "en": "a"}},"#, "",
        .noRule, "$.kinds"
      ),
      (
        #"{"code": "onward", "labels": {"tg": "Минбаъд", "en": "Onward"}},"#, "",
        .noRule, "$.bases"
      ),
      ("amonat/v1/policy", "amonat/v2/policy", .type, "$.type"),
    ] as [(String, String, PolicyFailure.Code, String)]
  )
  func faults(_ found: String, _ put: String, _ code: PolicyFailure.Code, _ path: String) throws {
    let range = try #require(SmallPolicy.text.firstRange(of: found), "\(found)")
    var broken = SmallPolicy.text
    broken.replaceSubrange(range, with: put)
    let line = SmallPolicy.text[..<range.lowerBound].count { $0 == "\n" } + 1
    let failure = #expect(throws: PolicyFailure.self) { try Policy.parse(Array(broken.utf8)) }
    #expect(failure?.code == code)
    #expect(failure?.path == path)
    // What is missing is shown where its surroundings begin.
    let isAbsence = [.missingKey, .noRule].contains(code)
    #expect(isAbsence ? (failure?.line ?? 0) >= 1 : failure?.line == line)
    // One cause, one finding, unless a definition is gone on which something else rests.
    let findings = Policy.findings(in: Array(broken.utf8))
    let others = findings.filter { $0.code != code || $0.path != path }
    #expect(findings.count == others.count + 1)
    #expect(others.allSatisfy { $0.code == .danglingCode })
  }

  @Test("More than 32 purposes are refused")
  func tooMany() {
    let one = #"{"code": "aid", "groups""#
    let many = (0..<32).map {
      #"{"code": "aid\#($0)", "groups": ["need"], "onward": false, "terms": ["single"], "labels": {"tg": "а", "en": "a"}},"#
    }.joined()
    let broken = SmallPolicy.text.replacing(one, with: many + one)
    let failure = #expect(throws: PolicyFailure.self) { try Policy.parse(Array(broken.utf8)) }
    #expect(failure?.code == .tooMany && failure?.path == "$.purposes")
  }

  @Test("Bytes that are no document are refused with the line of the fault")
  func syntax() {
    for (text, line) in [("", 1), ("{", 1), ("{\n\"type\": null}", 2), ("{\"a\": 1}\n x", 2)] {
      let failure = #expect(throws: PolicyFailure.self) { try Policy.parse(Array(text.utf8)) }
      #expect(failure?.code == .syntax && failure?.line == line)
    }
    let twice = SmallPolicy.text.replacing(#""version": 3,"#, with: #""version": 3, "version": 3,"#)
    #expect(throws: PolicyFailure.self) { try Policy.parse(Array(twice.utf8)) }
  }

  @Test("A failure prints code, path and line, and quotes nothing")
  func description() {
    let broken = SmallPolicy.text.replacing("\"Red\"", with: "7")
    let failure = #expect(throws: PolicyFailure.self) { try Policy.parse(Array(broken.utf8)) }
    #expect(
      failure.map { "\($0)" }?.hasPrefix("policy-missing-label at $.lists[0].codes[0].labels.en")
        == true
    )
  }
}
