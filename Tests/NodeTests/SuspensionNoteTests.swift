internal import Foundation
internal import LocalContract
internal import TestSupport
internal import Testing

extension NodeTests {
  /// A member whose key may be stolen is put aside by two holders, quickly, and by every node.
  @Suite(.serialized) struct SuspensionNoteTests {
    private struct Answer: Decodable {
      let signatures: [String]
      let needed: Int
      let complete: Bool
    }

    @Test(
      "B13: two holders' note, handed to one node, stops a member everywhere (REG-020, REG-025)"
    )
    func suspended() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let client = try await Pair.session(at: pair.ministry.socket)
      let commission = pair.root.appendingPathComponent("commission")
      func suspend(_ words: [String], _ holder: String) throws -> Programs.Output {
        try pair.harness.programs.run(
          "amonat",
          [
            "commission", "suspend", "--previous", pair.harness.register.path, "--key",
            commission.appendingPathComponent("\(holder).key").path, "--passphrase-file",
            pair.root.appendingPathComponent("passphrase").path, "--json",
          ] + words
        )
      }
      func answer(_ words: [String], _ holder: String) throws -> Answer {
        let output = try suspend(words, holder)
        try #require(output.status == 0, "\(output.err)")
        return try JSONDecoder().decode(Answer.self, from: Data(output.out.utf8))
      }
      let note = pair.root.appendingPathComponent("suspension.note").path
      #expect(try suspend(["--agency", "nobody.example", "--out", note], "justice").status != 0)
      #expect(try suspend(["--out", note], "justice").status != 0, "neither whom nor a note")
      #expect(
        try suspend(["--agency", "clinic.example", "--hours", "73", "--out", note], "justice")
          .status != 0
      )
      let one = try answer(["--agency", "clinic.example", "--out", note], "justice")
      #expect(one.signatures == ["justice"] && one.needed == 2 && !one.complete)
      func give() async throws -> Bool {
        let given = try pair.harness.programs.run(
          "amonat",
          ["peer", "import", note, "--socket", pair.ministry.socket, "--json"]
        )
        let view = try await client.register()
        let clinic = view.members.first { $0.agency == "clinic.example" }
        return given.status == 0 && clinic?.suspendedUntilMs != nil
      }
      #expect(try await !give(), "one holder is not enough")
      let two = try answer(["--note", note, "--out", note], "health")
      #expect(Set(two.signatures) == ["justice", "health"] && two.complete)
      #expect(try await give())

      // Nothing is sent to it, and consent is kept.
      let opened = try await client.openCase(
        CaseOpen(desk: "intake", sections: ["identity": ["name": .text("Example Person")]])
      )
      let recorded = try await client.recordConsent(
        ConsentRecord(case: opened.case, grants: [Pair.grant(["need"])], record: Pair.facts)
      )
      let refused = try await client.refer(
        ReferBatch(
          referrals: [ReferAsk(grant: recorded.grants[0].grant, content: ["need": Pair.need])]
        )
      ).first
      #expect(refused?.message == nil && refused?.problem?.code == "member")

      // The suspended node learns of it in the next exchange, from the one node that was told.
      let suspended = try await Pair.session(at: pair.clinic.socket)
      try await eventually("the note has been handed on") {
        try await suspended.register().members.contains {
          $0.agency == "clinic.example" && $0.suspendedUntilMs != nil && $0.status == "active"
        }
      }
      #expect(try await suspended.status().warnings.contains("own-suspended"))
    }
  }
}
