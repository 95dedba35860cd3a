internal import Foundation
internal import NodeSupport
internal import TestSupport

/// What a stranger finds.
extension ChildStory {
  func audit() async throws {
    report.chapter("A stranger checks the second story as well")
    try await finality()
    var bundles: [String] = []
    var events: [String: [String: Int]] = [:]
    for spec in Self.agencies {
      let path = root.appendingPathComponent("\(spec.id).bundle").path
      guard let member = realm.harness.nodes[spec.id] else { throw Programs.Failure(spec.id) }
      try member.cli(["audit", "export", "--force", "--out", path])
      bundles.append(path)
      let found = try findings(realm.harness, "verify", [path])
      report.check("the bundle of \(spec.id) verifies", found.isEmpty, "\(found)")
      let output = try realm.harness.programs.run(
        "amonat-audit",
        ["verify", "--realm", realm.harness.realm, "--lang", "en", "--json", path]
      )
      let bundle = (try object(output)["bundles"] as? [[String: Any]])?.first
      events[spec.id] = bundle?["events"] as? [String: Int] ?? [:]
    }
    let together = try findings(realm.harness, "reconcile", bundles)
    report.check("the six agree on every message", together.isEmpty, "\(together)")
    let centre = events["centre.example"] ?? [:]
    report.check(
      "the log says that one thing was told, one handed out, one part taken back, one thing refused",
      centre["verbal"] == 1 && centre["outside"] == 1 && centre["withdraw"] == 1
        && centre["consent-refused"] == 1,
      "\(centre)"
    )
    let parcels = try bundles.map { path in
      try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").count {
        $0.hasPrefix("leaf\t") && $0.contains("\"type\":\"export\"")
          && $0.contains("\"kind\":\"parcel\"")
      }
    }
    report.check(
      "that a stick was written at both ends of one leg, and nowhere else",
      zip(Self.agencies, parcels).allSatisfy { spec, count in
        count == (["centre.example", "counsel.example"].contains(spec.id) ? 1 : 0)
      },
      "\(parcels)"
    )
    report.check(
      "and that both who held her health have erased it",
      events["clinic.example"]?["erase"] ?? 0 > 0 && events["hospital.example"]?["erase"] ?? 0 > 0
    )
    let text = try bundles.map { try String(contentsOfFile: $0, encoding: .utf8) }.joined()
    report.check(
      "no bundle holds her name, a number to call, or a word that she chose",
      ["Кӯдаки", "+992", "зардолу", "бодом"].allSatisfy { !text.contains($0) }
    )
  }
}
