internal import Foundation
internal import LocalContract
internal import TestSupport
internal import Testing

extension NodeTests {
  /// Real nodes: a ministry, a shelter that receives, a clinic to which the shelter hands on.
  @Suite(.serialized) struct WithdrawalTests {
    private final class Trio {
      static let groups = ["need", "identity", "contact", "health"]
      static let specs: [NodeHarness.AgencySpec] = [
        ("ministry.example", "state", "intake"), ("shelter.example", "ngo", "shelter"),
        ("clinic.example", "international", "health"),
      ].map {
        .init(
          id: $0.0,
          sector: $0.1,
          name: $0.0,
          nameTg: $0.0,
          nameRu: $0.0,
          listens: true,
          desks: [($0.2, groups)]
        )
      }

      let root: URL
      let harness: NodeHarness

      init() async throws {
        root = FileManager.default.temporaryDirectory
          .appendingPathComponent("w" + UUID().uuidString.prefix(8))
        harness = try NodeHarness(root: root)
        try harness.found(Self.specs)
        try await harness.start()
      }

      func end() {
        harness.stop()
        try? FileManager.default.removeItem(at: root)
      }

      func node(_ id: String) throws -> HarnessNode {
        try #require(harness.nodes["\(id).example"])
      }

      func session(_ id: String) async throws -> LocalClient {
        try await Pair.session(at: try node(id).socket)
      }

      func file(_ name: String, _ text: String) throws -> String {
        let url = root.appendingPathComponent(name)
        try Data(text.utf8).write(to: url)
        return url.path
      }

      /// What the auditor says over all three: errors and warnings, unless told otherwise.
      func findings(_ words: [String] = ["error", "warning"]) throws -> [String] {
        var bundles: [String] = []
        for spec in Self.specs {
          let node = try #require(harness.nodes[spec.id])
          try node.unlockAgain()
          let path = root.appendingPathComponent("\(spec.id).bundle").path
          try node.cli(["audit", "export", "--force", "--out", path])
          bundles.append(path)
        }
        let output = try harness.programs.run(
          "amonat-audit",
          ["reconcile", "--realm", harness.realm, "--lang", "en"] + bundles
        )
        return output.out.split(separator: "\n")
          .map { $0.trimmingCharacters(in: .whitespaces) }
          .filter { line in words.contains(where: line.hasPrefix) }
      }
    }

    private static let sections: [String: [String: FieldValue]] = [
      "identity": ["name": .text("Canary Person")],
      "contact": ["channel": .text("telephone"), "number": .text("+992000111222")],
      "health": ["needs": .codes(["general"]), "note": .text("canary health")],
    ]

    /// A case referred to the shelter, accepted there, with everything delivered.
    private func refer(
      _ trio: Trio,
      onward: Bool
    ) async throws -> (caseID: String, grant: UInt64, atShelter: String) {
      let ministry = try await trio.session("ministry")
      let shelter = try await trio.session("shelter")
      let opened = try await ministry.openCase(CaseOpen(desk: "intake", sections: Self.sections))
      let grant = try await ministry.recordConsent(
        ConsentRecord(
          case: opened.case,
          grants: [
            GrantAsk(
              peer: "shelter.example",
              purpose: "health",
              groups: Trio.groups,
              days: 30,
              onward: onward
            )
          ],
          record: Pair.facts
        )
      ).grants[0].grant
      let known = Set(try await Pair.referrals(shelter, .incoming).map(\.referral))
      let sent = try await ministry.refer(
        ReferBatch(
          referrals: [ReferAsk(grant: grant, content: ["need": Pair.need], fromCase: true)],
          wait: .receipt
        )
      )
      #expect(sent.first?.state == "delivered")
      let arrived = try #require(
        try await Pair.referrals(shelter, .incoming).map(\.referral).first { !known.contains($0) }
      )
      _ = try await shelter.act(.ack, on: arrived)
      _ = try await shelter.act(.accept, on: arrived)
      try await eventually("the supplement is there") {
        try await shelter.showReferral(arrived).content["identity"] != nil
      }
      return (opened.case, grant, arrived)
    }

