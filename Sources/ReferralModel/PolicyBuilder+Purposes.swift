extension PolicyBuilder {
  mutating func readTerms() {
    let codes = codes("terms", Code.self, upTo: PolicyLimit.terms)
    for (node, code) in zip(entries("terms", upTo: PolicyLimit.terms), codes) {
      guard let code else { continue }
      termLives[code] = 0
      collect { builder throws(PolicyFault) in
        let map = try node.object(["code", "life"], optional: ["labels"])
        let life = try map.node("life").span(atMost: PolicyLimit.lifeMs)
        builder.termLives[code] = life.nominalMs
        builder.terms.append(
          TermRule(code: code, life: life, labels: try map.labels(builder.languages))
        )
      }
    }
  }

  mutating func readPurposes() {
    let codes = codes("purposes", Purpose.self, upTo: PolicyLimit.purposes)
    for (node, code) in zip(entries("purposes", upTo: PolicyLimit.purposes), codes) {
      guard let code else { continue }
      index.purposes[code] = purposes.count
      collect { builder throws(PolicyFault) in
        builder.purposes.append(try builder.purpose(node, code))
      }
    }
  }

  private func purpose(_ node: PolicyNode, _ code: Purpose) throws(PolicyFault) -> PurposeRule {
    let map = try node.object(["code", "groups", "onward", "terms"], optional: ["labels"])
    let (groups, mask) = try groups(try map.node("groups"))
    let termsNode = try map.node("terms")
    let terms = try termsNode.words(
      Code.self,
      upTo: PolicyLimit.terms,
      among: Set(termLives.keys)
    )
    guard let life = terms.compactMap({ termLives[$0] }).max() else {
      throw termsNode.fault(.value)
    }
    return PurposeRule(
      code: code,
      groups: groups,
      mayGoOnward: try map.node("onward").bool(),
      terms: terms,
      lifeMs: life,
      labels: try map.labels(languages),
      mask: mask
    )
  }

  mutating func readPriorities() {
    let codes = codes("priorities", Code.self, upTo: PolicyLimit.priorities)
    let nodes = entries("priorities", upTo: PolicyLimit.priorities)
    if nodes.isEmpty, let node = root.find("priorities") {
      collect { _ throws(PolicyFault) in throw node.fault(.value) }
    }
    for (node, code) in zip(nodes, codes) {
      guard let code else { continue }
      index.priorities[code] = priorities.count
      collect { builder throws(PolicyFault) in
        builder.priorities.append(try builder.priority(node, code))
      }
    }
  }

  private func priority(_ node: PolicyNode, _ code: Code) throws(PolicyFault) -> PriorityRule {
    let map = try node.object(
      [
        "code", "acknowledge", "decide", "contact", "message_life", "deputy_after",
        "next_provider_after", "remind_percent", "telephone", "leg_window",
      ],
      optional: ["labels", "coordinator"]
    )
    let times = try answerTimes(map)
    let lifeNode = try map.node("message_life")
    let life = try lifeNode.span(atMost: PolicyLimit.lifeMs)
    guard life.nominalMs >= times.decide.nominalMs else { throw lifeNode.fault(.impossibleTimer) }
    let deputy = try map.node("deputy_after").span()
    let nextNode = try map.node("next_provider_after")
    let next = try nextNode.span()
    guard deputy.nominalMs <= next.nominalMs else { throw nextNode.fault(.impossibleTimer) }
    var percents: [UInt64] = []
    for percent in try map.node("remind_percent").list(upTo: 8) {
      let value = try percent.integer(1...99)
      guard value > percents.last ?? 0 else { throw percent.fault(.impossibleTimer) }
      percents.append(value)
    }
    return PriorityRule(
      code: code,
      times: times,
      messageLife: life,
      deputyAfter: deputy,
      nextProviderAfter: next,
      remindPercent: percents,
      telephone: try map.node("telephone").bool(),
      coordinator: try map.find("coordinator")?.bool() ?? false,
      legWindow: try map.node("leg_window").span(zeroAllowed: true),
      labels: try map.labels(languages)
    )
  }

  private func answerTimes(_ map: PolicyMap) throws(PolicyFault) -> AnswerTimes {
    let acknowledge = try map.node("acknowledge").span()
    let decideNode = try map.node("decide")
    let decide = try decideNode.span()
    guard acknowledge.nominalMs <= decide.nominalMs else {
      throw decideNode.fault(.impossibleTimer)
    }
    let contactNode = try map.node("contact")
    let contact = try contactNode.span()
    guard decide.nominalMs <= contact.nominalMs else { throw contactNode.fault(.impossibleTimer) }
    return AnswerTimes(acknowledge: acknowledge, decide: decide, contact: contact)
  }

  mutating func readServices() {
    let codes = codes("services", Code.self, upTo: PolicyLimit.services)
    for (node, code) in zip(entries("services", upTo: PolicyLimit.services), codes) {
      guard let code else { continue }
      index.services[code] = services.count
      collect { builder throws(PolicyFault) in
        builder.services.append(try builder.service(node, code))
      }
    }
  }

  private func service(_ node: PolicyNode, _ code: Code) throws(PolicyFault) -> ServiceRule {
    let map = try node.object(["code", "purpose"], optional: ["labels", "timers"])
    let purposeNode = try map.node("purpose")
    let purpose = try purposeNode.word(Purpose.self)
    guard index.purposes[purpose] != nil else { throw purposeNode.fault(.danglingCode) }
    var timers: [Code: AnswerTimes] = [:]
    if let timersNode = map.find("timers") {
      let byPriority = try timersNode.object([], optional: index.priorities.keys.map(\.text))
      for priority in index.priorities.keys {
        guard let entry = byPriority.find(priority.text) else { continue }
        timers[priority] = try answerTimes(entry.object(["acknowledge", "decide", "contact"]))
      }
    }
    return ServiceRule(
      code: code,
      purpose: purpose,
      labels: try map.labels(languages),
      timers: timers
    )
  }
}
