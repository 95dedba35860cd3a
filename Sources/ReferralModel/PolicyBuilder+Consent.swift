extension PolicyBuilder {
  /// The rules of consent; a policy without them takes no child's consent and sends nothing abroad.
  func readConsent() throws(PolicyFault) -> ConsentRules? {
    guard let node = root.find("consent") else { return nil }
    let map = try node.object([
      "warnings", "transition", "majority", "ages", "record_within", "review_within", "separate",
      "questions", "written_for", "written", "abroad", "narrow",
      "least_count", "receivers",
    ])
    let known = Set(index.purposes.keys)
    let receivers = try receivers(map.node("receivers"))
    return ConsentRules(
      warnings: try falling(map.node("warnings"), zeroAllowed: false),
      transition: try falling(map.node("transition"), zeroAllowed: true),
      majority: try map.node("majority").integer(1...99),
      ages: try ages(map.node("ages")),
      recordWithin: try map.node("record_within").span(),
      reviewWithin: try map.node("review_within").span(),
      separate: try map.node("separate").words(
        Purpose.self,
        upTo: PolicyLimit.coarse,
        among: known
      ),
      questions: try questions(
        map.node("questions"),
        purposes: known,
        receivers: Set(receivers.map(\.code))
      ),
      writtenFor: try map.node("written_for").words(
        Purpose.self,
        upTo: PolicyLimit.coarse,
        among: known
      ),
      written: try map.node("written").words(
        Code.self,
        upTo: PolicyLimit.coarse,
        among: members("consent-expression")
      ),
      abroad: try abroad(map.node("abroad"), purposes: known),
      narrow: try narrow(map.node("narrow"), purposes: known),
      leastCount: try map.node("least_count").integer(2...1_000),
      receivers: receivers
    )
  }

  /// The codes of a list of this policy.
  private func members(_ list: String) -> Set<Code> {
    Set(lists.filter { $0.code.text == list }.flatMap(\.members))
  }

  /// Spans of which each is shorter than the one before.
  private func falling(_ node: PolicyNode, zeroAllowed: Bool) throws(PolicyFault) -> [Span] {
    var spans: [Span] = []
    for entry in try node.list(upTo: 8) {
      let span = try entry.span(zeroAllowed: zeroAllowed)
      if let last = spans.last, last.nominalMs <= span.nominalMs {
        throw entry.fault(.impossibleTimer)
      }
      spans.append(span)
    }
    guard !spans.isEmpty else { throw node.fault(.value) }
    return spans
  }

  private func ages(_ node: PolicyNode) throws(PolicyFault) -> [AgeRule] {
    let bands = members("age-band")
    let deciders = members("decider")
    var seen: Set<Code> = []
    var rules: [AgeRule] = []
    for entry in try node.list(upTo: PolicyLimit.coarse) {
      let map = try entry.object(
        ["code", "bands", "child", "deciders", "assent"],
        optional: ["labels"]
      )
      let codeNode = try map.node("code")
      let code = try codeNode.word(Code.self)
      guard !rules.contains(where: { $0.code == code }) else {
        throw codeNode.fault(.duplicateCode)
      }
      let bandsNode = try map.node("bands")
      let named = try bandsNode.words(Code.self, upTo: PolicyLimit.coarse, among: bands)
      guard seen.isDisjoint(with: named) else { throw bandsNode.fault(.duplicateCode) }
      seen.formUnion(named)
      let decidersNode = try map.node("deciders")
      let who = try decidersNode.words(Code.self, upTo: PolicyLimit.coarse, among: deciders)
      guard !who.isEmpty else { throw decidersNode.fault(.value) }
      let assentNode = try map.node("assent")
      guard let assent = AgeRule.Assent(rawValue: try assentNode.string()) else {
        throw assentNode.fault(.badCode)
      }
      rules.append(
        AgeRule(
          code: code,
          bands: named,
          isChild: try map.node("child").bool(),
          deciders: who,
          assent: assent,
          labels: try map.labels(languages)
        )
      )
    }
    // Nobody's age may fall between two rules.
    guard seen == bands else { throw node.fault(.noRule) }
    return rules
  }

  private func questions(
    _ node: PolicyNode,
    purposes: Set<Purpose>,
    receivers: Set<Code>
  ) throws(PolicyFault) -> [ConsentQuestion] {
    var questions: [ConsentQuestion] = []
    for entry in try node.list(upTo: PolicyLimit.coarse) {
      let map = try entry.object(
        ["code"],
        optional: ["labels", "record", "purposes", "receivers"]
      )
      let code = try unused(map.node("code"), questions.map(\.code))
      questions.append(
        ConsentQuestion(
          code: code,
          labels: try map.labels(languages),
          isForRecord: try map.find("record")?.bool() ?? false,
          purposes: try map.find("purposes")?
            .words(Purpose.self, upTo: PolicyLimit.coarse, among: purposes) ?? [],
          receivers: try map.find("receivers")?
            .words(Code.self, upTo: PolicyLimit.coarse, among: receivers) ?? []
        )
      )
    }
    return questions
  }

  private func receivers(_ node: PolicyNode) throws(PolicyFault) -> [ReceiverClass] {
    var receivers: [ReceiverClass] = []
    for entry in try node.list(upTo: PolicyLimit.coarse) {
      let map = try entry.object(["code"], optional: ["labels", "family"])
      let code = try unused(map.node("code"), receivers.map(\.code))
      receivers.append(
        ReceiverClass(
          code: code,
          isFamily: try map.find("family")?.bool() ?? false,
          labels: try map.labels(languages)
        )
      )
    }
    return receivers
  }

  /// A code that none of these is.
  private func unused(_ node: PolicyNode, _ codes: [Code]) throws(PolicyFault) -> Code {
    let code = try node.word(Code.self)
    guard !codes.contains(code) else { throw node.fault(.duplicateCode) }
    return code
  }

  private func abroad(
    _ node: PolicyNode,
    purposes: Set<Purpose>
  ) throws(PolicyFault) -> AbroadRule {
    let map = try node.object(["region", "purposes", "arrival"])
    let regionNode = try map.node("region")
    let region = try regionNode.word(Code.self)
    guard members("region").contains(region) else { throw regionNode.fault(.danglingCode) }
    return AbroadRule(
      region: region,
      purposes: try map.node("purposes").words(
        Purpose.self,
        upTo: PolicyLimit.coarse,
        among: purposes
      ),
      arrival: try map.node("arrival").span()
    )
  }

  private func narrow(
    _ node: PolicyNode,
    purposes: Set<Purpose>
  ) throws(PolicyFault) -> [NarrowRule] {
    var rules: [NarrowRule] = []
    for entry in try node.list(upTo: PolicyLimit.coarse) {
      let map = try entry.object(["purpose", "group", "fields"])
      let purposeNode = try map.node("purpose")
      let purpose = try purposeNode.word(Purpose.self)
      guard purposes.contains(purpose) else { throw purposeNode.fault(.danglingCode) }
      let groupNode = try map.node("group")
      let group = try groupNode.word(FieldGroup.self)
      guard index.groups[group] != nil else { throw groupNode.fault(.danglingCode) }
      // A group with a fault of its own is known by name and has no form: its fields are not judged.
      guard let form = forms.first(where: { $0.group == group }) else { continue }
      guard !rules.contains(where: { $0.purpose == purpose && $0.group == group }) else {
        throw groupNode.fault(.duplicateCode)
      }
      rules.append(
        NarrowRule(
          purpose: purpose,
          group: group,
          fields: try map.node("fields").words(
            Code.self,
            upTo: PolicyLimit.fields,
            among: Set(form.byName.keys)
          )
        )
      )
    }
    return rules
  }
}
