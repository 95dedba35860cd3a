internal import ArgumentParser
internal import LocalContract

/// What was asked and answered, in order.
struct ConsentStoryCommand: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "story",
    abstract: "Show what was asked and answered in a case, in order.",
    discussion: "  amonat consent story --case 3f0c…"
  )

  @Option(name: .customLong("case"), help: "The case's id.")
  var caseID: String

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> ConsentStory {
    try await call { client throws(LocalFailure) in try await client.consentStory(of: caseID) }
  }

  func show(_ answer: ConsentStory, in report: inout Report) {
    for entry in answer.entries {
      let about = [entry.peer, report.labels.purpose(entry.purpose)].compactMap { $0 }
      report.line(
        report.words(
          .storyLine,
          "\(entry.sequence)",
          Report.moment(entry.atMs),
          about.joined(separator: ", "),
          report.words.state(entry.step, of: .consent),
          report.words.state(entry.state, of: .consent)
        )
      )
    }
    report.line(report.words(answer.whole ? ConsentPhrase.storyWhole : .storyBroken))
  }

  func status(of answer: ConsentStory) -> ExitStatus { answer.whole ? .done : .refused }
}

/// Grants that run out or have run out.
struct ConsentLapsed: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "lapsed",
    abstract: "List consents that run out or have run out, and cases of which something is due.",
    discussion: """
      People are warned as long before as the policy says. A grant that has run out is asked about
      again with `consent renew`.

        amonat consent lapsed
      """
  )

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> LapsedList {
    try await call { client throws(LocalFailure) in try await client.lapsed() }
  }

  func show(_ answer: LapsedList, in report: inout Report) {
    if answer.grants.isEmpty, answer.dates.isEmpty { report.line(report.words(.lapsedNone)) }
    for entry in answer.grants {
      let lapsed = entry.warning == "lapsed"
      report.line(
        report.words(
          .lapsedLine,
          "\(entry.grant.grant)",
          entry.grant.peer,
          report.labels.purpose(entry.grant.purpose),
          "\(entry.daysLeft)",
          lapsed ? report.words(.lapsedWord) : entry.warning
        )
      )
    }
    for date in answer.dates {
      report.line(report.words(.dueLine, date.case, "\(date.daysLeft)", date.warning))
    }
  }
}

/// Asks again.
struct RenewConsent: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "renew",
    abstract: "Record that she agrees again: a new grant that renews an old one.",
    discussion: """
      The file holds how she was asked, as `record` in `consent record`. What she has taken back is
      not renewed: that is a new consent.

        amonat consent renew 17 --from asked-again.json --days 30
      """
  )

  @Argument(help: "The grant that is renewed.")
  var grant: UInt64

  @Option(help: "How she was asked, or - for standard input.", completion: .file())
  var from: String

  @Option(help: "How long it holds. Default: the policy's term.")
  var days: UInt32?

  @Option(help: "The country, for a recipient abroad.")
  var country: String?

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> [GrantView] {
    let facts = try call.input.json(ConsentFacts.self, from)
    let request = ConsentRenew(grant: grant, days: days, record: facts, country: country)
    return try await call { client throws(LocalFailure) in
      try await client.renewConsent(request)
    }.grants
  }

  func show(_ answer: [GrantView], in report: inout Report) {
    report.section(.grants, answer) { grant, report in report.show(grant) }
  }
}

/// What `consent own --from` reads.
struct OwnConsentFile: Codable, Sendable {
  let record: ConsentFacts
  let groups: [String]
  let answers: [String: Bool]
}

/// The recipient's own consent.
struct TakeOwnConsent: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "own",
    abstract: "Record our own consent for a referral that we carry out.",
    discussion: """
      A service begins on it: `amonat referral start` asks for it. From then on what keeps her safe
      here rests on her word to us, and does not end with the sender's grant. The file holds how she
      was asked, which of the data we were sent stay open to us, and what she said to the policy's
      questions:
        {"record": {…}, "groups": ["need", "safety"],
         "answers": {"storing": true, "contact": true}}

        amonat consent own 7c1e… --desk shelter --from own.json
      """
  )

  @Argument(help: "The referral's id.")
  var referral: String

  @Option(help: "The desk that keeps the case.")
  var desk: String

  @Option(help: "The consent, or - for standard input.", completion: .file())
  var from: String

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> OwnConsentTaken {
    let file = try call.input.json(OwnConsentFile.self, from)
    let request = OwnConsent(
      referral: referral,
      desk: desk,
      record: file.record,
      groups: file.groups,
      answers: file.answers
    )
    return try await call { client throws(LocalFailure) in try await client.ownConsent(request) }
  }

  func show(_ answer: OwnConsentTaken, in report: inout Report) {
    report.line(report.words(.ownTaken, answer.case))
  }
}
