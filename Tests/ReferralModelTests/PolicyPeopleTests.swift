internal import CanonicalBytes
internal import ReferralModel
internal import Testing

@Suite struct PolicyPeopleTests {
  @Test("A policy with every part loads, and each part says what stands in the file")
  func full() throws {
    let policy = try Policy.parse(Array(FullPolicy.text.utf8))
    #expect(policy.overlap == Span(30, .days))
    #expect(policy.roles.map(\.code) == ["cook", "chief", "kitchen"].map(code))
    #expect(policy.roles.map(\.ceiling) == [.c3, .c5, .c4])
    #expect(policy.consent?.warnings.map(\.description) == ["14d", "7d"])
    #expect(policy.age(band: code("doubt"))?.isChild == true)
    #expect(policy.age(band: code("old"))?.deciders == [code("self")])
    #expect(policy.notices.first?.text[word("en")] == "Listen.")
    #expect(policy.retention.first?.isConfirmed == false)
    #expect(policy.kept(code("bill"))?.basis == code("law"))
    #expect(policy.crossBorder?.agencies.first?.agency == agency("far.example"))
    #expect(policy.periods[.record] == Span(24, .hours))
    #expect(policy.periods[.backups] == nil)
    #expect(policy.section(groups("visit")[0])?.fields.count == 1)
    #expect(policy.exception(.vitalInterest)?.roles == [code("cook")])
  }

  @Test("A policy of an early edition allows nothing of what later parts would allow")
  func early() throws {
    let policy = try Policy.parse(Array(SmallPolicy.text.utf8))
    #expect(policy.overlap == nil && policy.consent == nil && policy.crossBorder == nil)
    #expect(policy.roles.isEmpty && policy.kept.isEmpty && policy.sections.isEmpty)
    #expect(policy.age(band: code("young")) == nil)
  }

  @Test("The national policy has a rule for every age, and doubt about an age is a child's rule")
  func ages() throws {
    let policy = try RepositoryFile.policy()
    let bands = try #require(policy.list(code("age-band")))
    for band in bands.entries { #expect(policy.age(band: band.code) != nil, "\(band.code)") }
    #expect(policy.age(band: code("unknown"))?.isChild == true)
    #expect(policy.age(band: code("18-24"))?.isChild == false)
    #expect(policy.consent?.majority == 18)
    #expect(policy.consent?.transition.map(\.description) == ["60d", "30d", "0d"])
    #expect(policy.consent?.writtenFor == [purpose("return")])
  }

  @Test("The indicators of each dimension are as many as the operational ones")
  func indicators() throws {
    let policy = try RepositoryFile.policy()
    let counts = [
      ("deception", 10), ("coercion", 10), ("vulnerability", 16), ("exploitation", 9),
      ("coercion-later", 15), ("vulnerability-later", 7),
    ]
    let form = try #require(policy.section(groups("screening")[0]))
    for (name, count) in counts {
      let list = try #require(policy.list(code("indicator-\(name)")))
      #expect(list.entries.count == count, "\(name)")
      #expect(form.field(code(name))?.list == list.code)
      #expect(form.field(code("\(name)-strength"))?.list == code("indicator-strength"))
    }
  }

  @Test("Crosswalks stand where the sources give them, and nowhere else")
  func crosswalks() throws {
    let policy = try RepositoryFile.policy()
    let status = try #require(policy.list(code("person-status")))
    #expect(status.entries.first { $0.code == code("presumed") }?.crosswalk == [.htcds: "possible"])
    #expect(status.entries.first { $0.code == code("status-refused") }?.crosswalk == [:])
    #expect(policy.list(code("industry"))?.entries.count == 21)
    #expect(
      policy.list(code("service-status"))?.entries.allSatisfy { $0.crosswalk[.hsds] != nil } == true
    )
  }

