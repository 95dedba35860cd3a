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
  var sections: [FieldForm] = []
  var roles: [RoleRule] = []
  var personRoles: Set<Code> = []
  /// The longest life of each kind of grant, in milliseconds.
  var termLives: [Code: UInt64] = [:]

  /// What was found wrong so far, in the order of reading.
  private(set) var faults: [PolicyFault] = []

  init(_ node: PolicyNode) throws(PolicyFault) {
    guard let object = node.value.object else { throw node.fault(.value) }
    root = PolicyMap(object: object, path: node.path)
    let type = try root.node("type")
    guard try type.string() == "amonat/v1/policy" else { throw type.fault(.type) }
    let spoken = try root.node("languages")
    languages = try spoken.words(Language.self, upTo: PolicyLimit.languages, among: nil)
    guard !languages.isEmpty else { throw spoken.fault(.value) }
    for member in object.members
    where !Self.required.contains(member.key) && !Self.optional.contains(member.key) {
      faults.append(PolicyFault(code: .unknownKey, path: node.path.key(member.key)))
    }
  }

  private static let required: Set<String> = [
    "type", "name", "version", "languages", "groups", "terms", "purposes", "services", "bases",
    "exceptions", "kinds", "priorities", "timers", "withdrawal", "witnessing", "plan",
    "calendar", "lists",
  ]

  /// Parts that came later: a policy without them allows nothing of what they would allow.
  private static let optional: Set<String> = [
    "labels", "overlap", "roles", "consent", "notices", "retention", "kept", "cross_border",
    "sections", "periods", "offices", "automatic",
  ]

  /// Reads one part; a fault in it is kept, and reading goes on elsewhere.
  @discardableResult
  mutating func collect<Part>(
    _ read: (inout PolicyBuilder) throws(PolicyFault) -> Part
  ) -> Part? {
    guard faults.count < PolicyLimit.faults else { return nil }
    do throws(PolicyFault) {
      return try read(&self)
    } catch {
      // One cause, one finding: a part that several others need is read more than once.
      if !faults.contains(error) { faults.append(error) }
      return nil
    }
  }

  /// Reads everything.
  ///
  /// - Returns: The policy, or `nil` and ``faults``.
  mutating func build() -> Policy? {
    readTerms()
    for (position, code) in codes("groups", FieldGroup.self, upTo: PolicyLimit.coarse).enumerated()
    {
      if let code { index.groups[code] = position }
    }
    readPurposes()
    readPriorities()
    readServices()
    readLists()
    readForms()
    readSections()
    let bases = readBases()
    readRoles()
    readExceptions()
    readKinds()
    let people = readPeople()
    let name = collect { builder throws(PolicyFault) in
      try builder.root.node("name").word(Code.self)
    }
    let version = collect { builder throws(PolicyFault) in
      try builder.root.node("version").integer(1...UInt64(UInt32.max))
    }
    let labels = collect { builder throws(PolicyFault) in
      try builder.root.labels(builder.languages)
    }
    let timers = collect { builder throws(PolicyFault) in try builder.readTimers() }
    let withdrawal = collect { builder throws(PolicyFault) in try builder.readWithdrawal() }
    let witnessing = collect { builder throws(PolicyFault) in try builder.readWitnessing() }
    let plan = collect { builder throws(PolicyFault) in try builder.readPlan() }
    let calendar = collect { builder throws(PolicyFault) in
      try builder.readCalendar(try builder.root.node("calendar"))
    }
    let consent = collect { builder throws(PolicyFault) in try builder.readConsent() }
    let offices = collect { builder throws(PolicyFault) in try builder.readOffices() }
    let automatic = collect { builder throws(PolicyFault) in try builder.readAutomatic() }
    guard faults.isEmpty, let name, let version, let labels, let timers, let withdrawal,
      let witnessing, let plan, let calendar, let offices, let automatic
    else { return nil }
    return Policy(
      name: name,
      version: version,
      languages: languages,
      labels: labels,
      forms: forms,
      terms: terms,
      purposes: purposes,
      services: services,
      bases: bases,
      exceptions: exceptions,
      kinds: kinds,
      priorities: priorities,
      timers: timers,
      consent: consent ?? nil,
      withdrawal: withdrawal,
      witnessing: witnessing,
      padLimit: plan.pads,
      untilStep: plan.untilStep,
      calendar: calendar,
      offices: offices,
      automatic: automatic,
      lists: lists,
      overlap: people.overlap,
      roles: roles,
      notices: people.notices,
      retention: people.retention,
      kept: people.kept,
      crossBorder: people.crossBorder,
      sections: sections,
      periods: people.periods,
      index: index
    )
  }

  /// The entries of a list of the root, with nothing where it is absent and need not be there.
  mutating func entries(_ key: String, upTo limit: Int, optional: Bool = false) -> [PolicyNode] {
    if optional, root.find(key) == nil { return [] }
    return collect { builder throws(PolicyFault) in
      try builder.root.node(key).list(upTo: limit)
    } ?? []
  }

  /// The codes that name the objects of a list, each once; `nil` where an entry has no good one.
  mutating func codes<Word: DomainText>(
    _ key: String,
    _: Word.Type,
    upTo limit: Int,
    optional: Bool = false
  ) -> [Word?] {
    var seen: Set<Word> = []
    return entries(key, upTo: limit, optional: optional).map { node in
      collect { _ throws(PolicyFault) in
        guard let value = node.value.object?["code"] else {
          throw PolicyFault(code: .missingKey, path: node.path.key("code"))
        }
        let codeNode = PolicyNode(value: value, path: node.path.key("code"))
        let code = try codeNode.word(Word.self)
        guard seen.insert(code).inserted else { throw codeNode.fault(.duplicateCode) }
        return code
      }
    }
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
