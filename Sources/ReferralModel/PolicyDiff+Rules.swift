extension PolicyDiff {
  mutating func compareRules() {
    entries(old.terms, new.terms, name: { .term($0.code) }, labels: \.labels) {
      diff,
      key,
      first,
      second in
      diff.span(.termLife, key, first.life, second.life)
    }
    entries(old.purposes, new.purposes, name: { .purpose($0.code) }, labels: \.labels) {
      diff,
      key,
      first,
      second in
      diff.set(.purposeGroups, key, first.groups, second.groups, PolicyName.group)
      diff.value(.purposeOnward, key, .flag(first.mayGoOnward), .flag(second.mayGoOnward))
      diff.set(.purposeTerms, key, first.terms, second.terms, PolicyName.term)
    }
    entries(old.services, new.services, name: { .service($0.code) }, labels: \.labels) {
      diff,
      key,
      first,
      second in
      diff.value(
        .servicePurpose,
        key,
        .names([.purpose(first.purpose)]),
        .names([.purpose(second.purpose)])
      )
      for priority in Set(first.timers.keys).union(second.timers.keys).sorted() {
        diff.answerTimes(key, first.timers[priority], second.timers[priority])
      }
    }
    entries(old.priorities, new.priorities, name: { .priority($0.code) }, labels: \.labels) {
      diff,
      key,
      first,
      second in
      diff.answerTimes(key, first.times, second.times)
      diff.span(.messageLife, key, first.messageLife, second.messageLife)
      diff.span(.deputyAfter, key, first.deputyAfter, second.deputyAfter)
      diff.span(.nextProviderAfter, key, first.nextProviderAfter, second.nextProviderAfter)
      let percents = { (list: [UInt64]) in
        PolicyValue.text(list.map { "\($0) %" }.joined(separator: ", "))
      }
      diff.value(.remind, key, percents(first.remindPercent), percents(second.remindPercent))
      diff.value(.telephone, key, .flag(first.telephone), .flag(second.telephone))
      diff.value(.coordinator, key, .flag(first.coordinator), .flag(second.coordinator))
      diff.span(.legWindow, key, first.legWindow, second.legWindow)
    }
  }

  private mutating func answerTimes(
    _ name: PolicyName,
    _ before: AnswerTimes?,
    _ after: AnswerTimes?
  ) {
    span(.acknowledge, name, before?.acknowledge, after?.acknowledge)
    span(.decide, name, before?.decide, after?.decide)
    span(.contact, name, before?.contact, after?.contact)
  }

  mutating func compareMessages() {
    for basis in Basis.allCases where !basis.isException {
      if let before = old.bases[basis], let after = new.bases[basis] {
        labels(.basis(basis), before, after)
      }
    }
    entries(old.exceptions, new.exceptions, name: { .basis($0.basis) }, labels: \.labels) {
      diff,
      key,
      first,
      second in
      diff.span(.exceptionLife, key, first.life, second.life)
      diff.span(.secondWithin, key, first.secondWithin, second.secondWithin)
      diff.span(.ownWithin, key, first.ownWithin, second.ownWithin)
      diff.set(.exceptionGroups, key, first.groups, second.groups, PolicyName.group)
      diff.set(.exceptionPurposes, key, first.purposes, second.purposes, PolicyName.purpose)
      diff.value(
        .exceptionRoles,
        key,
        .names(first.roles.map(PolicyName.role)),
        .names(second.roles.map(PolicyName.role))
      )
    }
    entries(old.kinds, new.kinds, name: { .kind($0.kind) }, labels: \.labels) {
      diff,
      key,
      first,
      second in
      diff.value(.kindLife, key, .days(ms: first.lifeMs), .days(ms: second.lifeMs))
      diff.set(.kindGroups, key, first.groups, second.groups, PolicyName.group)
      let bases = { (rule: KindRule) in Basis.allCases.filter(rule.bases.contains).map(\.rawValue) }
      diff.set(.kindBases, key, bases(first), bases(second)) { text in
        Basis(rawValue: text).map(PolicyName.basis) ?? .policy
      }
      diff.set(.kindOutcomes, key, first.outcomes, second.outcomes, PolicyName.list)
    }
  }

  mutating func compareTimes() {
    for timer in TimerName.listed {
      span(.timer, .timer(timer), old.timers[timer], new.timers[timer])
    }
    for period in PeriodName.allCases {
      span(.timer, .period(period), old.periods[period], new.periods[period])
    }
    span(.holdDown, .policy, old.withdrawal.holdDown, new.withdrawal.holdDown)
    number(.dailyRate, old.withdrawal.dailyRate, new.withdrawal.dailyRate)
    number(.quorum, old.witnessing.quorum, new.witnessing.quorum)
    number(.sectors, old.witnessing.sectors, new.witnessing.sectors)
    span(.heartbeat, .policy, old.witnessing.heartbeat, new.witnessing.heartbeat)
    span(.settledLimit, .policy, old.witnessing.settledLimit, new.witnessing.settledLimit)
    number(.pads, old.padLimit, new.padLimit)
    span(.untilStep, .policy, old.untilStep, new.untilStep)
    let (before, after) = (old.calendar, new.calendar)
    value(
      .timeZone,
      .policy,
      .text(before.zoneText),
      .text(after.zoneText)
    )
    value(.workdays, .policy, .text(before.workdayText), .text(after.workdayText))
    value(.hours, .policy, .text(before.hourText), .text(after.hourText))
    value(.holidays, .policy, .text(before.holidayText), .text(after.holidayText))
  }

  mutating func compareOffices() {
    let named = { (policy: Policy) in
      policy.offices.sorted { $0.key < $1.key }.map { (agency: $0.key, office: $0.value) }
    }
    entries(named(old), named(new), name: { .office($0.agency) }, labels: nil) {
      diff,
      key,
      first,
      second in
      let hours = { (office: Office) in PolicyValue.text(office.hours?.fullText ?? "") }
      diff.value(.officeHours, key, hours(first.office), hours(second.office))
      diff.value(
        .officeTelephone,
        key,
        .text(first.office.telephone ?? ""),
        .text(second.office.telephone ?? "")
      )
    }
    for timer in TimerName.allCases where old.automatic[timer] != new.automatic[timer] {
      value(.automatic, .timer(timer), old.automaticValue(timer), new.automaticValue(timer))
    }
  }

  private mutating func number(_ aspect: PolicyAspect, _ before: UInt64, _ after: UInt64) {
    value(aspect, .policy, .number(before), .number(after))
  }

  mutating func comparePeople() {
    entries(old.roles, new.roles, name: { .role($0.code) }, labels: \.labels) {
      diff,
      key,
      first,
      second in
      diff.value(.roleBearer, key, .word(first.bearer.rawValue), .word(second.bearer.rawValue))
      diff.value(.roleClass, key, .sensitivity(first.ceiling), .sensitivity(second.ceiling))
    }
    entries(old.notices, new.notices, name: { .notice($0.code) }, labels: \.labels) {
      diff,
      key,
      first,
      second in
      // The text is compared with the number: one may not change without the other being seen.
      let text = first.text == second.text ? "" : "*"
      diff.value(
        .noticeText,
        key,
        .text("\(first.version)"),
        .text("\(second.version)\(text)")
      )
    }
    retained(old.retention, new.retention, PolicyName.retained)
    retained(old.kept, new.kept, PolicyName.kept)
    let purposes = { (rule: CrossBorderRule?) in
      rule.map { PolicyValue.names([.purpose($0.purpose)]) } ?? .none
    }
    value(.crossBorderPurpose, .policy, purposes(old.crossBorder), purposes(new.crossBorder))
    entries(
      old.crossBorder?.agencies ?? [],
      new.crossBorder?.agencies ?? [],
      name: { .foreign($0.agency) },
      labels: \.labels
    ) { diff, key, first, second in
      diff.value(.foreignCountry, key, .text(first.country.text), .text(second.country.text))
    }
  }

  private mutating func retained(
    _ before: [RetentionRule],
    _ after: [RetentionRule],
    _ name: (Code) -> PolicyName
  ) {
    entries(before, after, name: { name($0.code) }, labels: \.labels) { diff, key, first, second in
      diff.value(
        .retainedBasis,
        key,
        .entries([first.basis], "legal-basis"),
        .entries([second.basis], "legal-basis")
      )
      diff.span(.retainedLife, key, first.life, second.life)
      diff.value(.retainedConfirmed, key, .flag(first.isConfirmed), .flag(second.isConfirmed))
      let starts = { (rule: RetentionRule) in
        PolicyValue.text(rule.after.map(\.rawValue).sorted().joined(separator: ", "))
      }
      diff.value(.retainedAfter, key, starts(first), starts(second))
    }
  }
}