  @Test("A section of the case document is never the name of a group that travels")
  func sections() throws {
    let policy = try RepositoryFile.policy()
    for section in policy.sections { #expect(policy.form(section.group) == nil) }
  }

  @Test("The content of a section is held to its form, and another section's field is unknown")
  func sectionContent() throws {
    let policy = try Policy.parse(Array(FullPolicy.text.utf8))
    let visit = groups("visit")[0]
    try policy.check(content: CanonicalObject(["on": .string("2027-02-28")]), ofSection: visit)
    #expect(throws: FormFailure.wrongType(visit, code("on"))) {
      try policy.check(content: CanonicalObject(["on": .string("2027-02-30")]), ofSection: visit)
    }
    #expect(throws: FormFailure.unknownField(visit)) {
      try policy.check(content: CanonicalObject(["summary": .string("x")]), ofSection: visit)
    }
    #expect(throws: FormFailure.unknownGroup) {
      try policy.check(content: CanonicalObject(), ofSection: groups("need")[0])
    }
  }

  @Test(
    "A fault in the parts about people is refused with its code and its path",
    arguments: [
      (#""bands": ["old"]"#, #""bands": ["odd"]"#, .danglingCode, "$.consent.ages[1].bands[0]"),
      (
        #""bands": ["young", "doubt"]"#, #""bands": ["young", "old"]"#,
        .duplicateCode, "$.consent.ages[1].bands"
      ),
      (#""bands": ["young", "doubt"]"#, #""bands": ["young"]"#, .noRule, "$.consent.ages"),
      (
        #""deciders": ["self"]"#, #""deciders": ["sel"]"#, .danglingCode,
        "$.consent.ages[1].deciders[0]"
      ),
      (#""deciders": ["self"]"#, #""deciders": []"#, .value, "$.consent.ages[1].deciders"),
      (#""assent": "needed""#, #""assent": "need""#, .badCode, "$.consent.ages[0].assent"),
      (#"["14d", "7d"]"#, #"["7d", "14d"]"#, .impossibleTimer, "$.consent.warnings[1]"),
      (#"["60d", "0d"]"#, #"["60d", "60d"]"#, .impossibleTimer, "$.consent.transition[1]"),
      (
        #""written": ["signed"]"#, #""written": ["sung"]"#, .danglingCode,
        "$.consent.written[0]"
      ),
      (
        #""separate": ["aid"]"#, #""separate": ["add"]"#, .danglingCode,
        "$.consent.separate[0]"
      ),
      (#""majority": 18"#, #""majority": 0"#, .value, "$.consent.majority"),
      (#""roles": ["cook"]"#, #""roles": ["kitchen"]"#, .danglingCode, "$.exceptions[0].roles[0]"),
      (#""of": "agency""#, #""of": "town""#, .value, "$.roles[2].of"),
      (#"{"code": "chief""#, #"{"code": "cook""#, .duplicateCode, "$.roles[1].code"),
      (
        #""text": {"tg": "Гӯш кунед.", "en": "Listen."}"#, #""text": {"tg": "Гӯш кунед."}"#,
        .missingLabel, "$.notices[0].text.en"
      ),
      (
        #""basis": "law", "life": "30d""#, #""basis": "lore", "life": "30d""#, .danglingCode,
        "$.kept[0].basis"
      ),
      (
        #""life": "90d", "confirmed""#, #""life": "0d", "confirmed""#, .impossibleTimer,
        "$.retention[0].life"
      ),
      (
        #"{"purpose": "aid", "agencies""#, #"{"purpose": "add", "agencies""#, .danglingCode,
        "$.cross_border.purpose"
      ),
      (#""country": "kz""#, #""country": "kaz""#, .badCode, "$.cross_border.agencies[0].country"),
      (
        #""agency": "far.example""#, #""agency": "Far""#, .badCode,
        "$.cross_border.agencies[0].agency"
      ),
      (#""record": "24h""#, #""recall": "24h""#, .unknownKey, "$.periods.recall"),
      (
        #""record": "24h", "arrival": "24h""#, #""record": "24h", "arrival": "0h""#,
        .impossibleTimer, "$.periods.arrival"
      ),
      (
        #""purposes": ["aid"], "arrival": "24h""#, #""purposes": ["aid"], "arrival": "0h""#,
        .impossibleTimer, "$.consent.abroad.arrival"
      ),
      (#""region": "far""#, #""region": "fat""#, .danglingCode, "$.consent.abroad.region"),
      (
        #""record_within": "24h""#, #""record_within": "0h""#, .impossibleTimer,
        "$.consent.record_within"
      ),
      (#""review_within": "7d""#, #""review_within": "7w""#, .value, "$.consent.review_within"),
      (#""least_count": 10"#, #""least_count": 1"#, .value, "$.consent.least_count"),
      (
        #""group": "need", "fields": ["service"]"#, #""group": "need", "fields": ["colour"]"#,
        .danglingCode, "$.consent.narrow[0].fields[0]"
      ),
      (
        #"{"purpose": "aid", "group""#, #"{"purpose": "add", "group""#, .danglingCode,
        "$.consent.narrow[0].purpose"
      ),
      (
        #""receivers": ["court"]"#, #""receivers": ["bond"]"#, .danglingCode,
        "$.consent.questions[0].receivers[0]"
      ),
      (
        #""purposes": ["aid"], "receivers""#, #""purposes": ["add"], "receivers""#,
        .danglingCode, "$.consent.questions[0].purposes[0]"
      ),
      (#""record": true"#, #""record": 1"#, .value, "$.consent.questions[0].record"),
      (
        #"{"tg": "Нигоҳ дорем?", "en": "May we keep it?"}"#, #"{"tg": "Нигоҳ дорем?"}"#,
        .missingLabel, "$.consent.questions[0].labels.en"
      ),
      (#""auto-close": "red""#, #""auto-close": "rod""#, .danglingCode, "$.automatic.auto-close"),
      (#""telephone": "+992 1""#, #""telephone": "call""#, .value, "$.offices[0].telephone"),
      (#""closes": "16:00""#, #""closes": "08:00""#, .impossibleTimer, "$.offices[0].hours.closes"),
      (#"{"code": "visit""#, #"{"code": "need""#, .duplicateCode, "$.sections[0].code"),
      (#""overlap": "30d""#, #""overlap": "401d""#, .impossibleTimer, "$.overlap"),
    ] as [(String, String, PolicyFailure.Code, String)]
  )
  func faults(_ found: String, _ put: String, _ code: PolicyFailure.Code, _ path: String) throws {
    let range = try #require(FullPolicy.text.firstRange(of: found), "\(found)")
    var broken = FullPolicy.text
    broken.replaceSubrange(range, with: put)
    let findings = Policy.findings(in: Array(broken.utf8))
    #expect(findings.map(\.code) == [code] && findings.map(\.path) == [path])
    #expect(throws: PolicyFailure.self) { try Policy.parse(Array(broken.utf8)) }
  }

  @Test("Several faults are found in one run, each at its line and column, in the file's order")
  func several() {
    let broken = FullPolicy.text
      .replacing(#""sectors": 1"#, with: #""sectors": 9"#)
      .replacing(#""terms": ["single"]"#, with: #""terms": ["double"]"#)
      .replacing(#"{"tg": "Сурх", "en": "Red"}"#, with: #"{"tg": "Сурх"}"#)
      .replacing(
        #""plan": {"pads": 15, "until_step": "5d"}"#,
        with: #""plan": {"pads": 15, "until_step": "5d"}, "plam": 1"#
      )
    let findings = Policy.findings(in: Array(broken.utf8))
    #expect(
      findings.map(\.code.rawValue) == [
        "policy-dangling-code", "policy-value", "policy-unknown-key", "policy-missing-label",
      ]
    )
    #expect(
      findings.map(\.path) == [
        "$.purposes[0].terms[0]", "$.witnessing.sectors", "$.plam", "$.lists[5].codes[0].labels.en",
      ]
    )
    let lines = broken.split(separator: "\n", omittingEmptySubsequences: false)
    for finding in findings { #expect(lines.indices.contains(finding.line - 1)) }
    let dangling = findings[0]
    // The column counts letters, not bytes.
    let line = lines[dangling.line - 1]
    let column = line.unicodeScalars.distance(
      from: line.startIndex,
      to: line.firstRange(of: #""double""#)?.lowerBound ?? line.startIndex
    )
    #expect(dangling.column == column + 1)
  }

  @Test(
    "A part with a fault is not judged again by the parts that use it, and nothing is trapped on",
    arguments: [
      (#""outcomes": ["colour"], "labels""#, #""outcomes": ["colours"], "labels""#, .danglingCode),
      (#"{"tg": "Хулоса", "en": "Summary"}"#, #"{"tg": "Хулоса"}"#, .missingLabel),
    ] as [(String, String, PolicyFailure.Code)]
  )
  func once(_ found: String, _ put: String, _ code: PolicyFailure.Code) throws {
    let range = try #require(FullPolicy.text.firstRange(of: found), "\(found)")
    var broken = FullPolicy.text
    broken.replaceSubrange(range, with: put)
    #expect(Policy.findings(in: Array(broken.utf8)).map(\.code) == [code])
  }

  @Test("A file of nothing but faults gives no more than a hundred findings")
  func bounded() {
    let entry = #"{"code": "X", "labels": {"tg": "а", "en": "a"}},"#
    let broken = SmallPolicy.text.replacing(
      #"{"code": "red""#,
      with: String(repeating: entry, count: 120) + #"{"code": "red""#
    )
    #expect(Policy.findings(in: Array(broken.utf8)).count == 100)
  }

  @Test("The frozen policy of the worked examples still loads")
  func frozen() throws {
    let policy = try Policy.parse(RepositoryFile.bytes("Protocol/examples/policy.json"))
    #expect(policy.overlap == nil && policy.version == 1)
  }
}
