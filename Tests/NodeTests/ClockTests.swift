internal import AgencyNode
internal import Foundation
internal import LocalContract
internal import NodeStore
internal import NodeSupport
internal import ReferralModel
internal import TestSupport
internal import Testing
internal import TransparencyLog

extension NodeTests {
  /// Wrong clocks, through whole nodes.
  @Suite(.serialized) struct ClockTests {
    private static let three = [
      (id: "ministry.example", sector: "state"), (id: "clinic.example", sector: "international"),
      (id: "shelter.example", sector: "ngo"),
    ]
    private let day = TestTime.dayMs

    @Test(
      "A clock that wakes up in 2015 is noticed, harms nothing, and is repaired in one step (K7)"
    )
    func year2015() async throws {
      try await LivingRealm.with(Self.three) { realm in
        let (time, ministry, clinic, shelter) = (
          realm.time, realm.nodes[0], realm.nodes[1], realm.nodes[2]
        )
        _ = try await time.pass(until: "its time is written down") {
          try await clinic.node.store.read { try $0.meta("clock/sure") } != nil
        }
        let offAtMs = time.nowMs
        await clinic.stop()
        time.pass(ms: 40 * day)
        try await clinic.wake(clockAt: 1_420_070_400_000)
        var status = try await StatusService(node: clinic.node).status()
        #expect(status.warnings.contains("clock-behind"))
        #expect(status.clock?.standing == "behind")
        #expect(status.clock?.localMs == 1_420_070_400_000)
        // It goes on from what it remembers, and puts its name to no time.
        #expect((status.clock?.usedMs ?? 0) + day > offAtMs)
        #expect(!clinic.node.time.mayCosign)
        #expect(
          await StatusService(node: clinic.node).metrics().contains("clock_off_seconds 3")
        )

        // Referrals reach it and its answers go out; what the others sign tells it the time.
        var sent: [ReferResult] = []
        for sender in [ministry, shelter] {
          let grant = try await sender.consent(try await sender.openCase(), to: clinic)
          sent.append(try await sender.refer(grant))
        }
        for (sender, offer) in zip([ministry, shelter], sent) {
          _ = try await time.pass(until: "delivered") {
            try await sender.line(offer.message)?.state == "delivered"
          }
          try await clinic.act(.ack, on: try #require(try await clinic.line(offer.message)))
          _ = try await time.pass(until: "acknowledged") {
            try await sender.line(offer.message)?.state == "acknowledged"
          }
        }
        _ = try await time.pass(until: "the witnesses are heard") {
          clinic.node.time.status.witnessMs != nil
        }
        // Nothing moves by itself: a person decides.
        #expect((clinic.node.time.status.usedMs) + 30 * day < time.nowMs)
        _ = try await StatusService(node: clinic.node).decideClock(ClockDecide(use: "witnesses"))
        #expect(clinic.node.trustedMs + day > time.nowMs)
        await #expect(throws: NodeError.self) {
          try await StatusService(node: clinic.node).decideClock(ClockDecide(use: "witnesses"))
        }
        await #expect(throws: NodeError.self) {
          try await StatusService(node: clinic.node).decideClock(ClockDecide(use: "guess"))
        }
        // Or the machine's clock is set: that alone ends it.
        clinic.wall.set(time.nowMs)
        status = try await StatusService(node: clinic.node).status()
        #expect(status.clock?.standing == "right")
        #expect(!status.warnings.contains("clock-behind"))
      }
    }

    @Test("A6: one witness far in the future moves nobody's time and stops no exchange")
    func future() async throws {
      try await LivingRealm.with(Self.three) { realm in
        let (time, ministry, clinic, shelter) = (
          realm.time, realm.nodes[0], realm.nodes[1], realm.nodes[2]
        )
        await shelter.stop()
        try await shelter.wake(clockAt: time.nowMs + 20 * day)
        let name = try await ministry.openCase()
        let first = try await ministry.refer(try await ministry.consent(name, to: shelter))
        _ = try await time.pass(until: "the shelter has received and cosigned") {
          try await ministry.line(first.message)?.state == "delivered"
        }
        // What it signed is kept, and does not count alone.
        time.pass(ms: 700_000)
        try await time.settle()
        let kept = try await ministry.node.store.read { try $0.metas(prefix: "clock/witness/") }
        let stated = kept.first { $0.key.hasSuffix(shelter.id) }?.value.split(separator: " ").last
        #expect((stated.flatMap { UInt64($0) } ?? 0) > time.nowMs + 19 * day)
        #expect(ministry.node.trustedMs < time.nowMs + day)
        #expect(ministry.node.time.mayCosign && ministry.node.time.status.standing == "right")
        // Of somebody else: the legs of one person would leave apart.
        let good = try await ministry.refer(
          try await ministry.consent(try await ministry.openCase(), to: clinic)
        )
        _ = try await time.pass(until: "delivered to the clinic") {
          try await ministry.line(good.message)?.state == "delivered"
        }
        #expect(ministry.node.trustedMs < time.nowMs + day)
      }
    }

    @Test("A6: a node that wakes up in 2100 shuts itself out, and nobody else")
    func year2100() async throws {
      try await LivingRealm.with(Self.three) { realm in
        let (time, ministry, clinic, shelter) = (
          realm.time, realm.nodes[0], realm.nodes[1], realm.nodes[2]
        )
        await shelter.stop()
        try await shelter.wake(clockAt: 4_102_444_800_000)
        let name = try await ministry.openCase()
        let waiting = try await ministry.refer(try await ministry.consent(name, to: shelter))
        // Of somebody else: the legs of one person would leave apart.
        let good = try await ministry.refer(
          try await ministry.consent(try await ministry.openCase(), to: clinic)
        )
        _ = try await time.pass(until: "delivered to the clinic") {
          try await ministry.line(good.message)?.state == "delivered"
        }
        #expect(try await ministry.line(waiting.message)?.state == "queued")
        // Somebody sets its clock; a restart forgets that it ever believed in 2100.
        await shelter.stop()
        try await shelter.wake(clockAt: time.nowMs)
        _ = try await time.pass(until: "delivered to the shelter too") {
          try await ministry.line(waiting.message)?.state == "delivered"
        }
      }
    }

    @Test("B4: a withdrawal freezes at once and erases only after the hold-down or a desk's word")
    func holdDown() async throws {
      try await LivingRealm.with(Array(Self.three.prefix(2))) { realm in
        let (time, ministry, clinic) = (realm.time, realm.nodes[0], realm.nodes[1])
        let name = try await ministry.openCase()
        let sent = try await ministry.refer(try await ministry.consent(name, to: clinic))
        _ = try await time.pass(until: "delivered") {
          try await ministry.line(sent.message)?.state == "delivered"
        }
        let line = try #require(try await clinic.line(sent.message))
        _ = try await WithdrawalService(node: ministry.node).withdraw(
          ConsentWithdraw(case: name, grants: nil, confirmation: "in-person"),
          ministry.presence()
        )
        _ = try await time.pass(until: "frozen") {
          try await clinic.line(sent.message)?.frozen == true
        }
        // A thief of the ministry's log key could have said this: for three days a person may object.
        time.pass(ms: 70 * 3_600_000)
        for _ in 0..<20 {
          time.pass(ms: 1_000)
          try await Task.sleep(for: .milliseconds(60))
          let row = try await clinic.node.store.read { try $0.referral(line.referral) }
          #expect(row?.erased == false && row?.frozenSinceMs != nil)
        }
        // Nor does a machine that wakes up in 2100 take three days for over.
        await clinic.stop()
        try await clinic.wake(clockAt: 4_102_444_800_000)
        for _ in 0..<20 {
          time.pass(ms: 1_000)
          try await Task.sleep(for: .milliseconds(60))
          let row = try await clinic.node.store.read { try $0.referral(line.referral) }
          #expect(row?.erased == false && row?.frozenSinceMs != nil)
        }
        await clinic.stop()
        try await clinic.wake(clockAt: time.nowMs)
        time.pass(ms: 3 * 3_600_000)
        _ = try await time.pass(until: "erased") {
          try await clinic.node.store.read { try $0.referral(line.referral)?.erased == true }
        }
        _ = try await time.pass(until: "the receipt has come back") {
          try await clinic.counts()["queued"] == 0
        }
      }
    }
  }
}
