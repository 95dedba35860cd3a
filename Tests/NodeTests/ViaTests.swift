internal import CanonicalBytes
internal import Foundation
internal import LocalContract
internal import TestSupport
internal import Testing

extension NodeTests {
  /// Two nodes that nobody can call, and a member that keeps their parcels.
  @Suite(.serialized) struct ViaTests {
    private static func spec(
      _ id: String,
      _ sector: String,
      listens: Bool,
      _ roles: [String] = []
    )
      -> NodeHarness.AgencySpec
    {
      .init(
        id: id,
        sector: sector,
        name: id,
        nameTg: id,
        nameRu: id,
        listens: listens,
        desks: [("desk", ["need", "identity", "contact", "safety", "health"])],
        roles: roles
      )
    }

    /// Everything in a folder, as bytes.
    private static func contents(_ folder: URL) throws -> [(String, Data)] {
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().compactMap { name in
        let file = folder.appendingPathComponent(name)
        guard let data = try? Data(contentsOf: file) else { return nil }
        return (name, data)
      }
    }

    private static func holds(_ files: [(String, Data)], _ text: String) -> [String] {
      files.filter { $0.1.range(of: Data(text.utf8)) != nil }.map(\.0)
    }

    @Test(
      "Two nodes that cannot be called meet through a via, in every state, and it learns recipient, size and hour only (PCL-020, PCL-029)",
      .enabled(
        if: Namespaces.areAllowed,
        "the kernel does not let this user make network namespaces"
      )
    )
    func meet() async throws {
      let root = FileManager.default.temporaryDirectory
        .appendingPathComponent("v" + UUID().uuidString.prefix(8))
      let spaces = try Namespaces(leaves: 2)
      defer { spaces.remove() }
      let harness = try NodeHarness(root: root)
      defer {
        harness.stop()
        try? FileManager.default.removeItem(at: root)
      }
      try harness.found([
        Self.spec("ministry.example", "state", listens: false),
        Self.spec("clinic.example", "international", listens: false),
        Self.spec("keeper.example", "ngo", listens: true, ["via"]),
      ])
      let ministry = try #require(harness.nodes["ministry.example"])
      let clinic = try #require(harness.nodes["clinic.example"])
      let keeper = try #require(harness.nodes["keeper.example"])
      (ministry.namespace, clinic.namespace) = (spaces.leaf(0), spaces.leaf(1))
      (ministry.vias, clinic.vias) = (["keeper.example"], ["keeper.example"])
      keeper.namespace = spaces.hub
      keeper.announcedHosts = [Namespaces.hubAddress(0), Namespaces.hubAddress(1)]
      try Data(#"{"via": "on"}"#.utf8)
        .write(to: keeper.state.appendingPathComponent("amonatd.json"))
      try await harness.start()
      let record = try KeeperRecord(of: keeper.state)
      // Neither has any way to the other.
      #expect(!spaces.reaches(Namespaces.leafAddress(1), from: spaces.leaf(0)))
      #expect(!spaces.reaches(Namespaces.leafAddress(0), from: spaces.leaf(1)))
      #expect(spaces.reaches(Namespaces.hubAddress(0), from: spaces.leaf(0)))

      let client = try await Pair.session(at: ministry.socket)
      let opened = try await client.openCase(
        CaseOpen(
          desk: "desk",
          sections: ["need": Pair.need, "identity": ["name": .text("Гулнора Намуна")]]
        )
      ).case
      func grant() async throws -> UInt64 {
        try await client.recordConsent(
          ConsentRecord(
            case: opened,
            grants: [Pair.grant(["identity", "need"])],
            record: Pair.facts
          )
        ).grants[0].grant
      }
      func refer(_ grant: UInt64) async throws -> String {
        let sent = try await client.refer(
          ReferBatch(
            referrals: [
              ReferAsk(
                grant: grant,
                content: ["need": Pair.need, "identity": ["name": .text("Гулнора Намуна")]]
              )
            ]
          )
        )
        return try #require(sent.first?.message)
      }

      // The clinic's machine is off: what is for it lies at the keeper, and says nothing.
      clinic.stop()
      let first = try await refer(try await grant())
      let gauge = { (name: String) in
        try await keeper.client().metrics().split(separator: "\n").first {
          $0.hasPrefix(name + " ")
        }
        .flatMap { Int($0.split(separator: " ")[1]) } ?? 0
      }
      try await eventually("a parcel lies at the keeper") {
        try await gauge("amonat_via_parcels") > 0
      }
      let lying = try Self.contents(keeper.state).filter { $0.0.hasPrefix("via.db") }
      #expect(!Self.holds(lying, "clinic.example").isEmpty)
      #expect(Self.holds(lying, "ministry") == [])
      #expect(Self.holds(lying, first) == [])

      try await clinic.start()
      try clinic.unlockAgain()
      let there = try await Pair.session(at: clinic.socket)
      func inside(_ message: String, _ state: String) async throws -> ReferralLine {
        try await eventually("\(state) at the clinic") {
          try await Pair.referrals(there, .incoming).contains {
            $0.message == message && $0.state == state
          }
        }
        return try #require(
          try await Pair.referrals(there, .incoming).first { $0.message == message }
        )
      }
      func outside(_ message: String, _ state: String) async throws -> ReferralLine {
        try await eventually("\(state) at the ministry") {
          try await Pair.referrals(client, .outgoing).contains {
            $0.message == message && $0.state == state
          }
        }
        return try #require(
          try await Pair.referrals(client, .outgoing).first { $0.message == message }
        )
      }
      // Offer, answer, acceptance, the name, the service, its end.
      let offered = try await inside(first, "delivered")
      _ = try await outside(first, "delivered")
      _ = try await there.act(.ack, on: offered.referral)
      _ = try await outside(first, "acknowledged")
      _ = try await there.act(.accept, on: offered.referral)
      _ = try await outside(first, "accepted")
      try await eventually("the name has come") {
        try await there.showReferral(offered.referral).content["identity"]?["name"]
          == .text("Гулнора Намуна")
      }
      _ = try await there.ownConsent(
        OwnConsent(
          referral: offered.referral,
          desk: "desk",
          record: Pair.facts,
          groups: ["need"],
          answers: ["storing": true]
        )
      )
      _ = try await there.act(.start, on: offered.referral)
      _ = try await outside(first, "in-service")
      _ = try await there.act(
        .complete,
        on: offered.referral,
        ReferralAct(outcome: "partly-met")
      )
      let completed = try await outside(first, "completed")
      _ = try await client.act(.close, on: completed.referral, ReferralAct(reason: "goals-met"))
      _ = try await inside(first, "closed")
      // A no.
      let second = try await refer(try await grant())
      let refused = try await inside(second, "delivered")
      _ = try await there.act(.decline, on: refused.referral, ReferralAct(reason: "changed-mind"))
      _ = try await outside(second, "declined")
      // She takes it back, and the erasure receipt comes.
      let taken = try await grant()
      let third = try await refer(taken)
      let held = try await inside(third, "delivered")
      _ = try await outside(third, "delivered")
      _ = try await client.withdraw(
        ConsentWithdraw(case: opened, grants: [taken], confirmation: "in-person")
      )
      try await eventually("the clinic knows that she has withdrawn") {
        try await Pair.referrals(there, .incoming).first { $0.message == third }?.frozen == true
      }
      _ = try await there.act(.erase, on: held.referral, ReferralAct(reason: "in-person"))
      try await eventually("the erasure receipt has come") {
        try await client.withdrawalHolders(of: opened).holders.first { $0.grant == taken }?.outcome
          == "erased"
      }
      try await eventually("nothing waits any more") {
        let (here, over) = (try await client.courier(), try await there.courier())
        let lies = try await gauge("amonat_via_parcels")
        return here.waiting.allSatisfy { $0.messages == 0 }
          && over.waiting.allSatisfy { $0.messages == 0 } && lies == 0
      }

