internal import AgencyNode
internal import CanonicalBytes
internal import Exchange
internal import Foundation
internal import HTTPLine
internal import LocalContract
internal import Logging
internal import NodeStore
internal import NodeSupport
internal import PeerLink
internal import ReferralModel
internal import Sealing
internal import TestSupport
internal import Testing
internal import TransparencyLog
internal import Trust

extension NodeTests {
  /// Who gets through a node's door, how often, and what stands open to everybody.
  @Suite(.serialized) struct DoorRuleTests {
    /// A node's door without its socket, on a clock of the test's.
    private struct InnerDoor {
      let node: Node
      let door: PeerDoor

      init(_ member: HarnessNode, _ clock: WorldClock) async throws {
        node = try await Node(
          folder: StateFolder(member.state),
          settings: NodeSettings(
            listenHost: "127.0.0.1",
            socketPath: member.socket,
            passphraseCost: .least
          ),
          clock: clock.node
        )
        door = PeerDoor(node: node, lanes: LaneBook(node: node))
      }

      func post(
        _ path: String,
        _ body: [UInt8],
        under der: [UInt8],
        from address: String = "192.0.2.1"
      ) async throws -> (status: Int, parts: ExchangeParts?) {
        let answer = await door.respond(
          to: PeerRequest(
            method: "POST",
            path: path,
            peerCertificateDER: der,
            address: address,
            body: body
          )
        )
        return (answer.status, try? ExchangeParts(decoding: answer.body, role: .answer))
      }

      /// The certificate that a peer's link names.
      func certificate(of agency: String) throws -> [UInt8] {
        let id = try #require(AgencyID(agency))
        return try #require(node.trust.view.directory.link(of: id)?.link.tls.first)
      }
    }

    private static let shelter = NodeHarness.AgencySpec(
      id: "shelter.example",
      sector: "ngo",
      name: "Shelter",
      nameTg: "Паноҳгоҳ",
      nameRu: "Приют",
      listens: false,
      desks: [("intake", ["need"])]
    )

    @Test("Six hellos a minute from one address, thirty in all, then busy (HEL-005)")
    func helloRate() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let notes = try await pair.clinic.client().hello().notes
      let hello = try HelloDocument(notes: notes.map { try SignedNote(parsing: Array($0.utf8)) })
      // Through the socket: the address is the caller's, and the code is told.
      let stranger = try Stranger(realm: pair.harness.realm, at: pair.ministry)
      var statuses: [Int] = []
      for _ in 0..<7 {
        statuses.append(try await stranger.ask("POST", "/v1/hello", hello.bytes).status)
      }
      // The clinic may have said hello from this address itself when it started.
      let taken = statuses.prefix { $0 == 200 }
      #expect(!taken.isEmpty && taken.count <= 6)
      #expect(statuses.dropFirst(taken.count).allSatisfy { $0 == 429 })
      let busy = try await stranger.ask("POST", "/v1/hello", hello.bytes)
      #expect(try ExchangeParts(decoding: busy.body, role: .answer).code == "busy")
      pair.harness.stop()

      let clock = WorldClock()
      let inner = try await InnerDoor(pair.ministry, clock)
      let der = stranger.identity.certificateDER
      func status(from address: String) async throws -> Int {
        try await inner.post("/v1/hello", hello.bytes, under: der, from: address).status
      }
      for address in ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"] {
        for _ in 0..<6 { #expect(try await status(from: address) == 200) }
        #expect(try await status(from: address) == 429)
      }
      #expect(try await status(from: "192.0.2.6") == 429, "thirty in all")
      clock.pass(minutes: 1)
      #expect(try await status(from: "192.0.2.6") == 200)
      #expect(try await status(from: "192.0.2.1") == 200)
      // Exchanges of members have other rates.
      let member = try inner.certificate(of: "clinic.example")
      for _ in 0..<40 {
        let answer = try await inner.post("/v1/exchange", ExchangeParts().encoded, under: member)
        #expect(answer.status == 200)
      }
    }

