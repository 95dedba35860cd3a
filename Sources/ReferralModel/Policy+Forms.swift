public import CanonicalBytes

extension Policy {
  /// Checks the content of one group, as it comes out of its compartment.
  ///
  /// - Parameters:
  ///   - content: The fields by name.
  ///   - group: The group under which it was sealed.
  ///   - granted: The groups of the grant or of the question answered.
  ///   - purpose: What it is for, where that may narrow the form.
  /// - Throws: ``FormFailure``; over-disclosure is found before anything else (PROTOCOL §3).
  public func check(
    content: CanonicalObject,
    of group: FieldGroup,
    granted: [FieldGroup],
    purpose: Purpose? = nil
  ) throws(FormFailure) {
    guard let form = form(group) else { throw .unknownGroup }
    guard granted.contains(group) else { throw .overDisclosed(group) }
    let only = purpose.flatMap { purpose in
      consent?.narrow.first { $0.purpose == purpose && $0.group == group }?.fields
    }
    for member in content.members {
      guard let name = Code(member.key) else { throw .unknownField(group) }
      guard only?.contains(name) ?? true else { throw .overDisclosed(group) }
      guard form.byName[name] == nil else { continue }
      // The name of another group's field: identity hidden in the need, say.
      throw forms.contains { $0.byName[name] != nil }
        ? .overDisclosed(group) : .unknownField(group)
    }
    try check(content, form, only: only)
  }

  /// Checks the content of one section of the case document, which never leaves its node.
  ///
  /// - Throws: ``FormFailure``.
  public func check(content: CanonicalObject, ofSection code: FieldGroup) throws(FormFailure) {
    guard let form = section(code) else { throw .unknownGroup }
    for member in content.members {
      guard let name = Code(member.key), form.byName[name] != nil else {
        throw .unknownField(code)
      }
    }
    try check(content, form)
  }

  /// `only`: The fields that are asked for, where not all of the form are.
  private func check(
    _ content: CanonicalObject,
    _ form: FieldForm,
    only: [Code]? = nil
  ) throws(FormFailure) {
    for name in form.required where only?.contains(name) ?? true {
      guard content[name.text] != nil else { throw .missing(form.group, name) }
    }
    // A form has many fields, and content few.
    for member in content.members {
      guard let name = Code(member.key), let field = form.byName[name] else { continue }
      try check(member.value, field, form.group)
    }
  }

  /// Checks content of several groups, as a person hands it in: `{"need": {…}, "contact": {…}}`.
  ///
  /// - Throws: ``FormFailure`` for the first fault.
  public func check(document: CanonicalObject, granted: [FieldGroup]) throws(FormFailure) {
    for member in document.members {
      guard let group = FieldGroup(member.key), form(group) != nil else { throw .unknownGroup }
      guard granted.contains(group) else { throw .overDisclosed(group) }
    }
    for member in document.members {
      guard let group = FieldGroup(member.key), let content = member.value.object else {
        throw .unknownGroup
      }
      try check(content: content, of: group, granted: granted)
    }
  }

  private func check(
    _ value: CanonicalValue,
    _ field: FieldRule,
    _ group: FieldGroup
  ) throws(FormFailure) {
    switch (field.type, value) {
    case (.text, .string(let text)):
      guard !text.isEmpty else { throw .wrongType(group, field.name) }
      // Scalars never outnumber bytes, so most texts need no counting.
      guard text.utf8.count <= field.limit || scalars(text) <= field.limit else {
        throw .tooLong(group, field.name)
      }
    case (.code, .string(let text)):
      try checkCode(text, field, group)
    case (.codes, .list(let list)):
      guard list.count <= field.limit else { throw .tooLong(group, field.name) }
      for element in list {
        guard let text = element.string else { throw .wrongType(group, field.name) }
        try checkCode(text, field, group)
      }
    case (.integer, .integer(let number)):
      guard number <= field.limit else { throw .tooLong(group, field.name) }
    case (.flag, .bool): break
    case (.date, .string(let text)):
      guard CivilDate.day(parsing: text) != nil else { throw .wrongType(group, field.name) }
    case (.month, .string(let text)):
      guard CivilDate.isMonth(text) else { throw .wrongType(group, field.name) }
    case (.text, _), (.code, _), (.codes, _), (.integer, _), (.flag, _), (.date, _), (.month, _):
      throw .wrongType(group, field.name)
    }
  }

  /// The number of Unicode scalars: the bytes that do not continue one.
  private func scalars(_ text: String) -> Int {
    let bytes = text.utf8.span
    var count = 0
    for place in bytes.indices where bytes[place] & 0xC0 != 0x80 { count += 1 }
    return count
  }

  private func checkCode(
    _ text: String,
    _ field: FieldRule,
    _ group: FieldGroup
  ) throws(FormFailure) {
    guard let code = Code(text), field.codes.contains(code) else {
      throw .unknownCode(group, field.name)
    }
  }
}
