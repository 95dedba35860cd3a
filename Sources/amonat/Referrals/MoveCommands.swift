internal import ArgumentParser
internal import LocalContract

/// A command that moves one referral.
protocol MoveCommand: NodeCommand where Answer == ReferralLine {
  static var action: ReferralAction { get }
  var id: String { get }

  /// What the move needs besides its name.
  func request(_ input: Input) throws(CommandFailure) -> ReferralAct
}

extension MoveCommand {
  static var showsLabels: Bool { true }

  func request(_ input: Input) throws(CommandFailure) -> ReferralAct { ReferralAct() }

  func perform(_ call: NodeCall) async throws(CommandFailure) -> ReferralLine {
    let request = try request(call.input)
    return try await call { client throws(LocalFailure) in
      try await client.act(Self.action, on: id, request)
    }
  }

  func show(_ answer: ReferralLine, in report: inout Report) { report.show(answer) }
}

/// A person has seen the offer.
struct Acknowledge: MoveCommand {
  static let action = ReferralAction.ack
  static let configuration = CommandConfiguration(
    commandName: "ack",
    abstract: "Say that a person here has seen it.",
    discussion: "  amonat referral ack 9a41…"
  )

  @Argument(help: "The referral's id.")
  var id: String
  @OptionGroup var node: NodeOptions
}

/// The agency takes the referral.
struct Accept: MoveCommand {
  static let action = ReferralAction.accept
  static let configuration = CommandConfiguration(
    commandName: "accept",
    abstract: "Take it; identity and safe contact follow.",
    discussion: "  amonat referral accept 9a41…"
  )

  @Argument(help: "The referral's id.")
  var id: String
  @OptionGroup var node: NodeOptions
}

/// The agency, or the survivor there, says no.
struct Decline: MoveCommand {
  static let action = ReferralAction.decline
  static let configuration = CommandConfiguration(
    commandName: "decline",
    abstract: "Say no, with a reason.",
    discussion: "  amonat referral decline 9a41… --reason no-capacity"
  )

  @Argument(help: "The referral's id.")
  var id: String
  @Option(help: "Why, a code of the policy.")
  var reason: String
  @OptionGroup var node: NodeOptions

  func request(_ input: Input) throws(CommandFailure) -> ReferralAct { ReferralAct(reason: reason) }
}

/// The service has begun.
struct StartService: MoveCommand {
  static let action = ReferralAction.start
  static let configuration = CommandConfiguration(
    commandName: "start",
    abstract: "Say that the service has begun.",
    discussion: "  amonat referral start 9a41…"
  )

  @Argument(help: "The referral's id.")
  var id: String
  @OptionGroup var node: NodeOptions
}

/// The service has ended.
struct CompleteService: MoveCommand {
  static let action = ReferralAction.complete
  static let configuration = CommandConfiguration(
    commandName: "complete",
    abstract: "Say that the service has ended, and how it went.",
    discussion: "  amonat referral complete 9a41… --outcome fully-met"
  )

  @Argument(help: "The referral's id.")
  var id: String
  @Option(help: "How it went, a code of the policy.")
  var outcome: String
  @OptionGroup var node: NodeOptions

  func request(_ input: Input) throws(CommandFailure) -> ReferralAct {
    ReferralAct(outcome: outcome)
  }
}

/// The recipient confirms an erasure that the sender asked for.
struct EraseReferral: MoveCommand {
  static let action = ReferralAction.erase
  static let configuration = CommandConfiguration(
    commandName: "erase",
    abstract:
      "Confirm an erasure that the sender asked for; without this it waits for the hold-down.",
    discussion: "  amonat referral erase 9a41… --confirmation call-back"
  )

  @Argument(help: "The referral's id.")
  var id: String
  @Option(help: "How the person confirmed: in-person, code-word or call-back.")
  var confirmation: String
  @OptionGroup var node: NodeOptions

  func request(_ input: Input) throws(CommandFailure) -> ReferralAct {
    ReferralAct(reason: confirmation)
  }
}

/// The sender takes it back.
struct Recall: MoveCommand {
  static let action = ReferralAction.recall
  static let configuration = CommandConfiguration(
    commandName: "recall",
    abstract: "Take a referral back; the recipient erases it.",
    discussion: "  amonat referral recall 9a41… --reason recalled-error"
  )

  @Argument(help: "The referral's id.")
  var id: String
  @Option(help: "Why, a code of the policy.")
  var reason: String
  @OptionGroup var node: NodeOptions

  func request(_ input: Input) throws(CommandFailure) -> ReferralAct { ReferralAct(reason: reason) }
}

/// The sender closes it.
struct CloseReferral: MoveCommand {
  static let action = ReferralAction.close
  static let configuration = CommandConfiguration(
    commandName: "close",
    abstract: "Close a referral that has ended.",
    discussion: "  amonat referral close 9a41… --reason goals-met"
  )

  @Argument(help: "The referral's id.")
  var id: String
  @Option(help: "Why, a code of the policy.")
  var reason: String
  @OptionGroup var node: NodeOptions

  func request(_ input: Input) throws(CommandFailure) -> ReferralAct { ReferralAct(reason: reason) }
}
