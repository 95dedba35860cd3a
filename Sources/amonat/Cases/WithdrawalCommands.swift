internal import ArgumentParser
internal import LocalContract

/// How the word to stop came.
enum StopChannel: String, CaseIterable, ExpressibleByArgument {
  case inPerson = "in-person"
  case telephone
  case hotline
  case thirdParty = "third-party"
}

/// How a withdrawal was confirmed.
enum WithdrawalCheck: String, CaseIterable, ExpressibleByArgument {
  case inPerson = "in-person"
  case codeWord = "code-word"
  case callBack = "call-back"
}

/// Which part of a case's consent is meant.
struct ConsentPart: ParsableArguments {
  @Option(name: .customLong("case"), help: "The case's id.")
  var caseID: String

  @Option(help: "Only this grant; may be repeated. Default: all of the case.")
  var grant: [UInt64] = []

  @Option(help: "Only this group of data; may be repeated. Default: all of the grant.")
  var group: [String] = []

  var grants: [UInt64]? { grant.isEmpty ? nil : grant }
  var groups: [String]? { group.isEmpty ? nil : group }
}

/// Stops sharing at once.
struct StopSharing: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "stop",
    abstract: "Stop sharing at once, on anybody's word; nothing is erased yet.",
    discussion: """
      Needs no reason, no proof and no unlocked desk of the case. A word that came by telephone or
      through somebody else only stops: people are called to reach her. If she may be under
      pressure, say --coercion: nothing but the stop follows, and nobody is told why.

        amonat consent stop --case 3f0c… --channel telephone
        amonat consent stop --case 3f0c… --grant 41 --group health \\
          --channel in-person
      """
  )

  @OptionGroup var part: ConsentPart

  @Option(help: "How the word came.")
  var channel: StopChannel

  @Flag(help: "She may have been forced.")
  var coercion = false

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> ConsentChanged {
    let request = ConsentStop(
      case: part.caseID,
      grants: part.grants,
      groups: part.groups,
      channel: channel.rawValue,
      coercion: coercion
    )
    return try await call { client throws(LocalFailure) in try await client.stop(request) }
  }

  func show(_ answer: ConsentChanged, in report: inout Report) {
    report.say(coercion ? .stoppedQuietly : .stopped)
    report.show(answer)
  }
}

/// Erases and cancels.
struct WithdrawConsent: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "withdraw",
    abstract: "Erase and cancel, once the survivor has confirmed it.",
    discussion: """
      A voice on the telephone is not enough: stop first, then confirm in person, with her code
      word, or by calling back on her safe number. The code word is asked for, or read from a file;
      it is never an argument. If she may be under pressure, say --coercion: then everything stays
      frozen, without a sign to anybody.

        amonat consent withdraw --case 3f0c… --confirmed in-person
        amonat consent withdraw --case 3f0c… --grant 41 --group health \\
          --confirmed call-back
        amonat consent withdraw --case 3f0c… --confirmed code-word \\
          --code-word-file -
      """
  )

  @OptionGroup var part: ConsentPart

  @Option(help: "How it was confirmed.")
  var confirmed: WithdrawalCheck

  @OptionGroup var word: CodeWordOptions

  @Flag(help: "She may have been forced.")
  var coercion = false

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> ConsentChanged {
    let request = ConsentWithdraw(
      case: part.caseID,
      grants: part.grants,
      groups: part.groups,
      confirmation: confirmed.rawValue,
      codeWord: confirmed == .codeWord ? try word.read(call) : nil,
      coercion: coercion
    )
    return try await call { client throws(LocalFailure) in try await client.withdraw(request) }
  }

  func show(_ answer: ConsentChanged, in report: inout Report) {
    report.say(coercion ? .stoppedQuietly : .withdrawn)
    report.show(answer)
  }
}

/// Where a code word comes from: a file, standard input, or a person at a terminal.
struct CodeWordOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A file whose first line is the code word; - for standard input. Default: ask.",
      valueName: "path"
    ),
    completion: .file()
  )
  var codeWordFile: String?

  func read(_ call: NodeCall) throws(CommandFailure) -> String {
    var source = PassphraseOptions()
    source.passphraseFile = codeWordFile.map { [$0] } ?? []
    return try source.read(for: call.words(.codeWordFor), isNew: false, call.words)
  }
}

/// Sets the code word of a case.
struct SetCodeWord: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "code-word",
    abstract: "Keep the code word that the survivor chose, so that she is known again.",
    discussion: """
      Asked for, or read from a file; never an argument. Only a salted hash of it is kept, sealed.

        amonat consent code-word --case 3f0c… --code-word-file -
      """
  )

  @Option(name: .customLong("case"), help: "The case's id.")
  var caseID: String

  @OptionGroup var word: CodeWordOptions

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> Done {
    let request = CodeWordSet(case: caseID, codeWord: try word.read(call))
    return try await call { client throws(LocalFailure) in try await client.setCodeWord(request) }
  }

  func show(_ answer: Done, in report: inout Report) { report.say(.codeWordKept) }
}

/// Shares again, under a new consent.
struct ResumeSharing: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Share again after a stop, under a new consent.",
    discussion: """
      The file says how the new consent was taken, as the `record` of `consent record`. The new
      grant renews the stopped one: same recipient, same purpose, same data.

        amonat consent resume --case 3f0c… --grant 41 --days 30 --from record.json
      """
  )

  @Option(name: .customLong("case"), help: "The case's id.")
  var caseID: String

  @Option(help: "The grant that was stopped.")
  var grant: UInt64

  @Option(help: "How long the new consent holds, in days.")
  var days: UInt32?

  @Option(help: "How it was taken, or - for standard input.", completion: .file())
  var from: String

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> ConsentChanged {
    let request = ConsentResume(
      case: caseID,
      grant: grant,
      days: days,
      record: try call.input.json(ConsentFacts.self, from)
    )
    return try await call { client throws(LocalFailure) in try await client.resume(request) }
  }

  func show(_ answer: ConsentChanged, in report: inout Report) {
    report.say(.resumed)
    report.show(answer)
  }
}

