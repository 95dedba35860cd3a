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
      _ = try await WithdrawalService(node: node).stop(
        ConsentStop(case: caseID, grants: [renewed.grant], channel: "telephone"),
        zarina
      )
      await #expect(throws: NodeError.self) {
        try await life.renew(ConsentRenew(grant: renewed.grant, record: Pair.facts), zarina)
      }
      let again = try await ConsentService(node: node).story(caseID, zarina)
      #expect(again.entries.last?.state == "withdrawn")
    }

    @Test("The recipient's use stops at the end, unless she has agreed with it as well")
    func ownConsent() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let client = try await ConsentTests.session(pair)
      let clinic = try await Pair.session(at: pair.clinic.socket)
      var names: [String] = []
      for _ in 0..<2 {
        let caseID = try ConsentTests.newCase(pair)
        let grant = try await client.recordConsent(
          ConsentRecord(case: caseID, grants: [Pair.grant(["need"])], record: Pair.facts)
        ).grants[0].grant
        _ = try await client.refer(
          ReferBatch(referrals: [ReferAsk(grant: grant, fromCase: true)], wait: .receipt)
        )
      }
      names = try await Pair.referrals(clinic, .incoming).map(\.referral)
      #expect(names.count == 2)
      let own = OwnConsent(
        referral: names[0],
        desk: "health",
        record: Pair.facts,
        answers: ["storing": true]
      )
      // Not before it was accepted, and not without her yes to a record.
      await #expect(throws: LocalFailure.self) { try await clinic.ownConsent(own) }
      for name in names {
        _ = try await clinic.act(.ack, on: name)
        _ = try await clinic.act(.accept, on: name)
      }
      var silent = own
      silent.answers = [:]
      await #expect(throws: LocalFailure.self) { try await clinic.ownConsent(silent) }
      let taken = try await clinic.ownConsent(own)
      #expect(!taken.case.isEmpty)
      for name in names {
        _ = try await clinic.act(.start, on: name)
        #expect(try await clinic.showReferral(name).content["need"] != nil)
      }
      let until = try #require(try await Pair.referrals(clinic, .incoming).first?.untilMs)
      pair.clinic.stop()
      let node = try await pair.opened(pair.clinic, atMs: until + Self.day)
      let zarina = try await Self.presence(node)
      let kept = try await ReferralActions(node: node).show(names[0], zarina)
      #expect(kept.content["need"] != nil, "she is here, and agreed with this agency")
      let ended = try await ReferralActions(node: node).show(names[1], zarina)
      #expect(ended.content.isEmpty && ended.sealed == ["need"])
    }

    @Test("A child's consent ends on the day of coming of age, of which people are told before")
    func comingOfAge() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let caseID = try ConsentTests.newCase(pair)
      let client = try await ConsentTests.session(pair)
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
      let due = try await client.lapsed().dates
      #expect(due.map(\.case) == [caseID] && due.map(\.warning) == ["30d"])
      // The date says nothing of what it is for; the record that does is sealed.
      for name in ["node.db", "node.db-wal"] {
        let bytes = try Data(contentsOf: pair.ministry.state.appendingPathComponent(name))
        #expect(bytes.range(of: Data("advocate of the centre".utf8)) == nil)
      }
      pair.ministry.stop()
      let node = try await pair.opened(pair.ministry, atMs: adultOn)
      let lapsed = try await ConsentLifeService(node: node).lapsed()
      #expect(lapsed.dates.map(\.warning) == ["0d"])
      #expect(lapsed.grants.map(\.warning) == ["lapsed"], "consent is asked again")
    }
  }
}
