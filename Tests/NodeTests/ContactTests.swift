internal import AgencyNode
internal import Foundation
internal import LocalContract
internal import NodeStore
internal import TestSupport
internal import Testing

extension NodeTests {
  @Suite(.serialized) struct ContactTests {
    @Test("A caller gives no name; her word is checked; only she herself makes it a case")
    func contact() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let client = try await ConsentTests.session(pair)
      var ask = ContactOpen(
        desk: "intake",
        callBack: [:],
        codeWord: "Бодом",
        caller: "relative",
        language: "tg",
        topic: "A contract abroad"
      )
      await #expect(throws: LocalFailure.self, "first of all, how to call back") {
        try await client.openContact(ask)
      }
      ask.callBack = ["channel": .text("telephone"), "never": .text("after eight")]
      let id = try await client.openContact(ask).contact
      #expect(try await client.showContact(id).callBack["never"] == .text("after eight"))
      #expect(try await client.checkContact(.init(contact: id, codeWord: " бодом ")).knows)
      #expect(try await !client.checkContact(.init(contact: id, codeWord: "бодон")).knows)
      let wrong = try pair.ministry.tryCLI(
        ["contact", "check", id, "--word-file", "-"],
        input: "apple\n"
      )
      #expect(wrong.status == 1)

      // A contact is no case: nothing can be granted, and nothing referred.
      await #expect(throws: LocalFailure.self) {
        try await client.recordConsent(
          ConsentRecord(case: id, grants: [Pair.grant(["need"])], record: Pair.facts)
        )
      }
      var convert = ContactConvert(
        contact: id,
        record: Pair.facts,
        answers: ["storing": true],
        sections: ["need": Pair.need]
      )
      func refusal(_ request: ContactConvert) async -> [String] {
        do {
          _ = try await client.convertContact(request)
          return []
        } catch {
          return [error.code] + error.reasons
        }
      }
      #expect(await refusal(convert) == ["consent-missing", "caller-is-not-her"])
      convert.spokeToHer = true
      convert.answers = [:]
      #expect(await refusal(convert) == ["consent-refused", "survivor-deny"])
      convert.answers = ["storing": true]
      #expect(try await client.convertContact(convert).case == id)
      let shown = try await client.showCase(id)
      #expect(shown.state == "open" && shown.sections["contact"]?["never"] == .text("after eight"))
      #expect(await refusal(convert) == ["state-not-allowed"], "once; then it is a case")
      #expect(
        try await client.recordConsent(
          ConsentRecord(case: id, grants: [Pair.grant(["need"])], record: Pair.facts)
        ).grants.count == 1
      )
      for name in ["node.db", "node.db-wal", "keyring.db", "amonatd.log"] {
        let url = pair.ministry.state.appendingPathComponent(name)
        let bytes = try Data(contentsOf: url)
        for secret in ["Бодом", "бодом", "A contract abroad", "after eight"] {
          #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(secret) in \(name)")
        }
      }
    }

    @Test("Who refuses everything is counted by six codes; few are never shown; a child never")
    func anonymous() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let client = try await ConsentTests.session(pair)
      func add(_ region: String, age: String = "25-34") async throws {
        _ = try await client.addAnonymous(
          AnonymousAdd(
            sex: "female",
            age: age,
            nationality: "own",
            exploitation: "forced-labour",
            region: region,
            reason: "fears-authorities"
          )
        )
      }
      for _ in 0..<9 { try await add("sughd") }
      let few = try await client.anonymous()
      #expect(few.total == nil && few.cells.isEmpty && few.least == 10)
      try await add("khatlon")
      let table = try await client.anonymous()
      #expect(table.total == 10)
      #expect(table.cells.contains { $0.field == "sex" && $0.count == 10 })
      #expect(!table.cells.contains { $0.field == "region" }, "one is too rare: none is shown")
      for child in ["15-17", "unknown"] {
        await #expect(throws: LocalFailure.self) { try await add("sughd", age: child) }
      }
      await #expect(throws: LocalFailure.self) { try await add("Dushanbe") }
      #expect(try pair.ministry.tryCLI(["anonymous", "table"]).status == 0)
      // It leaves no event: not even the log tells that somebody was here.
      #expect(try pair.findings() == [])
      #expect(try pair.events("consent-refused", by: pair.ministry) == 0)
    }

    @Test("A journey waits for the arrival, and one that is not heard of is an alarm")
    func journey() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let client = try await ConsentTests.session(pair)
      let clinic = try await Pair.session(at: pair.clinic.socket)
      let caseID = try ConsentTests.newCase(pair)
      let ask = GrantAsk(peer: "clinic.example", purpose: "return", groups: ["need"])
      // The policy wants it in writing, at home as abroad.
      await #expect(throws: LocalFailure.self) {
        try await client.recordConsent(
          ConsentRecord(case: caseID, grants: [ask], record: Pair.facts)
        )
      }
      var written = Pair.facts
      (written.expression, written.witness) = ("signature", nil)
      let grant = try await client.recordConsent(
        ConsentRecord(case: caseID, grants: [ask], record: written)
      ).grants[0].grant
      var need = Pair.need
      need["service"] = .text("voluntary-return")
      let sent = try await client.refer(
        ReferBatch(
          referrals: [ReferAsk(grant: grant, content: ["need": need])],
          wait: .receipt
        )
      )
      let referral = try #require(sent.first?.referral)
      let travels = NodeClock.system.nowMs() + 86_400_000
      await #expect(throws: LocalFailure.self, "nobody travels to who has not said yes") {
        try await client.journey(JourneyAsk(referral: referral, travelsAtMs: travels))
      }
      let arrived = try #require(try await Pair.referrals(clinic, .incoming).first?.referral)
      _ = try await clinic.act(.ack, on: arrived)
      _ = try await clinic.act(.accept, on: arrived)
      try await eventually("accepted") {
        try await client.showReferral(referral).line.state == "accepted"
      }
      let line = try await client.journey(
        JourneyAsk(referral: referral, travelsAtMs: travels)
      )
      #expect(line.state == "travelling" && !line.crossBorder)
      #expect(line.dueMs == travels + 86_400_000)
      let past = NodeClock.system.nowMs() - 2 * 86_400_000
      #expect(
        try await client.journey(JourneyAsk(referral: referral, travelsAtMs: past)).state
          == "missed"
      )
      let alarm = try pair.ministry.tryCLI(["return", "list", "--lang", "en"])
      #expect(alarm.status == 1 && alarm.out.contains("NOT ARRIVED"))
      #expect(
        try await client.journeyArrived(JourneyArrived(referral: referral)).state == "arrived"
      )
      #expect(try pair.ministry.tryCLI(["return", "list"]).status == 0)
    }

    @Test(
      "Across a border only to the agency that policy and consent name; a missed arrival alerts"
    )
    func abroad() async throws {
      func reasons(_ client: LocalClient, _ caseID: String, _ ask: GrantAsk) async -> [String] {
        var written = Pair.facts
        (written.expression, written.witness) = ("signature", nil)
        do throws(LocalFailure) {
          _ = try await client.recordConsent(
            ConsentRecord(case: caseID, grants: [ask], record: written)
          )
          return []
        } catch {
          return error.reasons
        }
      }
      var ask = GrantAsk(
        peer: "clinic.example",
        purpose: "return",
        groups: ["need"],
        country: "uz"
      )
      // The first policy names nobody abroad.
      let closed = try Pair(clinicIn: "abroad")
      do {
        defer { closed.end() }
        try await closed.harness.start()
        let caseID = try ConsentTests.newCase(closed)
        let client = try await ConsentTests.session(closed)
        #expect(await reasons(client, caseID, ask) == ["foreign-agency"])
        let vital = try closed.ministry.tryCLI(
          [
            "consent", "exception", "--case", caseID, "--to", "clinic.example", "--purpose",
            "health", "--groups", "need", "--basis", "vital-interest", "--json", "--reason-file",
            "-",
          ],
          input: "Unconscious\n"
        )
        #expect(vital.out.contains("abroad-not-allowed"), "\(vital.out) \(vital.err)")
      }

      let text = try String(contentsOf: NodeHarness.policy, encoding: .utf8)
      let named = FileManager.default.temporaryDirectory
        .appendingPathComponent("p" + UUID().uuidString.prefix(8) + ".json")
      defer { try? FileManager.default.removeItem(at: named) }
      let entry =
        #"{"agency": "clinic.example", "country": "uz", "labels": "#
        + #"{"tg": "Дармонгоҳ", "ru": "Клиника", "en": "Clinic"}}"#
      try Data(text.replacing(#""agencies": []"#, with: #""agencies": [\#(entry)]"#).utf8)
        .write(to: named)
      let pair = try Pair(clinicIn: "abroad", policy: named)
      defer { pair.end() }
      try await pair.harness.start()
      let client = try await ConsentTests.session(pair)
      let clinic = try await Pair.session(at: pair.clinic.socket)
      let caseID = try ConsentTests.newCase(pair)
      ask.country = nil
      #expect(await reasons(client, caseID, ask) == ["country-missing"])
      ask.country = "kz"
      #expect(await reasons(client, caseID, ask) == ["country-other"])
      ask.country = "uz"
      ask.purpose = "health"
      #expect(await reasons(client, caseID, ask) == ["abroad-not-allowed", "foreign-agency"])
      ask.purpose = "return"
      #expect(await reasons(client, caseID, ask) == [])
      let grant = try #require(try await client.consents(of: caseID).grants.first?.grant)
      var need = Pair.need
      need["service"] = .text("voluntary-return")
      let sent = try await client.refer(
        ReferBatch(
          referrals: [ReferAsk(grant: grant, content: ["need": need])],
          wait: .receipt
        )
      )
      #expect(sent.first?.state == "delivered")
      let arrived = try #require(try await Pair.referrals(clinic, .incoming).first?.referral)
      _ = try await clinic.act(.ack, on: arrived)
      _ = try await clinic.act(.accept, on: arrived)
      let referral = try #require(sent.first?.referral)
      try await eventually("accepted") {
        try await client.showReferral(referral).line.state == "accepted"
      }
      let past = NodeClock.system.nowMs() - 25 * 3_600_000
      let line = try await client.journey(JourneyAsk(referral: referral, travelsAtMs: past))
      #expect(line.state == "missed" && line.crossBorder)
      let alarm = try pair.ministry.tryCLI(["return", "list", "--lang", "en"])
      #expect(alarm.status == 1 && alarm.out.contains("NOT ARRIVED"))
      #expect(try pair.findings() == [])
    }
  }
}
