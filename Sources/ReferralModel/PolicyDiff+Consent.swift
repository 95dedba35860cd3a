extension PolicyDiff {
  /// Compares how consent is taken; a policy without that part has none of its values.
  mutating func compareConsent() {
    let (before, after) = (old.consent, new.consent)
    consentValue(.adultYears) { .number($0.majority) }
    consentValue(.warn) { .spans($0.warnings) }
    consentValue(.transition) { .spans($0.transition) }
    entries(before?.ages ?? [], after?.ages ?? [], name: { .age($0.code) }, labels: \.labels) {
      diff,
      key,
      first,
      second in
      diff.value(
        .ageBands,
        key,
        .entries(first.bands, "age-band"),
        .entries(second.bands, "age-band")
      )
      diff.value(.ageChild, key, .flag(first.isChild), .flag(second.isChild))
      diff.value(
        .ageDecides,
        key,
        .entries(first.deciders, "decider"),
        .entries(second.deciders, "decider")
      )
      diff.value(.ageAssent, key, .word(first.assent.rawValue), .word(second.assent.rawValue))
    }
    consentValue(.recordWithin) { .span($0.recordWithin) }
    consentValue(.reviewWithin) { .span($0.reviewWithin) }
    consentSet(.neverCondition, \.separate, PolicyName.purpose)
    entries(
      before?.questions ?? [],
      after?.questions ?? [],
      name: { .question($0.code) },
      labels: \.labels
    ) { diff, key, first, second in
      diff.value(.questionRecord, key, .flag(first.isForRecord), .flag(second.isForRecord))
      diff.set(.questionPurposes, key, first.purposes, second.purposes, PolicyName.purpose)
      diff.set(.questionReceivers, key, first.receivers, second.receivers, PolicyName.receiver)
    }
    consentSet(.writtenPurposes, \.writtenFor, PolicyName.purpose)
    consentSet(.writtenExpressions, \.written) { code in
      Code("consent-expression").map { .entry(code, $0) } ?? .policy
    }
    consentValue(.abroadRegion) { .entries([$0.abroad.region], "region") }
    consentSet(.abroadPurposes, \.abroad.purposes, PolicyName.purpose)
    consentValue(.abroadArrival) { .span($0.abroad.arrival) }
    entries(
      before?.narrow ?? [],
      after?.narrow ?? [],
      name: { .narrow($0.purpose, $0.group) },
      labels: nil
    ) { diff, key, first, second in
      diff.set(.narrowFields, key, first.fields, second.fields) { .field($0, first.group) }
    }
    consentValue(.leastCount) { .number($0.leastCount) }
    entries(
      before?.receivers ?? [],
      after?.receivers ?? [],
      name: { .receiver($0.code) },
      labels: \.labels
    ) { diff, key, first, second in
      diff.value(.receiverFamily, key, .flag(first.isFamily), .flag(second.isFamily))
    }
  }

  private mutating func consentValue(
    _ aspect: PolicyAspect,
    _ read: (ConsentRules) -> PolicyValue
  ) {
    value(aspect, .policy, old.consent.map(read) ?? .none, new.consent.map(read) ?? .none)
  }

  private mutating func consentSet<Element: Hashable & Comparable>(
    _ aspect: PolicySet,
    _ read: (ConsentRules) -> [Element],
    _ name: (Element) -> PolicyName
  ) {
    set(aspect, .policy, old.consent.map(read) ?? [], new.consent.map(read) ?? [], name)
  }
}
