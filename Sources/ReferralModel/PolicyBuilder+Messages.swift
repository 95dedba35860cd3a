extension PolicyBuilder {
  private func basis(_ node: PolicyNode) throws(PolicyFault) -> Basis {
    guard let basis = Basis(rawValue: try node.string()) else { throw node.fault(.badCode) }
    return basis
  }

  mutating func readBases() -> [Basis: Labels] {
    var bases: [Basis: Labels] = [:]
    let faultsBefore = faults.count
    for node in entries("bases", upTo: PolicyLimit.coarse) {
      collect { builder throws(PolicyFault) in
        let map = try node.object(["code"], optional: ["labels"])
        let codeNode = try map.node("code")
        let basis = try builder.basis(codeNode)
        guard !basis.isException else { throw codeNode.fault(.badCode) }
        guard bases[basis] == nil else { throw codeNode.fault(.duplicateCode) }
        bases[basis] = Labels(texts: [])
        bases[basis] = try map.labels(builder.languages)
      }
    }
    let isComplete = Basis.allCases.allSatisfy {
      // A later part: a policy without it has no such messages.
      $0.isException || $0 == .anonymous || bases[$0] != nil
    }
    // A misspelt basis is one finding, not two.
    if !isComplete, faults.count == faultsBefore, let node = root.find("bases") {
      collect { _ throws(PolicyFault) in throw node.fault(.noRule) }
    }
    return bases
  }

  mutating func readExceptions() {
    for node in entries("exceptions", upTo: PolicyLimit.coarse) {
      collect { builder throws(PolicyFault) in
        let map = try node.object(
          ["code", "persons", "life", "groups", "purposes"],
          optional: ["labels", "second_within", "own_within", "roles"]
        )
        let codeNode = try map.node("code")
        let basis = try builder.basis(codeNode)
        guard basis.isException else { throw codeNode.fault(.badCode) }
        guard builder.index.exceptions[basis] == nil else { throw codeNode.fault(.duplicateCode) }
        builder.index.exceptions[basis] = builder.exceptions.count
        builder.exceptions.append(try builder.exception(map, basis))
      }
    }
  }

  private func exception(_ map: PolicyMap, _ basis: Basis) throws(PolicyFault) -> ExceptionRule {
    let life = try map.node("life").span(atMost: PolicyLimit.exceptionMs)
    let (groups, mask) = try groups(try map.node("groups"))
    let purposesNode = try map.node("purposes")
    let purposes = try purposesNode.words(
      Purpose.self,
      upTo: PolicyLimit.coarse,
      among: Set(index.purposes.keys)
    )
    guard !purposes.isEmpty else { throw purposesNode.fault(.value) }
    return ExceptionRule(
      basis: basis,
      persons: try map.node("persons").integer(2...2),
      secondWithin: try map.find("second_within")?.span(atMost: life.nominalMs),
      ownWithin: try map.find("own_within")?.span(atMost: life.nominalMs),
      life: life,
      groups: groups,
      purposes: Set(purposes),
      roles: try map.find("roles")?.words(Code.self, upTo: 2, among: personRoles) ?? [],
      labels: try map.labels(languages),
      mask: mask
    )
  }

  mutating func readKinds() {
    let faultsBefore = faults.count
    for node in entries("kinds", upTo: 64) {
      collect { builder throws(PolicyFault) in
        let map = try node.object(
          ["code", "life"],
          optional: ["labels", "groups", "bases", "outcomes"]
        )
        let codeNode = try map.node("code")
        guard let kind = MessageKind(rawValue: try codeNode.string()) else {
          throw codeNode.fault(.badCode)
        }
        guard builder.index.kinds[kind] == nil else { throw codeNode.fault(.duplicateCode) }
        builder.index.kinds[kind] = builder.kinds.count
        builder.kinds.append(try builder.kind(map, kind))
      }
    }
    if MessageKind.allCases.contains(where: { $0.isRequired && index.kinds[$0] == nil }),
      faults.count == faultsBefore, let node = root.find("kinds")
    {
      collect { _ throws(PolicyFault) in throw node.fault(.noRule) }
    }
  }

  private func kind(_ map: PolicyMap, _ kind: MessageKind) throws(PolicyFault) -> KindRule {
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
    return KindRule(
      kind: kind,
      lifeMs: try map.node("life").span(atMost: PolicyLimit.lifeMs).nominalMs,
      groups: content.groups,
      bases: content.bases,
      outcomes: outcomes,
      labels: try map.labels(languages),
      mask: content.mask
    )
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
      // An answer rests on the question, a note about nobody on nothing, everything else on a grant.
      guard (basis == .reply) == (kind == .reply), (basis == .anonymous) == (kind == .tally) else {
        throw node.fault(.badCode)
      }
      guard bases.insert(basis).inserted else { throw node.fault(.duplicateCode) }
    }
    guard !bases.isEmpty else { throw basesNode.fault(.value) }
    return (groups, mask, bases)
  }
}
