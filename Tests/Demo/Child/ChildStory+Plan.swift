internal import Foundation
internal import NodeSupport
internal import TestSupport

/// One plan, and what begins under it.
extension ChildStory {
  func plan() async throws {
    report.chapter("One plan, three legs: a safe place, a doctor, a school")
    let centre = try node("centre")
    let asks = [0, 1, 2].map { forms.ask($0, grant: grants[$0]) }
    let plan = try object(
      centre.cli(["plan", "new", "--case", caseID, "--from", file("plan", asks), "--json"])
    )
    planID = plan["plan"] as? String ?? ""
    remember(plan)
    for name in ["shelter", "clinic", "school"] { try await arrive(name) }
    let seen = try ["shelter", "clinic", "school"].map { try groups(show(node($0), at($0))) }
    report.check(
      "each sees what is needed from it, and neither name nor telephone",
      seen.allSatisfy { $0 == ["need"] },
      "\(seen)"
    )
    for name in ["shelter", "clinic", "school"] {
      let others = legs.filter { $0.key != name }.values
      let marks =
        others.flatMap { [Self.bytes($0.message), Array($0.message.utf8)] }
        + [Array(planID.utf8), Array(caseID.utf8)]
      report.check(
        "no file of \(name).example holds a number of the plan, the case or another leg",
        try marks.allSatisfy { try !holds(name, $0) }
      )
    }
  }

  func services() async throws {
    report.chapter("The shelter takes her in; the clinic hands the examination on to a hospital")
    let (shelter, clinic, hospital) = try (node("shelter"), node("clinic"), node("hospital"))
    for step in ["ack", "accept"] { try shelter.cli(["referral", step, at("shelter")]) }
    try await until("after the acceptance the shelter learns who comes, and what is dangerous") {
      try self.groups(self.show(shelter, self.at("shelter")))
        == ["child", "contact", "identity", "need", "safety"]
    }
    let own: [String: Any] = [
      "record": forms.record, "groups": ["child", "contact", "need", "safety"],
      "answers": ["storing": true, "contact": true],
    ]
    let early = try shelter.tryCLI(["referral", "start", at("shelter"), "--json"])
    try shelter.cli([
      "consent", "own", at("shelter"), "--desk", "desk", "--from", file("own", own), "--json",
    ])
    try shelter.cli(["referral", "start", at("shelter")])
    report.check(
      "her stay begins on her own word to the shelter, and not before",
      early.out.contains("own-consent-missing")
    )
    for step in ["ack", "accept"] { try clinic.cli(["referral", step, at("clinic")]) }
    try await until("the clinic has what concerns her health") {
      try self.groups(self.show(clinic, self.at("clinic"))).contains("health")
    }
    try clinic.cli([
      "referral", "hand-on", at("clinic"), "--to", "hospital.example", "--purpose", "health",
      "--group", "need", "--group", "health", "--days", "60", "--urgency", "urgent", "--json",
    ])
    try await arrive("hospital", message: nil)
    for step in ["ack", "accept"] { try hospital.cli(["referral", step, at("hospital")]) }
    try await until("the hospital has the examination, and not her name") {
      try self.groups(self.show(hospital, self.at("hospital"))) == ["health", "need"]
    }
    let known = try hospital.cli(["referral", "show", at("hospital"), "--json"]).out
    report.check(
      "it knows the clinic that asked, and not who stands behind it",
      known.contains("clinic.example") && !known.contains("centre.example")
        && !known.contains("shelter.example")
    )
  }
}
