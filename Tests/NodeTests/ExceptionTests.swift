internal import AgencyNode
internal import Foundation
internal import LocalContract
internal import NodeStore
internal import TestSupport
internal import Testing

extension NodeTests {
  @Suite(.serialized) struct ExceptionTests {
    /// `amonat consent exception` for the clinic.
    private static func exception(
      _ pair: Pair,
      _ caseID: String,
      basis: String = "vital-interest",
      groups: String = "need,health",
      _ more: [String] = []
    ) throws -> Programs.Output {
      let reason = try ConsentTests.text(pair, "Unconscious at the border post")
      return try pair.ministry.tryCLI(
        [
          "consent", "exception", "--case", caseID, "--to", "clinic.example", "--purpose",
          basis == "vital-interest" ? "health" : "criminal-justice", "--groups", groups, "--basis",
          basis, "--reason-file", reason, "--json",
        ] + more
      )
    }

    private static func grants(_ output: Programs.Output) throws -> [GrantView] {
      try LocalJSON.decode([GrantView].self, from: Array(output.out.utf8))
    }

    private static func problem(_ output: Programs.Output) throws -> Problem {
      try LocalJSON.decode(Problem.self, from: Array(output.out.utf8))
    }

    @Test("An exception takes two persons, and a third looks at it; an auditor sees all three")
    func threePersons() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let passphrase = try ConsentTests.text(pair, Pair.passphrase)
      let node = pair.ministry
      let caseID = try ConsentTests.newCase(pair)

      // Wider than the exception, a paper that is not named, nobody beside: each has its code.
      let wide = try Self.problem(Self.exception(pair, caseID, groups: "need,exploitation"))
      #expect(wide.reasons == ["policy-groups"])
      let unnamed = try Self.problem(
        Self.exception(pair, caseID, basis: "court-order", groups: "need")
      )
      #expect(unnamed.reasons == ["authority-missing"])
      let alone = try Self.problem(
        Self.exception(pair, caseID, basis: "court-order", groups: "need", ["--authority", "12/7"])
      )
      #expect(alone.code == "second-person-missing")
      let noReason = try node.tryCLI(
        [
          "consent", "exception", "--case", caseID, "--to", "clinic.example", "--purpose", "health",
          "--groups", "need", "--basis", "vital-interest",
        ],
        input: "\n"
      )
      #expect(noReason.status == 1 && noReason.err.contains("reason-missing"))
      // Both at once, the second by their own passphrase; the first cannot be the second.
      let both = ["--second", "farhod", "--second-passphrase-file", passphrase]
      let ordered = try Self.grants(
        Self.exception(
          pair,
          caseID,
          basis: "court-order",
          groups: "need",
          ["--authority", "12/7"] + both
        )
      )
      #expect(ordered.count == 1 && ordered.first?.secondByMs == nil)
      let twice = try Self.problem(
        Self.exception(
          pair,
          caseID,
          basis: "court-order",
          groups: "need",
          ["--authority", "12/7", "--second", "zarina", "--second-passphrase-file", passphrase]
        )
      )
      #expect(twice.reasons == ["second-person-same"])

      // Danger to life: the second may follow within a day, and it goes at once.
      let grant = try #require(try Self.grants(Self.exception(pair, caseID)).first)
      #expect(grant.secondByMs != nil && !grant.onward)
      let client = try await ConsentTests.session(pair)
      let sent = try await client.refer(
        ReferBatch(referrals: [ReferAsk(grant: grant.grant, fromCase: true)], wait: .receipt)
      )
      #expect(sent.first?.state == "delivered")
      let onward = GrantAsk(
        peer: "clinic.example",
        purpose: "health",
        groups: ["need"],
        basis: "vital-interest",
        onward: true
      )
      await #expect(throws: LocalFailure.self) {
        try await client.useException(
          ExceptionAsk(case: caseID, grant: onward, reason: "x")
        )
      }

