internal import Foundation
internal import LocalContract
internal import TestSupport
internal import Testing

extension NodeTests {
  /// Who gets a correction, and when.
  @Suite(.serialized) struct AmendTests {
    @Test("A correction made at the moment of an acceptance arrives, whichever comes first")
    func atAcceptance() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let sender = try await Pair.session(at: pair.ministry.socket)
      let recipient = try await Pair.session(at: pair.clinic.socket)
      for round in 0..<12 {
        let number = { (last: Int) -> [String: FieldValue] in
          ["channel": .text("telephone"), "number": .text("000-\(round)-\(last)")]
        }
        let opened = try await sender.openCase(
          CaseOpen(desk: "intake", sections: ["need": Pair.need, "contact": number(1)])
        )
        let grant = try await sender.recordConsent(
          ConsentRecord(
            case: opened.case,
            grants: [Pair.grant(["contact", "need"])],
            record: Pair.facts
          )
        ).grants[0].grant
        let sent = try await sender.refer(
          ReferBatch(referrals: [ReferAsk(grant: grant, fromCase: true)], wait: .receipt)
        ).first
        #expect(sent?.problem == nil)
        let known = try await Pair.referrals(recipient, .incoming).first { $0.state == "delivered" }
        let arrived = try #require(known).referral
        _ = try await recipient.act(.ack, on: arrived)
        // Each round a little later, around the time that an acceptance takes to the sender.
        async let accepted = recipient.act(.accept, on: arrived)
        try await Task.sleep(for: .milliseconds(round * 4))
        let amended = try await sender.amend(
          opened.case,
          CaseAmend(sections: ["contact": number(2)])
        )
        _ = try await accepted
        #expect(amended.referrals.count == 1 && amended.unreached.isEmpty)
        try await eventually("the correction of round \(round) has arrived") {
          try await recipient.showReferral(arrived).content["contact"]?["number"]
            == .text("000-\(round)-2")
        }
      }
    }

    @Test("A recipient that cannot be sealed to is named, and keeps no correction from the case")
    func notReachable() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let sender = try await Pair.session(at: pair.ministry.socket)
      let contact = { (number: String) -> [String: FieldValue] in
        ["channel": .text("telephone"), "number": .text(number)]
      }
      let opened = try await sender.openCase(
        CaseOpen(desk: "intake", sections: ["need": Pair.need, "contact": contact("000-1")])
      )
      let grant = try await sender.recordConsent(
        ConsentRecord(case: opened.case, grants: [Pair.grant(["need"])], record: Pair.facts)
      ).grants[0].grant
      let sent = try await sender.refer(
        ReferBatch(referrals: [ReferAsk(grant: grant, fromCase: true)], wait: .receipt)
      ).first
      try pair.ministry.cli(["register", "import", pair.harness.suspending("clinic.example")])
      var need = Pair.need
      need["summary"] = .text("corrected")
      let amended = try await sender.amend(opened.case, CaseAmend(sections: ["need": need]))
      #expect(amended.referrals.isEmpty)
      #expect(amended.unreached.map(\.referral) == [try #require(sent?.referral)])
      let kept = try await sender.showCase(opened.case).sections["need"]?["summary"]
      #expect(kept == .text("corrected"))
    }

    @Test("A correction overtakes nothing: what has not left yet arrives corrected")
    func beforeItLeaves() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let sender = try await Pair.session(at: pair.ministry.socket)
      let old: [String: FieldValue] = ["channel": .text("telephone"), "number": .text("000-1")]
      let opened = try await sender.openCase(
        CaseOpen(desk: "intake", sections: ["need": Pair.need, "contact": old])
      )
      let grant = try await sender.recordConsent(
        ConsentRecord(
          case: opened.case,
          grants: [Pair.grant(["contact", "need"])],
          record: Pair.facts
        )
      ).grants[0].grant
      // The clinic is off: the offer waits, and nobody holds anything.
      pair.clinic.stop()
      let sent = try await sender.refer(
        ReferBatch(referrals: [ReferAsk(grant: grant, fromCase: true)], wait: .queued)
      ).first
      #expect(sent?.problem == nil)
      let new = old.merging(["number": .text("000-2")]) { $1 }
      let amended = try await sender.amend(
        opened.case,
        CaseAmend(sections: ["contact": new])
      )
      #expect(amended.referrals.map(\.referral) == [try #require(sent?.referral)])
      try await pair.clinic.start()
      let recipient = try await Pair.session(at: pair.clinic.socket)
      var arrived = ""
      try await eventually("the offer is at the clinic") {
        arrived = try await Pair.referrals(recipient, .incoming).first?.referral ?? ""
        return !arrived.isEmpty
      }
      _ = try await recipient.act(.ack, on: arrived)
      _ = try await recipient.act(.accept, on: arrived)
      try await eventually("the corrected number is at the clinic") {
        try await recipient.showReferral(arrived).content["contact"]?["number"] == .text("000-2")
      }
    }
  }
}
