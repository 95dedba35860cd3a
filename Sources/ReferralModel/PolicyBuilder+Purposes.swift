extension PolicyBuilder {
  mutating func readTerms() throws(PolicyFault) {
    _ = try codes("terms", Code.self, upTo: PolicyLimit.terms)
    for node in try root.node("terms").list(upTo: PolicyLimit.terms) {
      let map = try node.object(["code", "life"], optional: ["labels"])
      terms.append(
        TermRule(
          code: try map.node("code").word(Code.self),
          life: try map.node("life").span(atMost: PolicyLimit.lifeMs),
          labels: try map.labels(languages)
        )
      )
    }
  }

  mutating func readPurposes() throws(PolicyFault) {
    let codes = try codes("purposes", Purpose.self, upTo: PolicyLimit.coarse)
    let lives = Dictionary(terms.map { ($0.code, $0.life.nominalMs) }) { first, _ in first }
    for (node, code) in zip(try root.node("purposes").list(upTo: PolicyLimit.coarse), codes) {
      let map = try node.object(["code", "groups", "onward", "terms"], optional: ["labels"])
      let (groups, mask) = try groups(try map.node("groups"))
      let termsNode = try map.node("terms")
      let terms = try termsNode.words(
        Code.self,
        upTo: PolicyLimit.terms,
        among: Set(lives.keys)
      )
      guard let life = terms.compactMap({ lives[$0] }).max() else { throw termsNode.fault(.value) }
      index.purposes[code] = purposes.count
      purposes.append(
        PurposeRule(
          code: code,
          groups: groups,
          mayGoOnward: try map.node("onward").bool(),
          terms: terms,
          lifeMs: life,
          labels: try map.labels(languages),
          mask: mask
        )
      )
    }
  }

  mutating func readPriorities() throws(PolicyFault) {
    let codes = try codes("priorities", Code.self, upTo: PolicyLimit.priorities)
    let nodes = try root.node("priorities")
    guard !codes.isEmpty else { throw nodes.fault(.value) }
    for (node, code) in zip(try nodes.list(upTo: PolicyLimit.priorities), codes) {
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
      index.priorities[code] = priorities.count
      priorities.append(
        PriorityRule(
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
      )
    }
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

  mutating func readServices() throws(PolicyFault) {
    let codes = try codes("services", Code.self, upTo: PolicyLimit.services)
    for (node, code) in zip(try root.node("services").list(upTo: PolicyLimit.services), codes) {
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
      index.services[code] = services.count
      services.append(
        ServiceRule(
          code: code,
          purpose: purpose,
          labels: try map.labels(languages),
          timers: timers
        )
      )
    }
  }
}
