internal import AgencyNode
internal import Foundation
internal import LocalContract
internal import NodeStore
internal import TestSupport
internal import Testing

extension NodeTests {
  @Suite(.serialized) struct OutsideTests {
    static let day: UInt64 = 86_400_000

    @Test("What is said, handed over, printed and exported is recorded, as far as she agreed")
    func outside() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let node = pair.ministry
      let caseID = try ConsentTests.newCase(pair)
      let client = try await ConsentTests.session(pair)
      let before = ["--case", caseID, "--purpose", "health", "--groups", "need"]
      let word = try ConsentTests.text(pair, "бодом\n")

      // Nothing outside before she was asked.
      let slip =
        ["slip", "print"] + before + ["--to", "health", "--word-file", word, "--lang", "ru"]
      #expect(try node.tryCLI(slip + ["--agreed"]).status == 1)
      let grant = try await client.recordConsent(
        ConsentRecord(
          case: caseID,
          grants: [Pair.grant(["need", "contact"])],
          record: Pair.facts,
          answers: ["storing": true, "police": false]
        )
      ).grants[0].grant

      let verbal =
        ["record", "verbal"] + before + ["--to", "clinic.example", "--grant", "\(grant)"]
      #expect(try node.tryCLI(verbal).status == 0)
      let wide = try node.tryCLI(
        [
          "record", "verbal", "--case", caseID, "--purpose", "health", "--groups", "need,identity",
          "--to", "clinic.example", "--grant", "\(grant)",
        ]
      )
      #expect(wide.status == 1 && wide.err.contains("groups-not-granted"))
      let sooner = try node.tryCLI(verbal + ["--minutes-ago", "30"])
      #expect(sooner.status == 1 && sooner.err.contains("no-grant"), "said before she agreed")

      #expect(try node.tryCLI(slip).status == 1, "she was not asked about exactly this")
      let paper = try node.cli(slip + ["--agreed"])
      #expect(paper.out.contains("бодом") && paper.out.contains("Пожалуйста"))
      for hidden in ["Гулнора", "ministry", "торговл", "+992"] {
        #expect(!paper.out.contains(hidden), "\(hidden)")
      }
      let police = try node.tryCLI(
        ["record", "outside"] + before + ["--to", "police", "--agreed"]
      )
      #expect(police.status == 1 && police.err.contains("survivor-deny"))
      let nobody = try node.tryCLI(
        ["record", "outside"] + before + ["--to", "newspaper", "--agreed"]
      )
      #expect(nobody.status == 1 && nobody.err.contains("[policy]"))

      #expect(try node.cli(["case", "print", caseID, "--groups", "contact"]).out.contains("+992"))
      let out = pair.root.appendingPathComponent("export.json").path
      try node.cli(["case", "export", caseID, "--groups", "need", "--out", out])
      let mode = try FileManager.default.attributesOfItem(atPath: out)[.posixPermissions]
      #expect((mode as? NSNumber)?.intValue == 0o600)
      let exported = try String(contentsOfFile: out, encoding: .utf8)
      #expect(exported.contains("medical-general") && !exported.contains("+992"))
      #expect(try node.tryCLI(["case", "export", caseID, "--out", out]).status == 65)

      #expect(try pair.findings() == [])
      for (type, count) in [("verbal", 1), ("outside", 1), ("print", 2)] {
        #expect(try pair.events(type, by: node) == count, "\(type)")
      }
      // The audit bundle is an export as well.
      #expect(try pair.events("export", with: #""kind":"case""#, by: node) == 1)
      // The word of the slip never reached the node.
      for name in ["node.db", "node.db-wal", "amonatd.log"] {
        let bytes = try Data(contentsOf: node.state.appendingPathComponent(name))
        #expect(bytes.range(of: Data("бодом".utf8)) == nil, "\(name)")
      }
    }

    @Test("What is recorded later than a day is recorded, called late, and looked at")
    func late() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let caseID = try ConsentTests.newCase(pair)
      let client = try await ConsentTests.session(pair)
      let grant = try await client.recordConsent(
        ConsentRecord(case: caseID, grants: [Pair.grant(["need"])], record: Pair.facts)
      ).grants[0]
      pair.ministry.stop()
      let now = NodeClock.system.nowMs()
      let node = try await pair.opened(pair.ministry, atMs: now + Self.day + 3_600_000)
      let token = try await AccessService(node: node).unlock(
        Unlock(user: "zarina", passphrase: Pair.passphrase)
      ).token
      let zarina = try await node.sessions.presence(token)
      func said(_ atMs: UInt64) async throws -> OutsideRecorded {
        try await OutsideService(node: node).record(
          OutsideAsk(
            case: caseID,
            kind: "verbal",
            receiver: "clinic.example",
            purpose: "health",
            groups: ["need"],
            grant: grant.grant,
            saidAtMs: atMs
          ),
          zarina
        )
      }
      let late = try await said(now + 60_000)
      #expect(late.late)
      #expect(try await !said(now + 2 * 3_600_000).late)
      await #expect(throws: NodeError.self) { try await said(now + 2 * Self.day) }
      let items = try await ExceptionService(node: node).reviews().items
      #expect(items.map(\.item) == [late.item] && items.first?.flags == ["late"])
      await #expect(throws: NodeError.self) {
        try await ExceptionService(node: node).done(
          ReviewDone(item: late.item, outcome: "in-order"),
          zarina
        )
      }
    }

    @Test("Where a caregiver is suspected her family is told nothing outside either (CNS-019)")
    func suspectedFamily() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let client = try await ConsentTests.session(pair)
      var need = Pair.need
      need["age-band"] = .text("15-17")
      let opened = try await client.openCase(CaseOpen(desk: "intake", sections: ["need": need]))
      var facts = Pair.facts
      (facts.capacity, facts.ageBand, facts.decidedBy) = ("child", "15-17", "advocate")
      (facts.relation, facts.assent) = ("advocate of the centre", "given")
      func tell(_ receiver: String) async throws -> [String] {
        do throws(LocalFailure) {
          _ = try await client.recordOutside(
            OutsideAsk(
              case: opened.case,
              kind: "outside",
              receiver: receiver,
              purpose: "health",
              groups: ["need"],
              agreed: true
            )
          )
          return []
        } catch {
          return error.reasons
        }
      }
      for (isSuspected, reasons) in [(false, []), (true, ["survivor-deny"])] {
        facts.caregiverSuspect = isSuspected
        _ = try await client.recordConsent(
          ConsentRecord(case: opened.case, grants: [], record: facts)
        )
        #expect(try await tell("relative") == reasons)
        #expect(try await tell("health") == [], "others are told as she agreed")
      }
    }
  }
}
