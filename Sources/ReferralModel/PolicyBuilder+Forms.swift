internal import CanonicalBytes

extension PolicyBuilder {
  mutating func readLists() throws(PolicyFault) {
    // What the policy defines elsewhere can be chosen from like any list.
    for (name, entries) in [
      ("services", services.map { CodeEntry(code: $0.code, labels: $0.labels) }),
      ("priorities", priorities.map { CodeEntry(code: $0.code, labels: $0.labels) }),
      (
        "purposes",
        purposes.compactMap { purpose in
          Code(purpose.code.text).map { CodeEntry(code: $0, labels: purpose.labels) }
        }
      ),
    ] {
      guard let code = Code(name) else { continue }
      index.lists[code] = lists.count
      lists.append(CodeList(code: code, labels: Labels(texts: []), entries: entries))
    }
    let codes = try codes("lists", Code.self, upTo: PolicyLimit.lists)
    for (node, code) in zip(try root.node("lists").list(upTo: PolicyLimit.lists), codes) {
      let map = try node.object(["code", "codes"], optional: ["labels"])
      guard index.lists[code] == nil else { throw try map.node("code").fault(.duplicateCode) }
      let entriesNode = try map.node("codes")
      var entries: [CodeEntry] = []
      var seen: Set<Code> = []
      for entryNode in try entriesNode.list(upTo: PolicyLimit.codes) {
        let entry = try entryNode.object(["code"], optional: ["labels", "htcds", "ictip", "hsds"])
        for crosswalk in ["htcds", "ictip", "hsds"] { _ = try entry.find(crosswalk)?.string() }
        let codeNode = try entry.node("code")
        let code = try codeNode.word(Code.self)
        guard seen.insert(code).inserted else { throw codeNode.fault(.duplicateCode) }
        entries.append(CodeEntry(code: code, labels: try entry.labels(languages)))
      }
      guard !entries.isEmpty else { throw entriesNode.fault(.value) }
      index.lists[code] = lists.count
      lists.append(
        CodeList(code: code, labels: try map.labels(languages), entries: entries)
      )
    }
  }

  mutating func readForms() throws(PolicyFault) {
    for node in try root.node("groups").list(upTo: PolicyLimit.coarse) {
      let map = try node.object(["code", "class", "fields"], optional: ["labels"])
      var fields: [FieldRule] = []
      for fieldNode in try map.node("fields").list(upTo: PolicyLimit.fields) {
        let field = try readField(fieldNode)
        guard !fields.contains(where: { $0.name == field.name }) else {
          throw PolicyFault(code: .duplicateCode, path: fieldNode.path.key("name"))
        }
        fields.append(field)
      }
      guard !fields.isEmpty else { throw try map.node("fields").fault(.value) }
      forms.append(
        FieldForm(
          group: try map.node("code").word(FieldGroup.self),
          sensitivity: try sensitivity(try map.node("class")),
          fields: fields,
          labels: try map.labels(languages)
        )
      )
    }
    guard !forms.isEmpty else { throw try root.node("groups").fault(.noGroups) }
  }

  func readField(_ node: PolicyNode) throws(PolicyFault) -> FieldRule {
    let map = try node.object(
      ["name", "type", "limit", "class"],
      optional: ["labels", "required", "list"]
    )
    let typeNode = try map.node("type")
    guard let type = FieldType(rawValue: try typeNode.string()) else {
      throw typeNode.fault(.value)
    }
    let limit: UInt64 =
      switch type {
      case .text: try map.node("limit").integer(1...PolicyLimit.textScalars)
      case .codes: try map.node("limit").integer(1...UInt64(PolicyLimit.codes))
      case .code, .flag: try map.node("limit").integer(1...1)
      case .date: try map.node("limit").integer(10...10)
      case .month: try map.node("limit").integer(7...7)
      case .integer: try map.node("limit").integer(1...CanonicalJSON.integerLimit)
      }
    var list: CodeList?
    if type == .code || type == .codes {
      let listNode = try map.node("list")
      guard let position = index.lists[try listNode.word(Code.self)] else {
        throw listNode.fault(.danglingCode)
      }
      list = lists[position]
    } else if let listNode = map.find("list") {
      throw listNode.fault(.unknownKey)
    }
    return FieldRule(
      name: try map.node("name").word(Code.self),
      type: type,
      limit: limit,
      sensitivity: try sensitivity(try map.node("class")),
      isRequired: try map.find("required")?.bool() ?? false,
      list: list?.code,
      labels: try map.labels(languages),
      codes: list?.members ?? []
    )
  }

  private func sensitivity(_ node: PolicyNode) throws(PolicyFault) -> SensitivityClass {
    guard let value = SensitivityClass(rawValue: try node.string()) else {
      throw node.fault(.value)
    }
    return value
  }
}
