internal import ArgumentParser
internal import LocalContract

extension ClockChoice: ExpressibleByArgument {}

/// Shows the node's clock, or decides which one is right.
struct ShowClock: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "clock",
    abstract: "Show what time the node goes by; decide, when its clock is not believed.",
    discussion: """
      A machine that wakes up in 2015 is noticed: the node goes on from the time it remembers and says so
      in its status. Set the machine's clock, or let the node go by the other members' clocks until
      somebody can:
        amonat clock
        amonat clock witnesses
        amonat clock local
      """
  )

  @Argument(help: "witnesses or local; without it the clock is only shown.")
  var use: ClockChoice?

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> ClockStatus {
    try await call { client throws(LocalFailure) in
      guard let use else { return try await client.clock() }
      return try await client.decideClock(use)
    }
  }

  func show(_ answer: ClockStatus, in report: inout Report) { report.show(answer) }
}

extension Report {
  /// How the node stands in time.
  mutating func show(_ clock: ClockStatus) {
    field(
      .clock,
      words(
        .clockLine,
        Report.moment(clock.localMs),
        Report.moment(clock.usedMs),
        clock.standing
      )
    )
    if let witnessMs = clock.witnessMs {
      line(words(.clockWitnesses, Report.moment(witnessMs)))
    }
    switch clock.standing {
    case "behind": line(words.warning(NodeWarning.clockBehind.rawValue))
    case "ahead": line(words.warning(NodeWarning.clockAhead.rawValue))
    default: break
    }
  }
}
