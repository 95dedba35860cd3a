internal import AgencyNode
internal import Foundation
internal import LocalContract
internal import NodeStore
internal import TestSupport
internal import Testing

extension NodeTests {
  @Suite(.serialized) struct ConsentLifeTests {
    static let day: UInt64 = 86_400_000

    private static func presence(
      _ node: Node,
      _ user: String = "zarina"
    ) async throws
      -> SessionVault.Presence
    {
      let token = try await AccessService(node: node).unlock(
        Unlock(user: user, passphrase: Pair.passphrase)
      ).token
      return try await node.sessions.presence(token)
    }

    @Test("A consent warns before it ends, ends by itself, and is renewed only by asking again")
    func ending() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let caseID = try ConsentTests.newCase(pair)
      let client = try await ConsentTests.session(pair)
      let grant = try await client.recordConsent(
        ConsentRecord(case: caseID, grants: [Pair.grant(["need"])], record: Pair.facts)
      ).grants[0]
      pair.ministry.stop()
      for (daysBefore, warning) in [(15, nil), (14, "14d"), (8, "14d"), (7, "7d"), (1, "1d")]
        as [(UInt64, String?)]
      {
        let node = try await pair.opened(
          pair.ministry,
          atMs: grant.untilMs - daysBefore * Self.day
        )
        let found = try await ConsentLifeService(node: node).lapsed().grants
        #expect(found.map(\.warning) == [warning].compactMap(\.self), "\(daysBefore)")
      }
      let node = try await pair.opened(pair.ministry, atMs: grant.untilMs)
      let life = ConsentLifeService(node: node)
      #expect(try await life.lapsed().grants.map(\.warning) == ["lapsed"])
      try await ConsentUpkeep(node: node).carryOut()
      try await ConsentUpkeep(node: node).carryOut()
      let ended = try await node.store.read { try $0.expiredUnlogged(nowMs: grant.untilMs) }
      #expect(ended.isEmpty)
      let zarina = try await Self.presence(node)
      let dry = try await ReferralService(node: node).refer(
        ReferBatch(referrals: [ReferAsk(grant: grant.grant, fromCase: true)], dryRun: true),
        zarina
      )
      #expect(dry.results.first?.reasons == ["expired"])
      let story = try await ConsentService(node: node).story(caseID, zarina)
      #expect(story.entries.map(\.step) == ["give", "expire"] && story.whole)

