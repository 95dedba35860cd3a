internal import AgencyNode
internal import Foundation
internal import HTTPLine
internal import LocalContract
internal import NodeStore
internal import NodeSupport
internal import ReferralModel
internal import TestSupport
internal import Testing
internal import Trust

extension NodeTests {
  /// Months without a line, through whole nodes.
  @Suite(.serialized) struct DarkTests {
    private static let two = [
      (id: "ministry.example", sector: "state"), (id: "clinic.example", sector: "international"),
    ]
    private let day = TestTime.dayMs

    @Test(
      "After 120 dark days two nodes find each other by themselves within five minutes (B16, C14)"
    )
    func dark() async throws {
      try await LivingRealm.with(Self.two) { realm in
        let (time, ministry, clinic) = (realm.time, realm.nodes[0], realm.nodes[1])
        // They have known each other for a while: the second epoch of desk keys is near.
        for _ in 0..<17 {
          time.pass(ms: 5 * day)
          try await time.settle()
        }
        let name = try await ministry.openCase()
        let first = try await ministry.refer(try await ministry.consent(name, to: clinic))
        let withdrawn = try await ministry.consent(name, to: clinic)
        let second = try await ministry.refer(withdrawn)
        _ = try await time.pass(until: "the first two are delivered") {
          let states = [
            try await ministry.line(first.message)?.state,
            try await ministry.line(second.message)?.state,
          ]
          return states == ["delivered", "delivered"]
        }

        realm.cut()
        time.pass(ms: day)
        // There: an answer is given. Here: one offer that will run out, and one that will not.
        try await clinic.act(.ack, on: try #require(try await clinic.line(first.message)))
        let lapsing = try await ministry.refer(try await ministry.consent(name, to: clinic))
        #expect(lapsing.state == "queued")
        time.pass(ms: 39 * day)
        let lasting = try await ministry.refer(
          try await ministry.consent(name, to: clinic, days: 90)
        )
        #expect(lasting.state == "queued")
        time.pass(ms: 30 * day)
        // C14: 30 days after the clinic's link ran out nothing more is sealed to it…
        let late = try await ministry.refer(try await ministry.consent(name, to: clinic))
        #expect(late.problem != nil && late.state == nil)
        // … and a withdrawal goes all the same.
        _ = try await WithdrawalService(node: ministry.node).stop(
          ConsentStop(case: name, grants: [withdrawn], channel: "in-person"),
          ministry.presence()
        )
        time.pass(ms: 50 * day)
        #expect(try await ministry.line(first.message)?.state == "delivered")

        realm.mend()
        let took = try await time.pass(until: "everything in time has arrived, both ways") {
          let answered = try await ministry.line(first.message)?.state
          let lastingState = try await ministry.line(lasting.message)?.state
          let frozen = try await clinic.line(second.message)?.frozen
          return answered == "acknowledged" && lastingState == "delivered" && frozen == true
        }
        #expect(took <= 300_000)
        #expect(try await clinic.line(lasting.message)?.state == "delivered")
        #expect(try await clinic.line(lapsing.message) == nil)
        #expect(try await ministry.line(lapsing.message)?.state == "undeliverable")
        #expect(try await ministry.line(lapsing.message)?.outcome == "expired")
        _ = try await time.pass(until: "nothing waits any more") {
          let (here, there) = (try await ministry.counts(), try await clinic.counts())
          return [here, there].allSatisfy { $0["queued"] == 0 && $0["sent"] == 0 }
        }
        // Both have renewed their links alone, and each holds the other's.
        for (one, other) in [(ministry, clinic), (clinic, ministry)] {
          let id = try #require(AgencyID(other.id))
          // The upkeep comes round once a minute, and need not have done so before the first answer.
          _ = try await time.pass(until: "its own link is renewed") {
            (other.node.trust.view.directory.link(of: id)?.link.expiresMs ?? 0) > time.nowMs
          }
          let own = try #require(other.node.trust.view.directory.link(of: id))
          _ = try await time.pass(until: "the link is there") {
            one.node.trust.view.directory.link(of: id)?.sha256 == own.sha256
          }
        }
        let again = try await ministry.refer(try await ministry.consent(name, to: clinic))
        _ = try await time.pass(until: "a new one is delivered") {
          try await ministry.line(again.message)?.state == "delivered"
        }
        #expect(try await StatusService(node: clinic.node).status().clock?.standing == "right")
      }
    }

    @Test("Nodes whose certificates were both renewed in the dark meet by hello (B16)")
    func strangers() async throws {
      try await LivingRealm.with(Self.two) { realm in
        let (time, ministry, clinic) = (realm.time, realm.nodes[0], realm.nodes[1])
        let name = try await ministry.openCase()
        let first = try await ministry.refer(
          try await ministry.consent(name, to: clinic, days: 30)
        )
        _ = try await time.pass(until: "delivered") {
          try await ministry.line(first.message)?.state == "delivered"
        }
        let old = [ministry, clinic].map { $0.node.tls.current.certificateDER }
        realm.cut()
        for _ in 0..<39 {
          time.pass(ms: 10 * day)
          try await Task.sleep(for: .milliseconds(60))
        }
        _ = try await time.pass(until: "both have another certificate, and list the old no more") {
          zip([ministry, clinic], old).allSatisfy { node, der in
            let me = AgencyID(node.id)
            let link = me.flatMap { node.node.trust.view.directory.link(of: $0)?.link }
            return link.map { !$0.tls.contains(der) && $0.tls.count == 1 } ?? false
          }
        }
        _ = try await WithdrawalService(node: ministry.node).stop(
          ConsentStop(case: name, grants: nil, channel: "in-person"),
          ministry.presence()
        )
        realm.mend()
        let took = try await time.pass(until: "the withdrawal has arrived") {
          try await clinic.line(first.message)?.frozen == true
        }
        #expect(took <= 300_000)
      }
    }

    @Test(
      "A certificate is announced, then used, then dropped, and no call is refused (LNK-002, LNK-003)"
    )
    func rotation() async throws {
      try await LivingRealm.with(Self.two) { realm in
        let (time, ministry, clinic) = (realm.time, realm.nodes[0], realm.nodes[1])
        let id = try #require(AgencyID(ministry.id))
        func known() -> [[UInt8]] { clinic.node.trust.view.directory.link(of: id)?.link.tls ?? [] }
        func serial() -> UInt64 { clinic.node.trust.view.directory.link(of: id)?.link.serial ?? 0 }
        let old = ministry.node.tls.current.certificateDER
        #expect(known() == [old])
        let firstSerial = serial()
        // Week by week: the link is renewed long before it runs out, and the peer has it.
        func live(days: UInt64, each step: UInt64 = 5) async throws {
          for _ in 0..<(days / step) {
            time.pass(ms: step * day)
            try await time.settle()
            _ = try await time.pass(until: "the peer has the newest link") {
              ministry.node.trust.view.directory.link(of: id)?.sha256
                == clinic.node.trust.view.directory.link(of: id)?.sha256
            }
            let link = try #require(clinic.node.trust.view.directory.link(of: id)?.link)
            #expect(link.expiresMs > time.nowMs + 7 * day)
            // What is in use stands in the link that the peer holds.
            #expect(link.tls.contains(ministry.node.tls.current.certificateDER))
          }
        }
        try await live(days: 20)
        #expect(serial() > firstSerial)
        try await live(days: 275)
        #expect(known() == [old])
        // Announced, and not used yet.
        try await live(days: 10)
        #expect(known().count == 2 && known().first == old)
        #expect(ministry.node.tls.current.certificateDER == old)
        try await live(days: 15)
        #expect(known().count == 2)
        let next = try #require(known().last { $0 != old })
        #expect(known().first == next && ministry.node.tls.current.certificateDER == next)
        try await live(days: 65)
        #expect(known() == [next])
        #expect(try ministry.node.store.keyring.secret(named: "tls/key") == nil)
        #expect(ministry.node.metrics.value(.exchangesRefused) == 0)
        #expect(clinic.node.metrics.value(.exchangesRefused) == 0)
        // After a restart the new pair is the one that is shown.
        await ministry.stop()
        try await ministry.wake()
        #expect(ministry.node.tls.current.certificateDER == next)
      }
    }
  }
}
