extension PolicyBuilder {
  private func basis(_ node: PolicyNode) throws(PolicyFault) -> Basis {
    guard let basis = Basis(rawValue: try node.string()) else { throw node.fault(.badCode) }
    return basis
  }

  func readBases() throws(PolicyFault) -> [Basis: Labels] {
    var bases: [Basis: Labels] = [:]
    let listNode = try root.node("bases")
    for node in try listNode.list(upTo: PolicyLimit.coarse) {
      let map = try node.object(["code"], optional: ["labels"])
      let codeNode = try map.node("code")
      let basis = try basis(codeNode)
      guard !basis.isException else { throw codeNode.fault(.badCode) }
      guard bases[basis] == nil else { throw codeNode.fault(.duplicateCode) }
      bases[basis] = try map.labels(languages)
    }
    for basis in Basis.allCases where !basis.isException && bases[basis] == nil {
      throw listNode.fault(.noRule)
    }
    return bases
  }

  mutating func readExceptions() throws(PolicyFault) {
    for node in try root.node("exceptions").list(upTo: PolicyLimit.coarse) {
      let map = try node.object(
        ["code", "persons", "life", "groups", "purposes"],
        optional: ["labels", "second_within"]
      )
      let codeNode = try map.node("code")
      let basis = try basis(codeNode)
      guard basis.isException else { throw codeNode.fault(.badCode) }
      guard index.exceptions[basis] == nil else { throw codeNode.fault(.duplicateCode) }
      let life = try map.node("life").span(atMost: PolicyLimit.exceptionMs)
      let (groups, mask) = try groups(try map.node("groups"))
      let purposesNode = try map.node("purposes")
      let purposes = try purposesNode.words(
        Purpose.self,
        upTo: PolicyLimit.coarse,
        among: Set(index.purposes.keys)
      )
      guard !purposes.isEmpty else { throw purposesNode.fault(.value) }
      index.exceptions[basis] = exceptions.count
      exceptions.append(
        ExceptionRule(
          basis: basis,
          persons: try map.node("persons").integer(2...2),
          secondWithin: try map.find("second_within")?.span(atMost: life.nominalMs),
          life: life,
          groups: groups,
          purposes: Set(purposes),
          labels: try map.labels(languages),
          mask: mask
        )
      )
    }
  }

  mutating func readKinds() throws(PolicyFault) {
    let listNode = try root.node("kinds")
    for node in try listNode.list(upTo: 64) {
      let map = try node.object(
        ["code", "life"],
        optional: ["labels", "groups", "bases", "outcomes"]
      )
      let codeNode = try map.node("code")
      guard let kind = MessageKind(rawValue: try codeNode.string()) else {
        throw codeNode.fault(.badCode)
      }
      guard index.kinds[kind] == nil else { throw codeNode.fault(.duplicateCode) }
      let content = try readContent(map, of: kind)
      var outcomes: [Code] = []
      if let outcomesNode = map.find("outcomes") {
        guard !kind.isDisclosure else { throw outcomesNode.fault(.unknownKey) }
        outcomes = try outcomesNode.words(
          Code.self,
          upTo: PolicyLimit.lists,
          among: Set(index.lists.keys)
        )
      }
      index.kinds[kind] = kinds.count
      kinds.append(
        KindRule(
          kind: kind,
          lifeMs: try map.node("life").span(atMost: PolicyLimit.lifeMs).nominalMs,
          groups: content.groups,
          bases: content.bases,
          outcomes: outcomes,
          labels: try map.labels(languages),
          mask: content.mask
        )
      )
    }
    for kind in MessageKind.allCases where kind.isRequired && index.kinds[kind] == nil {
      throw listNode.fault(.noRule)
    }
  }

  func readContent(
    _ map: PolicyMap,
    of kind: MessageKind
  ) throws(PolicyFault) -> (groups: [FieldGroup], mask: GroupMask, bases: Set<Basis>) {
    guard kind.isDisclosure else {
      // A notice carries nothing and rests on nothing (attacks A4).
      for key in ["groups", "bases"] where map.find(key) != nil {
        throw PolicyFault(code: .unknownKey, path: map.path.key(key))
      }
      return ([], GroupMask(), [])
    }
    let (groups, mask) = try groups(try map.node("groups"))
    var bases: Set<Basis> = []
    let basesNode = try map.node("bases")
    for node in try basesNode.list(upTo: PolicyLimit.coarse) {
      let basis = try basis(node)
      guard !basis.isException || index.exceptions[basis] != nil else {
        throw node.fault(.danglingCode)
      }
      // An answer rests on the question, everything else on a grant.
      guard (basis == .reply) == (kind == .reply) else { throw node.fault(.badCode) }
      guard bases.insert(basis).inserted else { throw node.fault(.duplicateCode) }
    }
    guard !bases.isEmpty else { throw basesNode.fault(.value) }
    return (groups, mask, bases)
  }
}
