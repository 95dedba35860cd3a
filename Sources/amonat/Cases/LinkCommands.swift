internal import ArgumentParser
internal import LocalContract

extension CaseRelation: ExpressibleByArgument {}

/// Joins two cases.
struct LinkCase: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "link",
    abstract: "Join a child's case to the case of a sibling; only this node knows.",
    discussion: """
      Each child keeps its own case, consent and referrals. The link is sealed in both cases; it is in
      no message, no log, no print and no export. A referral of one child reminds of the others.

        amonat case link 3f0c… 81be… --as sibling
      """
  )

  @Argument(help: "The case's id.")
  var id: String

  @Argument(help: "The other case's id.")
  var other: String

  @Option(name: .customLong("as"), help: "How they belong together: sibling.")
  var relation: CaseRelation

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> CaseLinks {
    let request = CaseLink(other: other, relation: relation)
    return try await call { client throws(LocalFailure) in
      try await client.linkCase(id, request)
    }
  }

  func show(_ answer: CaseLinks, in report: inout Report) {
    report.section(.siblings, answer.siblings) { other, report in report.line(other) }
  }
}

/// Takes two cases apart.
struct UnlinkCase: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "unlink",
    abstract: "Take two joined cases apart.",
    discussion: "  amonat case unlink 3f0c… 81be…"
  )

  @Argument(help: "The case's id.")
  var id: String

  @Argument(help: "The other case's id.")
  var other: String

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> CaseLinks {
    let request = CaseLink(other: other)
    return try await call { client throws(LocalFailure) in
      try await client.unlinkCase(id, request)
    }
  }

  func show(_ answer: CaseLinks, in report: inout Report) {
    if answer.siblings.isEmpty { return report.say(.none) }
    report.section(.siblings, answer.siblings) { other, report in report.line(other) }
  }
}
