internal import Foundation
internal import LocalContract
internal import TestSupport
internal import Testing

extension NodeTests {
  @Suite(.serialized) struct KillTests {
    /// How many; `AMONAT_TEST_KILLS=200` is the documented run.
    private static let kills =
      ProcessInfo.processInfo.environment["AMONAT_TEST_KILLS"].flatMap(Int.init) ?? 12

    @Test("Killing either node at any moment loses, doubles and hides no referral")
    func kills() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let opener = try await Pair.session(at: pair.ministry.socket)
      let opened = try await opener.openCase(
        CaseOpen(desk: "intake", sections: ["identity": ["name": .text("Example Person")]])
      )
      await opener.close()
      let submitter = Submitter(socket: pair.ministry.socket, caseID: opened.case)
      let work = Task { await submitter.run() }
      defer { work.cancel() }
      var random = SeededGenerator(seed: 20)
      for kill in 0..<Self.kills {
        try await Task.sleep(for: .milliseconds(Int.random(in: 100..<700, using: &random)))
        let victim = kill.isMultiple(of: 2) ? pair.ministry : pair.clinic
        victim.kill()
        try await victim.start()
      }
      try await Task.sleep(for: .milliseconds(500))
      work.cancel()
      let tally = await work.value
      #expect(tally.refused == [])
      #expect(!tally.acknowledged.isEmpty)

      let sender = try await Pair.session(at: pair.ministry.socket)
      let recipient = try await Pair.session(at: pair.clinic.socket)
      try await eventually("everything delivered") {
        try await Pair.referrals(sender, .outgoing).allSatisfy { $0.state == "delivered" }
      }
      let sent = try await Pair.referrals(sender, .outgoing).map(\.message)
      let received = try await Pair.referrals(recipient, .incoming).map(\.message)
      #expect(sent.count >= tally.acknowledged.count)
      #expect(Set(tally.acknowledged).count == tally.acknowledged.count)
      #expect(Set(sent).isSuperset(of: tally.acknowledged), "an acknowledged referral is lost")
      #expect(received.count == Set(received).count, "a referral is doubled")
      #expect(Set(received) == Set(sent))

      let findings = try pair.findings()
      #expect(findings.filter { $0.hasPrefix("error") } == [])
      for node in [pair.ministry, pair.clinic] {
        let bundle = try String(
          contentsOf: pair.root.appendingPathComponent("\(node.spec.id).bundle"),
          encoding: .utf8
        )
        let type = node === pair.ministry ? "\"type\":\"disclose\"" : "\"type\":\"receive\""
        let leaves = bundle.split(separator: "\n").filter {
          $0.hasPrefix("leaf\t") && $0.contains(type)
        }
        let logged = Set(leaves.compactMap(Self.message))
        #expect(logged.isSuperset(of: sent), "\(node.spec.id) has not logged a referral")
      }
      print(
        "kills \(Self.kills), acknowledged \(tally.acknowledged.count), sent \(sent.count), "
          + "received \(received.count), unanswered calls \(tally.unanswered), "
          + "answers lost \(tally.doneBefore), findings \(findings.count)"
      )
    }

    /// The message that a leaf of a bundle is about.
    private static func message(_ leaf: Substring) -> String? {
      let word = "\"message\":\""
      guard let start = leaf.range(of: word)?.upperBound else { return nil }
      return String(leaf[start...].prefix(64))
    }
  }
}