extension PolicyValue {
  /// A time that a policy keeps in milliseconds.
  fileprivate static func days(ms: UInt64) -> PolicyValue {
    for (unit, length) in [(Span.Unit.days, 86_400_000), (.hours, 3_600_000), (.minutes, 60_000)]
      as [(Span.Unit, UInt64)]
    where ms.isMultiple(of: length) {
      if let span = Span(UInt32(clamping: ms / length), unit) { return .span(span) }
    }
    return .number(ms)
  }

  /// Codes of a list.
  static func entries(_ codes: [Code], _ list: String) -> PolicyValue {
    guard let list = Code(list) else { return .none }
    return .names(codes.map { .entry($0, list) })
  }
}

extension Policy {
  /// The code that a clock gives, as one of the list that its message takes it from.
  fileprivate func automaticValue(_ timer: TimerName) -> PolicyValue {
    guard let code = automatic[timer], let kind = PolicyBuilder.automaticKinds[timer] else {
      return .none
    }
    let holding = self.kind(kind)?.outcomes.first { list($0)?.contains(code) ?? false }
    return holding.map { .names([.entry(code, $0)]) } ?? .text(code.text)
  }
}

extension WorkCalendar {
  /// All of it in one text that is the same in every language.
  public var fullText: String {
    [zoneText, workdayText, hourText, holidayText].joined(separator: "; ")
  }

  fileprivate var zoneText: String {
    "UTC+\(Self.clock(utcOffsetMinutes))"
  }

  fileprivate var hourText: String {
    "\(Self.clock(opensMinute))–\(Self.clock(closesMinute))"
  }

  /// Week days by number, Monday first: the same in every language.
  fileprivate var workdayText: String {
    workdays.sorted().map { "\($0 + 1)" }.joined(separator: ", ")
  }

  fileprivate var holidayText: String {
    let yearly = yearlyHolidays.sorted().map { "\(Self.two($0 / 100))-\(Self.two($0 % 100))" }
    let dated = datedHolidays.sorted().map { day in
      let (year, month, date) = CivilDate.civil(fromDay: day)
      return "\(year)-\(Self.two(month))-\(Self.two(date))"
    }
    return (yearly + dated).joined(separator: ", ")
  }

  private static func clock(_ minutes: Int64) -> String {
    "\(two(minutes / 60)):\(two(minutes % 60))"
  }

  private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
