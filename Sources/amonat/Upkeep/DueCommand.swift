internal import ArgumentParser
internal import LocalContract

/// What is late, what waits, and why.
struct ShowDue: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "due",
    abstract: "Say what is late, what waits, for whom, and why.",
    discussion: """
      "clock-ahead" and "clock-behind" mean that no reminder goes out until the node's clock is
      right, or a person has decided with `amonat clock local`.

        amonat due
        amonat due --late --json
      """
  )

  @Flag(help: "Only what is late.")
  var late = false
  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> DueList {
    try await call { client throws(LocalFailure) in
      var list = try await client.due()
      if late { list.items.removeAll { !$0.late } }
      return list
    }
  }

  func show(_ answer: DueList, in report: inout Report) {
    let words = report.words
    if answer.clock != nil { report.line(words(.clockDoubt)) }
    if answer.items.isEmpty { report.say(.nothingDue) }
    for item in answer.items {
      var text = "\(Report.moment(item.dueMs))  \(words.timer(item.timer))  \(item.id)"
      if let peer = item.peer { text += "  \(item.box == "in" ? "←" : "→") \(peer)" }
      if let purpose = item.purpose { text += "  \(report.labels.purpose(purpose))" }
      text += "  \(words.state(item.state))"
      if let urgency = item.urgency { text += "  \(report.labels.urgency(urgency))" }
      if item.late { text += "  \(words(.overdue))" }
      report.line(text)
      report.line("  " + why(item, words))
      if let telephone = item.telephone { report.line("  " + words(.callNow, telephone)) }
    }
    report.section(.watched, answer.watched) { item, report in
      report.line(
        "\(Report.moment(item.atMs))  \(item.peer)  \(item.ref.prefix(16))…  "
          + report.labels.outcome(item.code)
      )
    }
  }

  private func why(_ item: DueItem, _ words: Phrasebook) -> String {
    let since = item.sinceMs.map { $0 == 0 ? words(.never) : Report.moment($0) } ?? "?"
    return switch item.why {
    case "stopped": words(.waitsStopped, since)
    case "question": words(.waitsQuestion, since)
    case "dark": words(.waitsDark, since)
    case "hours": words(.waitsHours, since)
    default: words(item.side == "us" ? .waitsUs : item.side == "them" ? .waitsThem : .waitsTime)
    }
  }
}
