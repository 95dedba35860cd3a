internal import AgencyNode
internal import CanonicalBytes
internal import Exchange
internal import Foundation
internal import HTTPLine
internal import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TestSupport
internal import Testing
internal import TransparencyLog
internal import Trust

extension NodeTests {
  /// What a node does before something else, and what never leaves it.
  @Suite(.serialized) struct OrderTests {
    private func opened(_ member: HarnessNode) async throws -> Node {
      try await Node(
        folder: StateFolder(member.state),
        settings: NodeSettings(socketPath: member.socket, passphraseCost: .least)
      )
    }

    /// Stops a node's writer, as a contradiction in its own log does: nothing can be logged any more.
    private func stopWriting(_ node: Node) async throws {
      let identity = node.store.identity
      let key = try NodeStore.signingKey(node.store.keyring, named: "log/\(identity.number)")
      let note = Checkpoint.sign(
        origin: identity.log,
        size: 1 << 20,
        root: Randomness.digest(),
        key: key
      )
      try await node.store.stop(
        for: try Checkpoint.verify(note: note, origin: identity.log, key: key.publicKey),
        note: note
      )
    }

    @Test("A register and a card are used only once they are logged (REG-015, CRD-007)")
    func loggedFirst() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let second = try pair.harness.suspending("ministry.example")
      let text = try String(contentsOfFile: second, encoding: .utf8)
      // Where it can be logged it is, and then it counts.
      try pair.clinic.cli(["register", "import", second])
      let status = try await pair.clinic.client().register()
      #expect(status.version == 2)
      let path = pair.root.appendingPathComponent("clinic.bundle").path
      try pair.clinic.unlockAgain()
      try pair.clinic.cli(["audit", "export", "--force", "--out", path])
      let bundle = try String(contentsOfFile: path, encoding: .utf8)
      for (type, hash) in [("register", status.sha256), ("card", try cardHash(pair.clinic))] {
        #expect(
          bundle.split(separator: "\n").contains {
            $0.contains("\"type\":\"\(type)\"") && $0.contains(hash)
          },
          "\(type)"
        )
      }

