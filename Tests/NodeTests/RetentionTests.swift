internal import AgencyNode
internal import Foundation
internal import GRDB
internal import LocalContract
internal import NodeStore
internal import NodeSupport
internal import TestSupport
internal import Testing

extension NodeTests {
  /// What is kept after it is over, and goes by itself (REF-034 to REF-036).
  @Suite(.serialized, .timeLimit(.minutes(20))) struct RetentionTests {
    private static let two = [
      (id: "ministry.example", sector: "state"), (id: "clinic.example", sector: "international"),
    ]
    private let day = TestTime.dayMs

    /// The policy of the repository with a shorter time for what is closed.
    private static func policy() throws -> (folder: URL, file: URL) {
      let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("r" + UUID().uuidString.prefix(8))
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let file = folder.appendingPathComponent("policy.json")
      try String(contentsOf: NodeHarness.policy, encoding: .utf8).replacing(
        #""life": "1825d", "confirmed": false, "after""#,
        with: #""life": "40d", "confirmed": false, "after""#
      ).write(to: file, atomically: true, encoding: .utf8)
      return (folder, file)
    }

    /// Pieces of what a node holds sealed: they must be in its files, and later in none.
    private static func pieces(_ node: Living, _ sql: String) throws -> [Data] {
      try DatabaseQueue(path: node.state.appendingPathComponent("node.db").path).read { db in
        try Data.fetchAll(db, sql: sql).map { $0.suffix(64) }
      }
    }

    private static func found(_ pieces: [Data], in node: Living) throws -> Int {
      let files = ["node.db", "node.db-wal", "keyring.db", "keyring.db-wal"].compactMap {
        try? Data(contentsOf: node.state.appendingPathComponent($0))
      }
      return pieces.count { piece in files.contains { $0.range(of: piece) != nil } }
    }

    private static func erasures(_ node: Living) throws -> [String] {
      try DatabaseQueue(path: node.state.appendingPathComponent("node.db").path).read { db in
        try Data.fetchAll(
          db,
          sql: "SELECT e FROM event WHERE type IN ('erase', 'expire') ORDER BY idx"
        ).map { String(decoding: $0, as: UTF8.self) }
      }
    }

    private static func declined(
      _ realm: LivingRealm
    ) async throws -> (
      name: String, out: ReferralLine, inside: ReferralLine
    ) {
      let (time, ministry, clinic) = (realm.time, realm.nodes[0], realm.nodes[1])
      let name = try await ministry.openCase()
      let sent = try await ministry.refer(try await ministry.consent(name, to: clinic))
      _ = try await time.pass(until: "delivered") {
        try await ministry.line(sent.message)?.state == "delivered"
      }
      let inside = try #require(try await clinic.line(sent.message))
      _ = try await ReferralActions(node: clinic.node).act(
        inside.referral,
        .decline,
        ReferralAct(reason: "no-capacity"),
        clinic.presence()
      )
      _ = try await time.pass(until: "declined") {
        try await ministry.line(sent.message)?.state == "declined"
      }
      return (name, try #require(try await ministry.line(sent.message)), inside)
    }

    @Test("What was declined goes after its time, with a warning before, and a kept part later")
    func referral() async throws {
      try await LivingRealm.with(Self.two) { realm in
        let (time, clinic) = (realm.time, realm.nodes[1])
        let plain = try await Self.declined(realm)
        let kept = try await Self.declined(realm)
        let service = RetentionService(node: clinic.node)
        func keep(_ keptClass: String, _ basis: String, days: UInt64) async throws {
          _ = try await service.keep(
            kept.inside.referral,
            RecordKeep(
              keptClass: keptClass,
              basis: basis,
              untilMs: time.nowMs + days * day,
              received: true
            ),
            clinic.presence()
          )
        }
        // A class that the policy has not, another ground, more than the longest time: nothing is kept.
        for (keptClass, basis, days) in [
          ("my-record", "legal-obligation", 10), ("medical-record", "consent", 10),
          ("medical-record", "legal-obligation", 3_651),
        ] as [(String, String, UInt64)] {
          await #expect(throws: NodeError.self) { try await keep(keptClass, basis, days: days) }
        }
        try await keep("medical-record", "legal-obligation", days: 200)
        let pieces = try Self.pieces(clinic, "SELECT envelope FROM inbound_envelope")
        #expect(pieces.count == 2)
        try await time.settle()
        #expect(
          try await DueService(node: clinic.node).list().items.allSatisfy {
            $0.timer != "retention"
          }
        )

        // A month before, people are told.
        time.pass(ms: 70 * day)
        try await time.settle()
        let warned = try await DueService(node: clinic.node).list().items.filter {
          $0.timer == "retention"
        }
        #expect(Set(warned.map(\.id)) == [plain.inside.referral, kept.inside.referral])
        #expect(warned.allSatisfy { !$0.late && $0.box == "in" })
        #expect(try Self.found(pieces, in: clinic) == 2)

        // A machine that wakes up in 2100 destroys nothing by itself (A6).
        await clinic.stop()
        try await clinic.wake(clockAt: 4_102_444_800_000)
        try await time.settle()
        #expect(try Self.found(pieces, in: clinic) == 2)
        await clinic.stop()
        try await clinic.wake(clockAt: time.nowMs)

        time.pass(ms: 25 * day)
        _ = try await time.pass(until: "the first is erased") {
          try await clinic.node.store.read {
            try $0.referral(plain.inside.referral)?.erased == true
          }
        }
        try await time.settle()
        #expect(try Self.found(pieces, in: clinic) == 1)
        let events = try Self.erasures(clinic)
        let ended = try #require(events.first { $0.contains(#""kind":"retention""#) })
        #expect(ended.contains(#""code":"declined-referral""#))
        #expect(events.last?.contains(#""targets":["#) == true)
        #expect(
          try await clinic.node.store.read { try $0.referral(kept.inside.referral)?.erased }
            == false
        )

        time.pass(ms: 110 * day)
        _ = try await time.pass(until: "the kept part is erased") {
          try await clinic.node.store.read { try $0.referral(kept.inside.referral)?.erased == true }
        }
        try await time.settle()
        #expect(try Self.found(pieces, in: clinic) == 0)
        #expect(try Self.erasures(clinic).contains { $0.contains(#""code":"medical-record""#) })
      }
    }

