internal import Foundation
internal import LocalContract
internal import TestSupport

/// The main job of Amonat with real nodes: one survivor, two services, a refusal, a withdrawal, and a
/// stranger who checks it all.
final class DemoStory: Story {
  private let harness: NodeHarness

  static let agencies: [NodeHarness.AgencySpec] = [
    .init(
      id: "ministry.example",
      sector: "state",
      name: "Ministry unit",
      nameTg: "Шуъбаи вазорат",
      nameRu: "Отдел министерства",
      listens: true,
      desks: [
        ("intake", ["need", "identity", "contact", "safety", "health"])
      ]
    ),
    .init(
      id: "shelter.example",
      sector: "ngo",
      name: "Shelter",
      nameTg: "Паноҳгоҳ",
      nameRu: "Приют",
      listens: false,
      desks: [("shelter", ["need", "identity", "contact", "safety"])]
    ),
    .init(
      id: "clinic.example",
      sector: "international",
      name: "Clinic",
      nameTg: "Дармонгоҳ",
      nameRu: "Клиника",
      listens: true,
      desks: [("health", ["need", "identity", "contact", "health"])]
    ),
  ]

  init(in root: URL, report: DemoReport) throws {
    harness = try NodeHarness(root: root)
    super.init(root: root, report: report)
  }

  private func node(_ id: String) throws -> HarnessNode {
    guard let node = harness.nodes[id] else { throw Programs.Failure("no node \(id)") }
    return node
  }

  /// Tells the story.
  func run(keepsRunning: Bool) async {
    do {
      try await foundation()
      let legs = try await consentAndOffers()
      try await shelter(legs)
      try await clinic(legs)
      try await outsideConsent(legs)
      try await withdrawal(legs)
      try audit()
    } catch {
      report.check("the story runs to its end", false, "\(error)")
    }
    if !keepsRunning { harness.stop() }
  }

  // MARK: Chapters

  private func foundation() async throws {
    report.chapter("A commission of five signs the register; three agencies start their nodes")
    try harness.found(Self.agencies)
    report.note("realm \(harness.realm.prefix(16))…, signed by 3 of 5")
    try await harness.start()
    for spec in Self.agencies {
      let status = try object(try node(spec.id).cli(["status", "--json"]))
      let desks = (status["desks"] as? [[String: Any]])?.compactMap { $0["name"] as? String }
      report.check(
        "\(spec.id) runs with its own state and certificate\(spec.listens ? "" : ", and dials out")",
        desks?.isEmpty == false && (status["realm"] as? String) == harness.realm
      )
    }
  }

  /// How she was asked.
  private static var record: [String: Any] {
    [
      "notice": "tj-nrm-1", "language": "tg", "mode": "read-aloud", "decidedBy": "self",
      "capacity": "adult", "teachBack": true, "expression": "oral-witnessed",
      "witness": "a colleague of the unit", "receipt": "withheld-safety",
    ]
  }

  private struct Legs {
    var caseID = ""
    var shelterGrant: UInt64 = 0
    var clinicGrant: UInt64 = 0
    var secondClinicGrant: UInt64 = 0
    var shelterReferral = ""
    var example: [String: Any] = [:]
  }

