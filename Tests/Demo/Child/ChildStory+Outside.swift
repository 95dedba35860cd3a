internal import Foundation
internal import NodeSupport
internal import TestSupport

/// What travels without a node.
extension ChildStory {
  func outside() throws {
    report.chapter(
      "An emergency at night: the clinic is told by telephone, and somebody outside gets a paper"
    )
    let centre = try node("centre")
    let said = try object(
      centre.cli([
        "record", "verbal", "--case", caseID, "--to", "clinic.example", "--purpose", "health",
        "--groups", "need", "--grant", "\(grants[1])", "--json",
      ])
    )
    report.check(
      "what was said by telephone is written down within the day, as said and not as sent",
      said["late"] as? Bool == false
    )
    let slip = [
      "slip", "print", "--case", caseID, "--to", "health", "--purpose", "health", "--groups",
      "need", "--word-file", try text("slip-word", "бодом"), "--lang", "ru",
    ]
    report.check(
      "a slip is printed only if she was asked about it",
      try centre.tryCLI(slip).status != 0
    )
    let printed = try centre.cli(slip + ["--agreed"]).out
    report.check(
      "it bears her word and what is needed: no name, no agency, no reason",
      printed.contains("бодом")
        && ["Кӯдаки", "example", "centre", "торговл"].allSatisfy {
          !printed.contains($0)
        },
      printed
    )
    for line in printed.split(separator: "\n") { report.note("  | \(line)") }
  }
}