/// Who holds something under the ended grants of a case.
struct ShowWithdrawalHolders: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "holders",
    abstract: "Show who was told of a withdrawal, and what they have answered.",
    discussion: "  amonat consent holders --case 3f0c…"
  )

  @Option(name: .customLong("case"), help: "The case's id.")
  var caseID: String

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> WithdrawalHolders {
    try await call { client throws(LocalFailure) in
      try await client.withdrawalHolders(of: caseID)
    }
  }

  func show(_ answer: WithdrawalHolders, in report: inout Report) {
    report.section(.withdrawalHolders, answer.holders) { holder, report in report.show(holder) }
  }
}

/// A received referral is stopped where it was received.
struct StopReceived: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "stop",
    abstract: "Stop sharing a referral that was received, on anybody's word.",
    discussion: "  amonat referral stop 9a41… --channel hotline"
  )

  @Argument(help: "The referral's id.")
  var id: String

  @Option(help: "How the word came.")
  var channel: StopChannel

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> Done {
    let request = ReceivedStop(referral: id, channel: channel.rawValue)
    return try await call { client throws(LocalFailure) in try await client.stopReceived(request) }
  }

  func show(_ answer: Done, in report: inout Report) { report.say(.stopPassedOn) }
}

/// Hands a received referral on.
struct HandOnReferral: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "hand-on",
    abstract: "Hand a received referral on, where the survivor has allowed it.",
    discussion: """
      Only what was received and granted for handing on; one step, never further. A withdrawal of
      the first consent follows it by itself.

        amonat referral hand-on 9a41… --to clinic.example --purpose health \\
          --group need --group contact --days 10
      """
  )

  @Argument(help: "The referral's id.")
  var id: String

  @Option(help: "The agency.")
  var to: String

  @Option(help: "What for, a code of the policy.")
  var purpose: String

  @Option(help: "Which service, a code of the policy; default: the one that was asked for here.")
  var service: String?

  @Option(help: "What is handed on; may be repeated.")
  var group: [String]

  @Option(help: "How long, in days; default: as long as the first consent.")
  var days: UInt32?

  @Option(help: "emergency, urgent or routine.")
  var urgency: String = "routine"

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> ReferResult {
    let request = HandOn(
      referral: id,
      peer: to,
      purpose: purpose,
      service: service,
      groups: group,
      days: days,
      urgency: urgency
    )
    return try await call { client throws(LocalFailure) in try await client.handOn(request) }
  }

  func show(_ answer: ReferResult, in report: inout Report) {
    if let problem = answer.problem {
      report.line(report.words.problem(problem.code))
    } else {
      report.say(.handedOn)
      report.field(.referral, answer.referral ?? "")
    }
  }

  func status(of answer: ReferResult) -> ExitStatus { answer.problem == nil ? .done : .refused }
}

/// What people must look at.
struct AlertGroup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "alert",
    abstract: "What people must look at: late receipts, unconfirmed stops, unusual withdrawals.",
    subcommands: [ListAlerts.self, SettleAlert.self],
    defaultSubcommand: ListAlerts.self
  )
}

/// The open alerts.
struct ListAlerts: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List what people must look at.",
    discussion: "  amonat alert list --json"
  )

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> AlertList {
    try await call { client throws(LocalFailure) in try await client.alerts() }
  }

  func show(_ answer: AlertList, in report: inout Report) { report.show(answer) }
}

/// A person has dealt with an alert.
struct SettleAlert: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "settle",
    abstract: "Say that somebody has dealt with it.",
    discussion: "  amonat alert settle 3"
  )

  @Argument(help: "The alert's number.")
  var alert: Int64

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> AlertList {
    let request = AlertSettle(alert: alert)
    return try await call { client throws(LocalFailure) in try await client.settle(request) }
  }

  func show(_ answer: AlertList, in report: inout Report) { report.show(answer) }
}

extension Report {
  /// The open alerts, one a line.
  mutating func show(_ list: AlertList) {
    if list.alerts.isEmpty { field(.alerts, words(.none)) }
    section(.alerts, list.alerts) { alert, report in
      report.line(
        report.words(
          .alertLine,
          "\(alert.alert)",
          report.words.reason(alert.kind),
          "\(alert.grant)",
          alert.grantLog,
          alert.peer ?? "",
          Report.moment(alert.sinceMs)
        )
      )
    }
  }

  /// One holder and its answer.
  mutating func show(_ holder: WithdrawalHolder) {
    guard let outcome = holder.outcome else {
      return line(
        words(
          .holderWaits,
          "\(holder.grant)",
          holder.peer,
          words.reason(holder.step),
          holder.dueMs.map(Report.moment) ?? "–"
        )
      )
    }
    line(words(.holderAnswered, "\(holder.grant)", holder.peer, words.reason(outcome)))
    if let until = holder.keptUntilMs {
      line(
        "  "
          + words(
            .holderKeeps,
            labels.groups(holder.keptGroups),
            ground(outcome, holder.keptClass, holder.keptBasis),
            Report.moment(until)
          )
      )
    }
    if holder.onward > 0 { line("  " + words(.holderOnward, "\(holder.onward)")) }
    if let until = holder.backupsUntilMs {
      line("  " + words(.holderBackups, Report.moment(until)))
    }
  }
}
