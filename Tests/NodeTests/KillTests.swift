internal import Foundation
internal import LocalContract
internal import TestSupport
internal import Testing

extension NodeTests {
  @Suite(.serialized) struct KillTests {
    /// How many; fewer by `AMONAT_TEST_KILLS`, for a quick look.
    private static let kills =
      ProcessInfo.processInfo.environment["AMONAT_TEST_KILLS"].flatMap(Int.init) ?? 200

    @Test("Killing either node at any moment loses, doubles and hides no referral")
    func kills() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let submitter = Submitter(socket: pair.ministry.socket)
      let work = Task { await submitter.run() }
      defer { submitter.finish() }
      var random = SeededGenerator(seed: 20)
      for kill in 0..<Self.kills {
        try await Task.sleep(for: .milliseconds(Int.random(in: 100..<700, using: &random)))
        let victim = kill.isMultiple(of: 2) ? pair.ministry : pair.clinic
        victim.kill()
        try await victim.start()
      }
      try await Task.sleep(for: .milliseconds(500))
      submitter.finish()
      let tally = await work.value
      #expect(tally.refused == [])
      #expect(!tally.acknowledged.isEmpty)

      try await eventually("everything delivered") {
        let counts = try await pair.ministry.client().status().counts
        return counts["queued"] == 0 && counts["sent"] == 0
      }
      let counts = try await pair.ministry.client().status().counts
      #expect(counts["refused"] == 0 && counts["dead"] == 0 && counts["held"] == 0)

      let findings = try pair.findings()
      #expect(findings.filter { $0.hasPrefix("error") } == [])
      let sent = try pair.logged("\"type\":\"disclose\"", by: pair.ministry)
      let received = try pair.logged("\"outcome\":\"stored\"", by: pair.clinic)
      #expect(counts["delivered"] == UInt64(sent.count))
      #expect(Set(tally.acknowledged).count == tally.acknowledged.count)
      let lost = Set(tally.acknowledged).subtracting(sent)
      #expect(lost.isEmpty, "an acknowledged referral is lost or not logged")
      #expect(sent.count == Set(sent).count, "a referral is sent twice")
      #expect(received.count == Set(received).count, "a referral is doubled")
      #expect(Set(received) == Set(sent))
      let recipient = try await Pair.session(at: pair.clinic.socket)
      let listed = try await Pair.referrals(recipient, .incoming).map(\.message)
      #expect(!listed.isEmpty && listed.count == Set(listed).count)
      #expect(Set(received).isSuperset(of: listed))
      #expect(listed.count == received.count, "the pages of a list leave nothing out")
      print(
        "kills \(Self.kills), acknowledged \(tally.acknowledged.count), sent \(sent.count), "
          + "received \(received.count), unanswered calls \(tally.unanswered), "
          + "answers lost \(tally.doneBefore), findings \(findings.count)"
      )
    }
  }
}
