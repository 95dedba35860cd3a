internal import Foundation
internal import NodeSupport
internal import TestSupport

/// The new leg goes by stick.
extension ChildStory {
  func courier() async throws {
    report.chapter("No line works, the pass is closed: a driver takes a stick to the counsellor")
    let (centre, counsel) = try (node("centre"), node("counsel"))
    realm.cut()
    try remember(
      object(centre.cli(["plan", "add", planID, "--from", file("leg", [fourth]), "--json"]))
    )
    guard let leg = legs["counsel"] else { throw Programs.Failure("no leg") }
    try await hours(1)
    try unlock()
    report.check(
      "after an hour the leg still waits at the centre, and the counsellor has nothing",
      try state(show(centre, leg.referral)) == "queued"
        && list(counsel.cli(["inbox", "--json"]), "referrals").isEmpty
    )
    let there = try stick("there", from: centre, to: "counsel.example")
    neutral(there.map(\.lastPathComponent), "one file is written, and its name says nothing")
    report.check(
      "whoever finds the stick reads no agency in it, no number and no word of hers",
      try there.allSatisfy { file in
        let bytes = try Data(contentsOf: file)
        return ["centre", "counsel", "example", "Кӯдаки", leg.message, planID, caseID].allSatisfy {
          bytes.range(of: Data($0.utf8)) == nil
        }
      }
    )
    let taken = try take(there, at: counsel)
    try await arrive("counsel")
    report.check(
      "the counsellor's node takes it in: one message, and she reads what is needed, not who it is",
      try taken.first?["from"] as? String == "centre.example"
        && taken.first?["received"] as? Int == 1
        && groups(show(counsel, at("counsel"))) == ["need"],
      "\(taken)"
    )
    let back = try stick("back", from: counsel, to: "centre.example")
    neutral(back.map(\.lastPathComponent), "the receipt goes back the same way, as nameless")
    let answers = try take(back, at: centre)
    report.check(
      "the centre has the counsellor's signed receipt: delivered",
      try answers.first?["answers"] as? Int == 1
        && state(show(centre, leg.referral)) == "delivered",
      "\(answers)"
    )
    report.check(
      "the same stick once more changes nothing",
      try take(there, at: counsel).first?["repeated"] as? Int == 1
        && list(counsel.cli(["inbox", "--json"]), "referrals").count == 1
    )
    realm.mend()
    for step in ["ack", "accept"] { try counsel.cli(["referral", step, at("counsel")]) }
    try await until("the line is back: the counsellor takes her on, and who she is comes by line") {
      try self.groups(self.show(counsel, self.at("counsel"))) == ["contact", "identity", "need"]
    }
    let now = try list(centre.cli(["plan", "show", planID, "--json"]), "plans").first
    report.check(
      "only the centre sees the plan: four legs, three taken on",
      (now?["legs"] as? [Any])?.count == 4 && now?["reached"] as? Int == 3,
      "\(now ?? [:])"
    )
  }

  /// Writes what waits for an agency into an empty folder.
  private func stick(
    _ name: String,
    from node: HarnessNode,
    to agency: String
  ) throws -> [URL] {
    let folder = root.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let said = try node.cli(["courier", "out", "--to", agency, "--dir", folder.path, "--json"])
    for file in try list(said, "parcels") {
      report.note("  | \(file["file"] ?? ""), \(file["bytes"] ?? "") bytes")
    }
    return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
  }

  /// Takes files in.
  ///
  /// - Returns: What the command says of each.
  private func take(_ files: [URL], at node: HarnessNode) throws -> [[String: Any]] {
    try list(node.cli(["courier", "in", "--json"] + files.map(\.path)), "parcels")
      .compactMap { $0["taken"] as? [String: Any] }
  }

  private func neutral(_ names: [String], _ sentence: String) {
    let isNeutral = names.allSatisfy { $0.wholeMatch(of: #/[0-9a-f]{32}\.bin/#) != nil }
    report.check(sentence, names.count == 1 && isNeutral, "\(names)")
  }
}