      // What it took in, in clear: every parcel, also those that were fetched at once.
      let rows = try record.rows()
      #expect(Set(rows.map(\.recipient)) == ["clinic.example", "ministry.example"])
      for row in rows {
        for word in ["clinic", "ministry", "Гулнора", "offer", "withdraw", opened, first] {
          #expect(Data(row.body).range(of: Data(word.utf8)) == nil, "\(word)")
        }
      }

      // What the keeper knows, in its files, its log and its figures.
      let figures = try await keeper.client().metrics()
      #expect(!figures.contains("example"))
      keeper.stop()
      let files = try Self.contents(keeper.state)
      #expect(files.contains { $0.0 == "node.db" } && files.contains { $0.0 == "via.db" })
      for message in [first, second, third] {
        let raw = Data(try #require(Digest32(hex: message)).bytes)
        #expect(Self.holds(files, message) == [])
        #expect(files.filter { $0.1.range(of: raw) != nil }.map(\.0) == [])
      }
      for word in ["Гулнора", "offer", "withdraw", opened] {
        #expect(Self.holds(files.filter { $0.0.hasPrefix("via.db") }, word) == [], "\(word)")
      }
      #expect(Self.holds(files, "Гулнора") == [])
      let said = try String(contentsOf: keeper.logFile, encoding: .utf8)
      #expect(!said.contains("ministry") && !said.contains("clinic"))
    }
  }
}
