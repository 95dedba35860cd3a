internal import ArgumentParser
internal import LocalContract

/// How the node is.
struct ShowStatus: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show how the node is; needs no unlocked desk.",
    discussion: """
        amonat status
        amonat status --json --socket /var/lib/amonat/amonat.sock
      """
  )

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> NodeStatus {
    try await call { client throws(LocalFailure) in try await client.status() }
  }

  func show(_ answer: NodeStatus, in report: inout Report) {
    let words = report.words
    report.field(.node, "\(answer.agency) (amonatd \(answer.version))")
    report.field(.realm, answer.realm)
    if let register = answer.register {
      report.field(
        .register,
        words(
          .registerLine,
          "\(register.version)",
          "\(register.ageDays)",
          Report.moment(register.expiresMs),
          words.state(register.standing, of: .register)
        )
      )
    } else {
      report.field(.register, words(.none))
    }
    if let policy = answer.policy { report.field(.policy, "\(policy.name) \(policy.version)") }
    if let card = answer.card {
      report.field(.card, words(.cardLine, "\(card.serial)", Report.moment(card.expiresMs)))
    } else {
      report.field(.card, words(.none))
    }
    report.field(.log, words(.logLine, answer.log.origin, "\(answer.log.size)"))
    if let clock = answer.clock, clock.standing != "right" { report.show(clock) }
    report.section(.desks, answer.desks) { desk, report in report.show(desk) }
    report.section(.peers, answer.peers) { peer, report in report.show(peer) }
    report.section(.counts, answer.counts.sorted { $0.key < $1.key }) { count, report in
      report.line("\(words.state(count.key, of: .message)): \(count.value)")
    }
    report.section(.warnings, answer.warnings) { code, report in
      report.line("\(words.warning(code)) [\(code)]")
    }
  }
}
