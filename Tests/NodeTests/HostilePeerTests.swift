internal import AgencyNode
internal import CanonicalBytes
internal import Exchange
internal import Foundation
internal import LocalContract
internal import NIOCore
internal import NIOPosix
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TestSupport
internal import Testing
internal import TransparencyLog
internal import Trust

extension NodeTests {
  /// A member that lies, against a real `amonatd` over its real door.
  @Suite(.serialized) struct HostilePeerTests {
    /// Starts both, then takes the ministry over.
    private func withForger(
      _ body: (Pair, Forger, LocalClient) async throws -> Void
    ) async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      pair.ministry.stop()
      try await body(pair, try await Forger(pair), try await Pair.session(at: pair.clinic.socket))
    }

    /// How many messages the clinic has stored.
    private func stored(_ client: LocalClient) async throws -> Int {
      try await Pair.referrals(client, .incoming).count
    }

    /// An honest message still goes through, once.
    private func honest(_ forger: Forger, _ client: LocalClient) async throws {
      let before = try await stored(client)
      let answer = try await forger.deliver(try forger.offer(under: try await forger.grant()))
      #expect(answer.status == 200 && answer.items.isEmpty)
      #expect(answer.events.map(\.type) == [.receive])
      #expect(try await stored(client) == before + 1)
    }

    @Test("Bodies that are no exchange are refused whole, each with its code")
    func bodies() async throws {
      try await withForger { pair, forger, client in
        let offer = try forger.offer(under: try await forger.grant())
        let delivery = try await forger.delivery([offer])
        let body = ExchangeParts(delivery: delivery, held: 0).encoded
        let oversized = [UInt8](repeating: 0, count: ExchangeLimits.bodyBytes + 1)
        #expect(try await forger.post(oversized).status == 413)
        #expect(try await forger.post(Array("no exchange at all".utf8)).code == "malformed")
        for cut in [1, body.count / 3, body.count / 2, body.count - 1] {
          let answer = try await forger.post(Array(body.prefix(cut)))
          #expect(answer.status == 400 && answer.code == "malformed", "cut at \(cut)")
        }
        // A field that the schema does not have: at the end, and with another number's wire type.
        for extra in [[0x78, 0x01], [0xFA, 0x01, 0x00], [0x0D, 0, 0, 0, 0]] as [[UInt8]] {
          #expect(try await forger.post(body + extra).code == "malformed")
        }
        #expect(try await stored(client) == 0)
        // Too many items for one exchange.
        let crowd = ExchangeParts(
          delivery: DeliveryPart(
            items: Array(repeating: delivery.items[0], count: 65),
            checkpoint: delivery.checkpoint,
            from: delivery.from,
            proof: delivery.proof
          ),
          held: 0
        )
        #expect(try await forger.send(crowd).code == "too-large")
        #expect(try await stored(client) == 0)
        let accepted = try await forger.post(body)
        #expect(accepted.events.map(\.type) == [.receive])
        try await honest(forger, client)
        #expect(try await pair.clinic.client().health().status == "ok")
      }
    }

