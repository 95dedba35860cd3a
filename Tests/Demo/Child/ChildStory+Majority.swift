internal import Foundation
internal import NodeSupport
internal import TestSupport

/// She comes of age.
extension ChildStory {
  func comingOfAge() async throws {
    report.chapter("Weeks pass. On the day she is eighteen everybody must ask her herself")
    let (centre, shelter, clinic) = try (node("centre"), node("shelter"), node("clinic"))
    for (day, warning) in [(15, "60d"), (45, "30d"), (Self.daysToMajority, "0d")]
      as [(UInt64, String)]
    {
      try await pass(toDay: day)
      let dates = try ["centre", "shelter"].map { name in
        try
          (object(node(name).cli(["consent", "lapsed", "--json"]))["dates"] as? [[String: Any]]
          ?? []).compactMap { $0["warning"] as? String }
      }
      report.check(
        "day \(day): the centre and the shelter are told, \(warning) before",
        dates == [[warning], [warning]],
        "\(dates)"
      )
    }
    let there = try show(shelter, at("shelter"))
    report.check(
      "what she left the shelter herself is open, since she is there; her name is locked",
      groups(there) == ["child", "contact", "need", "safety"]
        && there["sealed"] as? [String] == ["identity"],
      "\(groups(there)) \(there["sealed"] ?? "")"
    )
    report.check(
      "everywhere else everything is locked",
      try groups(show(clinic, at("clinic"))).isEmpty
        && groups(show(node("counsel"), at("counsel"))).isEmpty
    )
    var another = forms.asAdult
    (another["decidedBy"], another["relation"]) = ("advocate", "advocate of the centre")
    let refused = try centre.tryCLI([
      "consent", "renew", "\(grants[0])", "--from", file("another", another), "--json",
    ])
    report.check(
      "the advocate can no longer decide for her",
      refused.status == 1 && refused.out.contains("decider-not-allowed"),
      refused.out
    )
    let renewed = try list(
      centre.cli([
        "consent", "renew", "\(grants[0])", "--from", file("hers", forms.asAdult), "--days", "30",
        "--json",
      ]),
      "grants"
    ).first
    report.check(
      "she agrees to the shelter herself, for thirty days; to the others she was not asked yet",
      renewed?["basis"] as? String == "consent" && renewed?["peer"] as? String == "shelter.example",
      "\(renewed ?? [:])"
    )
  }
}
