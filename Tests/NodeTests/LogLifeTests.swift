internal import Foundation
internal import LocalContract
internal import TestSupport
internal import Testing

extension NodeTests {
  /// The log's life between real nodes: witnessed, lost, followed by the next.
  @Suite(.serialized) struct LogLifeTests {
    /// What one person's referrals to the clinic need.
    private struct Worker {
      let client: LocalClient
      let caseID: String

      init(_ pair: Pair) async throws {
        client = try await Pair.session(at: pair.ministry.socket)
        caseID = try await client.openCase(
          CaseOpen(desk: "intake", sections: ["identity": ["name": .text("N")]])
        ).case
      }

      private init(_ client: LocalClient, _ caseID: String) {
        self.client = client
        self.caseID = caseID
      }

      func again(_ pair: Pair) async throws -> Worker {
        Worker(try await Pair.session(at: pair.ministry.socket), caseID)
      }

      func grants(_ count: Int) async throws -> [UInt64] {
        try await client.recordConsent(
          ConsentRecord(
            case: caseID,
            grants: Array(repeating: Pair.grant(["identity", "need"]), count: count),
            record: Pair.facts
          )
        ).grants.map(\.grant)
      }

      /// Refers and returns where the referral stands once the receipt is here.
      func refer(_ grant: UInt64) async throws -> String? {
        try await client.refer(
          ReferBatch(
            referrals: [ReferAsk(grant: grant, content: ["need": Pair.need], fromCase: true)],
            wait: .receipt
          )
        ).first?.state
      }
    }

    /// The referrals at the clinic that nobody has looked at yet.
    private func arrived(_ recipient: LocalClient) async throws -> [String] {
      try await Pair.referrals(recipient, .incoming).filter { $0.state == "delivered" }
        .map(\.referral)
    }

    @Test("Heartbeats are cosigned, settled by the quorum and told back (K2, K6; attack B7)")
    func settled() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      for (node, other) in [(pair.ministry, pair.clinic), (pair.clinic, pair.ministry)] {
        let client = node.client()
        try await eventually("\(node.spec.id) is settled, and knows that the other is") {
          let status = try await client.status()
          return (status.log.settledSize ?? 0) > 0
            && status.peers.contains { $0.agency == other.spec.id && $0.settledMs != nil }
        }
        let status = try await client.status()
        #expect(status.log.settledSize?.isMultiple(of: 16) == true)
        #expect(status.warnings.contains("quorum-one"))
        #expect(!status.warnings.contains("not-settled"))
        let metrics = try await client.metrics()
        #expect(metrics.contains("amonat_receipts_not_final 0\n"))
        #expect(metrics.contains("amonat_logs_forked 0\n"))
      }
      let worker = try await Worker(pair)
      #expect(try await worker.refer(worker.grants(1)[0]) == "delivered")
      #expect(try pair.findings() == [])
      // The auditor counts the witness's line under the heartbeat.
      let bundle = try String(
        contentsOf: pair.root.appendingPathComponent("ministry.example.bundle"),
        encoding: .utf8
      )
      let marks = bundle.split(separator: "\n").filter { $0.hasPrefix("mark\t") }.compactMap {
        Data(base64Encoded: String($0.dropFirst(5))).map { String(decoding: $0, as: UTF8.self) }
      }
      #expect(marks.contains { $0.contains("clinic.example/amonat/witness/1") })
    }

    @Test("Attack A7: without its guard a node opens its next log by itself and works on")
    func lostGuard() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let first = try await Worker(pair)
      var recipient = try await Pair.session(at: pair.clinic.socket)
      let grants = try await first.grants(3)
      #expect(try await first.refer(grants[0]) == "delivered")
      let one = try #require(try await arrived(recipient).first)
      _ = try await recipient.act(.ack, on: one)
      let before = try await pair.ministry.client().status().log

      pair.ministry.stop()
      for suffix in ["", "-wal", "-shm"] {
        try? FileManager.default.removeItem(
          atPath: pair.ministry.state.appendingPathComponent("checkpoints.db").path + suffix
        )
      }
      try await pair.ministry.start()
      let after = try await pair.ministry.client().status()
      #expect(before.origin == "ministry.example/amonat/log/1")
      #expect(after.log.origin == "ministry.example/amonat/log/2")
      #expect(after.warnings.contains("card-behind-log"))