    @Test("A certificate of another realm does not get past the handshake (HEL-007, B14)")
    func otherRealm() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let other = try Stranger(realm: String(repeating: "ab", count: 32), at: pair.ministry)
      await #expect(throws: HTTPLineFailure.self) { try await other.ask("GET", "/checkpoint") }
      await #expect(throws: HTTPLineFailure.self) { try await other.ask("POST", "/v1/hello") }
      let own = try Stranger(realm: pair.harness.realm, at: pair.ministry)
      #expect(try await own.ask("POST", "/v1/hello", Array("no hello".utf8)).status == 400)
      #expect(try await pair.ministry.client().health().status == "ok")
    }

    @Test("Who cannot be called gets a node's newest card and link in an answer")
    func dialIn() async throws {
      let pair = try Pair(besides: [Self.shelter])
      defer { pair.end() }
      try await pair.harness.start()
      pair.harness.stop()
      let inner = try await InnerDoor(pair.ministry, WorldClock())
      let der = try inner.certificate(of: "shelter.example")
      let own = inner.node.trust.view.directory
      let link = try #require(own.link(of: inner.node.trust.me)?.note.encoded)
      func texts() async throws -> [String] {
        let answer = try await inner.post("/v1/exchange", ExchangeParts().encoded, under: der)
        #expect(answer.status == 200)
        return try #require(answer.parts).notes
      }
      let first = try await texts()
      #expect(first.contains(link), "the first answer after a start")
      // Its next call says that the answer has come through.
      #expect(try await !texts().contains(link))
    }

    @Test(
      "One exchange carries at most sixteen texts about logs, and the next the others (CHK-058)"
    )
    func texts() async throws {
      let pair = try Pair(besides: [Self.shelter])
      defer { pair.end() }
      try await pair.harness.start()
      pair.harness.stop()
      let inner = try await InnerDoor(pair.ministry, WorldClock())
      let der = try inner.certificate(of: "shelter.example")
      let ask = WitnessNote.ask("shelter.example/amonat/log/1")
      var (answers, rounds) = (0, 0)
      var request = ExchangeParts(notes: Array(repeating: ask, count: 40))
      while answers < 40, rounds < 8 {
        let answer = try await inner.post("/v1/exchange", request.encoded, under: der)
        let found = try #require(answer.parts).notes.compactMap { WitnessNote($0) }
        #expect(found.count <= 16)
        answers += found.count { if case .held = $0 { true } else { false } }
        request = ExchangeParts()
        rounds += 1
      }
      #expect(answers == 40, "none is lost")
      #expect(rounds >= 3)
    }

    @Test("Who is suspended loses its lines at once, and others keep theirs (TLS-010, D4)")
    func suspended() async throws {
      let pair = try Pair(besides: [Self.shelter])
      defer { pair.end() }
      // The shelter cannot be called: it holds a line to the ministry, through this.
      let relay = try await Relay(to: pair.ministry.port)
      pair.ministry.announcedPort = relay.port
      try await pair.harness.start()
      pair.ministry.stop()
      let ministry = try Forger.identity(of: pair.ministry)
      try await pair.ministry.start()
      try await eventually("the shelter holds a line") { relay.lines.begun > relay.lines.ended }
      let member = try await Stranger(ministry, at: pair.clinic).line()
      let stranger = try await Stranger(realm: pair.harness.realm, at: pair.clinic).line()
      let exchange = HTTPLineRequest(
        method: "POST",
        path: "/v1/exchange",
        body: ExchangeParts().encoded
      )
      #expect(try await member.send(exchange, timeout: .seconds(30)).status == 200)
      let look = HTTPLineRequest(method: "GET", path: "/checkpoint")
      _ = try await stranger.send(look, timeout: .seconds(30))

      let note = try pair.harness.suspending("ministry.example")
      let clinic = try #require(pair.harness.nodes["clinic.example"])
      try clinic.cli(["register", "import", note])
      try await eventually("the suspended member's line has ended") { !member.isOpen }
      #expect(stranger.isOpen, "a right that was never there is not taken")
      _ = try await stranger.send(look, timeout: .seconds(30))
      // A line that a node itself holds to the member ends too.
      let ended = relay.lines.ended
      let shelter = try #require(pair.harness.nodes["shelter.example"])
      try shelter.cli(["register", "import", note])
      try await eventually("the shelter lets its line go") { relay.lines.ended > ended }
      // It may come again, to be told no more than that: what it sends is judged at each exchange.
      let again = try await Stranger(ministry, at: pair.clinic).ask(
        "POST",
        "/v1/exchange",
        ExchangeParts().encoded
      )
      #expect(again.status == 200)
    }

    @Test("A certificate that a newer link leaves out loses its line while it is open (TLS-010)")
    func certificateChanged() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      pair.ministry.stop()
      let node = try await Node(
        folder: StateFolder(pair.ministry.state),
        settings: NodeSettings(socketPath: pair.ministry.socket, passphraseCost: .least)
      )
      let old = try await Stranger(node.tls.current, at: pair.clinic).line()
      let exchange = HTTPLineRequest(
        method: "POST",
        path: "/v1/exchange",
        body: ExchangeParts().encoded
      )
      #expect(try await old.send(exchange, timeout: .seconds(30)).status == 200)
      // The ministry's next link pins another certificate; the clinic learns of it from anybody.
      let certificate = try NodeCertificate.mint(
        for: CertificateName(realm: node.store.identity.realm, agency: node.trust.me)
      )
      let directory = node.trust.view.directory
      let held = try #require(directory.link(of: node.trust.me)?.link)
      let link = Link(
        agency: node.trust.me,
        realm: held.realm,
        serial: held.serial + 1,
        card: held.card,
        tls: [certificate.der],
        endpoints: held.endpoints,
        expiresMs: held.expiresMs,
        via: [],
        directory: nil
      )
      let note = try link.signed(
        log: try #require(LogID(node.store.identity.log)),
        logKey: try NodeStore.signingKey(node.store.keyring, named: "log/1")
      )
      let hello = try HelloDocument(notes: [note])
      let stranger = try Stranger(realm: pair.harness.realm, at: pair.clinic)
      #expect(try await stranger.ask("POST", "/v1/hello", hello.bytes).status == 200)
      try await eventually("the line under the old certificate has ended") { !old.isOpen }
      let refused = try await Stranger(node.tls.current, at: pair.clinic).ask(
        "POST",
        "/v1/exchange",
        ExchangeParts().encoded
      )
      #expect(refused.status == 403)
      let renewed = try TLSIdentity(
        certificateDER: certificate.der,
        privateKey: certificate.privateKeyDER.copyBytes()
      )
      let taken = try await Stranger(renewed, at: pair.clinic).ask(
        "POST",
        "/v1/exchange",
        ExchangeParts().encoded
      )
      #expect(taken.status == 200)
    }

    @Test(
      "Everybody reads the newest heartbeat with its cosignatures, and no leaf beyond (PUB-001)"
    )
    func published() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let stranger = try Stranger(realm: pair.harness.realm, at: pair.ministry)
      let witness = Names.witness(agency: "clinic.example", number: 1)
      var note = ""
      try await eventually("the witness's line stands under the heartbeat") {
        let answer = try await stranger.ask("GET", "/checkpoint")
        note = String(decoding: answer.body, as: UTF8.self)
        guard answer.status == 200 else { return false }
        #expect(answer.header("content-type") == "text/plain; charset=utf-8")
        return note.contains("\n— \(witness) ")
      }
      let shown = try Checkpoint.claimed(note: note)
      #expect(shown.origin == "ministry.example/amonat/log/1")
      // Leaves that no heartbeat covers yet exist, and are nobody's business (PUB-005).
      let worker = try await Pair.session(at: pair.ministry.socket)
      for _ in 0..<3 {
        let opened = try await worker.openCase(
          CaseOpen(desk: "intake", sections: ["identity": ["name": .text("Example Person")]])
        )
        _ = try await worker.recordConsent(
          ConsentRecord(case: opened.case, grants: [Pair.grant(["need"])], record: Pair.facts)
        )
      }
      #expect(try await worker.status().log.size > shown.size)
      for path in ["/tile/0/000.p/", "/tile/entries/000.p/"] {
        #expect(try await stranger.ask("GET", path + "\(shown.size)").status == 200)
        #expect(try await stranger.ask("GET", path + "\(shown.size + 1)").status == 404)
      }
    }

    @Test("A closed log stays readable to everybody, to its end and no further (PUB-007)")
    func closedLog() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      pair.ministry.stop()
      for suffix in ["", "-wal", "-shm"] {
        let file = pair.ministry.state.appendingPathComponent("checkpoints.db").path + suffix
        try? FileManager.default.removeItem(atPath: file)
      }
      try await pair.ministry.start()
      let stranger = try Stranger(realm: pair.harness.realm, at: pair.ministry)
      let answer = try await stranger.ask("GET", "/log/1/checkpoint")
      #expect(answer.status == 200)
      let end = try Checkpoint.claimed(note: String(decoding: answer.body, as: UTF8.self))
      #expect(end.origin == "ministry.example/amonat/log/1" && end.size > 0)
      let tile = try await stranger.ask("GET", "/log/1/tile/0/000.p/\(end.size)")
      var tree = LogTree()
      for offset in stride(from: 0, to: tile.body.count, by: 32) {
        tree.append(try #require(Digest32(tile.body, at: offset)))
      }
      #expect(tree.size == end.size && tree.root == end.root)
      let leaves = try await stranger.ask("GET", "/log/1/tile/entries/000.p/\(end.size)")
      #expect(leaves.body.count == Int(end.size) * 99)
      for path in [
        "/log/1/tile/0/000.p/\(end.size + 1)", "/log/2/checkpoint", "/log/01/checkpoint",
      ] {
        #expect(try await stranger.ask("GET", path).status == 404, "\(path)")
      }
    }
  }
}