  private func consentAndOffers() async throws -> Legs {
    report.chapter("A caseworker opens a case and records consent, leg by leg")
    let ministry = try node("ministry.example")
    var legs = Legs()
    legs.example = try example("case-en")
    let sections = try file("sections.json", legs.example["content"] ?? [:])
    legs.caseID =
      try object(
        ministry.cli(["case", "new", "--desk", "intake", "--from", sections, "--json"])
      )["case"]
      as? String ?? ""
    report.check("a case is opened; its content is sealed", legs.caseID.count == 32)
    let planned = legs.example["legs"] as? [[String: Any]] ?? []
    var asks = planned.map { leg in
      [
        "peer": leg["to"] ?? "", "purpose": leg["purpose"] ?? "", "groups": leg["groups"] ?? [],
        "basis": "consent", "days": 30,
      ]
    }
    if let clinic = asks.last { asks.append(clinic) }
    let consent: [String: Any] = [
      "grants": asks,
      "refused": (legs.example["refused"] as? [[String: Any]] ?? []).map {
        ["purpose": $0["purpose"] ?? "", "reason": $0["reason"] ?? ""]
      },
      "record": Self.record,
    ]
    let grants = try list(
      ministry.cli([
        "consent", "record", "--case", legs.caseID, "--from", try file("consent.json", consent),
        "--json",
      ]),
      "grants"
    )
    let numbers = grants.compactMap { ($0["grant"] as? NSNumber)?.uint64Value }
    report.check("each leg is a grant of its own; her refusal is recorded too", numbers.count == 3)
    guard numbers.count == 3 else { throw Programs.Failure("grants") }
    (legs.shelterGrant, legs.clinicGrant, legs.secondClinicGrant) =
      (numbers[0], numbers[1], numbers[2])
    return legs
  }

  private func shelter(_ legs: Legs) async throws {
    report.chapter("Referral to the shelter: the offer first, identity only after acceptance")
    let (ministry, shelter) = (try node("ministry.example"), try node("shelter.example"))
    let sent = try await refer(legs, leg: 0, grant: legs.shelterGrant)
    report.check(
      "the offer is delivered, with the shelter's proof",
      sent["state"] as? String == "delivered",
      "\(sent)"
    )
    let referral = sent["referral"] as? String ?? ""
    let arrived = try await inbox(shelter)
    let offered = try show(shelter, arrived)
    let before = groups(offered)
    report.check("the shelter sees the need", before.contains("need"), "\(before)")
    report.check(
      "and neither name nor telephone",
      !before.contains("identity") && !before.contains("contact")
    )
    for step in ["ack", "accept"] { try shelter.cli(["referral", step, arrived, "--json"]) }
    try await until("identity and safe contact follow by themselves") {
      self.groups(try self.show(shelter, arrived)).isSuperset(of: ["identity", "contact", "safety"])
    }
    let early = try shelter.tryCLI(["referral", "start", arrived, "--json"])
    report.check(
      "the service does not begin before she has agreed with the shelter itself",
      early.status == 1 && early.out.contains("own-consent-missing"),
      early.out + early.err
    )
    let own: [String: Any] = [
      "record": Self.record, "groups": ["need", "safety"],
      "answers": ["storing": true, "contact": true],
    ]
    try shelter.cli([
      "consent", "own", arrived, "--desk", "shelter", "--from", try file("own.json", own), "--json",
    ])
    for step in [["start"], ["complete", "--outcome", "fully-met"]] {
      try shelter.cli(["referral", step[0], arrived] + step.dropFirst() + ["--json"])
    }
    try await until("the ministry learns: acknowledged, accepted, in service, completed") {
      self.state(try self.show(ministry, referral)) == "completed"
    }
    try ministry.cli(["referral", "close", referral, "--reason", "goals-met", "--json"])
    try await until("and closes the referral on both sides") {
      self.state(try self.show(shelter, arrived)) == "closed"
    }
  }

  private func clinic(_ legs: Legs) async throws {
    report.chapter("Referral to the clinic: declined with a reason, then a second one accepted")
    let (ministry, clinic) = (try node("ministry.example"), try node("clinic.example"))
    let first = try await refer(legs, leg: 1, grant: legs.clinicGrant)
    let arrived = try await inbox(clinic)
    try clinic.cli(["referral", "ack", arrived])
    try clinic.cli(["referral", "decline", arrived, "--reason", "no-capacity"])
    let firstName = first["referral"] as? String ?? ""
    try await until("the ministry learns the reason: no-capacity") {
      let view = try self.show(ministry, firstName)
      let line = view["line"] as? [String: Any]
      return self.state(view) == "declined" && line?["outcome"] as? String == "no-capacity"
    }
    let second = try await refer(legs, leg: 1, grant: legs.secondClinicGrant)
    let again = try await inbox(clinic, not: [arrived])
    for step in ["ack", "accept"] { try clinic.cli(["referral", step, again]) }
    try await until("the second referral is accepted and identity follows") {
      self.groups(try self.show(clinic, again)).contains("identity")
    }
    let everything =
      try clinic.cli(["inbox", "--json"]).out
      + clinic.cli(["referral", "show", again, "--json"]).out
      + clinic.cli(["referral", "show", arrived, "--json"]).out
    report.check(
      "nothing that the clinic holds of her names the shelter",
      !everything.contains("shelter")
    )
    report.check(
      "and the two agencies know her by different numbers",
      first["message"] as? String != second["message"] as? String
    )
  }

