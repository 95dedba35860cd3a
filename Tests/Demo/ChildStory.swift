internal import AgencyNode
internal import Exchange
internal import Foundation
internal import NodeStore
internal import NodeSupport
internal import ReferralModel
internal import TestSupport

/// A girl of sixteen who came back from abroad: a call without a name, an advocate, a plan of three
/// legs, a part taken back, and the day on which she is eighteen.
///
/// Whole nodes in this process, with a time of their own; people work with the command line.
final class ChildStory: Story {
  private let realm: LivingRealm
  private let adultOnMs: UInt64
  private var example: [String: Any] = [:]
  private var caseID = ""
  private var grants: [UInt64] = []
  private var planID = ""
  /// The legs at the lead, by agency.
  private var legs: [String: Leg] = [:]
  /// The referral as the recipient names it, by agency.
  private var inside: [String: String] = [:]

  private struct Leg {
    let referral: String
    let message: String
  }

  /// In how many days she comes of age.
  private static let daysToMajority: UInt64 = 75

  private static let agencies: [NodeHarness.AgencySpec] = [
    ("centre", "ngo", ["need", "identity", "contact", "safety", "health", "child"]),
    ("shelter", "state", ["need", "identity", "contact", "safety", "child"]),
    ("clinic", "international", ["need", "identity", "contact", "health"]),
    ("hospital", "state", ["need", "identity", "contact", "health"]),
    ("school", "state", ["need", "identity"]),
    ("counsel", "ngo", ["need", "identity", "contact"]),
  ].map {
    .init(
      id: "\($0.0).example",
      sector: $0.1,
      name: $0.0,
      nameTg: $0.0,
      nameRu: $0.0,
      listens: true,
      desks: [("desk", $0.2)]
    )
  }

  /// Founds the agencies of the story and switches their nodes on.
  init(in root: URL, report: DemoReport) async throws {
    realm = try await LivingRealm(Self.agencies, root: root)
    adultOnMs = realm.time.nowMs + Self.daysToMajority * TestTime.dayMs
    super.init(root: root, report: report)
    example = try example("returned-tg")
  }

  /// Tells the story.
  func run() async {
    do {
      try unlock()
      try hotline()
      try await consent()
      try await plan()
      try await services()
      try await redirect()
      try outside()
      try await partlyTakenBack()
      try await comingOfAge()
      try await audit()
    } catch {
      report.check("the second story runs to its end", false, "\(error)")
    }
    await realm.end()
  }

  // MARK: Chapters

