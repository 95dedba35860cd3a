internal import AgencyNode
internal import CanonicalBytes
internal import Exchange
internal import Foundation
internal import LocalContract
internal import NodeStore
internal import ReferralModel
internal import TestSupport
internal import Testing
internal import TransparencyLog

extension NodeTests {
  /// Rules of referrals that hold against a peer that does not keep them.
  @Suite(.serialized) struct ReferralRuleTests {
    private static let shelter = NodeHarness.AgencySpec(
      id: "shelter.example",
      sector: "ngo",
      name: "Shelter",
      nameTg: "Паноҳгоҳ",
      nameRu: "Приют",
      listens: false,
      desks: [("intake", ["need"])]
    )

    @Test("An answer about capacity counts from whom it was asked, and the first one (REF-027)")
    func capacityAnswers() async throws {
      let pair = try Pair(besides: [Self.shelter])
      defer { pair.end() }
      try await pair.harness.start()
      for name in ["ministry.example", "shelter.example"] { pair.harness.nodes[name]?.stop() }
      let clinic = try await Pair.session(at: pair.clinic.socket)
      let asked = try await clinic.askCapacity(
        CapacityAsk(peer: "ministry.example", code: "health-adult")
      )
      let other = try await clinic.askCapacity(
        CapacityAsk(peer: "shelter.example", code: "health-adult")
      )
      let forger = try await Forger(pair)
      func answer(_ ref: Digest32, _ outcome: String) async throws {
        let envelope = EnvelopeSealer.notify(
          realm: forger.realm,
          sender: forger.node.trust.me,
          recipient: forger.clinic
        )
        let sent = try await forger.deliver(
          OutboundDraft(
            peer: forger.clinic.text,
            kind: MessageKind.capacityAnswer.rawValue,
            message: envelope.id,
            envelope: envelope.bytes,
            ref: ref,
            expiresMs: forger.nowMs + 86_400_000,
            outcome: outcome,
            atMs: forger.nowMs
          )
        )
        // It is a message like any other: received, whatever it is worth.
        #expect(sent.events.map(\.type) == [.receive], "\(sent.items)")
      }
      func answers() async throws -> [String: String] {
        let lines = try await clinic.capacity().questions
        return lines.reduce(into: [:]) { $0[$1.id] = $1.answer }
      }
      let ref = try #require(Digest32(hex: asked.id))
      // Nobody asked this; and this was asked of somebody else.
      try await answer(try #require(Digest32(hex: String(repeating: "ab", count: 32))), "yes")
      try await answer(try #require(Digest32(hex: other.id)), "yes")
      #expect(try await answers() == [:])
      try await answer(ref, "no")
      #expect(try await answers() == [asked.id: "no"])
      // A second one changes nothing, and calls nobody.
      try await answer(ref, "yes")
      #expect(try await answers() == [asked.id: "no"])
    }

    @Test("A holder that a correction cannot reach is named (REF-030)")
    func unreached() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let worker = try await Pair.session(at: pair.ministry.socket)
      let clinic = try await Pair.session(at: pair.clinic.socket)
      let caseID = try await worker.openCase(
        CaseOpen(
          desk: "intake",
          sections: [
            "identity": ["name": .text("Example Person")],
            "contact": ["channel": .text("telephone"), "number": .text("000-11-22")],
          ]
        )
      ).case
      var legs: [(out: String, inside: String, grant: UInt64)] = []
      for _ in 0..<3 {
        let grant = try await worker.recordConsent(
          ConsentRecord(
            case: caseID,
            grants: [Pair.grant(["need", "identity", "contact"])],
            record: Pair.facts
          )
        ).grants[0].grant
        let sent = try await worker.refer(
          ReferBatch(
            referrals: [ReferAsk(grant: grant, content: ["need": Pair.need], fromCase: true)],
            wait: .receipt
          )
        )
        let (out, message) = (try #require(sent.first?.referral), sent.first?.message)
        let inside = try #require(
          try await Pair.referrals(clinic, .incoming).first { $0.message == message }
        ).referral
        _ = try await clinic.act(.ack, on: inside)
        _ = try await clinic.act(.accept, on: inside)
        try await eventually("the contact is there") {
          try await clinic.showReferral(inside).content["contact"] != nil
        }
        legs.append((out, inside, grant))
      }
      // The second is stopped, the third is over: both still hold the old number.
      _ = try await worker.stop(
        ConsentStop(case: caseID, grants: [legs[1].grant], channel: "in-person")
      )
      _ = try await clinic.ownConsent(
        OwnConsent(
          referral: legs[2].inside,
          desk: "health",
          record: Pair.facts,
          groups: ["need"],
          answers: ["storing": true]
        )
      )
      _ = try await clinic.act(.start, on: legs[2].inside)
      _ = try await clinic.act(.complete, on: legs[2].inside, ReferralAct(outcome: "fully-met"))
      try await eventually("completed") {
        try await worker.showReferral(legs[2].out).line.state == "completed"
      }
      _ = try await worker.act(.close, on: legs[2].out, ReferralAct(reason: "goals-met"))
      let amended = try await worker.amend(
        caseID,
        CaseAmend(
          sections: ["contact": ["channel": .text("telephone"), "number": .text("000-33-44")]]
        )
      )
      #expect(amended.referrals.map(\.referral) == [legs[0].out])
      #expect(Set(amended.unreached.map(\.referral)) == [legs[1].out, legs[2].out])
      #expect(amended.unreached.allSatisfy { $0.peer == "clinic.example" })
      try await eventually("who can be reached is") {
        try await clinic.showReferral(legs[0].inside).content["contact"]?["number"]
          == .text("000-33-44")
      }
      let old = try await clinic.showReferral(legs[2].inside).content["contact"]?["number"]
      #expect(old == nil || old == .text("000-11-22"))
    }

    @Test("B5: who refused a message is told all the same that consent is withdrawn")
    func silentHolders() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      pair.clinic.stop()
      // The clinic's clock is three days ahead: for it, the message's time is over.
      let clock = WorldClock()
      clock.pass(hours: 72)
      let running = try await LifeWorld.serve(pair.clinic, clock: clock.node)
      defer { running.work.cancel() }
      let worker = try await Pair.session(at: pair.ministry.socket)
      let caseID = try await worker.openCase(
        CaseOpen(desk: "intake", sections: ["identity": ["name": .text("Example Person")]])
      ).case
      func grant() async throws -> UInt64 {
        try await worker.recordConsent(
          ConsentRecord(case: caseID, grants: [Pair.grant(["need"])], record: Pair.facts)
        ).grants[0].grant
      }
      let refused = try await grant()
      var ask = ReferAsk(grant: refused, content: ["need": Pair.need])
      ask.expiresDays = 1
      let sent = try await worker.refer(ReferBatch(referrals: [ask], wait: .receipt))
      #expect(sent.first?.state == "expired", "\(sent)")
      _ = try await worker.withdraw(
        ConsentWithdraw(case: caseID, confirmation: "in-person")
      )
      let holders = try await worker.withdrawalHolders(of: caseID).holders
      #expect(holders.map(\.grant) == [refused] && holders.first?.peer == "clinic.example")
      // It arrives, and nothing that comes later under that grant is taken.
      try await eventually("the clinic knows of the withdrawal") {
        try await running.node.store.read { try $0.withdrawn(by: "ministry.example") }
          .contains { $0.index == refused }
      }
    }
  }
}
