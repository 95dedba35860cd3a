internal import CanonicalBytes
internal import Foundation
internal import LocalContract
internal import TestSupport
internal import Testing

extension NodeTests {
  @Suite(.serialized) struct PolicyAdoptionTests {
    /// The national policy's second edition: a new purpose, a new service, a new code of a list, another
    /// time limit, and a fourth language.
    private static func second(_ text: String) -> String {
      text.replacing(#""version": 1,"#, with: #""version": 2,"#)
        .replacing(
          #"    {"code": "psychosocial-support", "purpose""#,
          with: #"""
                {"code": "medical-dental", "purpose": "health", "labels": {"tg": "Табиби дандон", "ru": "Стоматолог", "en": "Dental care"}},
                {"code": "psychosocial-support", "purpose"
            """#
        )
        .replacing(#""dispute": "10wd""#, with: #""dispute": "5wd""#)
        .replacing(
          #"    {"code": "information", "groups""#,
          with: #"""
                {"code": "sport", "groups": ["need"], "onward": false, "terms": ["single"], "labels": {"tg": "Варзиш", "ru": "Спорт", "en": "Sport"}},
                {"code": "information", "groups"
            """#
        )
        .replacing(
          #"        {"code": "25-34", "#,
          with: #"""
                    {"code": "over-100", "labels": {"tg": "Аз 100 боло", "ru": "Старше 100", "en": "Over 100"}},
                    {"code": "25-34",
            """#
        )
        .replacing(#""18-24", "25-34""#, with: #""18-24", "over-100", "25-34""#)
        .replacing(
          #""languages": ["tg", "ru", "en"]"#,
          with: #""languages": ["tg", "ru", "en", "uz"]"#
        )
        .replacing(/"ru": ("[^"]*")/) { "\"ru\": \($0.1), \"uz\": \($0.1)" }
    }

    static func write(_ text: String, _ name: String, _ pair: Pair) throws -> String {
      let file = pair.root.appendingPathComponent(name)
      try Data(text.utf8).write(to: file)
      return file.path
    }

    /// The next register, which names the policy, signed by three holders.
    static func register(naming policy: String, _ pair: Pair) throws -> String {
      let commission = pair.root.appendingPathComponent("commission")
      let draft = pair.root.appendingPathComponent("next.json").path
      let note = pair.root.appendingPathComponent("next.note").path
      let passphrase = pair.root.appendingPathComponent("passphrase").path
      let drafted = try pair.harness.programs.run(
        "amonat",
        [
          "commission", "next", "--previous", pair.harness.register.path, "--policy", policy,
          "--out", draft,
        ]
      )
      try #require(drafted.status == 0, "\(drafted.err)")
      let signed = try pair.harness.programs.run(
        "amonat",
        ["commission", "sign", "--register", draft, "--out", note, "--passphrase-file", passphrase]
          + ["justice", "health", "interior"].flatMap {
            ["--key", commission.appendingPathComponent("\($0).key").path]
          }
      )
      try #require(signed.status == 0, "\(signed.err)")
      return note
    }

    private static func refer(
      _ client: LocalClient,
      to peer: String,
      service: String,
      from desk: String
    ) async throws -> String {
      let result = try await tryRefer(client, to: peer, service: service, from: desk)
      return try #require(result?.message, "\(String(describing: result))")
    }

    private static func tryRefer(
      _ client: LocalClient,
      to peer: String,
      service: String,
      from desk: String
    ) async throws -> ReferResult? {
      let opened = try await client.openCase(
        CaseOpen(desk: desk, sections: ["identity": ["name": .text("Example Person")]])
      )
      let grant = GrantAsk(peer: peer, purpose: "health", groups: ["need", "identity"], days: 30)
      let recorded = try await client.recordConsent(
        ConsentRecord(case: opened.case, grants: [grant], record: Pair.facts)
      )
      var need = Pair.need
      need["service"] = .text(service)
      let ask = ReferAsk(grant: recorded.grants[0].grant, content: ["need": need])
      return try await client.refer(ReferBatch(referrals: [ask])).first
    }

    @Test("POL-021 A second edition is adopted on one side, then the other, live and without loss")
    func adoption() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let (ministryID, clinicID) = (pair.ministry.pid, pair.clinic.pid)
      let ministry = try await Pair.session(at: pair.ministry.socket)
      let clinic = try await Pair.session(at: pair.clinic.socket)
      let first = try await Self.refer(
        ministry,
        to: "clinic.example",
        service: "medical-general",
        from: "intake"
      )
      try await eventually("the first referral arrives") {
        try await Pair.referrals(clinic, .incoming).contains { $0.message == first }
      }

      // The service is not known yet: refused, never guessed.
      let early = try await Self.tryRefer(
        ministry,
        to: "clinic.example",
        service: "medical-dental",
        from: "intake"
      )
      #expect(early?.message == nil)
      #expect(early?.problem?.code == "over-disclosed")
      #expect(early?.problem?.detail == "form-unknown-code")

      let text = try String(contentsOf: NodeHarness.policy, encoding: .utf8)
      let policy = try Self.write(Self.second(text), "second.json", pair)
      #expect(try pair.harness.programs.run("amonat", ["policy", "check", policy]).status == 0)
      let diff = try pair.harness.programs.run(
        "amonat",
        ["policy", "diff", NodeHarness.policy.path, policy, "--lang", "en"]
      )
      #expect(diff.out.contains("Service: “Dental care” is new."))
      #expect(diff.out.contains("settling a dispute: 10 working days → 5 working days"))
      let note = try Self.register(naming: policy, pair)

      try pair.ministry.cli(["register", "import", note, "--policy", policy])
      #expect(try await ministry.status().policy?.version == 2)
      #expect(try await clinic.status().policy?.version == 1)

      // The new service goes out under the new edition; the clinic cannot judge it yet.
      let second = try await Self.refer(
        ministry,
        to: "clinic.example",
        service: "medical-dental",
        from: "intake"
      )
      try await eventually("the clinic says that it does not know the policy") {
        try await clinic.metrics().split(separator: "\n").contains {
          $0.hasPrefix("amonat_messages_refused_total") && !$0.hasSuffix(" 0")
        }
      }
      #expect(try await !Pair.referrals(clinic, .incoming).contains { $0.message == second })
      #expect(
        try await Pair.referrals(ministry, .outgoing).first { $0.message == second }?.state
          == "queued"
      )
      // What the clinic sends under the edition before is taken: the two overlap.
      let back = try await Self.refer(
        clinic,
        to: "ministry.example",
        service: "medical-general",
        from: "health"
      )
      try await eventually("the edition before is still allowed") {
        try await Pair.referrals(ministry, .incoming).contains { $0.message == back }
      }

      try pair.clinic.cli(["register", "import", note, "--policy", policy])
      #expect(try await clinic.status().policy?.version == 2)
      try await eventually("the same bytes are taken once the edition is known") {
        try await Pair.referrals(clinic, .incoming).contains { $0.message == second }
      }
      // Old and new open at the desk, each by the edition it was made under.
      for line in try await Pair.referrals(clinic, .incoming) {
        let opened = try await clinic.showReferral(line.referral)
        let service = line.message == first ? "medical-general" : "medical-dental"
        #expect(opened.content["need"]?["service"] == .text(service))
      }
      #expect(try await Pair.referrals(clinic, .incoming).count == 2)
      #expect(pair.ministry.pid == ministryID && pair.clinic.pid == clinicID)
      let show = try pair.clinic.cli(["policy", "show", "--lang", "tg"])
      #expect(show.out.contains("Табиби дандон"))
      // The new purpose and the new code of a list are in use as well.
      let opened = try await ministry.openCase(
        CaseOpen(desk: "intake", sections: ["identity": ["name": .text("Example Person")]])
      )
      let sport = try await ministry.recordConsent(
        ConsentRecord(
          case: opened.case,
          grants: [
            GrantAsk(peer: "clinic.example", purpose: "sport", groups: ["need"]),
            GrantAsk(peer: "clinic.example", purpose: "health", groups: ["need"]),
          ],
          record: Pair.facts
        )
      ).grants
      #expect(sport.map(\.purpose) == ["sport", "health"])
      var need = Pair.need
      need["age-band"] = .text("over-100")
      let aged = try await ministry.refer(
        ReferBatch(referrals: [ReferAsk(grant: sport[1].grant, content: ["need": need])])
      ).first
      #expect(aged?.message != nil, "\(String(describing: aged))")
      #expect(try pair.findings().filter { $0.hasPrefix("error") } == [])
    }

    @Test(
      "POL-023 A policy that no register names, or with a fault, is refused and changes nothing"
    )
    func refused() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let text = try String(contentsOf: NodeHarness.policy, encoding: .utf8)
      let policy = try Self.write(Self.second(text), "second.json", pair)
      let note = try Self.register(naming: policy, pair)
      let before = try await pair.clinic.client().register()

      let other = try Self.write(
        Self.second(text).replacing(#""pads": 15"#, with: #""pads": 3"#),
        "other.json",
        pair
      )
      let unnamed = try pair.clinic.tryCLI(["register", "import", note, "--policy", other])
      #expect(unnamed.status == 1 && unnamed.err.contains("[policy-unknown]"))

      for (found, put, code) in [
        (#""purpose": "health""#, #""purpose": "wealth""#, "policy-dangling-code"),
        (#""hold_down": "72h""#, #""hold_down": "0h""#, "policy-impossible-timer"),
        (
          #"["contact", "need"], "onward""#, #"[], "onward""#, "policy-no-groups"
        ),
        (#""en": "Health"}"#, #""en": ""}"#, "policy-missing-label"),
      ] {
        let broken = text.replacing(found, with: put, maxReplacements: 1)
        try #require(broken != text)
        let file = try Self.write(broken, "broken.json", pair)
        let taken = try pair.clinic.tryCLI(["register", "import", note, "--policy", file])
        #expect(taken.status == 1 && taken.err.contains(code), "\(code)")
        let checked = try pair.clinic.tryCLI(["policy", "check", file, "--json", "--lang", "ru"])
        let answer = try checked.json() as? [String: Any]
        let findings = answer?["findings"] as? [[String: Any]]
        #expect(checked.status == 65 && findings?.first?["code"] as? String == code)
        #expect((findings?.first?["line"] as? Int ?? 0) > 1)
        #expect((findings?.first?["text"] as? String)?.isEmpty == false)
      }
      let after = try await pair.clinic.client().register()
      #expect(after.sha256 == before.sha256 && after.policy == before.policy)
    }
  }
}
