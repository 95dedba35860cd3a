internal import ArgumentParser
internal import LocalContract

/// Capacity: asked before anything about a person is said.
struct CapacityGroup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "capacity",
    abstract: "Ask whether there is a place, and answer such questions; no person is named.",
    subcommands: [AskCapacity.self, ShowCapacity.self, SetCapacity.self, AnswerCapacity.self]
  )
}

/// Asks.
struct AskCapacity: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "ask",
    abstract: "Ask an agency whether it has a place.",
    discussion: "  amonat capacity ask --to shelter.example --for accommodation-woman"
  )

  @Option(help: "The agency.")
  var to: String
  @Option(name: .customLong("for"), help: "What for and for whom, a code of the policy.")
  var what: String
  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> CapacityLine {
    try await call { client throws(LocalFailure) in
      try await client.askCapacity(CapacityAsk(peer: to, code: what))
    }
  }

  func show(_ answer: CapacityLine, in report: inout Report) { report.show(answer) }
}

/// Shows questions and standing answers.
struct ShowCapacity: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show the questions, their answers, and how this agency answers by itself.",
    discussion: "  amonat capacity show"
  )

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> CapacityView {
    try await call { client throws(LocalFailure) in try await client.capacity() }
  }

  func show(_ answer: CapacityView, in report: inout Report) { report.show(answer) }
}

/// Sets a standing answer.
struct SetCapacity: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "set",
    abstract: "Say how this agency answers by itself, until it is changed.",
    discussion: """
        amonat capacity set --for accommodation-woman --answer yes
        amonat capacity set --for accommodation-man --answer within-month \\
          --until 2026-12-20
        amonat capacity set --for health-child --ask-people
      """
  )

  @Option(name: .customLong("for"), help: "What for and for whom, a code of the policy.")
  var what: String
  @Option(help: "The answer, a code of the policy.")
  var answer: String?
  @Option(help: "Until which day, as 2026-12-20.")
  var until: String?
  @Flag(help: "No standing answer: people here answer each question.")
  var askPeople = false
  @OptionGroup var node: NodeOptions

  func validate() throws {
    guard (answer == nil) == askPeople else {
      throw ValidationError("Give --answer or --ask-people.")
    }
    if let until { _ = try Days.ms(until) }
  }

  func perform(_ call: NodeCall) async throws(CommandFailure) -> CapacityView {
    let untilMs = until.flatMap { try? Days.ms($0) }
    return try await call { client throws(LocalFailure) in
      try await client.setCapacity(CapacitySet(code: what, answer: answer, untilMs: untilMs))
    }
  }

  func show(_ answer: CapacityView, in report: inout Report) { report.show(answer) }
}

/// Answers one question.
struct AnswerCapacity: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "answer",
    abstract: "Answer one question about capacity.",
    discussion: "  amonat capacity answer 5f09… --answer no"
  )

  @Argument(help: "The question's id.")
  var id: String
  @Option(help: "The answer, a code of the policy.")
  var answer: String
  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> CapacityLine {
    try await call { client throws(LocalFailure) in
      try await client.answerCapacity(id, CapacityReply(answer: answer))
    }
  }

  func show(_ answer: CapacityLine, in report: inout Report) { report.show(answer) }
}

extension Report {
  /// One question in one line.
  mutating func show(_ question: CapacityLine) {
    var text = "\(question.id)  \(Self.moment(question.askedMs))  "
    text += "\(question.box == "in" ? "←" : "→") \(question.peer)  "
    text += labels.outcome(question.code) + ": "
    text += question.answer.map(labels.outcome) ?? words(.noAnswerYet)
    if question.answer != nil { text += "  " + words(.until) + " " + Self.moment(question.untilMs) }
    line(text)
  }

  /// Standing answers and questions.
  mutating func show(_ view: CapacityView) {
    section(.standingAnswers, view.settings) { setting, report in
      var text = "\(report.labels.outcome(setting.code)): "
      text += report.labels.outcome(setting.answer ?? "?")
      if let until = setting.untilMs {
        text += "  \(report.words(.until)) \(Report.moment(until))"
      }
      report.line(text)
    }
    if view.questions.isEmpty { say(.none) }
    for question in view.questions { show(question) }
  }
}
