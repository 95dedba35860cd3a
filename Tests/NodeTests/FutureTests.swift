internal import AgencyNode
internal import Foundation
internal import LocalContract
internal import NodeSupport
internal import TestSupport
internal import Testing

extension NodeTests {
  /// What a node says whose clock is ahead.
  @Suite(.serialized) struct FutureTests {
    private static let two = [
      (id: "ministry.example", sector: "state"), (id: "clinic.example", sector: "international"),
    ]

    @Test(
      "A state change from the future is refused with its own code, logged, and changes nothing; with the right clock the same referral goes on (EXC-121)"
    )
    func stateChange() async throws {
      try await LivingRealm.with(Self.two) { realm in
        let (time, ministry, clinic) = (realm.time, realm.nodes[0], realm.nodes[1])
        func waits(_ node: Living, _ message: String?, until state: String) async throws {
          try await time.pass(until: "\(node.id): \(state)") {
            try await node.line(message)?.state == state
          }
        }
        let name = try await ministry.openCase()
        let sent = try await ministry.referAll(try await ministry.consent(name, to: clinic))
        let message = try #require(sent.message)
        try await waits(ministry, message, until: "delivered")

        // A day less an hour is no fault of the message.
        await clinic.stop()
        try await clinic.wake(clockAt: time.nowMs + 23 * 3_600_000)
        try await clinic.act(.ack, message, ReferralAct())
        try await waits(ministry, message, until: "acknowledged")

        // Twenty days are: nobody knows when that will be true.
        await clinic.stop()
        try await clinic.wake(clockAt: time.nowMs + 20 * TestTime.dayMs)
        try await clinic.act(.ask, message, ReferralAct(reason: "need-detail"))
        try await time.pass(until: "the clinic knows that it was refused") {
          try await clinic.counts()["refused"] == 1
        }
        let refused = try await Self.history(clinic, message).last
        #expect(refused?.kind == "info-request" && refused?.receipt == "refused")
        try await time.settle()
        #expect(try await ministry.line(message)?.state == "acknowledged")
        #expect(
          try ministry.bundle(with: [
            "\"type\":\"refuse\"", "\"outcome\":\"expired\"", "\"peer\":\"clinic.example\"",
          ]).lines.count == 1
        )

        // Somebody sets the clock: the referral stands where it stood, and goes on.
        await clinic.stop()
        try await clinic.wake(clockAt: time.nowMs)
        #expect(try await clinic.line(message)?.state == "info-requested")
        try await clinic.act(.accept, message, ReferralAct())
        for node in [ministry, clinic] { try await waits(node, message, until: "accepted") }
        let inside = try #require(try await clinic.line(message)?.referral)
        try await time.pass(until: "and who it is comes by itself") {
          try await ReferralActions(node: clinic.node).show(inside, clinic.presence())
            .content["identity"]?["name"] == .text("Example Person")
        }
        #expect(try await ministry.counts()["refused"] == 0)
        #expect(try await clinic.list(.incoming).map(\.message) == [message])
        #expect(
          try ministry.bundle(with: ["\"type\":\"refuse\""]).lines.count == 1,
          "nothing else was refused"
        )
      }
    }

    @Test(
      "An acceptance from the future is said again once the clock is right, once, and the name follows (REF-037)"
    )
    func saidAgain() async throws {
      try await LivingRealm.with(Self.two) { realm in
        let (time, ministry, clinic) = (realm.time, realm.nodes[0], realm.nodes[1])
        let name = try await ministry.openCase()
        let sent = try await ministry.referAll(try await ministry.consent(name, to: clinic))
        let message = try #require(sent.message)
        try await time.pass(until: "delivered") {
          try await ministry.line(message)?.state == "delivered"
        }
        await clinic.stop()
        try await clinic.wake(clockAt: time.nowMs + 20 * TestTime.dayMs)
        try await clinic.act(.accept, message, ReferralAct())
        try await time.pass(until: "the clinic knows that it was refused") {
          try await clinic.counts()["refused"] == 1
        }
        #expect(try await clinic.line(message)?.state == "accepted")
        await clinic.stop()
        try await clinic.wake(clockAt: time.nowMs)
        try await clinic.act(.accept, message, ReferralAct())
        try await time.pass(until: "accepted at the ministry too") {
          try await ministry.line(message)?.state == "accepted"
        }
        try await time.pass(until: "who it is comes by itself") {
          try await clinic.sealedPieces(message).count == 2
        }
        // What has arrived is not said a third time.
        await #expect(throws: NodeError.self) {
          try await clinic.act(.accept, message, ReferralAct())
        }
        #expect(try await Self.history(clinic, message).count { $0.kind == "accept" } == 2)
      }
    }

    private static func history(_ node: Living, _ message: String) async throws -> [ReferralMoment]
    {
      let referral = try #require(try await node.line(message)?.referral)
      return try await ReferralActions(node: node.node).show(referral, node.presence()).history
    }
  }
}
