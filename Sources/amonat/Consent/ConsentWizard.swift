internal import FoundationEssentials
internal import LocalContract
internal import ReferralModel

/// Asks for consent, one question for each disclosure; whatever is not a yes is a no.
///
/// No answer changes which other questions are asked: a service never depends on a yes about the
/// police or the statistics. The one exception is the record itself: without it nothing can be kept.
struct ConsentWizard {
  let answers: Answers
  let policy: Policy
  let labels: PolicyLabels
  let language: Language
  let nowMs: UInt64

  /// What came out of it; `nil` where she wants nothing to be kept.
  struct Outcome {
    var record: ConsentRecord
    var isWanted: Bool
  }

  private var words: Phrasebook { answers.words }

  /// Asks everything.
  func ask(
    caseID: String,
    notice: String?,
    legs: [LegArgument]
  ) throws(CommandFailure) -> Outcome? {
    // Nobody is asked anything before it is clear that each leg can be asked about.
    for leg in legs { _ = try purpose(of: leg) }
    answers.say(words(.wizardStart))
    var (facts, denied) = try circumstances(legs)
    let notice = try self.notice(notice, for: facts.capacity, legs)
    facts.notice = notice.id
    answers.say(words(.readToHer))
    if let text = notice.text { answers.say(text) }
    var said: [String: Bool] = [:]
    for question in policy.consent?.questions ?? [] {
      said[question.code.text] = try answers.yes(question.labels.text(in: language))
    }
    // Nothing is kept of somebody who does not want it, not even that she was here.
    guard policy.consent?.mayKeep(said) ?? true else { return nil }
    var record = ConsentRecord(case: caseID, grants: [], denied: denied, answers: said)
    for leg in legs { try ask(leg, facts: facts, into: &record) }
    // A no to the police is a no to every leg that serves them (CNS-028).
    for purpose in policy.consent?.refused(by: said) ?? [] {
      record.refused.append(RefusedAsk(purpose: purpose.text))
      record.grants.removeAll { Purpose($0.purpose) == purpose }
    }
    facts.withdrawalExplained = try answers.yes(words(.withdrawalExplained))
    facts.teachBack = try answers.yes(words(.teachBack))
    facts.expression = try answers.choice(words(.howShown), choices("consent-expression"))
    if ["oral-witnessed", "thumb-mark"].contains(facts.expression) {
      facts.witness = try answers.text(words(.whoWitnessed))
    }
    if try answers.yes(words(.wantsReceipt)) {
      facts.receipt = try answers.yes(words(.receiptDangerous)) ? "withheld-safety" : "paper"
    } else {
      facts.receipt = "refused"
    }
    record.record = facts
    return Outcome(record: record, isWanted: facts.receipt == "paper")
  }

  /// One leg: first the need, then each further group by itself, then handing on.
  private func ask(
    _ leg: LegArgument,
    facts: ConsentFacts,
    into record: inout ConsentRecord
  ) throws(CommandFailure) {
    let purpose = try purpose(of: leg)
    let terms = policy.terms.filter { purpose.terms.contains($0.code) }.map(\.life.nominalMs)
    let lifeMs = leg.days.map { UInt64($0) * 86_400_000 } ?? terms.min() ?? 0
    let until = Report.moment(nowMs + lifeMs)
    var agreed: [String] = []
    var refused: [String] = []
    for (place, group) in leg.groups.enumerated() {
      let question =
        place == 0
        ? words(.share, labels.purpose(leg.purpose), leg.peer, labels.group(group), until)
        : words(.shareAlso, leg.peer, labels.group(group))
      // Without the first there is no referral, and the rest is not asked for.
      if place > 0, agreed.isEmpty {
        refused.append(group)
      } else if try answers.yes(question) {
        agreed.append(group)
      } else {
        refused.append(group)
      }
    }
    if !refused.isEmpty {
      record.refused.append(
        RefusedAsk(peer: leg.peer, purpose: leg.purpose, groups: refused.sorted())
      )
    }
    guard !agreed.isEmpty else { return }
    var onward = false
    if purpose.mayGoOnward { onward = try answers.yes(words(.passOn, leg.peer)) }
    var country: String?
    if policy.consent?.abroad.purposes.contains(purpose.code) ?? false {
      country = try answers.text(words(.countryNamed))
    }
    record.grants.append(
      GrantAsk(
        peer: leg.peer,
        purpose: leg.purpose,
        groups: agreed.sorted(),
        basis: facts.decidedBy == "self" ? "consent" : "guardian-consent",
        days: leg.days,
        onward: onward,
        country: country
      )
    )
  }

