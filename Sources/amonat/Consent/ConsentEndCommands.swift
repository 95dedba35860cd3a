internal import ArgumentParser
internal import LocalContract

/// Which consents end.
struct EndedConsents: ParsableArguments {
  @Option(name: .customLong("case"), help: "The case's id.")
  var caseID: String

  @Option(help: "Only this grant; may be repeated. Default: all that rest on consent.")
  var grant: [UInt64] = []

  var grants: [UInt64]? { grant.isEmpty ? nil : grant }
}

/// A court, a guardian or an authority takes a consent back.
struct RevokeConsent: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "revoke",
    abstract: "Record that a court, a guardian or an authority took a consent back.",
    discussion: """
      Sharing stops at once, and whoever received anything is told to stop; with --erase also to
      erase. The reason is a code of the policy's list `revocation`; the paper it rests on stays
      sealed in the case. She herself takes back with `consent stop` and `consent withdraw`.

        amonat consent revoke --case 3f0c… --reason guardian-change \\
          --authority "Order 12 of 3 March"
        amonat consent revoke --case 3f0c… --grant 41 --reason court-order \\
          --authority "Case 7" --erase
      """
  )

  @OptionGroup var part: EndedConsents

  @Option(help: "Why, a code of the policy.")
  var reason: String

  @Option(help: "The paper it rests on.")
  var authority: String

  @Flag(help: "What was shared is erased as well.")
  var erase = false

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> ConsentChanged {
    let request = ConsentEnd(
      case: part.caseID,
      grants: part.grants,
      outcome: "revoked",
      reason: reason,
      authority: authority,
      erase: erase
    )
    return try await call { client throws(LocalFailure) in try await client.endConsent(request) }
  }

  func show(_ answer: ConsentChanged, in report: inout Report) {
    report.say(.revoked)
    report.show(answer)
  }
}

/// A consent never was one.
struct InvalidateConsent: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "invalidate",
    abstract: "Record that a consent never was one: forced, the wrong person, no interpreter.",
    discussion: """
      Sharing stops at once, whoever received anything is told to erase it, and an alert asks people
      to look into how it came about. The reason is a code of the policy's list `invalidity`.

        amonat consent invalidate --case 3f0c… --reason coercion
        amonat consent invalidate --case 3f0c… --grant 41 --reason no-interpreter
      """
  )

  @OptionGroup var part: EndedConsents

  @Option(help: "Why, a code of the policy.")
  var reason: String

  @Option(help: "A paper that shows it.")
  var authority: String?

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> ConsentChanged {
    let request = ConsentEnd(
      case: part.caseID,
      grants: part.grants,
      outcome: "invalidated",
      reason: reason,
      authority: authority
    )
    return try await call { client throws(LocalFailure) in try await client.endConsent(request) }
  }

  func show(_ answer: ConsentChanged, in report: inout Report) {
    report.say(.invalidated)
    report.show(answer)
  }
}