      var facts = Pair.facts
      facts.witness = nil
      await #expect(throws: NodeError.self) {
        try await life.renew(ConsentRenew(grant: grant.grant, record: facts), zarina)
      }
      let renewed = try await life.renew(
        ConsentRenew(grant: grant.grant, days: 10, record: Pair.facts),
        zarina
      ).grants[0]
      #expect(renewed.groups == grant.groups && renewed.peer == grant.peer)
      #expect(renewed.untilMs == grant.untilMs + 10 * Self.day)
      #expect(try await life.lapsed().grants.map(\.grant.grant) == [renewed.grant])
      #expect(
        try await ConsentService(node: node).story(caseID, zarina).entries.map(\.step)
          == ["give", "expire", "renew"]
      )
      // What she has taken back is not renewed: that would be a new question.
      // Who names the first consent stops what renews it (WDR-018).
      let stopped = try await WithdrawalService(node: node).stop(
        ConsentStop(case: caseID, grants: [grant.grant], channel: "telephone"),
        zarina
      )
      #expect(Set(stopped.grants.map(\.grant)) == [grant.grant, renewed.grant])
      await #expect(throws: NodeError.self) {
        try await life.renew(ConsentRenew(grant: renewed.grant, record: Pair.facts), zarina)
      }
      let again = try await ConsentService(node: node).story(caseID, zarina)
      #expect(again.entries.last?.state == "withdrawn")
    }

    /// Referrals of need and identity, accepted, with the identity there; and their cases.
    private static func accepted(
      _ pair: Pair,
      _ count: Int,
      _ client: LocalClient,
      _ clinic: LocalClient
    ) async throws -> [(caseID: String, inside: String)] {
      var out: [(caseID: String, inside: String)] = []
      for _ in 0..<count {
        let caseID = try ConsentTests.newCase(pair)
        let grant = try await client.recordConsent(
          ConsentRecord(
            case: caseID,
            grants: [Pair.grant(["need", "identity"])],
            record: Pair.facts
          )
        ).grants[0].grant
        let sent = try await client.refer(
          ReferBatch(referrals: [ReferAsk(grant: grant, fromCase: true)], wait: .receipt)
        )
        let name = try #require(
          try await Pair.referrals(clinic, .incoming).first { $0.message == sent[0].message }
        ).referral
        _ = try await clinic.act(.ack, on: name)
        _ = try await clinic.act(.accept, on: name)
        try await eventually("identity follows") {
          try await clinic.showReferral(name).content["identity"] != nil
        }
        out.append((caseID, name))
      }
      return out
    }

    /// Expects a refusal with a code.
    private static func refused(
      _ code: String,
      _ call: () async throws -> Void
    ) async throws {
      do {
        try await call()
        Issue.record("not refused: \(code)")
      } catch let failure as LocalFailure {
        #expect(failure.code == code)
      }
    }

    @Test("A service begins on her word to the agency that gives it")
    func ownConsentFirst() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let client = try await ConsentTests.session(pair)
      let clinic = try await Pair.session(at: pair.clinic.socket)
      let caseID = try ConsentTests.newCase(pair)
      let grants = try await client.recordConsent(
        ConsentRecord(
          case: caseID,
          grants: [
            Pair.grant(["need"]),
            GrantAsk(peer: "clinic.example", purpose: "information", groups: ["need"], days: 7),
          ],
          record: Pair.facts
        )
      ).grants.map(\.grant)
      let question: [String: FieldValue] = [
        "service": .text("information"), "topic": .text("contracts"), "languages": .codes(["tg"]),
      ]
      let sent = try await client.refer(
        ReferBatch(
          referrals: [
            ReferAsk(grant: grants[0], fromCase: true),
            ReferAsk(grant: grants[1], content: ["need": question]),
          ],
          wait: .receipt
        )
      )
      let arrived = try await Pair.referrals(clinic, .incoming)
      let names = try sent.map { result in
        try #require(arrived.first { $0.message == result.message }).referral
      }
      let own = OwnConsent(
        referral: names[0],
        desk: "health",
        record: Pair.facts,
        groups: ["need"],
        answers: ["storing": true]
      )
      try await Self.refused("state-not-allowed") { _ = try await clinic.ownConsent(own) }
      for name in names {
        _ = try await clinic.act(.ack, on: name)
        _ = try await clinic.act(.accept, on: name)
      }
      try await Self.refused("own-consent-missing") {
        _ = try await clinic.act(.start, on: names[0])
      }
      #expect(try await clinic.showReferral(names[0]).line.state == "accepted")
      // The other side is told so first: it is not its move.
      let out = try #require(sent[0].referral)
      try await Self.refused("wrong-side") { _ = try await client.act(.start, on: out) }
      var changed = own
      changed.answers = [:]
      try await Self.refused("consent-refused") { _ = try await clinic.ownConsent(changed) }
      for groups in [[], ["identity", "need"]] {
        changed = own
        changed.groups = groups
        try await Self.refused("grant-missing") { _ = try await clinic.ownConsent(changed) }
      }
      try await Self.refused("own-consent-missing") {
        _ = try await clinic.act(.start, on: names[0])
      }
      let taken = try await clinic.ownConsent(own)
      #expect(!taken.case.isEmpty)
      _ = try await clinic.act(.start, on: names[0])
      // Who only wants to know something tells nothing that would have to be kept.
      _ = try await clinic.act(.start, on: names[1])
      try await eventually("both have begun") {
        try await Pair.referrals(client, .outgoing).map(\.state) == ["in-service", "in-service"]
      }
      #expect(try await !clinic.due().items.contains { $0.timer == DueItem.ownConsent })
      #expect(try pair.findings() == [])
    }

    @Test(
      "What she agreed to with the recipient stays open at the end and after a stop; the rest locks"
    )
    func ownConsentHolds() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let client = try await ConsentTests.session(pair)
      let clinic = try await Pair.session(at: pair.clinic.socket)
      let legs = try await Self.accepted(pair, 3, client, clinic)
      var cases: [String] = []
      for leg in legs.dropLast() {
        cases.append(
          try await clinic.ownConsent(
            OwnConsent(
              referral: leg.inside,
              desk: "health",
              record: Pair.facts,
              groups: ["need"],
              answers: ["storing": true]
            )
          ).case
        )
        _ = try await clinic.act(.start, on: leg.inside)
      }
      // Stopped, then erased on her confirmation: her need stays, her name locks, then goes.
      _ = try await client.stop(ConsentStop(case: legs[0].caseID, channel: "telephone"))
      try await eventually("only what she left is open") {
        try await Set(clinic.showReferral(legs[0].inside).content.keys) == ["need"]
      }
      _ = try await client.withdraw(
        ConsentWithdraw(case: legs[0].caseID, confirmation: "in-person")
      )
      try await eventually("the clinic's desk confirms") {
        (try? await clinic.act(
          .erase,
          on: legs[0].inside,
          ReferralAct(reason: "call-back")
        )) != nil
      }
      try await eventually("the receipt says what is kept, and why") {
        let holder = try await client.withdrawalHolders(of: legs[0].caseID).holders.first
        return holder?.outcome == "kept-own-consent" && holder?.keptGroups == ["need"]
      }
      #expect(try await Set(clinic.showReferral(legs[0].inside).content.keys) == ["need"])

      // The sender's grant runs out, long ago: she is still there.
      let until = try #require(try await Pair.referrals(clinic, .incoming).first?.untilMs)
      pair.clinic.stop()
      let node = try await pair.opened(pair.clinic, atMs: until + 100 * Self.day)
      let zarina = try await Self.presence(node)
      for leg in legs.dropLast() {
        let kept = try await ReferralActions(node: node).show(leg.inside, zarina)
        #expect(Set(kept.content.keys) == ["need"], "she is here, and agreed with this agency")
      }
      let second = try await ReferralActions(node: node).show(legs[1].inside, zarina)
      #expect(second.sealed == ["identity"])
      let ended = try await ReferralActions(node: node).show(legs[2].inside, zarina)
      #expect(ended.content.isEmpty && ended.sealed == ["identity", "need"])
      // She has left: nothing holds it open any more.
      let names = cases
      try await node.store.change { transaction in
        for name in names { try transaction.setCaseState(name, "closed") }
      }
      for leg in legs {
        let after = try await ReferralActions(node: node).show(leg.inside, zarina)
        #expect(after.content.isEmpty)
      }
    }

    @Test("A case holds at most 512 takings of consent (CNS-004)")
    func takings() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let caseID = try ConsentTests.newCase(pair)
      pair.ministry.stop()
      let node = try await pair.opened(pair.ministry, atMs: NodeClock.system.nowMs())
      let zarina = try await Self.presence(node)
      let asked = ConsentRecord(
        case: caseID,
        grants: [],
        record: Pair.facts,
        refused: [RefusedAsk(purpose: "health")]
      )
      for _ in 0..<512 { _ = try await ConsentService(node: node).record(asked, zarina) }
      await #expect(throws: NodeError.self) {
        try await ConsentService(node: node).record(asked, zarina)
      }
      let story = try await ConsentService(node: node).story(caseID, zarina)
      #expect(story.entries.count { $0.step == "refuse" } == 512 && story.whole)
    }

    @Test("A child's consent ends on the day of coming of age, of which people are told before")
    func comingOfAge() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let client = try await ConsentTests.session(pair)
      var need = Pair.need
      need["age-band"] = .text("15-17")
      let caseID = try await client.openCase(CaseOpen(desk: "intake", sections: ["need": need]))
        .case
      let adultOn = NodeClock.system.nowMs() + 20 * Self.day
      var facts = Pair.facts
      (facts.capacity, facts.ageBand, facts.adultOnMs) = ("child", "15-17", adultOn)
      // A guardian who is suspected decides nothing; an advocate does, with the child's yes.
      (facts.decidedBy, facts.relation, facts.caregiverSuspect) = ("guardian", "uncle", true)
      facts.assent = "given"
      var ask = Pair.grant(["need"])
      (ask.basis, ask.days) = ("guardian-consent", nil)
      await #expect(throws: LocalFailure.self) {
        try await client.recordConsent(ConsentRecord(case: caseID, grants: [ask], record: facts))
      }
      (facts.decidedBy, facts.relation) = ("advocate", "advocate of the centre")
      let grant = try await client.recordConsent(
        ConsentRecord(case: caseID, grants: [ask], record: facts)
      ).grants[0]
      #expect(grant.untilMs == adultOn && grant.basis == "guardian-consent")
      let asAdult = ConsentRenew(grant: grant.grant, days: 10, record: Pair.facts)
      do throws(LocalFailure) {
        _ = try await client.renewConsent(asAdult)
        Issue.record("a child was taken for an adult")
      } catch {
        #expect(error.problem.reasons == ["age-contradicts"])
      }
      let due = try await client.lapsed().dates
      #expect(due.map(\.case) == [caseID] && due.map(\.warning) == ["30d"])
      // The date says nothing of what it is for; the record that does is sealed.
      for name in ["node.db", "node.db-wal"] {
        let bytes = try Data(contentsOf: pair.ministry.state.appendingPathComponent(name))
        #expect(bytes.range(of: Data("advocate of the centre".utf8)) == nil)
      }
      pair.ministry.stop()
      let node = try await pair.opened(pair.ministry, atMs: adultOn)
      let life = ConsentLifeService(node: node)
      let lapsed = try await life.lapsed()
      #expect(lapsed.dates.map(\.warning) == ["0d"])
      #expect(lapsed.grants.map(\.warning) == ["lapsed"], "consent is asked again")
      // She is grown, though her need was written when she was not: she decides herself.
      let zarina = try await Self.presence(node)
      let renewed = try await life.renew(asAdult, zarina)
      #expect(renewed.grants.map(\.basis) == ["consent"])
    }

    @Test("A grant that is wider than the policy is refused with its code, and counted in the log")
    func widerThanThePolicy() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let caseID = try ConsentTests.newCase(pair)
      pair.ministry.stop()
      let nowMs = NodeClock.system.nowMs()
      let node = try await pair.opened(pair.ministry, atMs: nowMs)
      let zarina = try await Self.presence(node)
      do {
        _ = try await ConsentService(node: node).record(
          ConsentRecord(
            case: caseID,
            grants: [Pair.grant(["need", "exploitation"])],
            record: Pair.facts
          ),
          zarina
        )
        Issue.record("the policy gives health no exploitation")
      } catch {
        #expect(error.code == .policy && error.reasons == ["policy-groups"])
      }
      #expect(try await ConsentService(node: node).list(caseID, zarina).grants.isEmpty)
      _ = try await node.store.change { try $0.logRefusals(beganByMs: nowMs, atMs: nowMs) }
      let path = pair.root.appendingPathComponent("wide.bundle")
      _ = try await AuditService(node: node).export(to: path.path)
      let lines = try String(contentsOf: path, encoding: .utf8).split(separator: "\n")
      #expect(
        lines.count {
          $0.contains("\"type\":\"refusals\"") && $0.contains("\"code\":\"own-policy\"")
            && $0.contains("clinic.example")
        } == 1
      )
    }
  }
}