    @Test("Every flipped bit of a delivery is refused, and nothing of it is stored")
    func flips() async throws {
      try await withForger { _, forger, client in
        let offer = try forger.offer(under: try await forger.grant())
        let delivery = try await forger.delivery([offer])
        let body = ExchangeParts(delivery: delivery, held: 0).encoded
        var random = SeededGenerator(seed: 41)
        // Everything but the last field, `held`, in which the caller speaks only of itself.
        let end = body.count - ExchangeParts(held: 0).encoded.count
        for _ in 0..<48 {
          let place = Int.random(in: 0..<end, using: &random)
          var flipped = body
          flipped[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
          let answer = try await forger.post(flipped)
          #expect(!answer.events.contains { $0.type == .receive }, "at \(place)")
          #expect(answer.code != nil || !answer.items.isEmpty, "at \(place)")
        }
        #expect(try await stored(client) == 0)
        try await honest(forger, client)
      }
    }

    @Test("A message that is wrong in one point is refused with the code of that point")
    func items() async throws {
      try await withForger { _, forger, client in
        let other = try #require(Digest32(hex: String(repeating: "ab", count: 32)))
        let elsewhere = try #require(AgencyID("elsewhere.example"))
        // No event is left by these (steps 8 to 11).
        for (code, draft) in [
          ("not-yours", try forger.offer(under: try await forger.grant(), realm: other)),
          ("not-yours", try forger.offer(under: try await forger.grant(), recipient: elsewhere)),
          // The header's suite, its first field: 1 becomes 2.
          ("suite", try forger.offer(under: try await forger.grant()) { Self.suite($0, 2) }),
          ("malformed", try forger.offer(under: try await forger.grant()) { $0 + [0x78, 0x01] }),
          ("hash", try forger.offer(under: try await forger.grant()) { Self.lastFlipped($0) }),
        ] {
          let answer = try await forger.deliver(draft)
          #expect(answer.status == 200 && answer.items == [code], "\(code)")
          #expect(answer.events.isEmpty, "\(code)")
        }
        // A refusal is an event of these (steps 13 to 16).
        let expired = forger.nowMs - 1_000
        let tooFar = forger.nowMs + 4_000 * 86_400_000
        for (code, draft) in [
          ("expired", try forger.offer(under: try await forger.grant(), expiresMs: expired)),
          ("expired", try forger.offer(under: try await forger.grant(), expiresMs: tooFar)),
          ("grant", try forger.offer(under: try await forger.grant(), purpose: "legal-aid")),
          ("grant", try forger.offer(under: try await forger.grant(), groups: ["identity"])),
          ("not-statistics", try forger.note()),
        ] {
          let answer = try await forger.deliver(draft)
          #expect(answer.status == 200 && answer.items == [code], "\(code)")
          #expect(answer.events.map(\.type) == [.refuse], "\(code)")
        }
        // A2: one grant, two persons.
        let used = try await forger.grant()
        #expect(try await forger.deliver(try forger.offer(under: used)).items.isEmpty)
        #expect(try await forger.deliver(try forger.offer(under: used)).items == ["grant-used"])
        #expect(try await stored(client) == 1)
        try await honest(forger, client)
      }
    }

    @Test("What is not in the log is no message, and a proof of something else proves nothing")
    func unlogged() async throws {
      try await withForger { _, forger, client in
        let offers = [
          try forger.offer(under: try await forger.grant()),
          try forger.offer(under: try await forger.grant()),
        ]
        let delivery = try await forger.delivery(offers)
        func send(_ item: ItemPart) async throws -> [String] {
          try await forger.send(
            ExchangeParts(
              delivery: DeliveryPart(
                items: [item],
                checkpoint: delivery.checkpoint,
                from: delivery.from,
                proof: delivery.proof
              ),
              held: 0
            )
          ).items
        }
        let (first, second) = (delivery.items[0], delivery.items[1])
        let event = try #require(first.event)
        // Another message under this event, another salt, a path that leads elsewhere.
        #expect(
          try await send(
            ItemPart(envelope: second.envelope, event: event, grant: first.grant)
          ) == ["not-logged"]
        )
        func lying(salt: Digest32? = nil, path: [Digest32]? = nil) -> EventOpening {
          EventOpening(
            event: event.event,
            salt: salt ?? event.salt,
            staff: event.staff,
            personal: event.personal,
            path: path ?? event.path
          )
        }
        for lie in [lying(salt: .zero), lying(path: Array(event.path.dropLast()))] {
          #expect(
            try await send(
              ItemPart(envelope: first.envelope, event: lie, grant: first.grant)
            ) == ["not-logged"]
          )
        }
        // Without its grant, and with the grant of another.
        #expect(
          try await send(ItemPart(envelope: first.envelope, event: event, grant: nil)) != []
        )
        #expect(
          try await send(
            ItemPart(envelope: first.envelope, event: event, grant: second.grant)
          ) != []
        )
        #expect(try await stored(client) == 0)
        try await honest(forger, client)
      }
    }

    @Test("A replay gets the same receipt and is stored once; order does not matter (B8, B9)")
    func replay() async throws {
      try await withForger { _, forger, client in
        let first = try await forger.delivery([
          try forger.offer(under: try await forger.grant())
        ])
        let second = try await forger.delivery([
          try forger.offer(under: try await forger.grant())
        ])
        let late = try await forger.send(ExchangeParts(delivery: second, held: 0))
        #expect(late.events.map(\.type) == [.receive])
        // The earlier one, under its earlier checkpoint: not a fork, but not proven either (B9).
        let early = try await forger.send(ExchangeParts(delivery: first, held: 0))
        #expect(early.status == 409 && early.code == "inconsistent")
        // Under the newest checkpoint it is taken; its smaller number is no matter.
        let renewed = try await forger.again(first)
        let taken = try await forger.send(ExchangeParts(delivery: renewed, held: 0))
        #expect(taken.events.map(\.type) == [.receive])
        let repeated = try await forger.send(ExchangeParts(delivery: renewed, held: 0))
        #expect(repeated.events.map(\.index) == taken.events.map(\.index))
        #expect(try await stored(client) == 2)
        try await honest(forger, client)
      }
    }

    @Test("Two histories of one log are evidence, and nothing comes in under the second (K4)")
    func fork() async throws {
      try await withForger { _, forger, client in
        try await honest(forger, client)
        let delivery = try await forger.delivery([
          try forger.offer(under: try await forger.grant())
        ])
        let good = try await forger.send(ExchangeParts(delivery: delivery, held: 0))
        #expect(good.events.map(\.type) == [.receive])
        let log = forger.node.store.identity
        let own = try #require(try forger.node.store.checkpoints.own(log.log))
        let key = try NodeStore.signingKey(forger.node.store.keyring, named: "log/\(log.number)")
        let note = Checkpoint.sign(
          origin: log.log,
          size: own.size,
          root: Hash256.of([1]),
          key: key
        )
        let forked = DeliveryPart(
          items: delivery.items,
          checkpoint: note,
          from: own.size,
          proof: []
        )
        let answer = try await forger.send(ExchangeParts(delivery: forked, held: 0))
        #expect(answer.status == 409 && answer.code == "inconsistent")
        #expect(answer.parts?.receipt == nil)
        #expect(try await client.metrics().contains("amonat_evidence_total 1"))
        // A checkpoint under nobody's key, and one of another's log.
        let foreign = Checkpoint.sign(
          origin: "clinic.example/amonat/log/1",
          size: own.size,
          root: own.root,
          key: key
        )
        let stranger = Checkpoint.sign(
          origin: log.log,
          size: own.size + 1,
          root: own.root,
          key: SigningKey.generate()
        )
        for bad in [foreign, stranger] {
          let refused = try await forger.send(
            ExchangeParts(
              delivery: DeliveryPart(
                items: delivery.items,
                checkpoint: bad,
                from: own.size,
                proof: []
              ),
              held: 0
            )
          )
          #expect(refused.status == 400 && refused.code == "origin")
        }
        #expect(try await stored(client) == 2)
      }
    }

    @Test("A suspended member delivers nothing: refused with its code, without an event")
    func suspended() async throws {
      try await withForger { pair, forger, client in
        try await honest(forger, client)
        let signed = try pair.harness.suspending("ministry.example")
        try pair.clinic.unlockAgain()
        try pair.clinic.cli(["register", "import", signed])
        let before = try await stored(client)
        let offer = try forger.offer(under: try await forger.grant())
        let refused = try await forger.deliver(offer)
        #expect(refused.status == 200 && refused.items == ["member"])
        #expect(refused.events.isEmpty)
        #expect(try await stored(client) == before)
      }
    }

    @Test("Callers who only hold lines open keep nobody else out")
    func slow() async throws {
      try await withForger { pair, forger, client in
        let group = MultiThreadedEventLoopGroup.singleton
        var lines: [any Channel] = []
        for number in 0..<64 {
          let line = try await ClientBootstrap(group: group)
            .connect(host: "127.0.0.1", port: Int(pair.clinic.port)).get()
          // Half a handshake, or a byte of one, and then silence.
          if number.isMultiple(of: 2) {
            try await line.writeAndFlush(ByteBuffer(bytes: [0x16, 0x03, 0x01, 0x02]))
          }
          lines.append(line)
        }
        try await honest(forger, client)
        for line in lines { try? await line.close() }
        #expect(try await pair.clinic.client().health().status == "ok")
      }
    }

    /// The envelope with another suite: the first field of its header.
    private static func suite(_ envelope: [UInt8], _ suite: UInt8) -> [UInt8] {
      var out = envelope
      guard let place = out.indices.dropLast().first(where: { out[$0] == 0x08 && out[$0 + 1] == 1 })
      else { return out }
      out[place + 1] = suite
      return out
    }

    private static func lastFlipped(_ envelope: [UInt8]) -> [UInt8] {
      var out = envelope
      out[out.count - 1] ^= 1
      return out
    }
  }
}
