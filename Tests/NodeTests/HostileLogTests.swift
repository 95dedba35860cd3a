internal import CanonicalBytes
internal import Exchange
internal import Foundation
internal import HTTPLine
internal import LocalContract
internal import NodeStore
internal import Sealing
internal import TestSupport
internal import Testing
internal import TransparencyLog

extension NodeTests {
  /// A member whose log key has been stolen, or whose software was changed, against a real node.
  @Suite(.serialized) struct HostileLogTests {
    /// Speaks as the clinic, with its certificate and its log key, while its node is stopped.
    struct Thief {
      let store: NodeStore
      let identity: TLSIdentity
      let port: UInt16

      init(_ pair: Pair) throws {
        store = try NodeStore(opening: StateFolder(pair.clinic.state))
        let certificate = try #require(try store.keyring.secret(named: "tls/certificate"))
        let key = try #require(try store.keyring.secret(named: "tls/key"))
        identity = try TLSIdentity(
          certificateDER: certificate.copyBytes(),
          privateKey: key.copyBytes()
        )
        port = pair.ministry.port
      }

      func sign(_ size: UInt64, _ root: Digest32) throws -> String {
        Checkpoint.sign(
          origin: store.identity.log,
          size: size,
          root: root,
          key: try NodeStore.signingKey(store.keyring, named: "log/1")
        )
      }

      func post(_ parts: ExchangeParts) async throws -> (status: Int, answer: ExchangeParts) {
        let line = try await HTTPLine.connect(
          to: .tls(host: "127.0.0.1", port: port, identity: identity, verifyPeer: { _ in true })
        )
        defer { line.close() }
        let answer = try await line.send(
          HTTPLineRequest(method: "POST", path: "/v1/exchange", body: parts.encoded),
          timeout: .seconds(20)
        )
        #expect(answer.header(PadHeader.name)?.allSatisfy { $0 == "0" } == true)
        return (answer.status, try ExchangeParts(decoding: answer.body, role: .answer))
      }
    }

    @Test("Attacks B6, B7: two histories are kept, logged and end disclosures; less accuses nobody")
    func twoHistories() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let worker = try await Pair.session(at: pair.ministry.socket)
      let opened = try await worker.openCase(
        CaseOpen(desk: "intake", sections: ["identity": ["name": .text("N")]])
      )
      let grant = try await worker.recordConsent(
        ConsentRecord(case: opened.case, grants: [Pair.grant(["need"])], record: Pair.facts)
      ).grants[0].grant
      pair.clinic.stop()
      let thief = try Thief(pair)
      let first = try thief.sign(16_000, Randomness.digest())
      let second = try thief.sign(16_000, Randomness.digest())

      // One view, another size, a stranger's signature, a size no heartbeat has: nothing follows.
      let stranger = Checkpoint.sign(
        origin: thief.store.identity.log,
        size: 16_000,
        root: Randomness.digest(),
        key: SigningKey.generate()
      )
      let weak = [
        first, stranger, try thief.sign(16_016, Randomness.digest()),
        try thief.sign(16_001, Randomness.digest()),
      ]
      #expect(try await thief.post(ExchangeParts(notes: weak)).status == 200)
      let innocent = try await pair.ministry.client().status()
      #expect(!innocent.warnings.contains("log-forked"))
      #expect(try await worker.metrics().contains("amonat_views_unproved 0\n"))

      #expect(try await thief.post(ExchangeParts(notes: [second])).status == 200)
      let offer = ReferBatch(
        referrals: [ReferAsk(grant: grant, content: ["need": Pair.need])]
      )
      for isRestarted in [false, true] {
        if isRestarted {
          pair.ministry.stop()
          try await pair.ministry.start()
        }
        let client = try await Pair.session(at: pair.ministry.socket)
        let status = try await client.status()
        #expect(status.warnings.contains("log-forked"))
        let peer = status.peers.first { $0.agency == "clinic.example" }
        #expect(peer?.heldUpBecause == "log-forked")
        #expect(try await client.metrics().contains("amonat_logs_forked 1\n"))
        let refused = try await client.refer(offer, idempotencyKey: UUID().uuidString).first
        #expect(refused?.problem?.code == "log-forked")
        #expect(refused?.message == nil)
      }
      // Once in the log, however often it comes.
      #expect(try await thief.post(ExchangeParts(notes: [second, first])).status == 200)
      try pair.ministry.unlockAgain()
      let bundle = pair.root.appendingPathComponent("ministry.bundle").path
      try pair.ministry.cli(["audit", "export", "--force", "--out", bundle])
      let events = try String(contentsOfFile: bundle, encoding: .utf8).split(separator: "\n")
        .filter { $0.contains("\"type\":\"evidence\"") }
      #expect(events.count == 1)
      #expect(events.first?.contains("\"peer\":\"clinic.example\"") == true)
    }

