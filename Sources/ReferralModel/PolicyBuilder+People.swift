extension PolicyBuilder {
  /// The parts about people and time that later editions of the format added; each may be absent.
  struct People {
    var overlap: Span?
    var notices: [NoticeRule] = []
    var retention: [RetentionRule] = []
    var kept: [RetentionRule] = []
    var crossBorder: CrossBorderRule?
    var periods: [PeriodName: Span] = [:]
  }

  mutating func readPeople() -> People {
    var people = People()
    if let node = root.find("overlap") {
      people.overlap = collect { _ throws(PolicyFault) in
        try node.span(atMost: PolicyLimit.lifeMs)
      }
    }
    people.notices = readNotices()
    people.retention = readRetained("retention")
    people.kept = readRetained("kept")
    if let node = root.find("cross_border") {
      people.crossBorder = collect { builder throws(PolicyFault) in try builder.crossBorder(node) }
    }
    if let node = root.find("periods") {
      people.periods = readPeriods(node)
    }
    return people
  }

  mutating func readRoles() {
    let codes = codes("roles", Code.self, upTo: PolicyLimit.roles, optional: true)
    for (node, code) in zip(entries("roles", upTo: PolicyLimit.roles, optional: true), codes) {
      guard let code else { continue }
      collect { builder throws(PolicyFault) in
        let map = try node.object(["code", "of", "class"], optional: ["labels"])
        let bearerNode = try map.node("of")
        guard let bearer = RoleRule.Bearer(rawValue: try bearerNode.string()) else {
          throw bearerNode.fault(.value)
        }
        if bearer == .person { builder.personRoles.insert(code) }
        builder.roles.append(
          RoleRule(
            code: code,
            bearer: bearer,
            ceiling: try builder.sensitivity(try map.node("class")),
            labels: try map.labels(builder.languages)
          )
        )
      }
    }
  }

  /// The codes of a list that other parts rest on.
  private func members(of name: String, for node: PolicyNode) throws(PolicyFault) -> Set<Code> {
    guard let code = Code(name), let position = index.lists[code] else {
      throw node.fault(.danglingCode)
    }
    return lists[position].members
  }

  /// Times before an end, the longest first.
  private func descending(
    _ node: PolicyNode,
    zeroAllowed: Bool
  ) throws(PolicyFault) -> [Span] {
    var spans: [Span] = []
    for entry in try node.list(upTo: PolicyLimit.coarse) {
      let span = try entry.span(zeroAllowed: zeroAllowed)
      guard span.nominalMs < spans.last?.nominalMs ?? .max else {
        throw entry.fault(.impossibleTimer)
      }
      spans.append(span)
    }
    return spans
  }

  private mutating func readNotices() -> [NoticeRule] {
    var notices: [NoticeRule] = []
    let codes = codes("notices", Code.self, upTo: PolicyLimit.notices, optional: true)
    for (node, code) in zip(entries("notices", upTo: PolicyLimit.notices, optional: true), codes) {
      guard let code else { continue }
      collect { builder throws(PolicyFault) in
        let map = try node.object(["code", "version", "text"], optional: ["labels"])
        notices.append(
          NoticeRule(
            code: code,
            version: try map.node("version").integer(1...UInt64(UInt32.max)),
            labels: try map.labels(builder.languages),
            text: try map.node("text").labels(
              builder.languages,
              scalarLimit: PolicyLimit.noticeScalars
            )
          )
        )
      }
    }
    return notices
  }

  private mutating func readRetained(_ key: String) -> [RetentionRule] {
    var rules: [RetentionRule] = []
    let codes = codes(key, Code.self, upTo: PolicyLimit.retained, optional: true)
    var starts: Set<RetentionStart> = []
    for (node, code) in zip(entries(key, upTo: PolicyLimit.retained, optional: true), codes) {
      guard let code else { continue }
      collect { builder throws(PolicyFault) in
        let map = try node.object(
          ["code", "basis", "life"],
          optional: ["labels", "confirmed"] + (key == "retention" ? ["after"] : [])
        )
        let after = try map.find("after")?.list(upTo: RetentionStart.allCases.count) ?? []
        let basisNode = try map.node("basis")
        let basis = try basisNode.word(Code.self)
        guard try builder.members(of: "legal-basis", for: basisNode).contains(basis) else {
          throw basisNode.fault(.danglingCode)
        }
        rules.append(
          RetentionRule(
            code: code,
            basis: basis,
            life: try map.node("life").span(),
            isConfirmed: try map.find("confirmed")?.bool() ?? true,
            after: try after.map { node throws(PolicyFault) in
              guard let start = RetentionStart(rawValue: try node.string()) else {
                throw node.fault(.value)
              }
              // One end, one time.
              guard starts.insert(start).inserted else { throw node.fault(.duplicateCode) }
              return start
            },
            labels: try map.labels(builder.languages)
          )
        )
      }
    }
    return rules
  }

  private mutating func crossBorder(_ node: PolicyNode) throws(PolicyFault) -> CrossBorderRule {
    let map = try node.object(["purpose", "agencies"])
    let purposeNode = try map.node("purpose")
    let purpose = try purposeNode.word(Purpose.self)
    guard index.purposes[purpose] != nil else { throw purposeNode.fault(.danglingCode) }
    var agencies: [ForeignAgency] = []
    for entry in try map.node("agencies").list(upTo: PolicyLimit.foreignAgencies) {
      collect { builder throws(PolicyFault) in
        let map = try entry.object(["agency", "country"], optional: ["labels"])
        let agencyNode = try map.node("agency")
        let agency = try agencyNode.word(AgencyID.self)
        guard !agencies.contains(where: { $0.agency == agency }) else {
          throw agencyNode.fault(.duplicateCode)
        }
        let countryNode = try map.node("country")
        let country = try countryNode.word(Code.self)
        guard country.text.utf8.count == 2,
          country.text.utf8.allSatisfy({ (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) })
        else { throw countryNode.fault(.badCode) }
        agencies.append(
          ForeignAgency(
            agency: agency,
            country: country,
            labels: try map.labels(builder.languages)
          )
        )
      }
    }
    return CrossBorderRule(purpose: purpose, agencies: agencies)
  }

  private mutating func readPeriods(_ node: PolicyNode) -> [PeriodName: Span] {
    var periods: [PeriodName: Span] = [:]
    collect { builder throws(PolicyFault) in
      let map = try node.object([], optional: PeriodName.allCases.map(\.rawValue))
      for name in PeriodName.allCases {
        guard let entry = map.find(name.rawValue) else { continue }
        builder.collect { _ throws(PolicyFault) in periods[name] = try entry.span() }
      }
    }
    return periods
  }
}