      // It is no consent, and nobody revokes or invalidates it as one.
      for outcome in ["revoked", "invalidated"] {
        await #expect(throws: LocalFailure.self) {
          try await client.endConsent(
            ConsentEnd(
              case: caseID,
              grants: [grant.grant],
              outcome: outcome,
              reason: outcome == "revoked" ? "court-order" : "coercion",
              authority: "12/7"
            )
          )
        }
      }

      let number = "\(grant.grant)"
      let own = try node.tryCLI(["consent", "countersign", number])
      #expect(own.status == 77 && own.err.contains("second-person-same"))
      func other(_ user: String, _ arguments: [String]) throws -> Programs.Output {
        _ = try node.tryCLI(
          ["unlock", "--user", user, "--passphrase-file", passphrase],
          session: "session-\(user)"
        )
        return try node.tryCLI(arguments, session: "session-\(user)")
      }
      #expect(try other("farhod", ["consent", "countersign", number]).status == 0)
      #expect(try other("farhod", ["consent", "countersign", number]).status == 1)

      // Neither who granted nor who stood by it may look at it.
      let done = ["review", "done", number, "--outcome", "in-order"]
      #expect(try node.tryCLI(done).status == 77)
      let stood = try other("farhod", done)
      #expect(stood.status == 77 && stood.err.contains("reviewer-is-granter"))
      try node.cli(["user", "add", "nilufar", "--passphrase-file", passphrase])
      #expect(try other("nilufar", done).status == 0)
      #expect(try other("nilufar", done).status == 1, "once")
      let items = try await client.reviews().items
      #expect(items.map(\.state) == ["waiting", "in-order"])
      #expect(items.last?.reviewer == "nilufar" && items.last?.second == "farhod")

      #expect(try pair.findings() == [])
      #expect(try pair.events("countersign", by: node) == 1)
      #expect(try pair.events("review", by: node) == 1)
      // The reason stays sealed: no file of the node holds it.
      for name in ["node.db", "node.db-wal", "amonatd.log"] {
        let bytes = try Data(contentsOf: node.state.appendingPathComponent(name))
        #expect(bytes.range(of: Data("Unconscious".utf8)) == nil, "\(name)")
      }
    }

    @Test("An exception takes the two roles that the policy names (CNS-047)")
    func roles() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let caseID = try ConsentTests.newCase(pair)
      let client = try await ConsentTests.session(pair)
      let second = LocalClient(socket: pair.ministry.socket)
      _ = try await second.unlock(Unlock(user: "farhod", passphrase: Pair.passphrase))
      func problem(_ work: () async throws(LocalFailure) -> Void) async -> [String] {
        do {
          try await work()
          return []
        } catch {
          return [error.code] + error.reasons
        }
      }
      let vital = ExceptionAsk(
        case: caseID,
        grant: GrantAsk(
          peer: "clinic.example",
          purpose: "health",
          groups: ["need"],
          basis: "vital-interest"
        ),
        reason: "Unconscious after a fall."
      )
      // A caseworker or a supervisor uses it; nobody else.
      for roles in [[], ["lawyer"], ["director", "lawyer"]] {
        _ = try await client.setRoles(UserRoles(name: "zarina", roles: roles))
        #expect(
          await problem { () throws(LocalFailure) in _ = try await client.useException(vital) }
            == ["not-allowed", "role-missing"],
          "\(roles)"
        )
      }
      _ = try await client.setRoles(UserRoles(name: "zarina", roles: ["caseworker"]))
      let grant = try await client.useException(vital).grants[0].grant
      // A second caseworker is not the supervisor whom the policy wants beside the first.
      _ = try await client.setRoles(UserRoles(name: "farhod", roles: ["caseworker", "lawyer"]))
      #expect(
        await problem { () throws(LocalFailure) in
          _ = try await second.countersign(Countersign(grant: grant))
        } == ["not-allowed", "role-missing"]
      )
      _ = try await client.setRoles(UserRoles(name: "farhod", roles: ["supervisor"]))
      _ = try await second.countersign(Countersign(grant: grant))
      #expect(try pair.findings() == [])
      #expect(try pair.events("countersign", by: pair.ministry) == 1)
    }

    @Test("An exception whose second person does not come ends, and is flagged")
    func lapses() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let caseID = try ConsentTests.newCase(pair)
      let grant = try #require(try Self.grants(Self.exception(pair, caseID)).first)
      let client = try await ConsentTests.session(pair)
      _ = try await client.refer(
        ReferBatch(referrals: [ReferAsk(grant: grant.grant, fromCase: true)], wait: .receipt)
      )
      pair.ministry.stop()
      let by = try #require(grant.secondByMs)
      let early = try await pair.opened(pair.ministry, atMs: by - 1)
      try await ConsentUpkeep(node: early).carryOut()
      #expect(try await early.store.read { try $0.exception(grant.grant) }?.lapsedIndex == nil)
      let late = try await pair.opened(pair.ministry, atMs: by + 1)
      try await ConsentUpkeep(node: late).carryOut()
      let (row, own, holders) = try await late.store.read { reader in
        (
          try reader.exception(grant.grant), try reader.grants([grant.grant]).first,
          try reader.holders(caseName: caseID)
        )
      }
      #expect(row?.lapsedIndex != nil && own?.stopped == true && own?.withdrawIndex != nil)
      #expect(holders.map(\.peer) == ["clinic.example"], "who has it is told to freeze")
      let items = try await ExceptionService(node: late).reviews().items
      #expect(items.map(\.flags) == [["second-missing", "lapsed"]])
      // Too late to stand by it now.
      let token = try await AccessService(node: late).unlock(
        Unlock(user: "farhod", passphrase: Pair.passphrase)
      ).token
      let farhod = try await late.sessions.presence(token)
      await #expect(throws: NodeError.self) {
        try await ExceptionService(node: late).countersign(
          Countersign(grant: grant.grant),
          farhod
        )
      }
      // Once is enough.
      let size = try await late.store.change { $0.nextIndex }
      try await ConsentUpkeep(node: late).carryOut()
      #expect(try await late.store.change { $0.nextIndex } == size)
    }

    @Test("An emergency begins at once, and her word is asked for until it is there")
    func ownConsentLater() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let client = try await ConsentTests.session(pair)
      let clinic = try await Pair.session(at: pair.clinic.socket)
      let caseID = try ConsentTests.newCase(pair)
      let grant = try #require(try Self.grants(Self.exception(pair, caseID)).first)
      let sent = try await client.refer(
        ReferBatch(referrals: [ReferAsk(grant: grant.grant, fromCase: true)], wait: .receipt)
      )
      let name = try #require(try await Pair.referrals(clinic, .incoming).first?.referral)
      #expect(sent.first?.state == "delivered")
      for action in [ReferralAction.ack, .accept, .start] {
        _ = try await clinic.act(action, on: name)
      }
      let begun = try await clinic.showReferral(name).line
      #expect(begun.state == "in-service")
      let due = try #require(
        try await clinic.due().items.first { $0.timer == DueItem.ownConsent }
      )
      #expect(due.id == name && due.side == "us" && !due.late)
      #expect(due.dueMs == begun.changedMs + 72 * 3_600_000)
      let said = try pair.clinic.cli(["due", "--lang", "en"]).out
      #expect(said.contains("our own consent") && said.contains(name))

      pair.clinic.stop()
      let node = try await pair.opened(pair.clinic, atMs: due.dueMs)
      let late = try await DueService(node: node).list().items
      #expect(late.first { $0.timer == DueItem.ownConsent }?.late == true)
      let token = try await AccessService(node: node).unlock(
        Unlock(user: "zarina", passphrase: Pair.passphrase)
      ).token
      let zarina = try await node.sessions.presence(token)
      #expect(try await ReferralActions(node: node).show(name, zarina).content.isEmpty)
      _ = try await ConsentLifeService(node: node).own(
        OwnConsent(
          referral: name,
          desk: "health",
          record: Pair.facts,
          groups: ["need"],
          answers: ["storing": true]
        ),
        zarina
      )
      let after = try await DueService(node: node).list().items
      #expect(!after.contains { $0.timer == DueItem.ownConsent })
      #expect(try await ReferralActions(node: node).show(name, zarina).content["need"] != nil)
    }
  }
}