    @Test("Step 7: a settled checkpoint must be the log's own and be extended (EXC-107)")
    func settledProof() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      pair.clinic.stop()
      let thief = try Thief(pair)
      let held = try await thief.post(ExchangeParts()).answer.held
      try await thief.store.change {
        _ = try $0.append(.unlock, [.string(.outcome, "refused")], staff: .init(atMs: 1))
      }
      let log = try await thief.store.change { _ in
      } after: { _, log in
        (
          note: log.note, size: log.size, root: try log.root(at: 8),
          proof: MerkleProof.flat(try log.consistency(from: held)),
          extends: MerkleProof.flat(try log.consistency(from: 8))
        )
      }
      let root = try #require(log.root)
      func deliver(_ settled: String, _ proof: [UInt8]) async throws -> (Int, String) {
        let result = try await thief.post(
          ExchangeParts(
            delivery: DeliveryPart(
              items: [],
              checkpoint: log.note,
              from: held,
              proof: log.proof,
              settled: settled,
              settledProof: proof
            ),
            held: 0
          )
        )
        return (result.status, result.answer.code)
      }
      // The first is taken; later ones come with the size that is held by then, as a repeat does.
      #expect(try await deliver("", []) == (200, ""))
      let good = try thief.sign(8, root)
      let bad = try thief.sign(8, Randomness.digest())
      let stranger = Checkpoint.sign(
        origin: thief.store.identity.log,
        size: 8,
        root: root,
        key: SigningKey.generate()
      )
      let refused = (409, "inconsistent")
      #expect(try await deliver(stranger, log.extends) == refused)
      #expect(try await deliver(bad, log.extends) == refused)
      #expect(try await deliver(good, []) == refused)
      #expect(try await deliver(good, log.extends + log.extends) == refused)
      #expect(try await deliver("", log.extends) == refused)
      #expect(try await deliver(try thief.sign(log.size + 1, root), []) == refused)
      // Cosigned by nobody: flagged, and nothing is refused.
      let before = try await pair.ministry.client().metrics()
      #expect(try await deliver(good, log.extends) == (200, ""))
      let after = try await pair.ministry.client().metrics()
      func flagged(_ text: String) -> Int? {
        text.split(separator: "\n").first { $0.hasPrefix("amonat_deliveries_unsettled_total ") }
          .flatMap { Int($0.split(separator: " ")[1]) }
      }
      #expect(try #require(flagged(after)) > #require(flagged(before)))
    }

    @Test("Public paths show heartbeats and tiles to anybody, and nothing beyond (CHK-022)")
    func publicPaths() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      pair.clinic.stop()
      let thief = try Thief(pair)
      func get(_ path: String) async throws -> (status: Int, body: [UInt8]) {
        let line = try await HTTPLine.connect(
          to: .tls(
            host: "127.0.0.1",
            port: thief.port,
            identity: thief.identity,
            verifyPeer: { _ in true }
          )
        )
        defer { line.close() }
        let answer = try await line.send(
          HTTPLineRequest(method: "GET", path: path),
          timeout: .seconds(20)
        )
        return (answer.status, answer.body)
      }
      var note = ""
      try await eventually("a heartbeat is published") {
        let answer = try await get("/checkpoint")
        note = String(decoding: answer.body, as: UTF8.self)
        return answer.status == 200
      }
      let shown = try #require(try? Checkpoint.claimed(note: note))
      #expect(shown.origin == "ministry.example/amonat/log/1")
      #expect(shown.size.isMultiple(of: 16))
      let tile = try await get("/tile/0/000.p/\(shown.size)")
      #expect(tile.status == 200)
      var tree = LogTree()
      for offset in stride(from: 0, to: tile.body.count, by: 32) {
        tree.append(try #require(Digest32(tile.body, at: offset)))
      }
      #expect(tree.size == shown.size && tree.root == shown.root)
      #expect(try await get("/tile/entries/000.p/1").body.count == 99)
      for hidden in [
        "/tile/0/000.p/\(shown.size + 1)", "/tile/0/000", "/tile/9/000", "/log/1/checkpoint",
        "/log/1/tile/0/000.p/1", "/log/0/checkpoint", "/tile/../node.db", "/metrics",
      ] {
        #expect(try await get(hidden).status == 404, "\(hidden)")
      }
    }
  }
}
