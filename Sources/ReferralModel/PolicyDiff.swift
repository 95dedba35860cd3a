extension Policy {
  /// What another edition of this policy changes, in the order of a policy's parts.
  ///
  /// Every property that a reader can notice is compared; the order of entries is not.
  public func changes(to next: Policy) -> [PolicyChange] {
    var diff = PolicyDiff(old: self, new: next)
    diff.compareHead()
    diff.compareForms()
    diff.compareRules()
    diff.compareMessages()
    diff.compareTimes()
    diff.compareOffices()
    diff.compareLists()
    diff.comparePeople()
    diff.compareConsent()
    return diff.changes
  }
}

/// Compares two policies, part by part.
struct PolicyDiff {
  let old: Policy
  let new: Policy
  var changes: [PolicyChange] = []

  init(old: Policy, new: Policy) { (self.old, self.new) = (old, new) }

  /// Compares one value.
  mutating func value(
    _ aspect: PolicyAspect,
    _ name: PolicyName,
    _ before: PolicyValue,
    _ after: PolicyValue
  ) {
    if before != after { changes.append(.set(aspect, name, from: before, to: after)) }
  }

  mutating func span(_ aspect: PolicyAspect, _ name: PolicyName, _ before: Span?, _ after: Span?) {
    value(aspect, name, before.map(PolicyValue.span) ?? .none, after.map(PolicyValue.span) ?? .none)
  }

  mutating func labels(_ name: PolicyName, _ before: Labels, _ after: Labels) {
    // A language more or less is a change of its own.
    let spoken = old.languages.filter(new.languages.contains)
    let isSame = spoken.allSatisfy { language in
      (before[language] ?? "").utf8.elementsEqual((after[language] ?? "").utf8)
    }
    if !isSame { changes.append(.renamed(name)) }
  }

  /// Compares two sets.
  mutating func set<Element: Hashable & Comparable>(
    _ set: PolicySet,
    _ name: PolicyName,
    _ before: some Sequence<Element>,
    _ after: some Sequence<Element>,
    _ element: (Element) -> PolicyName
  ) {
    let (first, second) = (Set(before), Set(after))
    for gained in second.subtracting(first).sorted() {
      changes.append(.gains(set, name, element(gained)))
    }
    for lost in first.subtracting(second).sorted() {
      changes.append(.loses(set, name, element(lost)))
    }
  }

  /// Pairs entries by name: new ones, gone ones, and those to be compared.
  mutating func entries<Entry>(
    _ before: [Entry],
    _ after: [Entry],
    name: (Entry) -> PolicyName,
    labels: ((Entry) -> Labels)?,
    compare: (inout PolicyDiff, PolicyName, Entry, Entry) -> Void
  ) {
    let earlier = Dictionary(before.map { (name($0), $0) }) { first, _ in first }
    let later = Set(after.map(name))
    for entry in after {
      let key = name(entry)
      guard let match = earlier[key] else {
        changes.append(.added(key))
        continue
      }
      if let labels { self.labels(key, labels(match), labels(entry)) }
      compare(&self, key, match, entry)
    }
    for entry in before where !later.contains(name(entry)) {
      changes.append(.removed(name(entry)))
    }
  }

  mutating func compareHead() {
    value(.name, .policy, .text(old.name.text), .text(new.name.text))
    value(.version, .policy, .number(old.version), .number(new.version))
    entries(old.languages, new.languages, name: PolicyName.language, labels: nil) { _, _, _, _ in }
    labels(.policy, old.labels, new.labels)
    span(.overlap, .policy, old.overlap, new.overlap)
  }

  mutating func compareForms() {
    forms(old.forms, new.forms, PolicyName.group, PolicyName.field)
    forms(old.sections, new.sections, PolicyName.section, PolicyName.sectionField)
  }

  private mutating func forms(
    _ before: [FieldForm],
    _ after: [FieldForm],
    _ name: (FieldGroup) -> PolicyName,
    _ field: (Code, FieldGroup) -> PolicyName
  ) {
    entries(before, after, name: { name($0.group) }, labels: \.labels) { diff, key, first, second in
      diff.value(
        .groupClass,
        key,
        .sensitivity(first.sensitivity),
        .sensitivity(second.sensitivity)
      )
      diff.entries(
        first.fields,
        second.fields,
        name: { field($0.name, first.group) },
        labels: \.labels
      ) { diff, key, first, second in
        diff.value(.fieldType, key, .word(first.type.rawValue), .word(second.type.rawValue))
        diff.value(.fieldLimit, key, .number(first.limit), .number(second.limit))
        diff.value(
          .fieldClass,
          key,
          .sensitivity(first.sensitivity),
          .sensitivity(second.sensitivity)
        )
        diff.value(.fieldRequired, key, .flag(first.isRequired), .flag(second.isRequired))
        diff.value(
          .fieldList,
          key,
          first.list.map { .names([.list($0)]) } ?? .none,
          second.list.map { .names([.list($0)]) } ?? .none
        )
      }
    }
  }

  mutating func compareLists() {
    entries(
      old.lists,
      new.lists,
      name: { PolicyName.list($0.code) },
      labels: \.labels
    ) { diff, _, first, second in
      // What the policy defines elsewhere has been compared there.
      guard !first.isDerived else { return }
      diff.entries(
        first.entries,
        second.entries,
        name: { .entry($0.code, first.code) },
        labels: \.labels
      ) { diff, key, first, second in
        for standard in Crosswalk.allCases
        where first.crosswalk[standard] != second.crosswalk[standard] {
          diff.value(
            .crosswalk,
            key,
            first.crosswalk[standard].map(PolicyValue.text) ?? .none,
            second.crosswalk[standard].map(PolicyValue.text) ?? .none
          )
        }
      }
    }
  }
}
