internal import AgencyNode
internal import Foundation
internal import LocalContract
internal import TestSupport
internal import Testing

extension NodeTests {
  /// What an operator counts on: stopping, metrics, modes, repeated requests, a full disk.
  @Suite(.serialized) struct DaemonTests {
    @Test("The socket and everything in the state folder are for their owner only")
    func modes() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.clinic.start()
      func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
      }
      try await eventually("the socket has its mode", seconds: 30) {
        try mode(pair.clinic.socket) == 0o600
      }
      #expect(try mode(pair.clinic.state.path) == 0o700)
      #expect(try mode(pair.clinic.state.appendingPathComponent("state.key").path) == 0o400)
    }

    @Test("Asked to stop in the middle of its work, a node ends in order and loses nothing")
    func stopsInOrder() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let submitter = Submitter(socket: pair.ministry.socket)
      defer { submitter.finish() }
      let work = Task { await submitter.run() }
      for round in 0..<3 {
        try await eventually("work is under way") {
          try await pair.ministry.client().status().counts["delivered"] ?? 0 > UInt64(round * 5)
        }
        for node in [pair.ministry, pair.clinic] {
          #expect(node.terminate(within: 60) == 0, "\(node.spec.id) in round \(round)")
          #expect(!FileManager.default.fileExists(atPath: node.socket), "its socket is gone")
          try await node.start()
        }
      }
      submitter.finish()
      let tally = await work.value
      #expect(tally.refused == [])
      #expect(!tally.acknowledged.isEmpty)
      try await eventually("everything delivered") {
        let counts = try await pair.ministry.client().status().counts
        return counts["queued"] == 0 && counts["sent"] == 0
      }
      #expect(try pair.findings().filter { $0.hasPrefix("error") } == [])
      let sent = try pair.logged("\"type\":\"disclose\"", by: pair.ministry)
      let received = try pair.logged("\"outcome\":\"stored\"", by: pair.clinic)
      #expect(Set(tally.acknowledged).subtracting(sent).isEmpty)
      #expect(sent.count == Set(sent).count && Set(received) == Set(sent))
    }

    @Test("Metrics and health stand on a loopback port when asked for, and nothing else does")
    func loopback() async throws {
      let pair = try Pair()
      defer { pair.end() }
      let port = HarnessNode.freePort()
      pair.clinic.extraArguments = ["--metrics-port", "\(port)"]
      try await pair.clinic.start()
      func get(_ path: String, host: String) async throws -> (status: Int, body: String) {
        try await PlainCall.get(path, host: host, port: port)
      }
      try await eventually("the port answers", seconds: 60) {
        (try? await get("/healthz", host: "127.0.0.1:\(port)"))?.status == 200
      }
      let metrics = try await get("/metrics", host: "localhost:\(port)")
      #expect(metrics.status == 200)
      #expect(metrics.body.contains("amonat_log_leaves "))
      // A name that a page has pointed here, and the paths of the socket.
      #expect(try await get("/metrics", host: "evil.example").status == 403)
      #expect(try await get("/metrics", host: "evil.example:\(port)").status == 403)
      for path in ["/v1/status", "/v1/cases", "/v1/hello", "/"] {
        #expect(try await get(path, host: "127.0.0.1").status == 404, "\(path)")
      }
    }

    @Test("A node whose desks nobody has unlocked receives and receipts, and can open nothing")
    func locked() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      // A restart forgets every session: from here nobody is there.
      pair.clinic.stop()
      try await pair.clinic.start()
      let sender = try await Pair.session(at: pair.ministry.socket)
      let opened = try await sender.openCase(
        CaseOpen(desk: "intake", sections: ["identity": ["name": .text("Example Person")]])
      )
      let grant = try await sender.recordConsent(
        ConsentRecord(case: opened.case, grants: [Pair.grant(["need"])], record: Pair.facts)
      ).grants[0].grant
      let sent = try await sender.refer(
        ReferBatch(
          referrals: [ReferAsk(grant: grant, content: ["need": Pair.need])],
          wait: .receipt
        )
      )
      #expect(sent.first?.state == "delivered", "a receipt came from a node that can open nothing")
      let status = try await pair.clinic.client().status()
      #expect(status.desks.allSatisfy { !$0.unlocked })
      // Without a session nothing is listed or shown; a made-up token is no session.
      for token in [nil, String(repeating: "ab", count: 32)] {
        let stranger = pair.clinic.client(token: token)
        await #expect(throws: LocalFailure(.sessionUnknown)) { try await stranger.referrals() }
      }
      let recipient = pair.clinic.client()
      do {
        _ = try await recipient.unlock(
          Unlock(user: NodeHarness.users[0], passphrase: "not the right passphrase")
        )
        Issue.record("unlocked with a wrong passphrase")
      } catch {
        #expect(error.code == "passphrase-wrong")
      }
      // With the passphrase, and only then, the content is there.
      let worker = try await Pair.session(at: pair.clinic.socket)
      let line = try #require(try await Pair.referrals(worker, .incoming).first)
      let view = try await worker.showReferral(line.referral)
      #expect(view.content["need"]?["region"] == Pair.need["region"])
      try await worker.lock()
      await #expect(throws: LocalFailure.self) { try await worker.showReferral(line.referral) }
    }

    @Test(
      "A request under one key is carried out once, over HTTP, through kills, and for itself only"
    )
    func idempotency() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let client = try await Pair.session(at: pair.ministry.socket)
      let open = CaseOpen(desk: "intake", sections: ["identity": ["name": .text("Example Person")]])
      let first = try await client.openCase(open, idempotencyKey: "case-1")
      #expect(try await client.openCase(open, idempotencyKey: "case-1") == first)
      #expect(try await client.openCase(open, idempotencyKey: "case-2") != first)
      let record = ConsentRecord(
        case: first.case,
        grants: [Pair.grant(["need"])],
        record: Pair.facts
      )
      do {
        _ = try await client.recordConsent(record, idempotencyKey: "case-1")
        Issue.record("one key for two requests")
      } catch {
        #expect(error.code == "idempotency-conflict")
      }
      let grants = try await client.recordConsent(record, idempotencyKey: "consent-1")
      #expect(try await client.recordConsent(record, idempotencyKey: "consent-1") == grants)
      let ask = ReferBatch(
        referrals: [ReferAsk(grant: grants.grants[0].grant, content: ["need": Pair.need])]
      )
      let sent = try await client.refer(ask, idempotencyKey: "refer-1")
      #expect(sent.first?.message != nil)
      // Many at once under one key: one is carried out, the others get its answer or come again.
      let raced = try await client.recordConsent(record, idempotencyKey: "consent-2")
      let race = ReferBatch(
        referrals: [ReferAsk(grant: raced.grants[0].grant, content: ["need": Pair.need])]
      )
      let socket = pair.ministry.socket
      let messages = try await withThrowingTaskGroup(of: String?.self) { group in
        for _ in 0..<8 {
          group.addTask {
            let other = try await Pair.session(at: socket)
            do {
              return try await other.refer(race, idempotencyKey: "refer-2").first?.message
            } catch let error as LocalFailure {
              return error.code == "busy" ? nil : "refused: \(error.code)"
            }
          }
        }
        var out: Set<String> = []
        for try await message in group { if let message { out.insert(message) } }
        return out
      }
      #expect(messages.count == 1 && !(messages.first ?? "refused").hasPrefix("refused"))
      // A kill in between changes nothing: the answer stands with the change.
      pair.ministry.kill()
      try await pair.ministry.start()
      let after = try await Pair.session(at: pair.ministry.socket)
      #expect(
        try await after.refer(ask, idempotencyKey: "refer-1").map(\.message) == sent.map(\.message)
      )
      #expect(try await after.recordConsent(record, idempotencyKey: "consent-1") == grants)
      #expect(try await Pair.referrals(after, .outgoing).count == 2)
      // A refusal is not kept, and stops nobody: the same key may be used again.
      let unknown = String(repeating: "0", count: 32)
      do {
        _ = try await after.act(.ack, on: unknown, idempotencyKey: "act-1")
        Issue.record("acted on nothing")
      } catch {
        #expect(error.code == "referral-unknown")
      }
      #expect(try await after.status().counts["queued"] != nil)
      #expect(try await after.openCase(open, idempotencyKey: "case-3") != first)
    }

    @Test("Pages of cases and referrals leave nothing out, and a made-up place is refused")
    func pages() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let client = try await Pair.session(at: pair.ministry.socket)
      let open = CaseOpen(desk: "intake", sections: ["identity": ["name": .text("Example Person")]])
      var names: Set<String> = []
      for _ in 0..<(LocalLimits.page + 3) { names.insert(try await client.openCase(open).case) }
      let first = try await client.cases()
      #expect(first.cases.count == LocalLimits.page)
      let second = try await client.cases(after: first.next)
      #expect(second.cases.count == 3 && second.next == nil)
      #expect(Set((first.cases + second.cases).map(\.case)) == names)
      try pair.ministry.unlockAgain()
      let listed = try pair.ministry.cli(["case", "list", "--json"]).json() as? [[String: Any]]
      #expect(listed?.count == names.count, "the command line follows the pages")
      for place in ["0", "-1", "x", "01", "9999999999999999999"] {
        do {
          _ = try await client.cases(after: place)
          Issue.record("took \(place)")
        } catch {
          #expect(error.code == "malformed", "\(place)")
        }
      }
    }

    @Test(
      "A full disk stops the node with a clear message, and the next start finds everything whole",
      .enabled(if: geteuid() == 0, "a small file system needs the right to mount one")
    )
    func fullDisk() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try pair.mountSmall(pair.ministry, mebibytes: 24)
      defer { pair.unmount(pair.ministry) }
      try await pair.harness.start()
      let client = try await Pair.session(at: pair.ministry.socket)
      let open = CaseOpen(desk: "intake", sections: ["identity": ["name": .text("Example Person")]])
      var opened: [String] = []
      var code = ""
      while code.isEmpty, opened.count < 20_000 {
        do throws(LocalFailure) { opened.append(try await client.openCase(open).case) } catch {
          code = error.code
        }
      }
      #expect(["storage-full", "storage-unreadable", LocalFailure.unreachable].contains(code))
      #expect(pair.ministry.exit(within: 60) == 1)
      let said = try String(contentsOf: pair.ministry.logFile, encoding: .utf8)
      #expect(said.contains("storage-full") || said.contains("storage-unreadable"))
      // Somebody makes room: nothing that was acknowledged is missing.
      try pair.grow(pair.ministry, mebibytes: 64)
      try await pair.ministry.start()
      let after = try await Pair.session(at: pair.ministry.socket)
      var found: Set<String> = []
      var place: String?
      repeat {
        let page = try await after.cases(after: place)
        found.formUnion(page.cases.map(\.case))
        place = page.next
      } while place != nil
      #expect(Set(opened).subtracting(found).isEmpty)
      #expect(try await after.openCase(open).case.count == 32)
    }
  }
}
