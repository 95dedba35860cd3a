internal import ArgumentParser
internal import FoundationEssentials
internal import LocalContract

/// Journeys across a border.
struct ReturnGroup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "return",
    abstract: "Journeys: when she is to arrive, and whether she has.",
    subcommands: [PlanJourney.self, ConfirmArrival.self, ListJourneys.self]
  )
}

/// Files a journey.
struct PlanJourney: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "travels",
    abstract: "Say when she is to arrive; after the policy's time without word, it is an alarm.",
    discussion: "  amonat return travels 7c1e… --arrives 2026-12-01T10:00:00Z"
  )

  @Argument(help: "The referral's id; the recipient has accepted it.")
  var referral: String

  @Option(help: "When, as 2026-12-01T10:00:00Z.")
  var arrives: String

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> JourneyLine {
    guard let date = try? Date.ISO8601FormatStyle().parse(arrives),
      date.timeIntervalSince1970 > 0
    else {
      throw CommandFailure(status: .usage, code: "usage", text: "--arrives: \(arrives)")
    }
    let request = JourneyAsk(
      referral: referral,
      travelsAtMs: UInt64(date.timeIntervalSince1970 * 1_000)
    )
    return try await call { client throws(LocalFailure) in try await client.journey(request) }
  }

  func show(_ answer: JourneyLine, in report: inout Report) { report.show(answer) }
}

/// Confirms an arrival.
struct ConfirmArrival: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "arrived",
    abstract: "Say that she has arrived.",
    discussion: "  amonat return arrived 7c1e…"
  )

  @Argument(help: "The referral's id.")
  var referral: String

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> JourneyLine {
    try await call { client throws(LocalFailure) in
      try await client.journeyArrived(JourneyArrived(referral: referral))
    }
  }

  func show(_ answer: JourneyLine, in report: inout Report) { report.show(answer) }
}

/// Lists the journeys.
struct ListJourneys: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the journeys; exit 1 when somebody has not arrived in time.",
    discussion: "  amonat return list"
  )

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> [JourneyLine] {
    try await call { client throws(LocalFailure) in try await client.journeys() }.journeys
  }

  func show(_ answer: [JourneyLine], in report: inout Report) {
    if answer.isEmpty { report.say(.none) }
    for line in answer { report.show(line) }
  }

  func status(of answer: [JourneyLine]) -> ExitStatus {
    answer.contains { $0.state == "missed" } ? .refused : .done
  }
}

extension Report {
  /// One journey in one line.
  mutating func show(_ journey: JourneyLine) {
    let state: ConsentPhrase =
      switch journey.state {
      case "arrived": .journeyArrived
      case "missed": .journeyMissed
      default: .journeyTravelling
      }
    line(
      words(
        .journeyLine,
        journey.referral,
        journey.peer,
        words(journey.crossBorder ? ConsentPhrase.acrossBorder : .insideBorder),
        Report.moment(journey.dueMs),
        words(state)
      )
    )
  }
}