  /// The purpose of a leg, which must allow all of its groups.
  private func purpose(of leg: LegArgument) throws(CommandFailure) -> PurposeRule {
    let unfit = { (code: String, known: [String]) in
      CommandFailure.input(words(.notOfThePolicy, "--leg", code, known.joined(separator: ", ")))
    }
    guard let purpose = Purpose(leg.purpose).flatMap({ policy.purpose($0) }) else {
      throw unfit(leg.purpose, policy.purposes.map(\.code.text))
    }
    let known = purpose.groups.map(\.text)
    if let odd = leg.groups.first(where: { !known.contains($0) }) { throw unfit(odd, known) }
    return purpose
  }

  /// How consent is taken, asked of the case manager.
  private func circumstances(
    _ legs: [LegArgument]
  ) throws(CommandFailure) -> (facts: ConsentFacts, denied: [String]) {
    let capacity = try answers.choice(
      words(.adultOrChild),
      ["adult", "child", "doubtful"].map { ($0, words.state($0, of: .capacity)) },
      silence: .askedAgain
    )
    let band = try answers.choice(words(.ageBand), choices("age-band"), silence: .nothing)
    let decider = try answers.choice(
      words(.whoDecides),
      choices("decider"),
      silence: .askedAgain
    )
    var facts = ConsentFacts(
      notice: "",
      language: language.text,
      mode: try answers.choice(words(.howExplained), choices("notice-mode")),
      decidedBy: decider,
      capacity: capacity,
      ageBand: band.isEmpty ? nil : band,
      teachBack: false,
      expression: "",
      receipt: "refused"
    )
    if decider != "self" { facts.relation = try answers.text(words(.relationToHer)) }
    if capacity != "adult" {
      facts.caregiverSuspect = try answers.yes(words(.suspectCaregiver))
      facts.assent = try answers.choice(
        words(.childAssent),
        ["not-able", "given", "written", "refused"].map { ($0, words.state($0, of: .assent)) }
      )
      // From that day on she is asked herself.
      while let born = try answers.text(words(.bornOn)) {
        facts.adultOnMs = policy.adultOnMs(born: born)
        if facts.adultOnMs != nil { break }
      }
    }
    facts.companion = try answers.text(words(.whoCameAlong))
    facts.interpreter = try answers.text(words(.whoInterprets))
    if facts.interpreter != nil {
      facts.interpreterIndependent = try answers.yes(words(.interpreterIndependent))
    }
    facts.supporter = try answers.text(words(.whoSupports))
    var denied: [String] = []
    while let text = try answers.text(words(.whoMustNotKnow)) {
      if let denial = Denial(text) { denied.append(denial.text) }
    }
    return (facts, denied)
  }

  /// The notice that is read to her: the one asked for, the one named after who she is or what for, or the
  /// policy's first.
  private func notice(
    _ asked: String?,
    for capacity: String,
    _ legs: [LegArgument]
  ) throws(CommandFailure) -> (id: String, text: String?) {
    let names = [capacity] + legs.map(\.purpose)
    let found =
      if let asked {
        policy.notices.first { $0.code.text == asked }
      } else {
        policy.notices.first { names.contains($0.code.text) } ?? policy.notices.first
      }
    if let found { return ("\(found.code.text)-\(found.version)", found.text.text(in: language)) }
    // A notice on paper, or a policy without any.
    guard let asked else {
      throw .input(words(.notOfThePolicy, "--notice", "", policy.name.text))
    }
    return (asked, nil)
  }

  private func choices(_ list: String) -> [(code: String, label: String)] {
    Code(list).flatMap { policy.list($0) }?.entries.map {
      ($0.code.text, $0.labels.text(in: language))
    } ?? []
  }
}

extension Report {
  /// The survivor's paper: plain words, no name, no sign of whose it is.
  mutating func show(receipt number: String, of record: ConsentRecord, grants: [GrantView]) {
    line(words(.receiptTitle))
    line(words(.receiptNumber, number))
    line(
      words(
        .receiptDate,
        String(Report.moment(UInt64(Date().timeIntervalSince1970 * 1_000)).prefix(10))
      )
    )
    line("")
    line(words(.receiptYes))
    for grant in grants {
      let until = String(Report.moment(grant.untilMs).prefix(10))
      line("  " + words(.receiptUntil, labels.purpose(grant.purpose), until))
    }
    line(words(.receiptNo))
    for purpose in Set(record.refused.map(\.purpose)).sorted()
    where !record.grants.contains(where: { $0.purpose == purpose }) {
      line("  " + labels.purpose(purpose))
    }
    line("")
    line(words(.receiptTakeBack))
  }
}
