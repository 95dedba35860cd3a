extension Policy {
  /// Longest free text of a consent record, in bytes.
  static let consentTextBytes = 1_000

  /// Judges how a consent was taken.
  ///
  /// - Parameter taken: The circumstances, as somebody wrote them down.
  /// - Returns: Everything that is wrong with it; empty where it counts.
  ///
  /// Source: domain §6.2, §7.5–§7.7; CNS-010 to CNS-019.
  public func judge(_ taken: ConsentCircumstances) -> [ConsentFault] {
    var faults: [ConsentFault] = []
    let texts = [
      taken.notice, taken.script, taken.relation, taken.doubts, taken.interpreter,
      taken.companion, taken.supporter, taken.witness, taken.evidencePlace,
    ]
    let limit = Self.consentTextBytes
    if texts.contains(where: { ($0?.utf8.count ?? 0) > limit }) || taken.consequences.count > 64
      || taken.consequences.contains(where: { $0.utf8.count > 48 })
    {
      faults.append(.tooLong)
    }
    if taken.notice.isEmpty { faults.append(.noticeMissing) }
    if !lists("language", taken.language) { faults.append(.languageUnknown) }
    if !lists("notice-mode", taken.mode) { faults.append(.modeUnknown) }
    if !lists("consent-expression", taken.expression) { faults.append(.expressionUnknown) }
    if taken.interpreter != nil, !taken.interpreterIndependent {
      faults.append(.interpreterNotIndependent)
    }
    if let companion = taken.companion {
      // Whoever came along may be the one she is afraid of.
      let proxy = taken.decidedBy == "self" ? nil : taken.relation
      let roles = [taken.interpreter, taken.witness, proxy]
      if roles.contains(where: { $0.map { Self.same($0, companion) } ?? false }) {
        faults.append(.companionRole)
      }
    }
    // What leaves no mark of her own hand needs somebody who saw or heard it.
    if ["oral-witnessed", "thumb-mark"].contains(taken.expression),
      taken.witness?.isEmpty ?? true
    {
      faults.append(.witnessMissing)
    }
    if let evidence = taken.evidence, !Self.isDigest(evidence) { faults.append(.evidenceMalformed) }
    if !["paper", "digital", "refused", "withheld-safety"].contains(taken.receipt) {
      faults.append(.receiptUnknown)
    }
    judgeAge(taken, into: &faults)
    return faults
  }

  /// Whether a list of the policy holds a code; a policy without that list says nothing about it.
  private func lists(_ name: String, _ code: String) -> Bool {
    guard let list = Code(name).flatMap({ self.list($0) }) else { return true }
    return Code(code).map(list.contains) ?? false
  }

  /// Who may decide at that age, and what the child must have said.
  private func judgeAge(_ taken: ConsentCircumstances, into faults: inout [ConsentFault]) {
    guard ["adult", "child", "doubtful"].contains(taken.capacity) else {
      return faults.append(.ageUnknown)
    }
    guard let rules = consent else {
      // Without rules on age only a grown person who decides alone can be understood.
      if taken.isChild || taken.decidedBy != "self" { faults.append(.deciderNotAllowed) }
      return
    }
    let rule: AgeRule
    if let band = taken.ageBand.flatMap({ Code($0) }) {
      guard let found = rules.age(band) else { return faults.append(.ageUnknown) }
      // A doubtful age is a child's, whichever band is guessed.
      if taken.capacity == "adult", found.isChild { faults.append(.ageContradicts) }
      if taken.capacity == "child", !found.isChild { faults.append(.ageContradicts) }
      if taken.isChild, !found.isChild {
        guard let unknown = Code("unknown").flatMap({ rules.age($0) }) else {
          return faults.append(.ageUnknown)
        }
        rule = unknown
      } else {
        rule = found
      }
    } else if taken.isChild {
      return faults.append(.ageUnknown)
    } else if let grown = rules.ages.first(where: { !$0.isChild }) {
      rule = grown
    } else {
      return faults.append(.ageUnknown)
    }
    guard let decider = Code(taken.decidedBy), rule.deciders.contains(decider) else {
      return faults.append(.deciderNotAllowed)
    }
    if taken.caregiverSuspect, taken.decidedBy == "guardian" { faults.append(.caregiverSuspect) }
    guard taken.decidedBy != "self", rule.isChild else { return }
    switch (rule.assent, taken.assent) {
    case (_, "refused"): faults.append(.assentRefused)
    case (.none, _), (.needed, "given"), (.needed, "written"), (.written, "written"): break
    case (.needed, _), (.written, _): faults.append(.assentMissing)
    }
  }

  /// Judges one leg against how its consent was taken.
  ///
  /// - Parameters:
  ///   - request: The leg.
  ///   - taken: The circumstances; `nil` where none are recorded.
  ///   - region: The region in which the register places the recipient.
  ///   - country: The country that the consent names, for a recipient abroad.
  /// - Returns: Everything that is wrong with it.
  ///
  /// Source: domain §5.3, §7.2, §7.5; CNS-020 to CNS-026.
  public func judge(
    _ request: GrantRequest,
    taken: ConsentCircumstances?,
    region: Code?,
    country: String?
  ) -> [ConsentFault] {
    // Across a border only her own word counts, and only to an agency that the policy names.
    let isAbroad = isAbroad(region)
    let named = foreignAgency(request.peer, for: request.purpose)
    // An exception is judged by its own rule; what is handed on rests on the first consent.
    if isAbroad, request.basis.isException || request.basis == .onward {
      return [.abroadNotAllowed]
    }
    guard request.basis == .consent || request.basis == .guardianConsent else { return [] }
    guard let taken else { return [.recordMissing] }
    var faults: [ConsentFault] = []
    let decidesAlone = taken.decidedBy == "self"
    if decidesAlone != (request.basis == .consent) { faults.append(.deciderBasis) }
    if let adultOn = taken.adultOnMs, taken.isChild, request.untilMs > adultOn {
      faults.append(.beyondMajority)
    }
    guard let rules = consent else { return faults }
    let isWritten = Code(taken.expression).map(rules.written.contains) ?? false
    if !isWritten, isAbroad || rules.writtenFor.contains(request.purpose) {
      faults.append(.writtenMissing)
    }
    if isAbroad {
      if !rules.abroad.purposes.contains(request.purpose) { faults.append(.abroadNotAllowed) }
      if named == nil { faults.append(.foreignAgency) }
      if country?.isEmpty ?? true {
        faults.append(.countryMissing)
      } else if let named, country.map({ Self.same($0, named.country.text) }) == false {
        faults.append(.countryOther)
      }
    }
    return faults
  }

  /// Whether the register places somebody where this policy sees another country.
  func isAbroad(_ region: Code?) -> Bool { region != nil && region == consent?.abroad.region }

  /// A foreign mechanism's agency that the policy names, for a purpose that it sends abroad.
  func foreignAgency(_ agency: AgencyID, for purpose: Purpose) -> ForeignAgency? {
    guard let rule = crossBorder, consent?.abroad.purposes.contains(purpose) ?? false else {
      return nil
    }
    return rule.agencies.first { $0.agency == agency }
  }

  /// Whether two people as written down are the same, letter case and spaces apart.
  private static func same(_ left: String, _ right: String) -> Bool {
    func plain(_ text: String) -> [Substring] { text.lowercased().split(separator: " ") }
    return plain(left) == plain(right) && !plain(left).isEmpty
  }

  private static func isDigest(_ text: String) -> Bool {
    text.utf8.count == 64
      && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  /// When somebody born on that day comes of age, in Unix ms: midnight at the start of the birthday,
  /// by the policy's clock.
  ///
  /// - Parameter born: `YYYY-MM-DD`.
  /// - Returns: `nil` for anything else, and where the policy has no rules on age.
  public func adultOnMs(born: String) -> UInt64? {
    guard let rules = consent, let day = CivilDate.day(parsing: born) else { return nil }
    let (year, month, date) = CivilDate.civil(fromDay: day)
    // Born on 29 February: the day after the last of February where there is none.
    let coming = CivilDate.day(year: year + Int64(rules.majority), month: month, date: date)
    let ms = coming * 86_400_000 - Int64(calendar.utcOffsetMinutes) * 60_000
    return ms < 0 ? 0 : UInt64(ms)
  }
}