    @Test(
      "A closed case is kept for the policy's time, or longer on a hold, and leaves no key behind"
    )
    func closedCase() async throws {
      let policy = try Self.policy()
      defer { try? FileManager.default.removeItem(at: policy.folder) }
      try await LivingRealm.with(Self.two, policy: policy.file) { realm in
        let (time, ministry) = (realm.time, realm.nodes[0])
        let made = try await Self.declined(realm)
        let service = RetentionService(node: ministry.node)
        // A referral goes on: the case stays open.
        await #expect(throws: NodeError.self) {
          try await service.close(made.name, ministry.presence())
        }
        _ = try await ReferralActions(node: ministry.node).act(
          made.out.referral,
          .close,
          ReferralAct(reason: "declined"),
          ministry.presence()
        )
        let closed = try await service.close(made.name, ministry.presence())
        #expect(closed.keptClass == "closed-case" && closed.basis == "state-function")
        // Nothing new begins under it, and it is not closed twice.
        await #expect(throws: NodeError.self) {
          try await ministry.consent(made.name, to: realm.nodes[1])
        }
        await #expect(throws: NodeError.self) {
          try await service.close(made.name, ministry.presence())
        }
        let untilMs = time.nowMs + 60 * day
        _ = try await service.keep(
          made.name,
          RecordKeep(keptClass: "child-file", basis: "child-best-interest", untilMs: untilMs),
          ministry.presence()
        )
        let pieces = try Self.pieces(ministry, "SELECT sealed FROM case_section")
        #expect(!pieces.isEmpty)
        time.pass(ms: 41 * day)
        try await time.settle()
        #expect(try Self.found(pieces, in: ministry) == pieces.count)
        let due = try await DueService(node: ministry.node).list().items.first {
          $0.timer == "retention"
        }
        #expect(due?.id == made.name && due?.dueMs == untilMs && due?.late == false)

        time.pass(ms: 20 * day)
        _ = try await time.pass(until: "the case is erased") {
          try await ministry.node.store.read { try $0.caseLine(made.name)?.state == "erased" }
        }
        try await time.settle()
        #expect(try Self.found(pieces, in: ministry) == 0)
        #expect(try ministry.node.store.keyring.persons(ofCase: made.name).isEmpty)
        #expect(try ministry.node.store.keyring.caseKeys(made.name).isEmpty)
        let events = try Self.erasures(ministry)
        #expect(events.contains { $0.contains(#""code":"child-file""#) })
        // The grant's personal part opens no more, and the event says so.
        let erased = try #require(events.last { $0.contains(#""type":"erase""#) })
        #expect(erased.contains(#""targets":[""#))
        await #expect(throws: NodeError.self) {
          try await CaseService(node: ministry.node).show(made.name, ministry.presence())
        }
      }
    }

    @Test(
      "What a recipient keeps has a class, a ground and a date, and the sender is told all three"
    )
    func withdrawal() async throws {
      try await LivingRealm.with(Self.two) { realm in
        let (time, ministry, clinic) = (realm.time, realm.nodes[0], realm.nodes[1])
        let made = try await Self.declined(realm)
        let untilMs = time.nowMs + 100 * day
        _ = try await RetentionService(node: clinic.node).keep(
          made.inside.referral,
          RecordKeep(
            keptClass: "medical-record",
            basis: "legal-obligation",
            untilMs: untilMs,
            groups: ["need"],
            received: true
          ),
          clinic.presence()
        )
        _ = try await WithdrawalService(node: ministry.node).withdraw(
          ConsentWithdraw(case: made.name, grants: nil, confirmation: "in-person"),
          ministry.presence()
        )
        time.pass(ms: 60_000)
        _ = try await time.pass(until: "frozen") {
          try await clinic.node.store.read {
            try $0.referral(made.inside.referral)?.frozenSinceMs != nil
          }
        }
        time.pass(ms: 73 * 3_600_000)
        _ = try await time.pass(until: "the receipt has come") {
          try await WithdrawalService(node: ministry.node).holders(of: made.name).holders.first?
            .outcome != nil
        }
        let holder = try await WithdrawalService(node: ministry.node).holders(of: made.name)
          .holders.first
        #expect(holder?.outcome == "kept-by-law")
        #expect(holder?.keptClass == "medical-record" && holder?.keptGroups == ["need"])
        #expect(holder?.keptUntilMs == untilMs && holder?.keptBasis == "legal-obligation")
        // Who asks who has what of her reads it there too.
        let listed = try await AmendService(node: ministry.node)
          .holders(made.name, ministry.presence()).holders
        #expect(
          listed.map(\.kept) == [
            KeptView(
              outcome: "kept-by-law",
              groups: ["need"],
              keptClass: "medical-record",
              basis: "legal-obligation",
              untilMs: untilMs
            )
          ]
        )
        // And when the date has come it goes.
        time.pass(ms: 101 * day)
        _ = try await time.pass(until: "the kept part is erased") {
          try await clinic.node.store.read { try $0.referral(made.inside.referral)?.erased == true }
        }
      }
    }
  }
}
