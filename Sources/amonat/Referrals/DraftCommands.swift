internal import ArgumentParser
internal import LocalContract

/// Drafts: begun, and not sent.
struct DraftGroup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "draft",
    abstract: "Referrals that are begun and not sent; old ones are erased.",
    subcommands: [DraftSaveCommand.self, DraftListCommand.self, DraftSend.self, DraftDiscard.self]
  )
}

/// Keeps a draft.
struct DraftSaveCommand: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "save",
    abstract: "Keep what has been written of a referral, sealed with its case.",
    discussion: """
        amonat draft save --from draft.json
      The file holds one referral: {"grant": 12, "urgency": "routine", "content": {"need": {…}}}
      """
  )

  @Option(help: "The referral, or - for standard input.", completion: .file())
  var from: String
  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> DraftLine {
    let ask = try call.input.json(ReferAsk.self, from)
    return try await call { client throws(LocalFailure) in
      try await client.saveDraft(DraftSave(ask: ask))
    }
  }

  func show(_ answer: DraftLine, in report: inout Report) { report.show(answer) }
}

/// Lists the drafts.
struct DraftListCommand: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the drafts, and when each is erased.",
    discussion: "  amonat draft list"
  )

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> [DraftLine] {
    try await call { client throws(LocalFailure) in try await client.drafts() }.drafts
  }

  func show(_ answer: [DraftLine], in report: inout Report) {
    if answer.isEmpty { report.say(.none) }
    for draft in answer { report.show(draft) }
  }
}

/// Sends a draft.
struct DraftSend: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "send",
    abstract: "Refer as the draft says; consent is looked at now.",
    discussion: "  amonat draft send 51c0…"
  )

  @Argument(help: "The draft's id.")
  var id: String
  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> ReferResults {
    try await call { client throws(LocalFailure) in try await client.sendDraft(id) }
  }

  func show(_ answer: ReferResults, in report: inout Report) {
    for result in answer.results {
      if let problem = result.problem {
        report.line("\(report.words(.mayNotRefer)) \(problem.code)")
      } else {
        report.line(
          report.words(
            .referred,
            result.referral ?? "?",
            result.peer ?? "?",
            report.words.state(result.state ?? "?")
          )
        )
      }
    }
  }

  func status(of answer: ReferResults) -> ExitStatus {
    answer.results.allSatisfy { $0.problem == nil } ? .done : .refused
  }
}

/// Throws a draft away.
struct DraftDiscard: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "discard",
    abstract: "Throw a draft away.",
    discussion: "  amonat draft discard 51c0…"
  )

  @Argument(help: "The draft's id.")
  var id: String
  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> Done {
    try await call { client throws(LocalFailure) in try await client.discardDraft(id) }
  }

  func show(_ answer: Done, in report: inout Report) { report.say(.done) }
}

extension Report {
  /// One draft in one line.
  mutating func show(_ draft: DraftLine) {
    line(
      "\(draft.draft)  \(Self.moment(draft.savedMs))  "
        + words(.draftErased, Self.moment(draft.eraseMs))
    )
  }
}
