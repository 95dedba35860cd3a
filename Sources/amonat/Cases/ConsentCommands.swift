internal import ArgumentParser
internal import LocalContract

/// Consent, and its withdrawal.
struct ConsentGroup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "consent",
    abstract: "What a survivor agreed to, refused, or took back.",
    subcommands: [
      ConsentNew.self, ConsentAdd.self, ConsentShow.self, ConsentStoryCommand.self,
      ConsentLapsed.self, RenewConsent.self, TakeOwnConsent.self, UseException.self,
      CountersignException.self, StopSharing.self, WithdrawConsent.self,
      RevokeConsent.self, InvalidateConsent.self,
      ResumeSharing.self, SetCodeWord.self, ShowWithdrawalHolders.self,
    ]
  )
}

/// Records a consent.
struct ConsentAdd: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "Record a consent from a JSON file.",
    discussion: """
      One grant for each recipient and purpose; what was refused stands beside it:
        {"grants": [{"peer": "shelter.example", "purpose": "accommodation",
                     "groups": ["need", "identity", "contact"], "days": 30}],
         "record": {"notice": "tj-2", "language": "tg", "mode": "read-aloud",
                    "decidedBy": "self", "capacity": "adult", "teachBack": true,
                    "expression": "signature", "receipt": "withheld-safety"},
         "refused": [{"purpose": "criminal-justice"}]}

        amonat consent record --case 3f0c… --from consent.json
      """
  )

  @Option(name: .customLong("case"), help: "The case's id.")
  var caseID: String

  @Option(help: "The consent, or - for standard input.", completion: .file())
  var from: String

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> [GrantView] {
    let file = try call.input.json(ConsentFile.self, from)
    let request = ConsentRecord(
      case: caseID,
      grants: file.grants,
      record: file.record,
      refused: file.refused,
      denied: file.denied,
      deferred: file.deferred,
      answers: file.answers
    )
    return try await call { client throws(LocalFailure) in
      try await client.recordConsent(request)
    }.grants
  }

  func show(_ answer: [GrantView], in report: inout Report) {
    report.section(.grants, answer) { grant, report in report.show(grant) }
  }
}

/// Shows the consents of a case.
struct ConsentShow: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show what was agreed to and what was refused.",
    discussion: "  amonat consent show --case 3f0c…"
  )

  @Option(name: .customLong("case"), help: "The case's id.")
  var caseID: String

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> ConsentList {
    try await call { client throws(LocalFailure) in try await client.consents(of: caseID) }
  }

  func show(_ answer: ConsentList, in report: inout Report) {
    report.field(.case, answer.case)
    if answer.grants.isEmpty { report.field(.grants, report.words(.none)) }
    report.section(.grants, answer.grants) { grant, report in report.show(grant) }
    report.section(.refusedWord, answer.refused) { entry, report in
      let parts = [entry.peer, report.labels.purpose(entry.purpose)].compactMap { $0 }
      report.line((parts + entry.groups.map(report.labels.group)).joined(separator: ", "))
    }
    report.field(.denied, answer.denied.joined(separator: ", "))
  }
}

extension Report {
  /// One grant in one line.
  mutating func show(_ grant: GrantView) {
    let state =
      switch grant.state {
      case "in-force": words(.grantInForce)
      case "stopped": words(.grantStopped)
      case "withdrawn": words(.grantWithdrawn)
      case "expired": words(.grantExpired)
      default: grant.state
      }
    line(
      words(
        .grantLine,
        "\(grant.grant)",
        grant.peer,
        labels.purpose(grant.purpose),
        labels.groups(grant.groups),
        Report.moment(grant.untilMs),
        state
      )
    )
    if let by = grant.secondByMs { line("  " + words(.secondBy, Report.moment(by))) }
  }

  /// What a stop or a withdrawal set in motion.
  mutating func show(_ changed: ConsentChanged) {
    section(.grants, changed.grants) { grant, report in report.show(grant) }
    line(words(.messagesSent, "\(changed.messages.count)"))
  }
}
