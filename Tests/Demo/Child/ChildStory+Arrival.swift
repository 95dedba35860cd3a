internal import Foundation
internal import NodeSupport
internal import TestSupport

/// She calls, and comes.
extension ChildStory {
  func hotline() throws {
    report.chapter("A second story: a girl calls the hotline, and gives a word instead of a name")
    let centre = try node("centre")
    try somebodyElse(at: centre)
    let call: [String: Any] = [
      "callBack": ["channel": "telephone", "number": "+992 00 000 00 16", "text-safe": false],
      "codeWord": "зардолу", "caller": "self", "language": "tg",
    ]
    caseID =
      try object(
        centre.cli(["contact", "new", "--desk", "desk", "--from", file("call", call), "--json"])
      )["contact"] as? String ?? ""
    let knows = { (word: String) in
      let said = try centre.tryCLI([
        "contact", "check", self.caseID, "--word-file", self.text("word", word), "--json",
      ])
      return try self.object(said)["knows"] as? Bool
    }
    report.check(
      "a contact without a name; a wrong word is told nothing, hers is known",
      try knows("себ") == false && knows("Зардолу") == true
    )
    let early = try centre.tryCLI([
      "consent", "record", "--case", caseID, "--from", file("early", forms.consent([0])), "--json",
    ])
    report.check("nothing can be passed on of somebody who only called", early.status == 1)
  }

  /// A caller who only wants to know something.
  private func somebodyElse(at centre: HarnessNode) throws {
    let legs = try example("hotline-tg")["legs"] as? [[String: Any]] ?? []
    let topic = (legs.first?["need"] as? [String: Any])?["summary"] as? String ?? ""
    let call: [String: Any] = [
      "callBack": ["channel": "in-person"], "codeWord": "себ", "caller": "self", "language": "tg",
      "topic": topic,
    ]
    let contact = try object(
      centre.cli(["contact", "new", "--desk", "desk", "--from", file("other", call), "--json"])
    )
    let seen = try object(
      centre.cli(["contact", "show", contact["contact"] as? String ?? "", "--json"])
    )
    report.check(
      "before her somebody asks what a work contract must say: answered, and no case",
      !topic.isEmpty && seen["topic"] as? String == topic && seen["state"] as? String == "contact",
      "\(seen)"
    )
  }

  func consent() async throws {
    report.chapter("She is back from abroad, and sixteen: an advocate decides, and she must agree")
    let centre = try node("centre")
    let without = try centre.tryCLI([
      "contact", "convert", caseID, "--from", file("silent", forms.conversion(forms.withoutAssent)),
      "--json",
    ])
    report.check(
      "without her own yes there is no case",
      without.status == 1 && without.out.contains("assent-missing"),
      without.out
    )
    try centre.cli([
      "contact", "convert", caseID, "--from", file("convert", forms.conversion(forms.record)),
      "--json",
    ])
    let made = try list(
      centre.cli([
        "consent", "record", "--case", caseID, "--from", file("consent", forms.consent([0, 1, 2])),
        "--json",
      ]),
      "grants"
    )
    grants = made.compactMap { ($0["grant"] as? NSNumber)?.uint64Value }
    let ends = Set(made.compactMap { ($0["untilMs"] as? NSNumber)?.uint64Value })
    report.check(
      "three consents, one for each agency, and none goes beyond her eighteenth birthday",
      grants.count == 3 && ends == [adultOnMs],
      "\(made)"
    )
    guard grants.count == 3 else { throw Programs.Failure("grants") }
  }
}
