internal import ArgumentParser
internal import LocalContract

extension ReferWait: ExpressibleByArgument {}

/// Refers a survivor, under one grant, to one agency.
struct Refer: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    abstract: "Refer under a consent; --dry-run says whether it may be sent, and why not.",
    discussion: """
      Recipient and purpose are those of the consent. The offer carries the need alone; the other
      groups follow once the recipient has accepted. Content comes from the case, or from a file:
        {"need": {"service": "safe-accommodation", …}, "contact": {…}}

        amonat refer --grant 12 --from-case --dry-run
        amonat refer --grant 12 --from referral.json --urgency urgent --wait receipt
      """
  )

  @Option(help: "The consent's number.")
  var grant: UInt64

  @Option(help: "Which service, a code of the policy. Default: the consent's own.")
  var service: String?

  @Option(help: "emergency, urgent or routine.")
  var urgency = "routine"

  @Option(help: "The content, or - for standard input.", completion: .file())
  var from: String?

  @Flag(help: "Take the groups that the file leaves out from the case.")
  var fromCase = false

  @Option(help: "After how many days it is void.")
  var expiresDays: UInt32?

  @Option(help: "The referral that this one takes the place of.")
  var replaces: String?

  @Flag(help: "Only say whether it may be sent.")
  var dryRun = false

  @Option(help: "Answer when it is queued, or when the receipt is here.")
  var wait: ReferWait = .queued

  @OptionGroup var node: NodeOptions

  func validate() throws {
    guard from != nil || fromCase || dryRun else {
      throw ValidationError("Give --from FILE or --from-case.")
    }
  }

  /// What became of it, and of whom there is to think as well.
  struct Answer: Encodable, Sendable {
    var result: ReferResult
    /// Cases of siblings, whose needs are referred by themselves.
    var siblings: [String] = []

    private enum CodingKeys: String, CodingKey { case siblings }

    func encode(to encoder: any Encoder) throws {
      try result.encode(to: encoder)
      guard !siblings.isEmpty else { return }
      var fields = encoder.container(keyedBy: CodingKeys.self)
      try fields.encode(siblings, forKey: .siblings)
    }
  }

  func perform(_ call: NodeCall) async throws(CommandFailure) -> Answer {
    let result = try await refer(call)
    guard result.problem == nil else { return Answer(result: result) }
    // It has been sent: that nobody can say who the siblings are does not undo it.
    let found = try? await call { client throws(LocalFailure) in
      try await client.siblings(ofGrant: grant)
    }
    return Answer(result: result, siblings: found?.siblings ?? [])
  }

  private func refer(_ call: NodeCall) async throws(CommandFailure) -> ReferResult {
    var content: [String: [String: FieldValue]]?
    if let from { content = try call.input.json([String: [String: FieldValue]].self, from) }
    let ask = ReferAsk(
      grant: grant,
      service: service,
      urgency: urgency,
      content: content,
      fromCase: fromCase,
      expiresDays: expiresDays,
      replaces: replaces
    )
    let request = ReferBatch(referrals: [ask], dryRun: dryRun, wait: wait)
    let results = try await call { client throws(LocalFailure) in
      try await client.refer(request, timeout: .seconds(120))
    }
    guard results.count == 1 else {
      throw CommandFailure(
        status: .unreachable,
        code: LocalFailure.answer,
        text: call.words(.answerMalformed)
      )
    }
    let result = results[0]
    // A dry run that says no is an answer; a referral that was not taken is a failure.
    guard let problem = result.problem, !dryRun else { return result }
    var failure = CommandFailure(
      LocalFailure(problem),
      socket: call.client.socket,
      call.words
    )
    if failure.reasons.isEmpty { failure.reasons = result.reasons ?? [] }
    throw failure
  }

  func show(_ full: Answer, in report: inout Report) {
    let (words, answer) = (report.words, full.result)
    let peer = answer.peer ?? "?"
    if let problem = answer.problem {
      report.say(.mayNotRefer)
      let reasons = answer.reasons ?? problem.reasons ?? []
      report.section(.because, reasons.isEmpty ? [problem.code] : reasons) { reason, report in
        report.line("\(words.reason(reason)) [\(reason)]")
      }
      if let detail = problem.detail { report.line("  \(detail)") }
    } else if dryRun {
      report.line(
        words(
          .mayRefer,
          peer,
          report.labels.purpose(answer.purpose ?? "?"),
          report.labels.groups(answer.groups ?? [])
        )
      )
    } else {
      report.line(
        words(.referred, answer.referral ?? "?", peer, words.state(answer.state ?? "?"))
      )
      if let telephone = answer.telephone { report.line(words(.callNow, telephone)) }
    }
    if !full.siblings.isEmpty {
      report.line(words(.siblingReminder, full.siblings.joined(separator: ", ")))
    }
  }

  func status(of answer: Answer) -> ExitStatus { answer.result.problem == nil ? .done : .refused }
}