  private func hotline() throws {
    report.chapter("A second story: somebody calls the hotline, and gives a word instead of a name")
    let centre = try node("centre")
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
      "consent", "record", "--case", caseID, "--from", file("early", consentFile([0])), "--json",
    ])
    report.check("nothing can be passed on of somebody who only called", early.status == 1)
  }

  private func consent() async throws {
    report.chapter("She wants help. She is sixteen: an advocate decides, and she must agree")
    let centre = try node("centre")
    var silent = record
    silent["assent"] = nil
    let without = try centre.tryCLI([
      "contact", "convert", caseID, "--from", file("silent", conversion(silent)), "--json",
    ])
    report.check(
      "without her own yes there is no case",
      without.status == 1 && without.out.contains("assent-missing"),
      without.out
    )
    try centre.cli([
      "contact", "convert", caseID, "--from", file("convert", conversion(record)), "--json",
    ])
    let made = try list(
      centre.cli([
        "consent", "record", "--case", caseID, "--from", file("consent", consentFile([0, 1, 2])),
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

  private func plan() async throws {
    report.chapter("One plan, three legs: a safe place, a doctor, a school")
    let centre = try node("centre")
    let asks = [0, 1, 2].map { ask($0, grant: grants[$0]) }
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

  private func services() async throws {
    report.chapter("The shelter takes her in; the clinic hands the examination on to a hospital")
    let (shelter, clinic, hospital) = try (node("shelter"), node("clinic"), node("hospital"))
    for step in ["ack", "accept"] { try shelter.cli(["referral", step, at("shelter")]) }
    try await until("after the acceptance the shelter learns who comes, and what is dangerous") {
      try self.groups(self.show(shelter, self.at("shelter")))
        == ["child", "contact", "identity", "need", "safety"]
    }
    let own: [String: Any] = [
      "record": record, "groups": ["child", "contact", "need", "safety"],
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

  private func redirect() async throws {
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
        "consent", "record", "--case", caseID, "--from", file("fourth", consentFile([3])),
        "--json",
      ]),
      "grants"
    )
    guard let grant = (made.first?["grant"] as? NSNumber)?.uint64Value else {
      throw Programs.Failure("no grant")
    }
    var leg = ask(3, grant: grant)
    leg["replaces"] = old.referral
    let plan = try object(
      centre.cli(["plan", "add", planID, "--from", file("leg", [leg]), "--json"])
    )
    remember(plan)
    try await arrive("counsel")
    for step in ["ack", "accept"] { try counsel.cli(["referral", step, at("counsel")]) }
    try await until("asked again, she agrees: the counsellor takes her on") {
      try self.groups(self.show(counsel, self.at("counsel"))) == ["contact", "identity", "need"]
    }
    let now = try list(centre.cli(["plan", "show", planID, "--json"]), "plans").first
    report.check(
      "only the centre sees the plan: four legs, three taken on",
      (now?["legs"] as? [Any])?.count == 4 && now?["reached"] as? Int == 3,
      "\(now ?? [:])"
    )
  }

  private func outside() throws {
    report.chapter(
      "At night: a call to the clinic, and a slip of paper for somebody who is no member"
    )
    let centre = try node("centre")
    let said = try object(
      centre.cli([
        "record", "verbal", "--case", caseID, "--to", "clinic.example", "--purpose", "health",
        "--groups", "need", "--grant", "\(grants[1])", "--json",
      ])
    )
    report.check(
      "what was said by telephone is written down, in time",
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

  private func partlyTakenBack() async throws {
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

  private func comingOfAge() async throws {
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
    var hers = record
    for key in ["relation", "assent", "caregiverSuspect", "adultOnMs"] { hers[key] = nil }
    (hers["decidedBy"], hers["capacity"], hers["ageBand"]) = ("self", "adult", "18-24")
    var another = hers
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
        "consent", "renew", "\(grants[0])", "--from", file("hers", hers), "--days", "30", "--json",
      ]),
      "grants"
    ).first
    report.check(
      "she agrees to the shelter herself, for thirty days; to the others she was not asked yet",
      renewed?["basis"] as? String == "consent" && renewed?["peer"] as? String == "shelter.example",
      "\(renewed ?? [:])"
    )
  }

  private func audit() async throws {
    report.chapter("A stranger checks the second story as well")
    try await finality()
    var bundles: [String] = []
    var events: [String: [String: Int]] = [:]
    for spec in Self.agencies {
      let path = root.appendingPathComponent("\(spec.id).bundle").path
      guard let member = realm.harness.nodes[spec.id] else { throw Programs.Failure(spec.id) }
      try member.cli(["audit", "export", "--out", path])
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

  // MARK: What people fill in

  /// How she was asked: an advocate decides, she agrees, the caregiver knows nothing.
  private var record: [String: Any] {
    [
      "notice": "tj-nrm-1", "language": "tg", "mode": "read-aloud", "decidedBy": "advocate",
      "relation": "advocate of the centre", "capacity": "child", "ageBand": "15-17",
      "adultOnMs": adultOnMs, "assent": "given", "caregiverSuspect": true, "teachBack": true,
      "expression": "signature", "receipt": "withheld-safety",
    ]
  }

  private func conversion(_ record: [String: Any]) -> [String: Any] {
    var sections = example["content"] as? [String: Any] ?? [:]
    sections["need"] = planned(1)["need"]
    return [
      "record": record, "answers": ["storing": true, "contact": true], "sections": sections,
    ]
  }

  private func planned(_ place: Int) -> [String: Any] {
    let legs = example["legs"] as? [[String: Any]] ?? []
    return legs.indices.contains(place) ? legs[place] : [:]
  }

  /// A consent for some legs of the example; the refusals are recorded with the first of them.
  private func consentFile(_ places: [Int]) -> [String: Any] {
    let grants = places.map { place -> [String: Any] in
      let leg = planned(place)
      return [
        "peer": leg["to"] ?? "", "purpose": leg["purpose"] ?? "", "groups": leg["groups"] ?? [],
        "service": leg["service"] ?? "", "onward": leg["onward"] ?? false,
        "basis": "guardian-consent", "untilMs": adultOnMs,
      ]
    }
    let refused = places.count > 1 ? example["refused"] ?? [] : []
    return ["grants": grants, "refused": refused, "record": record]
  }

  private func ask(_ place: Int, grant: UInt64) -> [String: Any] {
    [
      "grant": grant, "urgency": "urgent", "fromCase": true,
      "content": ["need": planned(place)["need"] ?? [:]],
    ]
  }

  // MARK: Nodes

  private func node(_ name: String) throws -> HarnessNode { try living(name).member }

  private func living(_ name: String) throws -> Living {
    guard let node = realm.nodes.first(where: { $0.id == "\(name).example" }) else {
      throw Programs.Failure("no node \(name)")
    }
    return node
  }

  /// Somebody comes to work everywhere.
  private func unlock() throws {
    for node in realm.nodes { try node.member.unlockAgain() }
  }

  /// Remembers the legs of a plan as its lead prints it.
  private func remember(_ plan: [String: Any]) {
    for leg in plan["legs"] as? [[String: Any]] ?? [] {
      guard let line = leg["line"] as? [String: Any], let peer = line["peer"] as? String,
        let referral = line["referral"] as? String, let message = line["message"] as? String
      else { continue }
      legs[String(peer.prefix { $0 != "." })] = Leg(referral: referral, message: message)
    }
  }

  /// Waits until a leg is at its recipient.
  private func arrive(_ name: String) async throws {
    guard let leg = legs[name] else { throw Programs.Failure("no leg for \(name)") }
    try await arrive(name, message: leg.message)
  }

  private func arrive(_ name: String, message: String?) async throws {
    let node = try node(name)
    try await realm.time.pass(until: "\(name) has it", atMostMs: Self.patienceMs) {
      let lines = try self.list(node.cli(["inbox", "--json"]), "referrals")
      let found = lines.first { message == nil || $0["message"] as? String == message }
      self.inside[name] = found?["referral"] as? String
      return found != nil
    }
  }

  /// The referral as a recipient names it.
  private func at(_ name: String) throws -> String {
    guard let referral = inside[name] else { throw Programs.Failure("nothing at \(name)") }
    return referral
  }

  private func holders(_ node: HarnessNode, _ caseID: String) throws -> [[String: Any]] {
    try list(node.cli(["consent", "holders", "--case", caseID, "--json"]), "holders")
  }

  // MARK: Time

  /// How long something may take by the nodes' clocks, in ms.
  private static let patienceMs: UInt64 = 180_000

  /// Lets time pass until something holds.
  private func until(_ sentence: String, _ holds: () throws -> Bool) async throws {
    do {
      try await realm.time.pass(until: sentence, atMostMs: Self.patienceMs) { try holds() }
      report.check(sentence, true)
    } catch is TestTime.Late {
      report.check(sentence, false, "within \(Self.patienceMs / 1_000) s of their time")
    }
  }

  /// Lets days pass; the nodes hear of each other on the way, and people come back to work.
  private func pass(toDay day: UInt64) async throws {
    let end = adultOnMs - (Self.daysToMajority - day) * TestTime.dayMs
    while realm.time.nowMs < end {
      realm.time.pass(ms: min(5 * TestTime.dayMs, end - realm.time.nowMs))
      for _ in 0..<3 {
        realm.time.pass(ms: 61_000)
        try await Task.sleep(for: .milliseconds(150))
      }
    }
    try unlock()
  }

  /// Lets hours pass in which the nodes hear of each other.
  private func hours(_ count: Int) async throws {
    for _ in 0..<(count * 4) {
      realm.time.pass(ms: 900_000)
      try await Task.sleep(for: .milliseconds(200))
    }
  }

  /// Lets hours pass until every receipt is final, which takes a later heartbeat of the other log.
  private func finality() async throws {
    for round in 0..<12 {
      try await hours(1)
      let open = try Self.agencies.contains { spec in
        let path = root.appendingPathComponent("\(spec.id).\(round)").path
        try realm.harness.nodes[spec.id]?.cli(["audit", "export", "--out", path])
        return try findings(realm.harness, "verify", [path]).contains("receipt-not-final")
      }
      if !open { return }
    }
  }

  // MARK: Bytes

  /// Pieces of the sealed bytes of a group that a recipient holds under its referral.
  private func sealed(_ group: String, at name: String) async throws -> [[UInt8]] {
    let (node, referral) = try (living(name).node, at(name))
    guard let group = FieldGroup(group) else { throw Programs.Failure("no group") }
    let envelopes = try await node.store.read { reader in
      try reader.referral(referral).map { try reader.inbound(referral: $0.row).map(\.envelope) }
    }
    return (envelopes ?? []).flatMap { EnvelopeStripper.strip($0, of: [group]).gone }
      .map { Array($0.prefix(256).suffix(64)) }
  }

  /// Whether a file of a node's state holds some bytes.
  private func holds(_ name: String, _ bytes: [UInt8]) throws -> Bool {
    let folder = try living(name).state
    return try ["node.db", "node.db-wal"].contains { file in
      try Data(contentsOf: folder.appendingPathComponent(file)).range(of: Data(bytes)) != nil
    }
  }

  private static func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex.utf8)
    return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
      UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16)
    }
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