    @Test("A withdrawal passes through a hand-over, and every holder answers (attack C16)")
    func cascade() async throws {
      let trio = try await Trio()
      defer { trio.end() }
      let (caseID, grant, atShelter) = try await refer(trio, onward: true)
      let shelter = try await trio.session("shelter")
      let clinic = try await trio.session("clinic")

      // More than was granted for handing on, and a purpose that may not go on, are refused.
      for bad in [["need", "safety"], ["legal"]] {
        await #expect(throws: LocalFailure.self) {
          try await shelter.handOn(
            HandOn(
              referral: atShelter,
              peer: "clinic.example",
              purpose: "health",
              groups: bad
            )
          )
        }
      }
      let handed = try trio.node("shelter").cli([
        "referral", "hand-on", atShelter, "--to", "clinic.example", "--purpose", "health",
        "--group", "need", "--group", "contact", "--days", "10", "--json",
      ])
      #expect(handed.out.contains("queued"))
      var arrived = ""
      try await eventually("the clinic has it") {
        arrived = try await Pair.referrals(clinic, .incoming).first?.referral ?? ""
        return !arrived.isEmpty
      }
      let atClinic = arrived
      _ = try await clinic.act(.ack, on: atClinic)
      _ = try await clinic.act(.accept, on: atClinic)
      try await eventually("the contact is there") {
        try await clinic.showReferral(atClinic).content["contact"] != nil
      }
      #expect(try await clinic.showReferral(atClinic).basis == "onward")
      // One step only.
      await #expect(throws: LocalFailure.self) {
        try await clinic.handOn(
          HandOn(
            referral: atClinic,
            peer: "ministry.example",
            purpose: "health",
            groups: ["need"]
          )
        )
      }

      // Anybody with an account may stop: no desk of the case is unlocked for this session.
      let ministry = try await trio.session("ministry")
      _ = try await ministry.stop(ConsentStop(case: caseID, channel: "telephone"))
      try await eventually("the clinic is frozen without a human in between") {
        try await clinic.showReferral(atClinic).content.isEmpty
      }
      #expect(try await shelter.showReferral(atShelter).content.isEmpty)

      _ = try await ministry.withdraw(ConsentWithdraw(case: caseID, confirmation: "in-person"))
      for (name, referral) in [("shelter", atShelter), ("clinic", atClinic)] {
        try await eventually("\(name) confirms the erasure") {
          try trio.node(name).tryCLI([
            "referral", "erase", referral, "--confirmation", "call-back",
          ]).status == 0
        }
      }
      var mine: WithdrawalHolder?
      try await eventually("the receipt of the shelter is here") {
        mine = try await ministry.withdrawalHolders(of: caseID).holders.first
        return mine?.outcome != nil
      }
      #expect(mine?.grant == grant && mine?.outcome == "erased")
      // A count and no name; and until when a copy may exist.
      #expect(mine?.onward == 1 && mine?.backupsUntilMs != nil)
      try await eventually("the clinic has answered the shelter") {
        let cases = try await shelter.cases().cases
        guard let handedOn = cases.first?.case else { return false }
        return try await shelter.withdrawalHolders(of: handedOn).holders.first?.outcome == "erased"
      }
      #expect(try trio.findings() == [])
    }

    @Test("One group at one recipient goes, out of the files; the rest stays open (WDR-016)")
    func part() async throws {
      let trio = try await Trio()
      defer { trio.end() }
      let (caseID, grant, atShelter) = try await refer(trio, onward: false)
      let shelter = try await trio.session("shelter")
      try trio.node("ministry").cli([
        "consent", "withdraw", "--case", caseID, "--grant", "\(grant)", "--group", "health",
        "--confirmed", "in-person",
      ])
      try await eventually("what was taken back opens no more") {
        try await shelter.showReferral(atShelter).content["health"] == nil
      }
      try await eventually("the shelter confirms") {
        try trio.node("shelter").tryCLI([
          "referral", "erase", atShelter, "--confirmation", "in-person",
        ]).status == 0
      }
      let ministry = try await trio.session("ministry")
      try await eventually("the receipt is here") {
        try await ministry.withdrawalHolders(of: caseID).holders.first?.outcome == "erased"
      }
      let shown = try await shelter.showReferral(atShelter)
      #expect(shown.line.state == "accepted")
      #expect(Set(shown.content.keys) == ["need", "identity", "contact"])
      #expect(try trio.findings() == [])
    }

    @Test("A code word is asked for, is never an argument, and cannot be guessed")
    func codeWord() async throws {
      let trio = try await Trio()
      defer { trio.end() }
      let (caseID, _, _) = try await refer(trio, onward: false)
      let ministry = try trio.node("ministry")
      let right = try trio.file("word", "Зардолу 7\n")
      let same = try trio.file("same", " зардолу 7 \n")
      let wrong = try trio.file("wrong", "себ\n")
      func withdraw(_ path: String) throws -> Programs.Output {
        try ministry.tryCLI([
          "consent", "withdraw", "--case", caseID, "--confirmed", "code-word", "--code-word-file",
          path, "--json",
        ])
      }
      // None was set: no word is right.
      #expect(try withdraw(right).out.contains("code-word-wrong"))
      try ministry.cli(["consent", "code-word", "--case", caseID, "--code-word-file", right])
      #expect(try withdraw(wrong).out.contains("code-word-wrong"))
      for url in [
        ministry.state.appendingPathComponent("node.db"),
        ministry.state.appendingPathComponent("keyring.db"),
        ministry.state.appendingPathComponent("keyring.db-wal"),
        ministry.state.appendingPathComponent("amonatd.log"),
      ] {
        let bytes = (try? Data(contentsOf: url)) ?? Data()
        for text in ["Зардолу", "зардолу", "себ"] {
          #expect(bytes.range(of: Data(text.utf8)) == nil, "\(url.lastPathComponent)")
        }
      }
      #expect(try withdraw(same).status == 0)
      // Too many wrong ones: then the right one is not right either.
      for _ in 0..<5 { _ = try withdraw(wrong) }
      #expect(try withdraw(right).out.contains("code-word-wrong"))
    }

    @Test("Sharing resumes under a new consent, and that can be withdrawn too")
    func resume() async throws {
      let trio = try await Trio()
      defer { trio.end() }
      let (caseID, grant, atShelter) = try await refer(trio, onward: false)
      let shelter = try await trio.session("shelter")
      var ministry = try await trio.session("ministry")
      // Nothing is stopped: nothing to resume.
      await #expect(throws: LocalFailure.self) {
        try await ministry.resume(ConsentResume(case: caseID, grant: grant, record: Pair.facts))
      }
      let stop = ConsentStop(case: caseID, channel: "in-person")
      let stopped = try await ministry.stop(stop, idempotencyKey: "stop-1")
      // Asked again under its key, also after a kill, it is the same stop and no second message.
      try trio.node("ministry").kill()
      try await trio.node("ministry").start()
      ministry = try await trio.session("ministry")
      #expect(try await ministry.stop(stop, idempotencyKey: "stop-1") == stopped)
      try await eventually("the shelter is frozen") {
        try await shelter.showReferral(atShelter).content.isEmpty
      }
      _ = try await ministry.resume(
        ConsentResume(case: caseID, grant: grant, days: 20, record: Pair.facts)
      )
      try await eventually("the shelter can open it again") {
        try await shelter.showReferral(atShelter).content["identity"] != nil
      }
      _ = try await ministry.withdraw(ConsentWithdraw(case: caseID, confirmation: "call-back"))
      try await eventually("the new consent is withdrawn there as well") {
        try trio.node("shelter").tryCLI([
          "referral", "erase", atShelter, "--confirmation", "call-back",
        ]).status == 0
      }
      try await eventually("its receipt is here") {
        try await ministry.withdrawalHolders(of: caseID).holders.contains {
          $0.outcome == "erased"
        }
      }
      // What is withdrawn for good is not resumed.
      await #expect(throws: LocalFailure.self) {
        try await ministry.resume(ConsentResume(case: caseID, grant: grant, record: Pair.facts))
      }
      #expect(try trio.findings() == [])
    }

    @Test(
      "What a court takes back stops everywhere, stands in the history and in the log (CNS-036)"
    )
    func revoked() async throws {
      let trio = try await Trio()
      defer { trio.end() }
      let (caseID, grant, atShelter) = try await refer(trio, onward: false)
      let node = try trio.node("ministry")
      let ministry = try await trio.session("ministry")
      // Without its paper, or for a reason that the policy does not know, nothing ends.
      for (reason, authority) in [("court-order", nil), ("because", "Canary Court 7")] {
        await #expect(throws: LocalFailure.self) {
          try await ministry.endConsent(
            ConsentEnd(case: caseID, outcome: "revoked", reason: reason, authority: authority)
          )
        }
      }
      #expect(try await ministry.consents(of: caseID).grants.map(\.state) == ["in-force"])
      try node.cli([
        "consent", "revoke", "--case", caseID, "--grant", "\(grant)", "--reason", "court-order",
        "--authority", "Canary Court 7",
      ])
      let shelter = try await trio.session("shelter")
      try await eventually("the shelter is frozen") {
        try await shelter.showReferral(atShelter).content.isEmpty
      }
      // Nobody asked for an erasure, so none can be confirmed.
      #expect(
        try trio.node("shelter").tryCLI([
          "referral", "erase", atShelter, "--confirmation", "call-back",
        ]).status != 0
      )
      let story = try await ministry.consentStory(of: caseID)
      #expect(story.whole && story.entries.map(\.state) == ["given", "revoked"])
      #expect(story.entries.last?.reason == "court-order")
      for call in ["revoke", "invalidate"] {
        // It has ended: it is not renewed, nor revoked once more; that it never was one may be said still.
        let again = try node.tryCLI([
          "consent", call, "--case", caseID, "--reason",
          call == "revoke" ? "court-order" : "coercion",
          "--authority", "Canary Court 8",
        ])
        #expect((again.status == 0) == (call == "invalidate"), "\(again.out)")
      }
      await #expect(throws: LocalFailure.self) {
        try await ministry.renewConsent(ConsentRenew(grant: grant, record: Pair.facts))
      }
      #expect(try trio.findings() == [])
      let notes = try trio.findings(["note"])
      #expect(notes.filter { $0.contains("consent-revoked") }.count == 1, "\(notes)")
      #expect(notes.filter { $0.contains("consent-invalidated") }.count == 1)
      #expect(!notes.joined().contains("Canary"))
    }

    @Test("What never was a consent is erased everywhere, and people are called (CNS-037)")
    func invalidated() async throws {
      let trio = try await Trio()
      defer { trio.end() }
      let (caseID, _, atShelter) = try await refer(trio, onward: true)
      let shelter = try await trio.session("shelter")
      let clinic = try await trio.session("clinic")
      let ministry = try await trio.session("ministry")
      _ = try await shelter.handOn(
        HandOn(referral: atShelter, peer: "clinic.example", purpose: "health", groups: ["need"])
      )
      try await eventually("the clinic has it") {
        try await !Pair.referrals(clinic, .incoming).isEmpty
      }
      let atClinic = try #require(try await Pair.referrals(clinic, .incoming).first?.referral)
      try trio.node("ministry").cli([
        "consent", "invalidate", "--case", caseID, "--reason", "coercion",
      ])
      for (name, referral) in [("shelter", atShelter), ("clinic", atClinic)] {
        try await eventually("\(name) can confirm the erasure it was told") {
          try trio.node(name).tryCLI([
            "referral", "erase", referral, "--confirmation", "call-back",
          ]).status == 0
        }
      }
      try await eventually("the receipt of the shelter is here") {
        try await ministry.withdrawalHolders(of: caseID).holders.first?.outcome == "erased"
      }
      #expect(try await ministry.alerts().alerts.map(\.kind).contains("consent-invalid"))
      #expect(try await ministry.consentStory(of: caseID).entries.last?.state == "invalidated")
      #expect(try trio.findings() == [])
      #expect(try trio.findings(["note"]).contains { $0.contains("consent-invalidated") })
    }

    @Test("A renewal reaches whoever holds something, by itself, and what was handed on (WDR-018)")
    func renewed() async throws {
      let trio = try await Trio()
      defer { trio.end() }
      let (caseID, grant, atShelter) = try await refer(trio, onward: true)
      let shelter = try await trio.session("shelter")
      let clinic = try await trio.session("clinic")
      let ministry = try await trio.session("ministry")
      _ = try await shelter.handOn(
        HandOn(referral: atShelter, peer: "clinic.example", purpose: "health", groups: ["need"])
      )
      try await eventually("the clinic has it") {
        try await !Pair.referrals(clinic, .incoming).isEmpty
      }
      let atClinic = try #require(try await Pair.referrals(clinic, .incoming).first?.referral)
      let renewed = try await ministry.renewConsent(
        ConsentRenew(grant: grant, days: 60, record: Pair.facts)
      ).grants[0]
      try await eventually("the shelter knows until when, without another message") {
        try await Pair.referrals(shelter, .incoming).first?.untilMs == renewed.untilMs
      }
      #expect(try await shelter.showReferral(atShelter).content["identity"] != nil)
      // What ends now is the renewed grant, and everything under it, also what was handed on before.
      _ = try await ministry.stop(
        ConsentStop(case: caseID, grants: [renewed.grant], channel: "telephone")
      )
      try await eventually("the clinic is frozen") {
        try await clinic.showReferral(atClinic).content.isEmpty
      }
      #expect(try await shelter.showReferral(atShelter).content.isEmpty)
      #expect(try trio.findings() == [])
    }

    @Test("The recipient can hear it first: its sender stops too, and nothing is erased")
    func heardThere() async throws {
      let trio = try await Trio()
      defer { trio.end() }
      let (caseID, _, atShelter) = try await refer(trio, onward: false)
      try trio.node("shelter").cli(["referral", "stop", atShelter, "--channel", "hotline"])
      let ministry = try await trio.session("ministry")
      try await eventually("the ministry has stopped") {
        try await ministry.consents(of: caseID).grants.allSatisfy { $0.state != "in-force" }
      }
      let shelter = try await trio.session("shelter")
      #expect(try await shelter.showReferral(atShelter).content.isEmpty)
      // A voice: no erasure was asked for, so none can be confirmed.
      #expect(
        try trio.node("shelter").tryCLI([
          "referral", "erase", atShelter, "--confirmation", "call-back",
        ]).status != 0
      )
      #expect(try trio.findings() == [])
    }
  }
}
