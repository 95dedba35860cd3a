internal import Foundation
internal import NodeSupport
internal import TestSupport

/// She takes a part back.
extension ChildStory {
  func partlyTakenBack() async throws {
    report.chapter("She takes back what concerns her health, and nothing else")
    let holders = ["clinic", "hospital"]
    let taken = try await holders.asyncMap { try await self.sealed("health", at: $0) }
    let kept = try await holders.asyncMap { try await self.sealed("need", at: $0) }
    report.check(
      "before: both hold it, sealed",
      try zip(holders, taken).allSatisfy { name, pieces in
        try !pieces.isEmpty && pieces.allSatisfy { try holds(name, $0) }
      }
    )
    let centre = try node("centre")
    try centre.cli([
      "consent", "withdraw", "--case", caseID, "--grant", "\(grants[1])", "--group", "health",
      "--confirmed", "in-person",
    ])
    for name in holders {
      try await until("\(name).example is stopped without a human in between") {
        try !self.groups(self.show(self.node(name), self.at(name))).contains("health")
      }
    }
    for name in holders {
      try await until("\(name).example calls back, confirms, and erases") {
        try self.node(name).tryCLI([
          "referral", "erase", self.at(name), "--confirmation", "call-back",
        ]).status == 0
      }
    }
    try await until("the centre has the clinic's signed receipt: erased, and one more was told") {
      try self.holders(centre, self.caseID).contains {
        $0["peer"] as? String == "clinic.example" && $0["outcome"] as? String == "erased"
          && $0["onward"] as? Int == 1
      }
    }
    let clinic = try node("clinic")
    let handedOn =
      try list(clinic.cli(["case", "list", "--json"]), "cases").first?["case"] as? String ?? ""
    try await until("and the clinic has the hospital's") {
      try self.holders(clinic, handedOn).contains {
        $0["peer"] as? String == "hospital.example" && $0["outcome"] as? String == "erased"
      }
    }
    for (place, name) in holders.enumerated() {
      report.check(
        "at \(name).example just that is gone, out of every file; the rest still opens",
        try taken[place].allSatisfy { try !holds(name, $0) }
          && kept[place].allSatisfy { try holds(name, $0) }
          && groups(show(node(name), at(name))).contains("need")
      )
    }
    report.check(
      "the shelter, the school and the counsellor have learned nothing of it",
      try groups(show(node("shelter"), at("shelter"))).count == 5
        && groups(show(node("counsel"), at("counsel"))).count == 3
        && state(show(node("school"), at("school"))) == "redirect-proposed"
    )
  }
}

extension Array {
  /// Maps one after the other.
  fileprivate func asyncMap<Out>(
    _ transform: (Element) async throws -> Out
  ) async throws -> [Out] {
    var out: [Out] = []
    for element in self { out.append(try await transform(element)) }
    return out
  }
}