  private func outsideConsent(_ legs: Legs) async throws {
    report.chapter("Outside the consent: the sender refuses; forced past it, the recipient does")
    let ministry = try node("ministry.example")
    let content: [String: Any] = [
      "need": (legs.example["legs"] as? [[String: Any]])?[1]["need"] ?? [:],
      "legal": ["matter": "not granted"],
    ]
    let dry = try ministry.tryCLI([
      "refer", "--grant", "\(legs.secondClinicGrant)", "--from", try file("outside.json", content),
      "--dry-run", "--json",
    ])
    report.check("the sender refuses, and says why", dry.status == 1, dry.out + dry.err)
    let code = try await ForcedDisclosure(
      sender: ministry,
      grant: legs.secondClinicGrant,
      recipient: "clinic.example"
    ).send()
    report.check(
      "the same message, put past the sender's checks, is refused by the recipient: \(code)",
      code == "grant",
      code
    )
    // The node had been stopped for it: its sessions are gone.
    try ministry.unlockAgain()
  }

  private func withdrawal(_ legs: Legs) async throws {
    report.chapter("She withdraws: sharing stops at once, everything is erased on confirmation")
    let (ministry, clinic, shelter) = (
      try node("ministry.example"), try node("clinic.example"), try node("shelter.example")
    )
    let (atClinic, atShelter) = (try await inbox(clinic), try await inbox(shelter))
    try ministry.cli(["consent", "stop", "--case", legs.caseID, "--channel", "telephone"])
    try await until("the clinic is frozen without a human: nothing of her opens any more") {
      self.groups(try self.show(clinic, atClinic)).isEmpty
    }
    try await until("at the shelter only what she left it herself stays open: no name, no number") {
      self.groups(try self.show(shelter, atShelter)) == ["need", "safety"]
    }
    let word = root.appendingPathComponent("code-word")
    try Data("pomegranate seven\n".utf8).write(to: word)
    try ministry.cli([
      "consent", "code-word", "--case", legs.caseID, "--code-word-file", word.path,
    ])
    try ministry.cli([
      "consent", "withdraw", "--case", legs.caseID, "--confirmed", "code-word",
      "--code-word-file", word.path,
    ])
    for (name, node, referral) in [
      ("clinic", clinic, atClinic), ("shelter", shelter, atShelter),
    ] {
      try await until("the \(name)'s desk calls back, confirms, and erases") {
        try node.tryCLI(["referral", "erase", referral, "--confirmation", "call-back"]).status == 0
      }
    }
    for name in ["clinic.example", "shelter.example"] {
      try await until("the erasure receipt of \(name) comes back") {
        try self.hasErasureReceipt(ministry, legs.caseID, peer: name)
      }
    }
  }

