internal import ArgumentParser
internal import LocalContract

/// Closes a case.
struct CloseCase: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "close",
    abstract: "Close a case; from now on the time runs after which it is erased.",
    discussion: """
      All its referrals must be over. Nothing is shared under a closed case. `amonat due` lists what
      is about to be erased; `amonat case keep` keeps it longer where a law says so.

        amonat case close 3f0c…
      """
  )

  @Argument(help: "The case's id.")
  var id: String

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> RecordKept {
    try await call { client throws(LocalFailure) in try await client.closeCase(id) }
  }

  func show(_ answer: RecordKept, in report: inout Report) {
    guard let until = answer.untilMs else {
      return report.line(report.words(.caseClosedNoTime, answer.id))
    }
    report.line(
      report.words(
        .caseClosed,
        answer.id,
        answer.keptClass ?? "",
        answer.basis ?? "",
        Report.moment(until)
      )
    )
  }
}

/// Keeps something longer.
struct KeepRecord: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "keep",
    abstract: "Keep a case, or a part of what was received, under a named class and legal ground.",
    discussion: """
      The policy lists the classes, the ground of each, and the longest time (`amonat policy show`).
      What is kept of a received referral outlives a withdrawal too: the erasure receipt tells the
      sender its class and until when.

        amonat case keep 3f0c… --class child-file \\
          --basis child-best-interest --until 2031-09-01
        amonat case keep 9a41… --received --groups health --class medical-record \\
          --basis legal-obligation --until 2031-09-01
      """
  )

  @Argument(help: "The case's id; with --received the referral's id here.")
  var id: String

  @Option(name: .customLong("class"), help: "The class of record, a code of the policy.")
  var keptClass: String

  @Option(help: "The legal ground that the policy names for it.")
  var basis: String

  @Option(help: "Until which day.")
  var until: String

  @Option(help: "A group of a received referral; once for each. Without: all.")
  var groups: [String] = []

  @Flag(help: "It is a received referral.")
  var received = false

  @OptionGroup var node: NodeOptions

  func validate() throws { _ = try Days.ms(until) }

  func perform(_ call: NodeCall) async throws(CommandFailure) -> RecordKept {
    let request = RecordKeep(
      keptClass: keptClass,
      basis: basis,
      untilMs: (try? Days.ms(until)) ?? 0,
      groups: groups,
      received: received
    )
    return try await call { client throws(LocalFailure) in
      try await client.keepRecord(id, request)
    }
  }

  func show(_ answer: RecordKept, in report: inout Report) {
    report.line(
      report.words(
        .recordKept,
        answer.id,
        answer.keptClass ?? "",
        answer.basis ?? "",
        answer.untilMs.map(Report.moment) ?? "–"
      )
    )
  }
}
