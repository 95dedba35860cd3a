internal import ArgumentParser
internal import LocalContract

/// Cases: they stay in this node.
struct CaseGroup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "case",
    abstract: "Cases; they never leave this node.",
    subcommands: [
      CaseNew.self, ListCases.self, ShowCase.self, CloseCase.self, KeepRecord.self, AmendCase.self,
      ShowHolders.self, LinkCase.self, UnlinkCase.self, PrintCase.self, ExportCase.self,
    ]
  )
}

/// Opens a case.
struct CaseNew: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Open a case from a JSON file of its sections.",
    discussion: """
      The file holds field groups and their fields, as the policy's forms have them:
        {"need": {"service": "safe-accommodation", "age-band": "25-34"},
         "identity": {…}}
      The files of docs/examples, which hold the same under "content", are taken as they are.

        amonat case new --desk intake --from case.json
      """
  )

  @Option(help: "The desk that keeps the case.")
  var desk: String

  @Option(help: "The sections, or - for standard input.", completion: .file())
  var from: String

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> CaseOpened {
    let file = try call.input.json(CaseFile.self, from)
    return try await call { client throws(LocalFailure) in
      try await client.openCase(CaseOpen(desk: desk, sections: file.sections))
    }
  }

  func show(_ answer: CaseOpened, in report: inout Report) {
    report.line(report.words(.caseOpened, answer.case))
  }
}

/// Lists the cases.
struct ListCases: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the cases of your desks, without their content.",
    discussion: "  amonat case list"
  )

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> [CaseLine] {
    var lines: [CaseLine] = []
    var after: String?
    repeat {
      let from = after
      let page = try await call { client throws(LocalFailure) in
        try await client.cases(after: from)
      }
      lines += page.cases
      // An empty page with a successor would never end.
      after = page.cases.isEmpty ? nil : page.next
    } while after != nil
    return lines
  }

  func show(_ answer: [CaseLine], in report: inout Report) {
    if answer.isEmpty { report.say(.none) }
    for entry in answer {
      report.line(
        "\(entry.case)  \(Report.moment(entry.openedMs))  \(report.words.state(entry.state))  "
          + "\(entry.desk)  \(report.words(.grants)): \(entry.grants)"
      )
    }
  }
}

/// Shows one case.
struct ShowCase: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a case, as far as your desks may open it.",
    discussion: "  amonat case show 3f0c…"
  )

  @Argument(help: "The case's id.")
  var id: String

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> CaseView {
    try await call { client throws(LocalFailure) in try await client.showCase(id) }
  }

  func show(_ answer: CaseView, in report: inout Report) {
    report.field(.case, answer.case)
    report.field(.desk, answer.desk)
    report.field(.opened, Report.moment(answer.openedMs))
    report.field(.stateWord, report.words.state(answer.state))
    report.show(content: answer.sections)
    report.section(.siblings, answer.siblings) { other, report in report.line(other) }
    report.section(.grants, answer.grants) { grant, report in report.show(grant) }
    report.section(.referral, answer.referrals) { line, report in report.show(line) }
  }
}

extension Report {
  /// Opened content: group, then field.
  mutating func show(content: [String: [String: FieldValue]]) {
    section(.content, content.sorted { $0.key < $1.key }) { group, report in
      report.line(report.labels.group(group.key) + ":")
      for (name, value) in group.value.sorted(by: { $0.key < $1.key }) {
        let (label, text) = report.labels.field(name, of: group.key, value)
        report.line("  \(label): \(text)")
      }
    }
  }
}
