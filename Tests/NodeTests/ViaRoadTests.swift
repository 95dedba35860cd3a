internal import AgencyNode
internal import CanonicalBytes
internal import Exchange
internal import Foundation
internal import LocalContract
internal import NodeStore
internal import NodeSupport
internal import ReferralModel
internal import Sealing
internal import TestSupport
internal import Testing
internal import Trust
internal import WireSchema

extension NodeTests {
  /// What two nodes that cannot be called send each other, and what who keeps it can see of it.
  @Suite(.serialized) struct ViaRoadTests {
    @Test(
      "Every state that a message causes is reached through a via, which has seen recipient, padded size and hour, on the wire nothing (PCL-011, PCL-023)"
    )
    func everyState() async throws {
      try await ViaRealm.with([(id: "keeper.example", hasRole: true)]) { world in
        let keeper = world.keepers[0]
        let record = try KeeperRecord(of: keeper.state)
        var story = ViaStory(world: world)
        try await story.tell()
        #expect(story.reached == Self.caused)
        try await world.time.pass(until: "nothing lies at the keeper") {
          try await ViaRealm.figure("amonat_via_parcels", of: keeper) == 0
        }

        // In clear, as its process took it in: three facts, and sealed bytes of a size that says little.
        #expect(try record.columns() == ["id", "recipient", "sha256", "hour", "size", "body"])
        let rows = try record.rows()
        #expect(rows.count > 25)
        let directory = keeper.node.trust.view.directory
        for row in rows {
          let recipient = try #require(AgencyID(row.recipient))
          #expect([world.ministry.id, world.clinic.id].contains(row.recipient))
          #expect(row.hour % 3_600_000 == 0 && row.size == row.body.count)
          let outside = try #require(WireParcel(canonical: row.body))
          // Nothing beside the four fields (PCL-022), and the key is the recipient's.
          #expect(
            try ParcelSeal.keyID(of: row.body) == directory.card(of: recipient)?.card.courierKeyID
          )
          #expect(outside.enc.count == 1_120 && outside.wrapped.count == 48)
          #expect(Padding.paddedSize(ciphertextBytes: outside.sealed.count) != nil)
        }
        // Who sent it is not outside, whoever it was; nor is any word, number or state of a person's.
        let states = ReferralState.allCases.map(\.rawValue) + MessageKind.allCases.map(\.rawValue)
        let secrets =
          ViaRealm.canaries + story.ids + [world.ministry.id, world.clinic.id]
          + states.filter { $0.utf8.count > 5 }
        let bodies = Data(rows.flatMap(\.body))
        let raw = story.messages.compactMap { Digest32(hex: $0).map { Data($0.bytes) } }
        #expect(raw.count == story.messages.count)
        #expect(Self.found(secrets.map { Data($0.utf8) } + raw, in: bodies) == [])

        // On its wire, both ways, with every handshake.
        let wire = Data(keeper.relay.heard)
        #expect(wire.count > rows.reduce(0) { $0 + $1.size })
        #expect(
          Self.found((secrets + [keeper.id]).map { Data($0.utf8) } + raw, in: wire) == []
        )

