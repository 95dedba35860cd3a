internal import AgencyNode
internal import CanonicalBytes
internal import Foundation
internal import GRDB
internal import LocalContract
internal import NodeStore
internal import NodeSupport
internal import TestSupport
internal import Testing

extension NodeTests {
  /// Children of one family: what their lead knows of it, and nobody else.
  @Suite(.serialized, .timeLimit(.minutes(10))) struct SiblingTests {
    private static let two = [
      (id: "ministry.example", sector: "state"), (id: "clinic.example", sector: "international"),
    ]

    /// The events of a node from an index on: the peer's part and the staff's.
    private static func events(_ node: Living, from: Int64 = 0) throws -> [String] {
      try DatabaseQueue(path: node.state.appendingPathComponent("node.db").path).read { db in
        try Row.fetchAll(
          db,
          sql: "SELECT e, a FROM event WHERE idx >= ? ORDER BY idx",
          arguments: [from]
        )
        .flatMap { row in
          [row["e"] as Data, row["a"] as Data].map { String(decoding: $0, as: UTF8.self) }
        }
      }
    }

    private static func size(_ node: Living) throws -> Int64 {
      try DatabaseQueue(path: node.state.appendingPathComponent("node.db").path).read { db in
        try Int64.fetchOne(db, sql: "SELECT max(idx) + 1 FROM event") ?? 0
      }
    }

    /// The keys of the peer's parts, without their values.
    private static func shapes(_ events: [String]) throws -> [[String]] {
      try events.map { event in
        let object = try JSONSerialization.jsonObject(with: Data(event.utf8)) as? [String: Any]
        return try #require(object).keys.sorted()
      }
    }

    private static func sealed(_ node: Living) throws -> [Data] {
      try DatabaseQueue(path: node.state.appendingPathComponent("node.db").path).read { db in
        try Data.fetchAll(db, sql: "SELECT sealed FROM case_section")
      }
    }

    /// A referral of a case: the events it made, its sealed size, and what the clinic reads.
    private static func referral(
      of name: String,
      _ realm: LivingRealm
    ) async throws -> (events: [String], bytes: Int, read: String, grant: UInt64) {
      let (ministry, clinic) = (realm.nodes[0], realm.nodes[1])
      let grant = try await ministry.consent(name, to: clinic)
      let from = try size(ministry)
      let answer = try await ministry.refer(grant)
      try await realm.time.pass(until: "delivered") {
        try await ministry.line(answer.message)?.state == "delivered"
      }
      let inside = try #require(try await clinic.line(answer.message))
      let view = try await ReferralActions(node: clinic.node).show(
        inside.referral,
        clinic.presence()
      )
      let bytes = try await DatabaseQueue(
        path: clinic.state.appendingPathComponent("node.db").path
      ).read { db in
        try Data.fetchAll(db, sql: "SELECT envelope FROM inbound_envelope ORDER BY id").last?.count
      }
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      let content = try encoder.encode(view.content)
      return (
        try events(ministry, from: from).filter { $0.contains(#""type":"disclose""#) },
        try #require(bytes), String(decoding: content, as: UTF8.self), grant
      )
    }

    private static func reminder(_ grant: UInt64, _ node: Living) async throws -> [String] {
      try await SiblingService(node: node.node).siblings(ofGrant: grant, node.presence()).siblings
    }

    @Test(
      "The command reminds, asked whether it may be sent and sent; no kept answer has it (CNS-076)"
    )
    func command() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let (one, two) = (try ConsentTests.newCase(pair), try ConsentTests.newCase(pair))
      _ = try pair.ministry.cli(["case", "link", one, two, "--as", "sibling"])
      let client = try await Pair.session(at: pair.ministry.socket)
      func consent() async throws -> UInt64 {
        try await client.recordConsent(
          ConsentRecord(case: one, grants: [Pair.grant(["need"])], record: Pair.facts)
        ).grants[0].grant
      }
      let grant = try await consent()
      #expect(try await client.siblings(ofGrant: grant).siblings == [two])
      let words = ["refer", "--grant", "\(grant)", "--from-case"]
      let asked = try pair.ministry.tryCLI(words + ["--dry-run", "--json"]).json()
      #expect((asked as? [String: Any])?["siblings"] as? [String] == [two])
      for more in [["--dry-run"], []] {
        let shown = try pair.ministry.tryCLI(words + more)
        #expect(shown.out.contains(two), "\(more) \(shown.out) \(shown.err)")
      }
      _ = try await client.refer(
        ReferBatch(referrals: [ReferAsk(grant: try await consent(), fromCase: true)]),
        idempotencyKey: "asked-again"
      )
      let kept = try await DatabaseQueue(
        path: pair.ministry.state.appendingPathComponent("node.db").path
      ).read { db in try Data.fetchAll(db, sql: "SELECT answer FROM idempotency") }
      #expect(!kept.isEmpty)
      for answer in kept { #expect(answer.range(of: Data(two.utf8)) == nil) }
    }

    @Test(
      "The link of siblings is shown here, reminds here, and is in nothing that leaves (CNS-075)"
    )
    func stays() async throws {
      try await LivingRealm.with(Self.two) { realm in
        let ministry = realm.nodes[0]
        let (one, two) = (try await ministry.openCase(), try await ministry.openCase())
        let alone = try await Self.referral(of: one, realm)
        #expect(try await Self.reminder(alone.grant, ministry).isEmpty)

        let events = try Self.events(ministry).count
        let cases = try Self.sealed(ministry)
        let links = try await SiblingService(node: ministry.node).link(
          one,
          CaseLink(other: two),
          ministry.presence()
        )
        #expect(links.siblings == [two])
        // No event tells of it, and at rest it is sealed like everything else in the case.
        #expect(try Self.events(ministry).count == events)
        #expect(try Self.sealed(ministry) != cases)
        for sealed in try Self.sealed(ministry) {
          for text in [one, two, "sibling"] {
            #expect(sealed.range(of: Data(text.utf8)) == nil)
          }
        }

        let linked = try await Self.referral(of: one, realm)
        #expect(try await Self.reminder(linked.grant, ministry) == [two])
        // The message is the same in size, in what is read of it, and in what its event says.
        #expect(linked.bytes == alone.bytes && linked.read == alone.read)
        #expect(try Self.shapes(linked.events) == Self.shapes(alone.events))
        for text in linked.events + [linked.read] {
          #expect(!text.contains(two) && !text.contains("sibling"))
        }
        // Neither paper nor the auditor's bundle has it.
        let paper = try await OutsideService(node: ministry.node).paper(
          CasePaper(case: one, kind: "export"),
          ministry.presence()
        )
        #expect(paper.siblings.isEmpty)
        let file = realm.root.appendingPathComponent("ministry.bundle")
        _ = try await AuditService(node: ministry.node).export(to: file.path)
        let bundle = try String(contentsOf: file, encoding: .utf8)
        #expect(bundle.contains("leaf\t"))
        #expect(!bundle.contains(two) && !bundle.contains("sibling"))
      }
    }

    @Test("Siblings are joined and taken apart, and the reminder follows (CNS-076)")
    func joins() async throws {
      try await LivingRealm.with(Self.two) { realm in
        let (ministry, clinic) = (realm.nodes[0], realm.nodes[1])
        let service = SiblingService(node: ministry.node)
        var names: [String] = []
        for _ in 0..<3 { names.append(try await ministry.openCase()) }
        for other in names.dropFirst() {
          _ = try await service.link(names[0], CaseLink(other: other), ministry.presence())
        }
        // Saying it twice changes nothing; both sides know.
        _ = try await service.link(names[1], CaseLink(other: names[0]), ministry.presence())
        func shown(_ name: String) async throws -> [String] {
          try await CaseService(node: ministry.node).show(name, ministry.presence()).siblings
        }
        #expect(try await shown(names[0]) == names.dropFirst().sorted())
        #expect(try await shown(names[1]) == [names[0]])

        let grant = try await ministry.consent(names[1], to: clinic)
        #expect(try await Self.reminder(grant, ministry) == [names[0]])
        await #expect(throws: NodeError.self) { try await Self.reminder(999_999, ministry) }

        let rest = try await service.unlink(
          names[0],
          CaseLink(other: names[1]),
          ministry.presence()
        )
        #expect(rest.siblings == [names[2]])
        #expect(try await shown(names[1]).isEmpty)
        for wrong in [names[0], String(repeating: "0", count: 32)] {
          await #expect(throws: NodeError.self) {
            try await service.link(names[0], CaseLink(other: wrong), ministry.presence())
          }
        }
        await #expect(throws: NodeError.self) {
          try await service.unlink(names[0], CaseLink(other: names[1]), ministry.presence())
        }
        // A case that is closed takes no new link, and one that is linked may still be parted.
        _ = try await RetentionService(node: ministry.node).close(names[2], ministry.presence())
        await #expect(throws: NodeError.self) {
          try await service.link(names[1], CaseLink(other: names[2]), ministry.presence())
        }
        _ = try await service.unlink(names[2], CaseLink(other: names[0]), ministry.presence())
        #expect(try await shown(names[0]).isEmpty)
      }
    }
  }
}