      pair.ministry.stop()
      let node = try await opened(pair.ministry)
      let register = node.trust.view.registerHash
      let notes = try RegisterService(node: node).hello().notes
      try await stopWriting(node)
      await #expect(throws: NodeError.self) {
        try await RegisterService(node: node).take(NotesImport(notes: [text]))
      }
      #expect(node.trust.view.registerHash == register)
      #expect(node.trust.view.directory.isActive(node.trust.me, atMs: node.trustedMs))
      let key = try String(
        contentsOf: pair.ministry.state.appendingPathComponent("agency.key"),
        encoding: .utf8
      )
      await #expect(throws: NodeError.self) {
        try await CardService(node: node).sign(
          CardSign(
            passphrase: Pair.passphrase,
            keyFile: key,
            endpoints: ["https://127.0.0.1:9"]
          )
        )
      }
      #expect(try RegisterService(node: node).hello().notes == notes, "nobody is sent the new card")
    }

    private func cardHash(_ member: HarnessNode) throws -> String {
      let shown = try member.cli(["card", "show", "--json"]).json() as? [String: Any]
      return try #require(shown?["sha256"] as? String)
    }

    @Test("No case is opened before each desk has a second holder or a paper key (CRD-016)")
    func secondHolder() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      // By the command: neither a second holder nor a paper key.
      let lone = try pair.clinic.tryCLI([
        "desk", "add", "annex", "--groups", "need", "--holders", "zarina",
      ])
      #expect(lone.status != 0 && lone.err.contains("second-holder-missing"))
      pair.clinic.stop()
      let node = try await opened(pair.clinic)
      let token = try await AccessService(node: node).unlock(
        Unlock(user: NodeHarness.users[0], passphrase: Pair.passphrase)
      ).token
      let presence = try await node.sessions.presence(token)
      let open = CaseOpen(desk: "health", sections: ["identity": ["name": .text("N")]])
      #expect(try await !CaseService(node: node).open(open, presence).case.isEmpty)
      // A desk that came with one holder only, whatever left it so: also no case at another desk.
      let key = KeyWrap.PrivateKey.generate()
      let desk = try #require(DeskName("annex"))
      let keyID = DeskKey.keyID(agency: node.trust.me, desk: desk, publicKey: key.publicBytes)
      try node.store.keyring.addDeskKey(
        .init(keyID: keyID, desk: "annex", publicBytes: key.publicBytes, fromMs: 0, notAfterMs: 1),
        holders: [("zarina", [1])]
      )
      for desk in ["health", "annex"] {
        await #expect(throws: NodeError.self) {
          try await CaseService(node: node).open(CaseOpen(desk: desk, sections: [:]), presence)
        }
      }
      try node.store.keyring.addHolder(keyID: keyID, user: "paper.annex", sealed: [2])
      #expect(try await !CaseService(node: node).open(open, presence).case.isEmpty)
    }

    @Test("Nothing that a desk is shown or exports proves where it came from (ENV-034, attack C4)")
    func nothingProves() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let worker = try await Pair.session(at: pair.ministry.socket)
      let opened = try await worker.openCase(
        CaseOpen(desk: "intake", sections: ["identity": ["name": .text("Example Person")]])
      )
      let grant = try await worker.recordConsent(
        ConsentRecord(
          case: opened.case,
          grants: [Pair.grant(["need", "identity"])],
          record: Pair.facts
        )
      ).grants[0].grant
      _ = try await worker.refer(
        ReferBatch(
          referrals: [ReferAsk(grant: grant, content: ["need": Pair.need], fromCase: true)],
          wait: .receipt
        )
      )
      let clinic = try await Pair.session(at: pair.clinic.socket)
      let arrived = try #require(try await Pair.referrals(clinic, .incoming).first).referral
      _ = try await clinic.act(.ack, on: arrived)
      _ = try await clinic.act(.accept, on: arrived)
      try await eventually("identity is there") {
        try await clinic.showReferral(arrived).content["identity"] != nil
      }
      var shown = ""
      for (node, commands) in [
        (
          pair.clinic,
          [
            ["inbox"], ["referral", "list"], ["referral", "show", arrived], ["status"], ["due"],
            ["case", "list"],
          ]
        ),
        (
          pair.ministry,
          [
            ["case", "show", opened.case], ["case", "holders", opened.case], ["referral", "list"],
            ["consent", "show", "--case", opened.case],
          ]
        ),
      ] {
        try node.unlockAgain()
        for command in commands {
          for form in [[], ["--json"]] { shown += try node.cli(command + form).out }
        }
      }
      #expect(shown.contains("Example Person") && shown.contains("khatlon"))
      pair.harness.stop()
      var proofs: Set<[UInt8]> = []
      for member in [pair.ministry, pair.clinic] {
        let node = try await self.opened(member)
        let size = try #require(try node.store.checkpoints.own(node.store.identity.log)).size
        for index in 0..<size {
          let opening = try? await node.store.change({ _ in }) { _, log in
            try log.openings([index])
          }
          guard let opening = opening?.first else { continue }
          proofs.insert(opening.salt.bytes)
          proofs.formUnion(opening.path.map(\.bytes))
          proofs.formUnion([opening.staff.bytes, opening.personal.bytes])
        }
      }
      #expect(proofs.count > 100)
      for bytes in proofs {
        #expect(!shown.contains(Hex.encode(bytes)))
        #expect(!shown.contains(String(Base64.encode(bytes).prefix(40))))
      }
    }

    @Test("A first contact starts from the newest settled checkpoint (CHK-034, attack B16)")
    func firstContact() async throws {
      let shelter = NodeHarness.AgencySpec(
        id: "shelter.example",
        sector: "ngo",
        name: "Shelter",
        nameTg: "Паноҳгоҳ",
        nameRu: "Приют",
        listens: false,
        desks: [("intake", ["need", "identity"])]
      )
      let pair = try Pair(besides: [shelter])
      defer { pair.end() }
      try await pair.harness.start()
      try await eventually("the ministry's log is settled") {
        (try await pair.ministry.client().status().log.settledSize ?? 0) > 0
      }
      let member = try #require(pair.harness.nodes["shelter.example"])
      member.stop()
      let worker = try await Pair.session(at: pair.ministry.socket)
      let opened = try await worker.openCase(
        CaseOpen(desk: "intake", sections: ["identity": ["name": .text("Example Person")]])
      )
      var ask = Pair.grant(["need"])
      ask.peer = "shelter.example"
      let grant = try await worker.recordConsent(
        ConsentRecord(case: opened.case, grants: [ask], record: Pair.facts)
      ).grants[0].grant
      _ = try await worker.refer(
        ReferBatch(referrals: [ReferAsk(grant: grant, content: ["need": Pair.need])])
      )
      // The shelter as if it had never met the ministry: it holds nothing of its log.
      let caller = try Stranger(Forger.identity(of: member), at: pair.ministry)
      let answer = try await caller.ask("POST", "/v1/exchange", ExchangeParts(held: 0).encoded)
      let delivery = try #require(
        try ExchangeParts(decoding: answer.body, role: .answer).delivery
      )
      #expect(delivery.from == 0 && delivery.proof.isEmpty && !delivery.items.isEmpty)
      let store = try NodeStore(opening: StateFolder(member.state))
      let (me, peer) = (AgencyID("shelter.example"), AgencyID("ministry.example"))
      let book = try await TrustBook(
        me: try #require(me),
        store: store,
        nowMs: NodeClock.system.nowMs()
      )
      let directory = book.view.directory
      let ministry = try #require(peer)
      let key = try #require(directory.currentLog(of: ministry)).key
      let origin = "ministry.example/amonat/log/1"
      let newest = try Checkpoint.verify(note: delivery.checkpoint, origin: origin, key: key)
      let settled = try Checkpoint.verify(note: delivery.settled, origin: origin, key: key)
      #expect(settled.size > 0 && settled.size <= newest.size)
      #expect(delivery.settled.contains("clinic.example/amonat/witness/1"))
      let path = try #require(MerkleProof.path(flat: delivery.settledProof))
      #expect(
        MerkleProof.verifyConsistency(
          from: settled.size,
          to: newest.size,
          oldRoot: settled.root,
          newRoot: newest.root,
          path: path
        )
      )
    }

    @Test(
      "A peer that lost its log is told every withdrawal again, erases again, and answers (CHK-019)"
    )
    func toldAgain() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let worker = try await Pair.session(at: pair.ministry.socket)
      let opened = try await worker.openCase(
        CaseOpen(desk: "intake", sections: ["identity": ["name": .text("Example Person")]])
      )
      let grant = try await worker.recordConsent(
        ConsentRecord(case: opened.case, grants: [Pair.grant(["need"])], record: Pair.facts)
      ).grants[0].grant
      _ = try await worker.refer(
        ReferBatch(
          referrals: [ReferAsk(grant: grant, content: ["need": Pair.need])],
          wait: .receipt
        )
      )
      var clinic = try await Pair.session(at: pair.clinic.socket)
      let arrived = try #require(try await Pair.referrals(clinic, .incoming).first).referral
      #expect(try await clinic.showReferral(arrived).content["need"] != nil)
      // An older copy of the clinic's state, from before the withdrawal.
      pair.clinic.stop()
      let kept = pair.root.appendingPathComponent("kept")
      try FileManager.default.copyItem(at: pair.clinic.state, to: kept)
      try await pair.clinic.start()
      try pair.clinic.unlockAgain()
      _ = try await worker.withdraw(
        ConsentWithdraw(case: opened.case, confirmation: "call-back")
      )
      func confirmErasure() async throws {
        try await eventually("the erasure is confirmed at the clinic") {
          try pair.clinic.tryCLI([
            "referral", "erase", arrived, "--confirmation", "call-back",
          ]).status == 0
        }
      }
      func receipts() async throws -> Int {
        try pair.ministry.unlockAgain()
        let path = pair.root.appendingPathComponent("again.bundle").path
        try? FileManager.default.removeItem(atPath: path)
        try pair.ministry.cli(["audit", "export", "--force", "--out", path])
        return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").count {
          // The clinic sends nothing but these.
          $0.contains("\"type\":\"receive\"") && $0.contains("\"peer\":\"clinic.example\"")
        }
      }
      try await confirmErasure()
      try await eventually("its receipt has come") { try await receipts() == 1 }
      // The disk dies; the copy is put back, and the next log begins.
      pair.clinic.kill()
      for name in ["node.db", "keyring.db"].flatMap({ [$0, $0 + "-wal", $0 + "-shm"] }) {
        let file = pair.clinic.state.appendingPathComponent(name)
        try? FileManager.default.removeItem(at: file)
        let copy = kept.appendingPathComponent(name)
        guard FileManager.default.fileExists(atPath: copy.path) else { continue }
        try FileManager.default.copyItem(at: copy, to: file)
      }
      try await pair.clinic.start(flags: ["--restored"])
      #expect(try await pair.clinic.client().status().log.origin == "clinic.example/amonat/log/2")
      try pair.clinic.unlockAgain()
      try await confirmErasure()
      try await eventually("it answers again") { try await receipts() == 2 }
      clinic = try await Pair.session(at: pair.clinic.socket)
      #expect(try await clinic.showReferral(arrived).content.isEmpty)
    }
  }
}