        // In its figures, and in all its files. As a member it knows who is one, and witnesses logs.
        let figures = await StatusService(node: keeper.node).metrics()
        #expect(!figures.contains("ministry") && !figures.contains("clinic"))
        await keeper.stop()
        for name in try FileManager.default.contentsOfDirectory(atPath: keeper.state.path) {
          guard
            let bytes = try? Data(contentsOf: keeper.state.appendingPathComponent(name))
          else { continue }
          let words = (ViaRealm.canaries + story.ids).map { Data($0.utf8) } + raw
          #expect(Self.found(words, in: bytes) == [], "\(name)")
        }
      }
    }

    @Test(
      "What the first keeper does not take goes to the next of the link, and nobody asks one without the role (PCL-011, PCL-029)"
    )
    func nextKeeper() async throws {
      try await ViaRealm.with([
        (id: "alder.example", hasRole: false), (id: "birch.example", hasRole: true),
        (id: "cedar.example", hasRole: true),
      ]) { world in
        let kept = "amonat_via_parcels_kept_total"
        let (plain, first, second) = (world.keepers[0], world.keepers[1], world.keepers[2])
        first.relay.cut()
        let away = try await world.refer()
        try await world.waits(world.clinic, away.message, until: "delivered")
        try await world.waits(world.ministry, away.message, until: "delivered")
        #expect(try await ViaRealm.figure(kept, of: first) == 0)
        let atSecond = try await ViaRealm.figure(kept, of: second)
        #expect(atSecond > 0)

        // It answers, and has no room.
        first.relay.mend()
        try Self.fill(first)
        let full = try await world.refer()
        try await world.waits(world.ministry, full.message, until: "delivered")
        #expect(try await ViaRealm.figure("amonat_via_calls_refused_total", of: first) > 0)
        #expect(try await ViaRealm.figure(kept, of: first) == 0)
        let both = try await ViaRealm.figure(kept, of: second)
        #expect(both > atSecond)

        // With room again, it is the first that is asked.
        try Self.empty(first)
        let near = try await world.refer()
        try await world.waits(world.ministry, near.message, until: "delivered")
        #expect(try await ViaRealm.figure(kept, of: first) > 0)
        #expect(try await ViaRealm.figure(kept, of: second) == both)
        for name in [kept, "amonat_via_calls_refused_total"] {
          #expect(try await ViaRealm.figure(name, of: plain) == 0)
        }
        // Once each, whichever road it took.
        #expect(try await world.clinic.list(.incoming).count == 3)
      }
    }

    @Test("What has no receipt after a day is handed in again, and is one message (PCL-029)")
    func againAfterADay() async throws {
      try await ViaRealm.with([(id: "keeper.example", hasRole: true)]) { world in
        let keeper = world.keepers[0]
        let lies = { try await ViaRealm.figure("amonat_via_parcels", of: keeper) }
        let kept = { try await ViaRealm.figure("amonat_via_parcels_kept_total", of: keeper) }
        await world.clinic.stop()
        let sent = try await world.refer()
        try await world.time.pass(until: "it lies at the keeper") { try await lies() == 1 }
        let putAtMs = world.time.nowMs
        // The keeper loses its disk: nobody is told.
        await keeper.stop()
        for name in ["via.db", "via.db-wal", "via.db-shm"] {
          try? FileManager.default.removeItem(at: keeper.state.appendingPathComponent(name))
        }
        try await keeper.wake()
        // Not before its day is over, however often the ministry looks.
        while world.time.nowMs < putAtMs + 23 * 3_600_000 {
          world.time.pass(ms: 3_600_000)
          try await Task.sleep(for: .milliseconds(150))
        }
        #expect(try await lies() == 0)
        #expect(try await kept() == 0)
        #expect(try await world.ministry.line(sent.message)?.state == "queued")
        world.time.pass(ms: 3_600_000)
        try await world.time.pass(until: "it lies there again") { try await lies() == 1 }
        #expect(world.time.nowMs >= putAtMs + 24 * 3_600_000)
        // And a second day later once more, beside the first.
        world.time.pass(ms: 25 * 3_600_000)
        try await world.time.pass(until: "handed in twice") { try await kept() == 2 }

        try await world.clinic.wake()
        try await world.waits(world.ministry, sent.message, until: "delivered")
        try await world.time.pass(until: "both are fetched") { try await lies() == 0 }
        #expect(try await world.clinic.list(.incoming).map(\.message) == [sent.message])
        #expect(try await world.clinic.counts()["refused"] == 0)
        let before = try await kept()
        world.time.pass(ms: 25 * 3_600_000)
        try await world.time.settle()
        #expect(try await kept() == before, "with a receipt, nothing is handed in any more")
      }
    }

    // MARK: Parts

    /// The states that a message from one node to another causes.
    private static let caused: Set<String> = [
      "delivered", "acknowledged", "info-requested", "waitlisted", "accepted", "in-service",
      "lost-contact", "disputed", "completed", "closed", "declined", "redirect-proposed",
      "recalled",
      "consent-withdrawn", "closed-withdrawn",
    ]

    private static func found(_ needles: [Data], in bytes: Data) -> [String] {
      needles.filter { bytes.range(of: $0) != nil }.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Leaves no room for anybody at a keeper.
    private static func fill(_ keeper: Living) throws {
      try SmallFile.run(
        keeper.state.appendingPathComponent("via.db"),
        """
        CREATE TRIGGER full BEFORE INSERT ON parcel BEGIN SELECT RAISE(ABORT, 'no room'); END;
        """
      )
    }

    private static func empty(_ keeper: Living) throws {
      try SmallFile.run(keeper.state.appendingPathComponent("via.db"), "DROP TRIGGER full")
    }
  }
}