      // Both ways: a consent of the closed log, a new one, and what follows an acceptance.
      let second = try await first.again(pair)
      #expect(try await second.refer(grants[1]) == "delivered")
      #expect(try await second.refer(second.grants(1)[0]) == "delivered")
      _ = try await recipient.act(.accept, on: one)
      try await eventually("the supplement of the first referral is there") {
        try await recipient.showReferral(one).content["identity"] != nil
      }
      for two in try await arrived(recipient) { _ = try await recipient.act(.ack, on: two) }
      try await eventually("the acknowledgements have come") {
        try await Pair.referrals(second.client, .outgoing).count { $0.state == "acknowledged" } == 2
      }

      // The other side keeps it through a restart, and so does this one.
      pair.clinic.stop()
      try await pair.clinic.start()
      pair.ministry.stop()
      try await pair.ministry.start()
      recipient = try await Pair.session(at: pair.clinic.socket)
      let third = try await second.again(pair)
      #expect(try await third.refer(grants[2]) == "delivered")

      // A person signs a card; the old log stands in it as closed.
      let signed = try pair.ministry.tryCLI([
        "card", "sign", "--key", pair.ministry.state.appendingPathComponent("agency.key").path,
        "--passphrase-file", pair.root.appendingPathComponent("passphrase").path,
        "--endpoint", "https://127.0.0.1:\(pair.ministry.port)",
      ])
      #expect(signed.status == 0, "\(signed.err)")
      let warnings = try await pair.ministry.client().status().warnings
      #expect(!warnings.contains("card-behind-log"))

      // Three bundles, no finding that breaks a rule.
      let past = pair.root.appendingPathComponent("ministry-1.bundle").path
      try pair.ministry.unlockAgain()
      try pair.ministry.cli(["audit", "export", "--out", past, "--log", "1"])
      #expect(try pair.findings(besides: [past]) == [])
      let missing = try pair.ministry.tryCLI([
        "audit", "export", "--out", past + "x", "--log", "7",
      ])
      #expect(missing.status != 0)
    }

    @Test("A state older than its guard needs a person's word, and then goes on in the next log")
    func olderState() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let worker = try await Worker(pair)
      let grants = try await worker.grants(2)
      #expect(try await worker.refer(grants[0]) == "delivered")
      pair.ministry.stop()
      let state = pair.ministry.state
      let kept = pair.root.appendingPathComponent("kept")
      try FileManager.default.createDirectory(at: kept, withIntermediateDirectories: true)
      // A whole copy: what was written last may stand in the WAL beside the file.
      let files = ["node.db", "keyring.db"].flatMap { [$0, $0 + "-wal", $0 + "-shm"] }
      for name in files
      where FileManager.default.fileExists(atPath: state.appendingPathComponent(name).path) {
        try FileManager.default.copyItem(
          at: state.appendingPathComponent(name),
          to: kept.appendingPathComponent(name)
        )
      }
      try await pair.ministry.start()
      let later = try await worker.again(pair)
      #expect(try await later.refer(grants[1]) == "delivered")
      pair.ministry.stop()
      for name in files {
        try? FileManager.default.removeItem(at: state.appendingPathComponent(name))
        let copy = kept.appendingPathComponent(name)
        guard FileManager.default.fileExists(atPath: copy.path) else { continue }
        try FileManager.default.copyItem(at: copy, to: state.appendingPathComponent(name))
      }
      await #expect(throws: Programs.Failure.self) { try await pair.ministry.start() }
      try await pair.ministry.start(flags: ["--restored"])
      let status = try await pair.ministry.client().status()
      #expect(status.log.origin == "ministry.example/amonat/log/2")
      // Leaves are missing here: the person is asked again, and then it goes on.
      let restored = try await worker.again(pair)
      #expect(try await restored.refer(restored.grants(1)[0]) == "delivered")
    }
  }
}
