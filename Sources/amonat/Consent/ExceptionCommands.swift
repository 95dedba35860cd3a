internal import ArgumentParser
internal import LocalContract

/// Uses an exception.
struct UseException: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "exception",
    abstract: "Use a lawful exception: two persons, the least data, 72 hours at most.",
    discussion: """
      Only the exceptions that the policy names. The reason is asked for, or read from a file, and
      sealed. A second person opens a session here with --second; where the policy lets them follow,
      they may instead `consent countersign` in time, else the exception ends. It is always looked
      at by somebody else, never allows handing on, and every auditor sees it as an exception.

        amonat consent exception --case 3f0c… --to clinic.example \\
          --purpose health \\
          --groups need,health --basis vital-interest --reason-file reason.txt
      """
  )

  @Option(name: .customLong("case"), help: "The case's id.")
  var caseID: String

  @Option(help: "The recipient.")
  var to: String

  @Option(help: "What for, a code of the policy.")
  var purpose: String

  @Option(help: "The least that is needed: field groups, comma-separated.")
  var groups: CodeListArgument

  @Option(help: "The exception, a code of the policy.")
  var basis: String

  @Option(help: "The article, order or decision it rests on.")
  var authority: String?

  @Option(help: "The reason, or - for standard input. Default: ask.", completion: .file())
  var reasonFile: String?

  @Flag(help: "She has been told.")
  var told = false

  @Option(help: "The second person's account, who is here and gives the passphrase.")
  var second: String?

  @Option(
    help: "A file whose first line is the second person's passphrase. Default: ask.",
    completion: .file()
  )
  var secondPassphraseFile: String?

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> [GrantView] {
    let words = call.words
    let reason: String
    if let reasonFile {
      reason = try call.input.text(reasonFile)
    } else {
      reason = try Answers(words: words).text(words(.reasonPrompt)) ?? ""
    }
    let token = try await secondToken(call)
    let request = ExceptionAsk(
      case: caseID,
      grant: GrantAsk(
        peer: to,
        purpose: purpose,
        groups: groups.codes,
        basis: basis,
        authority: authority
      ),
      reason: reason,
      survivorTold: told,
      second: token
    )
    return try await call { client throws(LocalFailure) in
      try await client.useException(request)
    }.grants
  }

  /// A session of the second person, only for this call; it ends by itself.
  private func secondToken(_ call: NodeCall) async throws(CommandFailure) -> String? {
    guard let second else { return nil }
    var options = PassphraseOptions()
    options.passphraseFile = secondPassphraseFile.map { [$0] } ?? []
    let passphrase = try options.read(for: second, isNew: false, call.words)
    let other = LocalClient(socket: call.client.socket)
    do throws(LocalFailure) {
      let session = try await other.unlock(Unlock(user: second, passphrase: passphrase))
      await other.close()
      return session.token
    } catch {
      await other.close()
      throw CommandFailure(error, socket: call.client.socket, call.words)
    }
  }

  func show(_ answer: [GrantView], in report: inout Report) {
    report.line(report.words(.exceptionUsed))
    report.section(.grants, answer) { grant, report in report.show(grant) }
    if !told { report.line(report.words(.tellHer)) }
  }
}

/// Stands by an exception.
struct CountersignException: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "countersign",
    abstract: "Stand by an exception that somebody else has used.",
    discussion: "  amonat consent countersign 23"
  )

  @Argument(help: "The exception's grant.")
  var grant: UInt64

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> GrantView {
    try await call { client throws(LocalFailure) in
      try await client.countersign(Countersign(grant: grant))
    }
  }

  func show(_ answer: GrantView, in report: inout Report) {
    report.line(report.words(.secondStands))
    report.show(answer)
  }
}

/// What somebody else must look at.
struct ReviewGroup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "review",
    abstract: "Exceptions and late records that somebody else must look at.",
    subcommands: [ListReviews.self, DoneReview.self]
  )
}

/// Lists what waits.
struct ListReviews: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List every exception and every late record, what waits first.",
    discussion: "  amonat review list"
  )

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> [ReviewItem] {
    try await call { client throws(LocalFailure) in try await client.reviews() }.items
  }

  func show(_ answer: [ReviewItem], in report: inout Report) {
    if answer.isEmpty { report.line(report.words(.nothingToReview)) }
    for item in answer {
      let what = item.basis.map(report.labels.basis) ?? item.kind
      report.line(
        report.words(
          .reviewLine,
          "\(item.item)",
          what,
          item.receiver,
          item.actor,
          Report.moment(item.reviewByMs),
          ([item.state] + item.flags).map { report.words.state($0, of: .review) }
            .joined(separator: ", ")
        )
      )
    }
  }
}

/// Says that it was looked at.
struct DoneReview: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "done",
    abstract: "Say that you have looked at it; not what you did or stood by yourself.",
    discussion: "  amonat review done 23 --outcome in-order"
  )

  @Argument(help: "The item's number.")
  var item: UInt64

  @Option(help: "in-order or incident.")
  var outcome: String

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> ReviewItem {
    try await call { client throws(LocalFailure) in
      try await client.review(ReviewDone(item: item, outcome: outcome))
    }
  }

  func show(_ answer: ReviewItem, in report: inout Report) {
    report.line(
      report.words(
        .reviewed,
        "\(answer.item)",
        report.words.state(answer.state, of: .review)
      )
    )
  }
}
