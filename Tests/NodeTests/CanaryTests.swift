internal import CanonicalBytes
internal import Foundation
internal import LocalContract
internal import NodeSupport
internal import TestSupport
internal import Testing

extension NodeTests {
  @Suite(.serialized) struct CanaryTests {
    /// The text fields of each group; each gets a text of its own that occurs nowhere else.
    private static let fields: [String: [String]] = [
      "need": ["access-needs", "summary", "practical", "told"],
      "identity": ["name", "alias", "citizenship"],
      "contact": ["number", "who-may-answer", "code-word", "never"],
      "safety": ["threats", "staff-threats", "plan"],
      "health": ["medication", "allergies", "note"],
    ]

    /// What the forms require besides.
    private static let codes: [String: [String: FieldValue]] = [
      "contact": ["channel": .text("telephone")], "safety": ["risk": .text("high")],
      "health": ["needs": .codes(["general"])],
    ]

    @Test("What a person told is in no file, no metric, no log and no packet")
    func nothingLeaks() async throws {
      let pair = try Pair()
      defer { pair.end() }
      let relays = [
        try await Relay(to: pair.ministry.port), try await Relay(to: pair.clinic.port),
      ]
      pair.ministry.announcedPort = relays[0].port
      pair.clinic.announcedPort = relays[1].port
      try await pair.harness.start()
      var random = SeededGenerator(seed: UInt64.random(in: 0...UInt64.max))
      var content = Self.fields.mapValues { names in
        Dictionary(
          uniqueKeysWithValues: names.map {
            ($0, "canary \($0) " + String(random.next(), radix: 36))
          }
        )
      }
      let canaries = content.values.flatMap(\.values)
      let need = content.removeValue(forKey: "need") ?? [:]

      let sender = try await Pair.session(at: pair.ministry.socket)
      let recipient = try await Pair.session(at: pair.clinic.socket)
      let opened = try await sender.openCase(
        CaseOpen(
          desk: "intake",
          sections: content.mapValues { $0.mapValues { FieldValue.text($0) } }
            .merging(Self.codes) { $0.merging($1) { canary, _ in canary } }
        )
      )
      let grant = try await sender.recordConsent(
        ConsentRecord(
          case: opened.case,
          grants: [Pair.grant(["contact", "health", "identity", "need"])],
          record: Pair.facts
        )
      ).grants[0].grant
      let offer = Pair.need.merging(need.mapValues { FieldValue.text($0) }) { _, canary in canary }
      let sent = try await sender.refer(
        ReferBatch(
          referrals: [ReferAsk(grant: grant, content: ["need": offer], fromCase: true)],
          wait: .receipt
        )
      )
      #expect(sent.first?.state == "delivered")
      let inbox = try await Pair.referrals(recipient, .incoming)
      let arrived = try #require(inbox.first?.referral)
      _ = try await recipient.act(.ack, on: arrived)
      _ = try await recipient.act(.accept, on: arrived)
      try await eventually("the supplement is there") {
        try await recipient.showReferral(arrived).content["identity"] != nil
      }
      let shown = try await recipient.showReferral(arrived).content
      for (group, field) in [("identity", "name"), ("contact", "number"), ("health", "note")] {
        #expect(shown[group]?[field] == .text(content[group]?[field] ?? ""))
      }
      #expect(shown["need"]?["summary"] == .text(need["summary"] ?? ""))
      #expect(shown["safety"] == nil, "not granted")

      let places = try await Self.places(
        pair,
        [(pair.ministry, sender), (pair.clinic, recipient)],
        relays
      )
      // The search looks at what it should look at, and finds what is there.
      for name in ["node.db", "keyring.db", "checkpoints.db", "amonatd.log"] {
        #expect(places["clinic.example/\(name)"] != nil)
      }
      #expect(places["clinic.example/node.db-wal"] != nil)
      #expect(relays.contains { $0.heard.count > 10_000 })
      let known = try Self.found(["ministry.example"], in: places)
      #expect(known.contains { $0.contains("clinic.example/node.db") })

      #expect(try Self.found(canaries, in: places) == [])
      #expect(try Self.found([Pair.passphrase], in: places) == [])
      let size = places.values.reduce(0) { $0 + $1.count }
      print("canaries \(canaries.count), places \(places.count), bytes searched \(size)")
    }

