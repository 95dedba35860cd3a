internal import AgencyNode
internal import Foundation
internal import LocalContract
internal import NodeSupport
internal import TestSupport
internal import Testing

extension NodeTests {
  /// What was sent in error is taken back.
  @Suite(.serialized) struct RecallTests {
    private static let two = [
      (id: "ministry.example", sector: "state"), (id: "clinic.example", sector: "international"),
    ]
    private static let hourMs: UInt64 = 3_600_000

    /// A referral that was accepted, so that the name has come too.
    private static func accepted(
      _ realm: LivingRealm
    ) async throws -> (caseID: String, message: String, pieces: [Data]) {
      let (time, ministry, clinic) = (realm.time, realm.nodes[0], realm.nodes[1])
      let name = try await ministry.openCase()
      let sent = try await ministry.referAll(try await ministry.consent(name, to: clinic))
      let message = try #require(sent.message)
      try await time.pass(until: "delivered") {
        try await clinic.line(message)?.state == "delivered"
      }
      try await clinic.act(.accept, message, ReferralAct())
      try await time.pass(until: "the need and the name are there") {
        try await clinic.sealedPieces(message).count == 2
      }
      let pieces = try await clinic.sealedPieces(message)
      #expect(try pieces.allSatisfy { try !clinic.files(holding: $0).isEmpty })
      return (name, message, pieces)
    }

    @Test(
      "A recall erases within 24 hours, out of every file, without anybody at the recipient, and the receipt comes (REF-029)"
    )
    func erases() async throws {
      try await LivingRealm.with(Self.two) { realm in
        let (time, ministry, clinic) = (realm.time, realm.nodes[0], realm.nodes[1])
        let (caseID, message, pieces) = try await Self.accepted(realm)
        let startMs = time.nowMs
        try await ministry.act(.recall, message, ReferralAct(reason: "error"))
        for node in [clinic, ministry] {
          try await time.pass(until: "closed at \(node.id)", atMostMs: 24 * Self.hourMs) {
            try await node.line(message)?.state == "closed"
          }
        }
        #expect(time.nowMs < startMs + 24 * Self.hourMs)
        for piece in pieces { #expect(try clinic.files(holding: piece) == []) }
        let inside = try #require(try await clinic.line(message)?.referral)
        let left = try await ReferralActions(node: clinic.node).show(inside, clinic.presence())
        #expect(left.content.isEmpty && left.sealed.isEmpty)
        let holder = try #require(
          try await WithdrawalService(node: ministry.node).holders(of: caseID).holders.first
        )
        #expect(holder.peer == clinic.id && holder.outcome == "erased" && holder.keptGroups.isEmpty)
        #expect(try await WithdrawalService(node: ministry.node).alerts().alerts.isEmpty)
        #expect(try clinic.bundle(with: ["\"type\":\"erase\""]).lines.count == 1)
        let files = try [ministry, clinic].map { try $0.bundle(with: []).file }
        let said = try realm.harness.programs.run(
          "amonat-audit",
          ["reconcile", "--realm", realm.harness.realm, "--lang", "en"] + files
        )
        #expect(!said.out.contains("erasure-receipt"), "\(said.out)")
      }
    }

    @Test(
      "Where the recipient of a recall is dark, the sender's people are called after 24 hours, not before, and again left alone when the receipt is there (REF-029)"
    )
    func dark() async throws {
      try await LivingRealm.with(Self.two) { realm in
        let (time, ministry, clinic) = (realm.time, realm.nodes[0], realm.nodes[1])
        let (_, message, pieces) = try await Self.accepted(realm)
        let alerts = { try await WithdrawalService(node: ministry.node).alerts().alerts }
        await clinic.stop()
        let startMs = time.nowMs
        try await ministry.act(.recall, message, ReferralAct(reason: "error"))
        while time.nowMs < startMs + 23 * Self.hourMs {
          time.pass(ms: Self.hourMs / 2)
          try await Task.sleep(for: .milliseconds(60))
        }
        try await time.settle()
        #expect(try await alerts().isEmpty)
        time.pass(ms: Self.hourMs)
        try await time.pass(until: "people are called") { try await !alerts().isEmpty }
        #expect(try await alerts().map(\.kind) == ["receipt-late"])
        #expect(try await alerts().first?.peer == clinic.id)
        #expect(
          try await StatusService(node: ministry.node).status().warnings.contains("receipt-late")
        )
        #expect(try await ministry.line(message)?.state == "recalled")

        try await clinic.wake()
        try await time.pass(until: "closed, and nobody is called any more") {
          let state = try await ministry.line(message)?.state
          let open = try await alerts()
          return state == "closed" && open.isEmpty
        }
        for piece in pieces { #expect(try clinic.files(holding: piece) == []) }
      }
    }
  }
}
