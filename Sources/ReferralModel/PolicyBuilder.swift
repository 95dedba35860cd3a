internal import CanonicalBytes

/// Builds a policy from its document, part by part; a later part may use the codes of earlier ones.
struct PolicyBuilder {
  let root: PolicyMap
  let languages: [Language]
  var index = PolicyIndex()
  var lists: [CodeList] = []
  var forms: [FieldForm] = []
  var terms: [TermRule] = []
  var purposes: [PurposeRule] = []
  var services: [ServiceRule] = []
  var exceptions: [ExceptionRule] = []
  var kinds: [KindRule] = []
  var priorities: [PriorityRule] = []

  init(_ node: PolicyNode) throws(PolicyFault) {
    root = try node.object(
      [
        "type", "name", "version", "languages", "groups", "terms", "purposes", "services", "bases",
        "exceptions", "kinds", "priorities", "timers", "withdrawal", "witnessing", "plan",
        "calendar", "lists",
      ],
      optional: ["labels", "consent"]
    )
    let type = try root.node("type")
    guard try type.string() == "amonat/v1/policy" else { throw type.fault(.type) }
    let spoken = try root.node("languages")
    languages = try spoken.words(Language.self, upTo: PolicyLimit.languages, among: nil)
    guard !languages.isEmpty else { throw spoken.fault(.value) }
  }

  func build() throws(PolicyFault) -> Policy {
    var builder = self
    return try builder.assemble()
  }

  private mutating func assemble() throws(PolicyFault) -> Policy {
    try readTerms()
    let groupCodes = try codes("groups", FieldGroup.self, upTo: PolicyLimit.coarse)
    for (position, code) in groupCodes.enumerated() { index.groups[code] = position }
    try readPurposes()
    try readPriorities()
    try readServices()
    try readLists()
    try readForms()
    let bases = try readBases()
    try readExceptions()
    try readKinds()
    return Policy(
      name: try root.node("name").word(Code.self),
      version: try root.node("version").integer(1...UInt64(UInt32.max)),
      languages: languages,
      labels: try root.labels(languages),
      forms: forms,
      terms: terms,
      purposes: purposes,
      services: services,
      bases: bases,
      exceptions: exceptions,
      kinds: kinds,
      priorities: priorities,
      timers: try readTimers(),
      consent: try readConsent(),
      withdrawal: try readWithdrawal(),
      witnessing: try readWitnessing(),
      padLimit: try readPlan(),
      calendar: try readCalendar(),
      lists: lists,
      index: index
    )
  }

  /// The objects of a list and the codes that name them, each once.
  func codes<Word: DomainText>(
    _ key: String,
    _: Word.Type,
    upTo limit: Int
  ) throws(PolicyFault) -> [Word] {
    var codes: [Word] = []
    for node in try root.node(key).list(upTo: limit) {
      guard let value = node.value.object?["code"] else {
        throw PolicyFault(code: .missingKey, path: node.path.key("code"))
      }
      let codeNode = PolicyNode(value: value, path: node.path.key("code"))
      let code = try codeNode.word(Word.self)
      guard !codes.contains(code) else { throw codeNode.fault(.duplicateCode) }
      codes.append(code)
    }
    return codes
  }

  func groups(
    _ node: PolicyNode,
    emptyAllowed: Bool = false
  ) throws(PolicyFault) -> (groups: [FieldGroup], mask: GroupMask) {
    let groups = try node.words(
      FieldGroup.self,
      upTo: PolicyLimit.coarse,
      among: Set(index.groups.keys)
    )
    guard emptyAllowed || !groups.isEmpty else { throw node.fault(.noGroups) }
    var mask = GroupMask()
    for group in groups {
      if let position = index.groups[group] { mask.insert(index: position) }
    }
    return (groups.sorted(), mask)
  }
}
