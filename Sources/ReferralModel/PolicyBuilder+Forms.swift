internal import CanonicalBytes

extension PolicyBuilder {
  mutating func readLists() {
    // What the policy defines elsewhere can be chosen from like any list.
    for (name, entries) in [
      ("services", services.map { CodeEntry(code: $0.code, labels: $0.labels, crosswalk: [:]) }),
      (
        "priorities", priorities.map { CodeEntry(code: $0.code, labels: $0.labels, crosswalk: [:]) }
      ),
      (
        "purposes",
        purposes.compactMap { purpose in
          Code(purpose.code.text).map {
            CodeEntry(code: $0, labels: purpose.labels, crosswalk: [:])
          }
        }
      ),
    ] {
      guard let code = Code(name) else { continue }
      index.lists[code] = lists.count
      lists.append(CodeList(code: code, labels: Labels(texts: []), entries: entries))
    }
    let codes = codes("lists", Code.self, upTo: PolicyLimit.lists)
    for (node, code) in zip(entries("lists", upTo: PolicyLimit.lists), codes) {
      guard let code else { continue }
      guard index.lists[code] == nil else {
        collect { _ throws(PolicyFault) in
          throw PolicyFault(code: .duplicateCode, path: node.path.key("code"))
        }
        continue
      }
      index.lists[code] = lists.count
      let entries = readEntries(node)
      // A list with faults keeps its place, so that what refers to it is not a second fault.
      let labels = collect { builder throws(PolicyFault) in
        let map = try node.object(["code", "codes"], optional: ["labels"])
        return try map.labels(builder.languages)
      }
      lists.append(CodeList(code: code, labels: labels ?? Labels(texts: []), entries: entries))
    }
  }

  private mutating func readEntries(_ list: PolicyNode) -> [CodeEntry] {
    let nodes = collect { _ throws(PolicyFault) in
      let map = try list.object(["code", "codes"], optional: ["labels"])
      let entriesNode = try map.node("codes")
      let nodes = try entriesNode.list(upTo: PolicyLimit.codes)
      guard !nodes.isEmpty else { throw entriesNode.fault(.value) }
      return nodes
    }
    var entries: [CodeEntry] = []
    var seen: Set<Code> = []
    for node in nodes ?? [] {
      collect { builder throws(PolicyFault) in
        let entry = try node.object(["code"], optional: ["labels", "htcds", "ictip", "hsds"])
        let codeNode = try entry.node("code")
        let code = try codeNode.word(Code.self)
        guard seen.insert(code).inserted else { throw codeNode.fault(.duplicateCode) }
        var crosswalk: [Crosswalk: String] = [:]
        for standard in Crosswalk.allCases {
          guard let value = entry.find(standard.rawValue) else { continue }
          let text = try value.string()
          guard !text.isEmpty, text.unicodeScalars.count <= PolicyLimit.labelScalars else {
            throw value.fault(.value)
          }
          crosswalk[standard] = text
        }
        entries.append(
          CodeEntry(
            code: code,
            labels: builder.collect { builder throws(PolicyFault) in
              try entry.labels(builder.languages)
            } ?? Labels(texts: []),
            crosswalk: crosswalk
          )
        )
      }
    }
    return entries
  }

  mutating func readForms() {
    let nodes = entries("groups", upTo: PolicyLimit.coarse)
    if nodes.isEmpty, let node = root.find("groups") {
      collect { _ throws(PolicyFault) in throw node.fault(.noGroups) }
    }
    for node in nodes {
      collect { builder throws(PolicyFault) in builder.forms.append(try builder.form(node)) }
    }
  }

  /// The forms of the case document, which stays at its node.
  mutating func readSections() {
    let codes = codes("sections", FieldGroup.self, upTo: PolicyLimit.sections, optional: true)
    for (node, code) in zip(entries("sections", upTo: PolicyLimit.sections, optional: true), codes)
    {
      guard let code else { continue }
      if index.groups[code] != nil {
        collect { _ throws(PolicyFault) in
          throw PolicyFault(code: .duplicateCode, path: node.path.key("code"))
        }
      }
      index.sections[code] = sections.count
      collect { builder throws(PolicyFault) in builder.sections.append(try builder.form(node)) }
    }
  }

  private mutating func form(_ node: PolicyNode) throws(PolicyFault) -> FieldForm {
    let map = try node.object(["code", "class", "fields"], optional: ["labels"])
    let fieldsNode = try map.node("fields")
    let nodes = try fieldsNode.list(upTo: PolicyLimit.fields)
    guard !nodes.isEmpty else { throw fieldsNode.fault(.value) }
    let ceiling = try sensitivity(try map.node("class"))
    var fields: [FieldRule] = []
    for fieldNode in nodes {
      collect { builder throws(PolicyFault) in
        let field = try builder.readField(fieldNode)
        guard !fields.contains(where: { $0.name == field.name }) else {
          throw PolicyFault(code: .duplicateCode, path: fieldNode.path.key("name"))
        }
        fields.append(field)
      }
    }
    return FieldForm(
      group: try map.node("code").word(FieldGroup.self),
      sensitivity: ceiling,
      fields: fields,
      labels: try map.labels(languages)
    )
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

  func sensitivity(_ node: PolicyNode) throws(PolicyFault) -> SensitivityClass {
    guard let value = SensitivityClass(rawValue: try node.string()) else {
      throw node.fault(.value)
    }
    return value
  }
}
