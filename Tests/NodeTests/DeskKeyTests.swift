internal import AgencyNode
internal import CanonicalBytes
internal import Foundation
internal import LocalContract
internal import NodeStore
internal import NodeSupport
internal import ReferralModel
internal import TestSupport
internal import Testing
internal import TransparencyLog
internal import Trust

extension NodeTests {
  /// Epochs of desk keys, through whole nodes.
  @Suite(.serialized) struct DeskKeyTests {
    private static let two = [
      (id: "ministry.example", sector: "state"), (id: "clinic.example", sector: "international"),
    ]
    private let day = TestTime.dayMs

    /// What the clinic's person can read of a referral.
    private func name(_ clinic: Living, _ line: ReferralLine) async throws -> FieldValue? {
      try await ReferralActions(node: clinic.node).show(line.referral, clinic.presence())
        .content["need"]?["region"]
    }

    @Test(
      "A8: a desk key is destroyed when nothing needs it any more, and not a day earlier (CRD-009)"
    )
    func destruction() async throws {
      try await LivingRealm.with(Self.two) { realm in
        let (time, ministry, clinic) = (realm.time, realm.nodes[0], realm.nodes[1])
        let keyring = clinic.node.store.keyring
        let first = try #require(try keyring.deskKeys().first)
        let caseName = try await clinic.openCase()
        let sent = try await ministry.refer(
          try await ministry.consent(try await ministry.openCase(), to: clinic, days: 90)
        )
        _ = try await time.pass(until: "delivered") {
          try await ministry.line(sent.message)?.state == "delivered"
        }
        let line = try #require(try await clinic.line(sent.message))
        #expect(try await name(clinic, line) == Pair.need["region"])
        // The sender's grant ends before the key does: what is read afterwards rests on her word to
        // the clinic (CNS-033).
        for action in [ReferralAction.ack, .accept] { try await clinic.act(action, on: line) }
        let own = try await ConsentLifeService(node: clinic.node).own(
          OwnConsent(
            referral: line.referral,
            desk: "desk",
            record: Pair.facts,
            groups: ["identity", "need"],
            answers: ["storing": true]
          ),
          clinic.presence()
        )

        // The epoch is over, and 60 days more: nobody has unlocked the desk since, so it stays.
        time.pass(ms: 151 * day)
        try await time.settle()
        #expect(try keyring.deskKeys().contains { $0.keyID == first.keyID })
        #expect(try keyring.cases(onlyUnder: first).sorted() == [caseName, own.case].sorted())

        // Somebody comes to work: what stands under the old key is wrapped to the present one.
        _ = try await clinic.presence()
        _ = try await time.pass(until: "the old key is gone", atMostMs: 600_000) {
          _ = try await clinic.presence()
          return try !keyring.deskKeys().contains { $0.keyID == first.keyID }
        }
        let going = try await clinic.node.store.read { try $0.metas(prefix: "desk-key/going/") }
        #expect(going.isEmpty)
        #expect(try keyring.sealedDeskKeys(of: NodeHarness.users[0]).count == 2)
        // Everything can still be read, with the present key, in a new session too.
        #expect(try await name(clinic, line) == Pair.need["region"])
        let shown = try await CaseService(node: clinic.node).show(caseName, clinic.presence())
        #expect(shown.sections["identity"]?["name"] == .text("Example Person"))
        await clinic.stop()
        try await clinic.wake()
        #expect(try await name(clinic, line) == Pair.need["region"])

        // The destruction stands in the log.
        let logged = try await clinic.node.store.read { reader -> [LogEvent] in
          var events: [LogEvent] = []
          try reader.auditEntries(below: .max >> 1) { entry in
            if case .leaf(let leaf) = entry, let event = try? LogEvent(parsing: leaf.event) {
              events.append(event)
            }
          }
          return events
        }
        let destroyed = logged.filter {
          $0.type == .deskKey && $0.string(.outcome) == "destroyed"
        }
        #expect(destroyed.map { $0.digest(.message) } == [first.keyID])
      }
    }

    @Test("A8: a message sealed to a key that is gone is refused, never receipted unopenable")
    func gone() async throws {
      try await LivingRealm.with(Self.two) { realm in
        let (time, ministry, clinic) = (realm.time, realm.nodes[0], realm.nodes[1])
        let keyring = clinic.node.store.keyring
        realm.cut()
        let name = try await ministry.openCase()
        let sent = try await ministry.refer(
          try await ministry.consent(name, to: clinic, days: 90)
        )
        #expect(sent.state == "queued")
        // The key goes while the message is on its way.
        let first = try #require(try keyring.deskKeys().first)
        await clinic.stop()
        try keyring.destroyDeskKey(first.keyID)
        try await clinic.wake()
        realm.mend()
        _ = try await time.pass(until: "the clinic has answered") {
          try await ministry.line(sent.message)?.state == "refused"
        }
        #expect(try await ministry.line(sent.message)?.outcome == "desk-key-gone")
        #expect(try await clinic.list(.incoming).isEmpty)
        // B5: who was sent a byte is a holder, whatever it answered, and is told of the withdrawal.
        let ended = try await WithdrawalService(node: ministry.node).stop(
          ConsentStop(case: name, grants: nil, channel: "in-person"),
          ministry.presence()
        )
        #expect(ended.messages.count == 1)
      }
    }

    @Test(
      "A person who signs a card brings the next epochs; the node says when it is time (CRD-018)"
    )
    func epochs() async throws {
      try await LivingRealm.with(Self.two) { realm in
        let (time, ministry, clinic) = (realm.time, realm.nodes[0], realm.nodes[1])
        func warned() async throws -> Bool {
          try await StatusService(node: clinic.node).status().warnings.contains("desk-keys-few")
        }
        let id = try #require(AgencyID(clinic.id))
        func shown() -> [DeskKey] {
          ministry.node.trust.view.directory.card(of: id)?.card.desks[0].keys ?? []
        }
        #expect(shown().count == 3)
        #expect(try await !warned())
        time.pass(ms: 91 * day)
        #expect(try await warned())
        try await clinic.signCard()
        #expect(try await !warned())
        #expect(try clinic.node.store.keyring.deskKeys().count == 4)
        _ = try await time.pass(until: "the peer has the new card", atMostMs: 600_000) {
          shown().count == 4
        }
        // Epochs follow each other, and each holder has each key.
        for (one, next) in zip(shown(), shown().dropFirst()) {
          #expect(one.notAfterMs == next.fromMs)
        }
        for user in NodeHarness.users {
          #expect(try clinic.node.store.keyring.sealedDeskKeys(of: user).count == 4)
        }
        // Signed again at once: nothing new.
        try await clinic.signCard()
        #expect(try clinic.node.store.keyring.deskKeys().count == 4)
        // After long neglect the card shows a present epoch and two more, without a gap.
        time.pass(ms: 400 * day)
        try await clinic.signCard()
        let late = try #require(clinic.node.trust.view.directory.card(of: id)?.card.desks[0].keys)
        #expect(
          late.count <= 8 && late.contains { $0.fromMs <= time.nowMs && time.nowMs < $0.notAfterMs }
        )
        #expect(late.count { $0.fromMs > time.nowMs } >= 2)
      }
    }
  }
}
