internal import ArgumentParser
internal import LocalContract

/// Corrects a case, here and at everybody who holds what is corrected.
struct AmendCase: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "amend",
    abstract: "Correct a case; every holder of a corrected group gets it.",
    discussion: """
      The file holds the corrected groups, whole: {"contact": {"channel": "telephone", …}}

        amonat case amend 3f0c… --from contact.json
      """
  )

  @Argument(help: "The case's id.")
  var id: String
  @Option(help: "The groups, or - for standard input.", completion: .file())
  var from: String
  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> CaseAmended {
    let sections = try call.input.json([String: [String: FieldValue]].self, from)
    return try await call { client throws(LocalFailure) in
      try await client.amend(id, CaseAmend(sections: sections))
    }
  }

  func show(_ answer: CaseAmended, in report: inout Report) {
    report.line(report.words(.amended, "\(answer.referrals.count)"))
    for line in answer.referrals { report.show(line) }
    report.section(.notReached, answer.unreached) { holder, report in report.show(holder) }
  }
}

/// Who has what, why, and until when.
struct ShowHolders: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "holders",
    abstract: "Say who has what of a case, why, and until when; to be printed in her language.",
    discussion: """
        amonat case holders 3f0c… --lang tg
      """
  )

  @Argument(help: "The case's id.")
  var id: String
  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> HolderList {
    try await call { client throws(LocalFailure) in try await client.holders(of: id) }
  }

  func show(_ answer: HolderList, in report: inout Report) {
    report.say(.holdersTitle)
    if answer.holders.isEmpty { report.say(.holdersNone) }
    for holder in answer.holders { report.show(holder) }
  }
}

extension Report {
  /// Why something is kept: its class and the ground of it, or the holder's own consent.
  func ground(_ outcome: String, _ keptClass: String?, _ basis: String?) -> String {
    guard let keptClass else { return words.reason(outcome) }
    let law = "legal-obligation"
    return [
      labels.kept(keptClass),
      basis.map { $0.utf8.elementsEqual(law.utf8) ? words(.legalObligation) : labels.basis($0) },
    ].compactMap { $0 }.joined(separator: "; ")
  }

  /// One holder.
  mutating func show(_ holder: HolderView) {
    line(
      words(
        .holderLine,
        holder.peer,
        labels.groups(holder.groups),
        labels.purpose(holder.purpose),
        Self.moment(holder.untilMs)
      )
    )
    if let erased = holder.erasedMs { line("  " + words(.holderErased, Self.moment(erased))) }
    if let kept = holder.kept {
      line(
        "  "
          + words(
            .holderKeeps,
            labels.groups(kept.groups),
            ground(kept.outcome, kept.keptClass, kept.basis),
            kept.untilMs.map(Self.moment) ?? "–"
          )
      )
    }
    if holder.frozen { line("  " + words(.frozen)) }
  }
}
