internal import AgencyNode
internal import CanonicalBytes
internal import Foundation
internal import GRDB
internal import LocalContract
internal import NodeSupport
internal import TestSupport
internal import Testing

extension NodeTests {
  /// Two agencies do not agree, or one knows a better place: who learns what.
  @Suite(.serialized) struct DisputeTests {
    private static let members: [NodeHarness.AgencySpec] = [
      LivingRealm.member("ministry.example", "state"),
      LivingRealm.member("clinic.example", "international"),
      LivingRealm.member("legal.example", "ngo"),
      LivingRealm.member("council.example", "oversight", roles: ["coordinator"]),
    ]

    /// What one node holds of the others' messages.
    private static func rows(_ node: Living, _ sql: String) throws -> [Row] {
      var configuration = Configuration()
      configuration.readonly = true
      configuration.busyMode = .timeout(10)
      return try DatabaseQueue(
        path: node.state.appendingPathComponent("node.db").path,
        configuration: configuration
      ).read { try Row.fetchAll($0, sql: sql) }
    }

    @Test("Disputed shows the Coordinator an id and a code only (REF-028)")
    func coordinator() async throws {
      try await LivingRealm.with(Self.members) { realm in
        let (time, ministry, clinic, council) = (
          realm.time, realm.nodes[0], realm.nodes[1], realm.nodes[3]
        )
        let caseID = try await ministry.openCase()
        let sent = try await ministry.referAll(try await ministry.consent(caseID, to: clinic))
        let message = try #require(sent.message)
        try await time.pass(until: "delivered") {
          try await clinic.line(message)?.state == "delivered"
        }
        try await clinic.act(.accept, message, ReferralAct())
        try await time.pass(until: "the need and the name are there") {
          try await clinic.sealedPieces(message).count == 2
        }
        try await ministry.act(.dispute, message, ReferralAct(reason: "conduct"))
        let watched = { try await DueService(node: council.node).list().watched }
        try await time.pass(until: "the Coordinator is told") { try await !watched().isEmpty }
        try await time.pass(until: "disputed at the clinic too") {
          try await clinic.line(message)?.state == "disputed"
        }
        try await time.settle()

        let told = try await watched()
        #expect(told.map(\.code) == ["conduct"] && told.map(\.ref) == [message])
        #expect(told.map(\.peer) == [ministry.id])
        // All that its node has taken in of anybody: one message without content, and this line of it.
        let inbound = try Self.rows(council, "SELECT kind, referral, outcome FROM inbound")
        #expect(inbound.map { $0["kind"] as String } == ["overdue"])
        #expect(inbound.allSatisfy { ($0["referral"] as Int64?) == nil })
        #expect(try Self.rows(council, "SELECT id FROM inbound_envelope").isEmpty)
        #expect(try Self.rows(council, "SELECT id FROM referral").isEmpty)
        let line = try #require(try Self.rows(council, "SELECT * FROM watch").first)
        #expect(
          Set(line.columnNames) == ["id", "peer", "ref", "kind", "code", "at", "done"]
        )
        #expect(line["kind"] as String == "overdue" && line["code"] as String == "conduct")
        #expect(line["ref"] as Data == Data(try #require(Digest32(hex: message)).bytes))

        // And in no file of its, and on no wire to it, anything of the person or of the two agencies' papers.
        var secrets = ["Example Person", caseID].map { Data($0.utf8) }
        for node in [ministry, clinic] {
          secrets.append(Data(try #require(try await node.line(message)?.referral).utf8))
        }
        secrets += try await clinic.sealedPieces(message)
        #expect(secrets.count > 5)
        let wire = Data(council.relay.heard)
        for secret in secrets {
          #expect(try council.files(holding: secret) == [])
          #expect(wire.range(of: secret) == nil)
        }
      }
    }

    @Test("Redirect proposes and forwards nothing (REF-015)")
    func redirect() async throws {
      try await LivingRealm.with(Self.members) { realm in
        let (time, ministry, clinic, legal) = (
          realm.time, realm.nodes[0], realm.nodes[1], realm.nodes[2]
        )
        let caseID = try await ministry.openCase()
        let sent = try await ministry.referAll(try await ministry.consent(caseID, to: clinic))
        let message = try #require(sent.message)
        try await time.pass(until: "delivered") {
          try await clinic.line(message)?.state == "delivered"
        }
        let pieces = try await clinic.sealedPieces(message)
        try await clinic.act(.redirect, message, ReferralAct(reason: "legal-aid"))
        try await time.pass(until: "proposed") {
          let line = try await ministry.line(message)
          return line?.state == "redirect-proposed" && line?.outcome == "legal-aid"
        }
        // Hours go by, and nobody has said a word to anybody else.
        for _ in 0..<8 {
          time.pass(ms: 3_600_000)
          try await Task.sleep(for: .milliseconds(60))
        }
        try await time.settle()
        for node in [ministry, clinic] {
          let others = try Self.rows(
            node,
            """
            SELECT o.kind FROM outbound o JOIN peer p ON p.id = o.peer
            WHERE p.agency NOT IN ('ministry.example', 'clinic.example')
            """
          )
          #expect(others.isEmpty, "\(node.id)")
        }
        for node in realm.nodes[2...] {
          #expect(try Self.rows(node, "SELECT id FROM inbound").isEmpty)
          for piece in pieces { #expect(try node.files(holding: piece) == []) }
        }

        // Asked again, she agrees: a consent and a referral of their own, tied to the old one here alone.
        let old = try #require(try await ministry.line(message)?.referral)
        let made = try await ReferralService(node: ministry.node).refer(
          ReferBatch(
            referrals: [
              ReferAsk(
                grant: try await ministry.consent(caseID, to: legal),
                urgency: "urgent",
                content: ["need": Pair.need],
                replaces: old
              )
            ]
          ),
          ministry.presence()
        ).results[0]
        try await time.pass(until: "delivered there") {
          try await legal.line(made.message)?.state == "delivered"
        }
        let before = [
          Data(message.utf8), Data(try #require(Digest32(hex: message)).bytes), Data(old.utf8),
        ]
        for mark in before { #expect(try legal.files(holding: mark) == []) }
        #expect(try await clinic.list(.incoming).map(\.message) == [message])
      }
    }
  }
}