  private func audit() throws {
    report.chapter("A stranger checks it: no network, no keys, no personal data")
    var bundles: [String] = []
    for spec in Self.agencies {
      let path = root.appendingPathComponent("\(spec.id).bundle").path
      try node(spec.id).cli(["audit", "export", "--out", path])
      bundles.append(path)
      let verdict = try findings(harness, "verify", [path])
      // The forced disclosure stands in the ministry's own log, and cannot be taken out of it.
      let expected = spec.id == "ministry.example" ? ["grant-scope"] : []
      report.check(
        expected.isEmpty
          ? "the bundle of \(spec.id) verifies"
          : "the bundle of \(spec.id) verifies, but for the message that was forced past it",
        verdict == expected,
        "\(verdict)"
      )
    }
    let together = try findings(harness, "reconcile", bundles)
    report.check(
      "the three agree on every message, and that finding stays the only one",
      together == ["grant-scope"],
      "\(together)"
    )
    let text = try bundles.map { try String(contentsOfFile: $0, encoding: .utf8) }.joined()
    report.check(
      "no bundle holds a name, a telephone number or a code word",
      ["Example Person", "+992", "quince", "Almond"].allSatisfy { !text.contains($0) }
    )
    var bytes = try Data(contentsOf: URL(fileURLWithPath: bundles[0]))
    // A digit of the last line that logs an event.
    let word = Data("\nleaf\t".utf8)
    let line = bytes.range(of: word, options: .backwards)?.upperBound ?? bytes.startIndex
    let place = bytes[line...].firstIndex { (0x30...0x38).contains($0) } ?? line
    bytes[place] += 1
    let changed = root.appendingPathComponent("changed.bundle")
    try bytes.write(to: changed)
    let verdict = try harness.programs.run(
      "amonat-audit",
      ["verify", "--realm", harness.realm, "--lang", "en", changed.path]
    )
    report.check(
      "one changed byte is found, with what and where",
      verdict.status != 0,
      verdict.out + verdict.err
    )
    for line in verdict.out.split(separator: "\n").prefix(4) { report.note(String(line)) }
  }

  // MARK: Helpers

  private func refer(_ legs: Legs, leg: Int, grant: UInt64) async throws -> [String: Any] {
    let need = (legs.example["legs"] as? [[String: Any]])?[leg]["need"] ?? [:]
    let output = try node("ministry.example").cli([
      "refer", "--grant", "\(grant)", "--urgency", "urgent", "--from",
      try file("need-\(grant).json", ["need": need]), "--from-case", "--wait", "receipt",
      "--json",
    ])
    return try list(output, "results").first ?? object(output)
  }

  private func inbox(_ node: HarnessNode, not known: Set<String> = []) async throws -> String {
    for _ in 0..<200 {
      let names = try list(node.cli(["inbox", "--json"]), "referrals")
        .compactMap { $0["referral"] as? String }
      if let found = names.first(where: { !known.contains($0) }) { return found }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw Programs.Failure("nothing arrived at \(node.spec.id)")
  }

  private func hasErasureReceipt(
    _ node: HarnessNode,
    _ caseID: String,
    peer: String
  ) throws -> Bool {
    let view = try object(node.cli(["case", "show", caseID, "--json"]))
    let referrals = view["referrals"] as? [[String: Any]] ?? []
    return referrals.contains {
      $0["peer"] as? String == peer && $0["state"] as? String == "closed-withdrawn"
    }
  }

  private func until(_ sentence: String, _ holds: () throws -> Bool) async throws {
    for _ in 0..<150 {
      if try holds() { return report.check(sentence, true) }
      try await Task.sleep(for: .milliseconds(100))
    }
    report.check(sentence, false, "within 15 s")
  }

  /// Says how to talk to the nodes that keep running.
  func sayHowToTalk() {
    report.chapter("The three nodes of the first story keep running")
    report.note("Those of the second lived inside this program, and end with it.")
    report.note("Choose a node and open its desks, then ask it something:")
    report.note("export PATH=\"\(harness.programs.folder.path):$PATH\" AMONAT_LANG=en")
    for node in harness.nodes.values.sorted(by: { $0.spec.id < $1.spec.id }) {
      report.note("export AMONAT_SOCKET=\(node.socket)   # \(node.spec.id)")
    }
    let phrase = root.appendingPathComponent("passphrase").path
    report.note("amonat unlock --user \(NodeHarness.users[0]) --passphrase-file \(phrase)")
    report.note("amonat status; amonat case list; amonat inbox")
    let pids = harness.nodes.values.compactMap(\.pid).sorted().map { "\($0)" }
    report.note(
      "When you are done: kill \(pids.joined(separator: " ")); rm -r \(root.path)"
    )
  }
}
