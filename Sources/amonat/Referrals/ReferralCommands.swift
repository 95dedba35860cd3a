internal import ArgumentParser
internal import LocalContract

extension ReferralBox: ExpressibleByArgument {}

/// What has arrived.
struct Inbox: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    abstract: "List the referrals that have arrived.",
    discussion: """
        amonat inbox
        amonat inbox --state delivered --json
      """
  )

  @Option(help: "Only those in this state, such as delivered.")
  var state: String?

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> [ReferralLine] {
    try await call.referrals(.incoming, state: state)
  }

  func show(_ answer: [ReferralLine], in report: inout Report) {
    if answer.isEmpty { report.say(.inboxEmpty) }
    for line in answer { report.show(line) }
  }
}

/// One referral, sent or received.
struct ReferralGroup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "referral",
    abstract: "Look at a referral, or move it.",
    subcommands: [
      ListReferrals.self, ShowReferral.self, Acknowledge.self, AskSender.self,
      AnswerRecipient.self, PutOnWaitlist.self, RedirectReferral.self, Accept.self, Decline.self,
      StartService.self, LoseContact.self, CompleteService.self, EraseReferral.self, Recall.self,
      CloseReferral.self, ReopenReferral.self, DisputeReferral.self, ResolveDispute.self,
      StopReceived.self, HandOnReferral.self,
    ]
  )
}

/// Lists referrals.
struct ListReferrals: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List referrals, sent or received.",
    discussion: "  amonat referral list --box out"
  )

  @Option(help: "in or out. Default: both.")
  var box: ReferralBox?

  @Option(help: "Only those in this state.")
  var state: String?

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> [ReferralLine] {
    try await call.referrals(box, state: state)
  }

  func show(_ answer: [ReferralLine], in report: inout Report) {
    if answer.isEmpty { report.say(.none) }
    for line in answer { report.show(line) }
  }
}

/// Shows one referral.
struct ShowReferral: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a referral: who, why, until when, and what your desks may open.",
    discussion: "  amonat referral show 9a41…"
  )

  @Argument(help: "The referral's id.")
  var id: String

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> ReferralView {
    try await call { client throws(LocalFailure) in try await client.showReferral(id) }
  }

  func show(_ answer: ReferralView, in report: inout Report) {
    let (words, line) = (report.words, answer.line)
    report.field(.referral, line.referral)
    report.field(line.box == "in" ? .from : .to, line.peer)
    report.field(.purpose, report.labels.purpose(line.purpose))
    report.field(.basis, report.labels.basis(answer.basis))
    report.field(.groups, report.labels.groups(answer.groups))
    report.field(.until, Report.moment(line.untilMs))
    report.field(.urgency, line.urgency.map(report.labels.urgency))
    report.field(.stateWord, words.state(line.state))
    report.field(.outcome, line.outcome.map(report.labels.outcome))
    report.field(.case, answer.case)
    if let expected = line.expectedMs { report.field(.expectedDay, Days.text(expected)) }
    if let due = line.dueMs {
      report.field(.due, Report.moment(due) + (line.overdue ? " (\(words(.overdue)))" : ""))
    }
    report.say(answer.onward ? .onwardYes : .onwardNo)
    if line.frozen { report.say(.frozen) }
    report.show(content: answer.content)
    report.field(.sealedGroups, report.labels.groups(answer.sealed))
    report.section(.history, answer.history) { moment, report in
      let parts = [
        Report.moment(moment.atMs), moment.box == "in" ? "←" : "→",
        report.labels.kind(moment.kind), moment.outcome.map(report.labels.outcome), moment.actor,
        moment.receipt,
      ]
      report.line(parts.compactMap { $0 }.joined(separator: "  "))
    }
    report.field(.actions, answer.actions.joined(separator: ", "))
  }
}

extension NodeCall {
  /// All pages of a list of referrals.
  func referrals(
    _ box: ReferralBox?,
    state: String?
  ) async throws(CommandFailure) -> [ReferralLine] {
    var lines: [ReferralLine] = []
    var after: String?
    repeat {
      let from = after
      let page = try await self { client throws(LocalFailure) in
        try await client.referrals(box: box, state: state, after: from)
      }
      lines += page.referrals
      // An empty page with a successor would never end.
      after = page.referrals.isEmpty ? nil : page.next
    } while after != nil
    return lines
  }
}

extension Report {
  /// One referral in one line.
  mutating func show(_ referral: ReferralLine) {
    var text = "\(referral.referral)  \(Report.moment(referral.changedMs))  "
    text += "\(referral.box == "in" ? "←" : "→") \(referral.peer)  "
    text += "\(labels.purpose(referral.purpose))  \(words.state(referral.state))"
    if let outcome = referral.outcome { text += " (\(labels.outcome(outcome)))" }
    if let urgency = referral.urgency { text += "  \(labels.urgency(urgency))" }
    if referral.overdue { text += "  \(words(.overdue))" }
    line(text)
    if referral.frozen { line("  " + words(.frozen)) }
  }
}
