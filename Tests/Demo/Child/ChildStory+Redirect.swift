internal import Foundation
internal import NodeSupport
internal import TestSupport

/// Another kind of help is proposed.
extension ChildStory {
  func redirect() async throws {
    report.chapter("The school says what she needs first; it forwards nothing")
    let (centre, school, counsel) = try (node("centre"), node("school"), node("counsel"))
    try school.cli(["referral", "ack", at("school")])
    try school.cli(["referral", "redirect", at("school"), "--reason", "psychosocial"])
    guard let old = legs["school"] else { throw Programs.Failure("no leg") }
    try await until("the centre reads: psychosocial support is proposed") {
      let view = try self.show(centre, old.referral)
      let line = view["line"] as? [String: Any]
      return self.state(view) == "redirect-proposed"
        && line?["outcome"] as? String == "psychosocial"
    }
    report.check(
      "and nobody has been told of her: the counsellor's list is empty",
      try list(counsel.cli(["inbox", "--json"]), "referrals").isEmpty
    )
    let made = try list(
      centre.cli([
        "consent", "record", "--case", caseID, "--from", file("fourth", forms.consent([3])),
        "--json",
      ]),
      "grants"
    )
    guard let grant = (made.first?["grant"] as? NSNumber)?.uint64Value else {
      throw Programs.Failure("no grant")
    }
    report.check("asked about exactly that, she agrees: a consent of its own", grant != grants[2])
    var leg = forms.ask(3, grant: grant)
    leg["replaces"] = old.referral
    fourth = leg
  }
}