    @Test(
      "What a survivor said of consent, at the hotline and outside is in no file, log or packet"
    )
    func consentLeaks() async throws {
      let pair = try Pair()
      defer { pair.end() }
      let relays = [
        try await Relay(to: pair.ministry.port), try await Relay(to: pair.clinic.port),
      ]
      pair.ministry.announcedPort = relays[0].port
      pair.clinic.announcedPort = relays[1].port
      try await pair.harness.start()
      var random = SeededGenerator(seed: UInt64.random(in: 0...UInt64.max))
      var canaries: [String] = []
      func canary(_ name: String) -> String {
        let text = "canary \(name) " + String(random.next(), radix: 36)
        canaries.append(text)
        return text
      }
      let sender = try await Pair.session(at: pair.ministry.socket)
      let recipient = try await Pair.session(at: pair.clinic.socket)
      var facts = Pair.facts
      (facts.witness, facts.companion) = (canary("witness"), canary("companion"))
      (facts.interpreter, facts.interpreterIndependent) = (canary("interpreter"), true)
      (facts.supporter, facts.evidencePlace) = (canary("supporter"), canary("evidence place"))
      facts.relation = canary("relation")

      // The hotline: how to call back, the word, what about; wrong words; then a case.
      let word = canary("contact word")
      let contact = try await sender.openContact(
        ContactOpen(
          desk: "intake",
          callBack: [
            "channel": .text("telephone"), "number": .text(canary("call-back number")),
            "never": .text(canary("call-back never")),
          ],
          codeWord: word,
          caller: "self",
          language: "tg",
          topic: canary("topic")
        )
      ).contact
      let wrong = try await sender.checkContact(
        ContactCheck(contact: contact, codeWord: canary("wrong word"))
      )
      #expect(!wrong.knows)
      #expect(try await sender.checkContact(ContactCheck(contact: contact, codeWord: word)).knows)
      let caseID = try await sender.convertContact(
        ContactConvert(
          contact: contact,
          record: facts,
          answers: ["storing": true, "contact": true],
          sections: [
            "identity": ["name": .text(canary("name"))],
            "contact": ["channel": .text("telephone"), "number": .text(canary("number"))],
          ]
        )
      ).case
      // Somebody who refused everything is counted, and nothing of her is written down but the count.
      _ = try await sender.addAnonymous(
        AnonymousAdd(
          sex: "female",
          age: "25-34",
          nationality: "own",
          exploitation: "forced-labour",
          region: "sughd",
          reason: "fears-authorities"
        )
      )

      // Consent with a history, renewed; a word; an exception with its reason.
      let groups = ["contact", "identity", "need"]
      let grant = try await sender.recordConsent(
        ConsentRecord(case: caseID, grants: [Pair.grant(groups)], record: facts)
      ).grants[0].grant
      facts.witness = canary("second witness")
      let renewed = try await sender.renewConsent(
        ConsentRenew(grant: grant, days: 20, record: facts)
      ).grants[0].grant
      _ = try await sender.setCodeWord(CodeWordSet(case: caseID, codeWord: canary("code word")))
      _ = try await sender.useException(
        ExceptionAsk(
          case: caseID,
          grant: GrantAsk(
            peer: "clinic.example",
            purpose: "health",
            groups: ["need"],
            basis: "vital-interest"
          ),
          reason: canary("reason of the exception")
        )
      )
      // Outside: to whom, in words; a slip with its word.
      _ = try await sender.recordOutside(
        OutsideAsk(
          case: caseID,
          kind: "outside",
          receiver: "health",
          purpose: "health",
          groups: ["need"],
          agreed: true,
          to: canary("to whom")
        )
      )
      let slip = try pair.ministry.cli([
        "slip", "print", "--case", caseID, "--purpose", "health", "--groups", "need", "--to",
        "health", "--agreed", "--word-file",
        try ConsentTests.text(pair, canary("slip word") + "\n"),
      ])
      #expect(slip.out.contains(canaries.last ?? ""))
      // A plan and a draft with content of their own, and a correction that reaches the clinic.
      var need = Pair.need
      need["summary"] = .text(canary("summary of the plan"))
      let plan = try await sender.newPlan(
        PlanNew(
          case: caseID,
          legs: [ReferAsk(grant: renewed, content: ["need": need], fromCase: true)]
        )
      )
      #expect(plan.refused.isEmpty, "\(plan.refused)")
      let spare = try await sender.recordConsent(
        ConsentRecord(case: caseID, grants: [Pair.grant(["need"])], record: facts)
      ).grants[0].grant
      need["summary"] = .text(canary("summary of the draft"))
      _ = try await sender.saveDraft(
        DraftSave(ask: ReferAsk(grant: spare, content: ["need": need]))
      )
      var arrived = ""
      try await eventually("the plan's leg is at the clinic") {
        arrived = try await Pair.referrals(recipient, .incoming).first?.referral ?? ""
        return !arrived.isEmpty
      }
      _ = try await recipient.act(.ack, on: arrived)
      _ = try await recipient.act(.accept, on: arrived)
      var own = facts
      own.witness = canary("witness at the clinic")
      _ = try await recipient.ownConsent(
        OwnConsent(
          referral: arrived,
          desk: "health",
          record: own,
          groups: ["need"],
          answers: ["storing": true]
        )
      )
      let corrected = canary("corrected number")
      _ = try await sender.amend(
        caseID,
        CaseAmend(
          sections: ["contact": ["channel": .text("telephone"), "number": .text(corrected)]]
        )
      )
      try await eventually("the correction is at the clinic") {
        try await recipient.showReferral(arrived).content["contact"]?["number"] == .text(corrected)
      }
      // A journey home, to a country.
      var written = facts
      (written.expression, written.witness) = ("signature", nil)
      var home = GrantAsk(peer: "clinic.example", purpose: "return", groups: ["need"])
      home.country = canary("country")
      _ = try await sender.recordConsent(
        ConsentRecord(case: caseID, grants: [home], record: written)
      )

      // What is refused is not quoted: in no answer, and then in no log.
      var said = ""
      func refused(_ body: () async throws -> Void) async {
        do {
          try await body()
          Issue.record("it was taken")
        } catch {
          said += String(describing: error)
          guard let failure = error as? LocalFailure else { return }
          said += failure.title + (failure.detail ?? "") + failure.reasons.joined()
        }
      }
      let odd = canary("unknown field")
      await refused {
        _ = try await sender.openCase(
          CaseOpen(desk: "intake", sections: ["identity": [odd: .text(odd)]])
        )
      }
      await refused {
        _ = try await sender.openCase(
          CaseOpen(desk: odd, sections: ["identity": ["name": .text(odd)]])
        )
      }
      await refused {
        _ = try await sender.unlock(Unlock(user: "zarina", passphrase: canary("passphrase")))
      }
      await refused {
        _ = try await sender.withdraw(
          ConsentWithdraw(case: caseID, confirmation: "code-word", codeWord: canary("guess"))
        )
      }
      let typed = try pair.ministry.tryCLI([
        "case", "new", "--desk", "intake", "--from",
        try ConsentTests.text(pair, #"{"identity": {"name": ["\#(canary("typed"))"]}}"#),
      ])
      #expect(typed.status != 0)
      said += typed.err + typed.out
      for text in canaries { #expect(!said.contains(text), "an answer quotes \(text)") }

      let places = try await Self.places(
        pair,
        [(pair.ministry, sender), (pair.clinic, recipient)],
        relays
      )
      #expect(canaries.count >= 25)
      #expect(try Self.found(canaries, in: places) == [])
    }

    /// Everything that a node writes, counts, says and sends.
    private static func places(
      _ pair: Pair,
      _ nodes: [(HarnessNode, LocalClient)],
      _ relays: [Relay]
    ) async throws -> [String: Data] {
      var places: [String: Data] = [:]
      for (node, client) in nodes {
        places["metrics of \(node.spec.id)"] = Data(try await client.metrics().utf8)
        places["status of \(node.spec.id)"] = Data("\(try await client.status())".utf8)
        for (name, bytes) in try files(under: node.state) {
          places["\(node.spec.id)/\(name)"] = bytes
        }
      }
      for (index, relay) in relays.enumerated() {
        places["packets to node \(index)"] = Data(relay.heard)
      }
      return places
    }

    private static func files(under folder: URL) throws -> [(String, Data)] {
      var out: [(String, Data)] = []
      let names = FileManager.default.enumerator(atPath: folder.path)
      while let name = names?.nextObject() as? String {
        let url = folder.appendingPathComponent(name)
        let type = try FileManager.default.attributesOfItem(atPath: url.path)[.type]
        guard type as? FileAttributeType == .typeRegular else { continue }
        out.append((name, try Data(contentsOf: url)))
      }
      return out
    }

    /// Where texts occur: as they are, in hexadecimal, or in base64 at any of its three offsets.
    private static func found(_ texts: [String], in places: [String: Data]) throws -> [String] {
      var out: [String] = []
      for text in texts {
        let bytes = Data(text.utf8)
        var forms = [bytes, Data(Hex.encode(Array(bytes)).utf8)]
        for offset in 0..<3 {
          let encoded = (Data(count: offset) + bytes).base64EncodedString()
          forms.append(Data(encoded.dropFirst(4).dropLast(4).utf8))
        }
        for (name, place) in places where forms.contains(where: { place.range(of: $0) != nil }) {
          out.append("\(text) in \(name)")
        }
      }
      return out
    }
  }
}
