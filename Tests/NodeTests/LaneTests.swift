internal import AgencyNode
internal import CanonicalBytes
internal import Exchange
internal import Foundation
internal import LocalContract
internal import NodeStore
internal import ReferralModel
internal import TestSupport
internal import Testing
internal import TransparencyLog

extension NodeTests {
  /// What leaves for one peer, batch after batch.
  @Suite struct LaneTests {
    /// The answer of a peer that can judge nothing yet: everything stays in the queue.
    private static func putOff(
      _ delivery: DeliveryPart,
      _ code: ItemCode = .policyUnknown
    ) throws -> [RefusalPart] {
      try delivery.items.map { item in
        let text = String(decoding: try #require(item.event).event, as: UTF8.self)
        let message = try #require(text.firstMatch(of: /"message":"([0-9a-f]{64})"/))
        return RefusalPart(
          message: try #require(Digest32(hex: String(message.1))),
          code: code
        )
      }
    }

    private static func size(_ delivery: DeliveryPart) throws -> UInt64 {
      try Checkpoint.claimed(note: delivery.checkpoint).size
    }

    /// More than one batch in the queue of a peer, at a node in this process that calls nobody.
    private struct Queued {
      let node: Node
      let presence: SessionVault.Presence
      let lane: PeerLane
      let grants: [(case: String, grant: UInt64)]

      init(_ pair: Pair) async throws {
        // They meet, so that the sender has a card to seal to.
        try await pair.harness.start()
        let client = try await Pair.session(at: pair.ministry.socket)
        var grants: [(case: String, grant: UInt64)] = []
        for count in [PeerLane.batchLimit, 2] {
          let opened = try await client.openCase(
            CaseOpen(desk: "intake", sections: ["need": Pair.need])
          )
          let recorded = try await client.recordConsent(
            ConsentRecord(
              case: opened.case,
              grants: [GrantAsk](repeating: Pair.grant(["need"]), count: count),
              record: Pair.facts
            )
          )
          grants += recorded.grants.map { (opened.case, $0.grant) }
        }
        pair.ministry.stop()
        node = try await pair.opened(pair.ministry, atMs: NodeClock.system.nowMs())
        let token = try await AccessService(node: node).unlock(
          Unlock(user: NodeHarness.users[0], passphrase: Pair.passphrase)
        ).token
        presence = try await node.sessions.presence(token)
        for part in [grants.prefix(PeerLane.batchLimit), grants.dropFirst(PeerLane.batchLimit)] {
          let results = try await ReferralService(node: node).refer(
            ReferBatch(
              referrals: part.map { ReferAsk(grant: $0.grant, content: ["need": Pair.need]) },
              wait: .queued
            ),
            presence
          )
          #expect(results.results.allSatisfy { $0.problem == nil })
        }
        lane = await LaneBook(node: node).lane(try #require(AgencyID("clinic.example")))
        self.grants = grants
      }
    }

    @Test("What was taken ahead does not leave once she has stopped it (WDR-004)")
    func stoppedAhead() async throws {
      let pair = try Pair()
      defer { pair.end() }
      let queued = try await Queued(pair)
      let (node, presence, lane) = (queued.node, queued.presence, queued.lane)
      let grants = queued.grants

      // Undisturbed, the batch that was taken ahead leaves as it was taken.
      let first = try #require(try await lane.next())
      #expect(first.items.count == PeerLane.batchLimit)
      #expect(try await lane.next() == nil, "one batch at a time")
      try await lane.prepare()
      await lane.note(peerHolds: try Self.size(first))
      try await lane.answered(nil, refused: try Self.putOff(first), note: nil)
      let second = try #require(try await lane.next())
      #expect(second.items.count == 2)
      #expect(second.from == (try Self.size(first)))

      // A peer that holds something else by now gets the proof from there.
      await lane.fail()
      let third = try #require(try await lane.next())
      try await lane.prepare()
      await lane.note(peerHolds: 7)
      try await lane.answered(nil, refused: try Self.putOff(third), note: nil)
      let fourth = try #require(try await lane.next())
      #expect(fourth.items.count == 2 && fourth.from == 7 && !fourth.proof.isEmpty)

      // Again; but while the first batch is under way she takes back what the last one says.
      await lane.fail()
      let again = try #require(try await lane.next())
      #expect(again.items.count == PeerLane.batchLimit)
      try await lane.prepare()
      let last = try #require(grants.last)
      _ = try await WithdrawalService(node: node).stop(
        ConsentStop(case: last.case, grants: [last.grant], channel: "telephone"),
        presence
      )
      await lane.note(peerHolds: try Self.size(again))
      try await lane.answered(nil, refused: try Self.putOff(again), note: nil)
      var left = 0
      while let delivery = try await lane.next() {
        left += delivery.items.count { $0.grant != nil }
        try await lane.answered(nil, refused: try Self.putOff(delivery), note: nil)
      }
      #expect(left == grants.count - 1, "everything but what she stopped is tried again")

      // What is said of each batch is stored, also where the next one leaves at once and is the last.
      await lane.fail()
      var answered: Set<Digest32> = []
      while let delivery = try await lane.next() {
        let refusals = try Self.putOff(delivery, .malformed)
        answered.formUnion(refusals.map(\.message))
        try await lane.prepare()
        await lane.note(peerHolds: try Self.size(delivery))
        try await lane.answered(nil, refused: refusals, note: nil)
      }
      let counts = try await StatusService(node: node).status().counts
      #expect(counts["refused"] == UInt64(answered.count) && counts["sent"] == 0)
      #expect(answered.count >= grants.count - 1)
    }

    @Test("Nothing but notices leaves for a member that was suspended while it waited (REG-023)")
    func suspendedMeanwhile() async throws {
      let pair = try Pair()
      defer { pair.end() }
      let queued = try await Queued(pair)
      let (node, lane) = (queued.node, queued.lane)
      let first = try #require(try await lane.next())
      try await lane.prepare()
      let note = try String(
        contentsOfFile: pair.harness.suspending("clinic.example"),
        encoding: .utf8
      )
      _ = try await RegisterService(node: node).take(NotesImport(notes: [note]))
      // What was taken ahead is put back, and neither it nor anything else is taken again.
      await lane.note(peerHolds: try Self.size(first))
      try await lane.answered(nil, refused: try Self.putOff(first), note: nil)
      #expect(try await lane.next() == nil)
      await lane.fail()
      #expect(try await lane.next() == nil)
      // Her withdrawal goes all the same.
      _ = try await WithdrawalService(node: node).stop(
        ConsentStop(case: try #require(queued.grants.first).case, channel: "telephone"),
        queued.presence
      )
      let notices = try #require(try await lane.next())
      #expect(!notices.items.isEmpty && notices.items.allSatisfy { $0.grant == nil })
    }
  }
}
