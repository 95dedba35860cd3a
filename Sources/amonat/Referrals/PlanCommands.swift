internal import ArgumentParser
internal import LocalContract

/// Plans: one survivor, several legs.
struct PlanGroup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Refer one person to several agencies that cannot learn of each other.",
    subcommands: [PlanNewCommand.self, PlanShow.self, PlanAddCommand.self, PlanDropCommand.self]
  )
}

/// Makes a plan.
struct PlanNewCommand: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Make a plan from a JSON file of its legs, and refer them.",
    discussion: """
      Each leg has a grant of its own:
        [{"grant": 12, "urgency": "urgent", "fromCase": true, "content": {"need": {…}}}, …]

        amonat plan new --case 3f0c… --from legs.json
      """
  )

  @Option(name: .customLong("case"), help: "The case's id.")
  var caseID: String
  @Option(help: "The legs, or - for standard input.", completion: .file())
  var from: String
  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> PlanView {
    let legs = try call.input.json([ReferAsk].self, from)
    return try await call { client throws(LocalFailure) in
      try await client.newPlan(PlanNew(case: caseID, legs: legs))
    }
  }

  func show(_ answer: PlanView, in report: inout Report) { report.show(answer) }

  func status(of answer: PlanView) -> ExitStatus { answer.refused.isEmpty ? .done : .refused }
}

/// Shows a plan, or the plans of a case.
struct PlanShow: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a plan, or all plans of a case, and how far they are.",
    discussion: """
        amonat plan show 77ab…
        amonat plan show --case 3f0c…
      """
  )

  @Argument(help: "The plan's id.")
  var id: String?
  @Option(name: .customLong("case"), help: "The case's id.")
  var caseID: String?
  @OptionGroup var node: NodeOptions

  func validate() throws {
    guard (id == nil) != (caseID == nil) else {
      throw ValidationError("Give a plan's id, or --case.")
    }
  }

  func perform(_ call: NodeCall) async throws(CommandFailure) -> [PlanView] {
    try await call { client throws(LocalFailure) in
      if let id { return [try await client.plan(id)] }
      return try await client.plans(of: caseID ?? "").plans
    }
  }

  func show(_ answer: [PlanView], in report: inout Report) {
    if answer.isEmpty { report.say(.none) }
    for plan in answer { report.show(plan) }
  }
}

/// Adds legs.
struct PlanAddCommand: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Add legs to a plan, and refer them.",
    discussion: "  amonat plan add 77ab… --from legs.json"
  )

  @Argument(help: "The plan's id.")
  var id: String
  @Option(help: "The legs, or - for standard input.", completion: .file())
  var from: String
  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> PlanView {
    let legs = try call.input.json([ReferAsk].self, from)
    return try await call { client throws(LocalFailure) in
      try await client.addLegs(id, PlanAdd(legs: legs))
    }
  }

  func show(_ answer: PlanView, in report: inout Report) { report.show(answer) }

  func status(of answer: PlanView) -> ExitStatus { answer.refused.isEmpty ? .done : .refused }
}

/// Drops one leg.
struct PlanDropCommand: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "drop",
    abstract: "Take one leg out of a plan; its recipient erases it, the others learn nothing.",
    discussion: "  amonat plan drop 77ab… --referral 9a41… --reason survivor-changed-mind"
  )

  @Argument(help: "The plan's id.")
  var id: String
  @Option(help: "The leg's referral.")
  var referral: String
  @Option(help: "Why, a code of the policy.")
  var reason: String
  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> PlanView {
    try await call { client throws(LocalFailure) in
      try await client.dropLeg(id, PlanDrop(referral: referral, reason: reason))
    }
  }

  func show(_ answer: PlanView, in report: inout Report) { report.show(answer) }
}

extension Report {
  /// A plan and its legs.
  mutating func show(_ plan: PlanView) {
    line(words(.planLine, plan.plan, "\(plan.reached)", "\(plan.total)"))
    for leg in plan.legs {
      show(leg.line)
      if let dropped = leg.droppedMs { line("  " + words(.legDropped, Self.moment(dropped))) }
    }
    for refused in plan.refused {
      line("\(words(.mayNotRefer)) \(refused.problem?.code ?? "")")
      for reason in refused.reasons ?? [] { line("  - \(words.reason(reason)) [\(reason)]") }
    }
  }
}
