internal import AgencyNode
internal import CanonicalBytes
internal import Exchange
internal import Foundation
internal import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TestSupport
internal import Testing
internal import TransparencyLog
internal import Trust

extension NodeTests {
  /// A member that lies against a real node, while time passes at that node.
  @Suite(.serialized) struct LatePeerTests {
    /// The ministry in the wrong hands, and the clinic's node in this process, on a clock of the test's.
    private func withForger(
      _ body: (Pair, Forger, WorldClock, LocalClient) async throws -> Void
    ) async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      pair.harness.stop()
      let clock = WorldClock()
      let running = try await LifeWorld.serve(pair.clinic, clock: clock.node)
      do {
        try await eventually("the clinic answers") {
          (try? await pair.clinic.client().health().status) == "ok"
        }
        let client = try await Pair.session(at: pair.clinic.socket)
        try await body(pair, try await Forger(pair), clock, client)
      } catch {
        running.work.cancel()
        _ = await running.work.result
        throw error
      }
      running.work.cancel()
      _ = await running.work.result
    }

    @Test("B8: a message that came in time is answered by the same event after its time is over")
    func repeatAfterExpiry() async throws {
      try await withForger { _, forger, clock, _ in
        let expires = forger.nowMs + 3_600_000
        let offers = [
          try forger.offer(under: try await forger.grant(), expiresMs: expires),
          try forger.offer(under: try await forger.grant(), expiresMs: expires),
        ]
        let first = try await forger.delivery([offers[0]])
        let taken = try await forger.send(ExchangeParts(delivery: first, held: 0))
        #expect(taken.events.map(\.type) == [.receive])
        // The receipt is lost; the sender comes again when the message has run out.
        clock.pass(hours: 2)
        let again = try await forger.again(first)
        let repeated = try await forger.send(ExchangeParts(delivery: again, held: 0))
        #expect(repeated.events.map(\.type) == [.receive])
        #expect(repeated.events.map(\.index) == taken.events.map(\.index))
        // One that comes for the first time is too late.
        let late = try await forger.deliver(offers[1])
        #expect(late.items == ["expired"])
        #expect(late.events.map(\.type) == [.refuse])
      }
    }

    @Test("C12: a refused item does not keep its checkpoint from being cosigned")
    func refusedIsCosigned() async throws {
      try await withForger { _, forger, _, _ in
        let directory = forger.node.trust.view.directory
        let witness = try #require(directory.witness(of: forger.clinic))
        func deliver(_ draft: OutboundDraft) async throws -> Forger.Answer {
          let delivery = try await forger.delivery([draft])
          let answer = try await forger.send(ExchangeParts(delivery: delivery, held: 0))
          #expect(answer.events.allSatisfy { $0.type != .receive })
          #expect(!answer.items.isEmpty)
          let line = try #require(answer.parts?.receipt?.cosignature)
          let time = try Cosignature.verify(
            line: line,
            note: delivery.checkpoint,
            witness: witness.witness.text,
            key: witness.key
          )
          #expect(time > 0)
          // What was cosigned is held: the next delivery proves from there.
          let size = try Checkpoint.claimed(note: delivery.checkpoint).size
          #expect(answer.parts?.held == size)
          return answer
        }
        // Refused without an event, and with one.
        let other = try #require(Digest32(hex: String(repeating: "ab", count: 32)))
        let foreign = try forger.offer(under: try await forger.grant(), realm: other)
        #expect(try await deliver(foreign).items == ["not-yours"])
        let wide = try forger.offer(under: try await forger.grant(), groups: ["identity"])
        #expect(try await deliver(wide).items == ["grant"])
      }
    }

    @Test(
      "D1: refusals that leave no event are logged by peer and code within a day, once (EXC-010)"
    )
    func countsAreLogged() async throws {
      try await withForger { pair, forger, clock, _ in
        let other = try #require(Digest32(hex: String(repeating: "ab", count: 32)))
        for _ in 0..<3 {
          let draft = try forger.offer(under: try await forger.grant(), realm: other)
          #expect(try await forger.deliver(draft).items == ["not-yours"])
        }
        let broken = try forger.offer(under: try await forger.grant()) { $0 + [0x78, 0x01] }
        #expect(try await forger.deliver(broken).items == ["malformed"])
        func logged() throws -> [String] {
          try pair.clinic.unlockAgain()
          let path = pair.root.appendingPathComponent("counts.bundle").path
          try? FileManager.default.removeItem(atPath: path)
          try pair.clinic.cli(["audit", "export", "--force", "--out", path])
          return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            .map(String.init).filter { $0.contains("\"type\":\"refusals\"") }
        }
        #expect(try logged() == [], "the day is not over")
        clock.pass(hours: 21)
        try await eventually("the counts stand in the log") { try logged().count == 2 }
        let lines = try logged()
        for (code, count) in [("not-yours", 3), ("malformed", 1)] {
          let line = try #require(lines.first { $0.contains("\"code\":\"\(code)\"") })
          #expect(line.contains("\"count\":\(count),"))
          #expect(line.contains("\"peer\":\"ministry.example\""))
        }
        // What is logged is counted from nothing again.
        let later = try forger.offer(under: try await forger.grant(), realm: other)
        #expect(try await forger.deliver(later).items == ["not-yours"])
        clock.pass(hours: 21)
        try await eventually("the next day's count stands there") { try logged().count == 3 }
        #expect(try logged().count { $0.contains("\"count\":1,") } == 2)
      }
    }

    @Test("The longest life that an allowed policy gives counts while two overlap (POL-027)")
    func longestLife() async throws {
      try await withForger { pair, forger, clock, client in
        let text = try String(contentsOf: NodeHarness.policy, encoding: .utf8)
        let shorter = text.replacing(#""version": 1,"#, with: #""version": 2,"#)
          .replacing(#""overlap": "30d""#, with: #""overlap": "2d""#)
          .replacing(
            #"{"code": "offer", "life": "120d""#,
            with: #"{"code": "offer", "life": "5d""#
          )
        try #require(shorter != text)
        let policy = try PolicyAdoptionTests.write(shorter, "shorter.json", pair)
        let note = try PolicyAdoptionTests.register(naming: policy, pair)
        try pair.clinic.unlockAgain()
        try pair.clinic.cli(["register", "import", note, "--policy", policy])
        #expect(try await client.status().policy?.version == 2)
        // The forger speaks under the second edition as well.
        let notes = try String(contentsOfFile: note, encoding: .utf8)
        _ = try await RegisterService(node: forger.node).take(
          NotesImport(notes: [notes], policy: Base64.encode(Array(shorter.utf8)))
        )
        #expect(forger.node.trust.view.policy?.version == 2)
        func offer() async throws -> Forger.Answer {
          let grant = try await forger.grant()
          // Ten days from the clinic's now: more than the second edition gives, less than the first.
          let expires = clock.nowMs + 10 * 86_400_000
          return try await forger.deliver(try forger.offer(under: grant, expiresMs: expires))
        }
        let during = try await offer()
        #expect(during.events.map(\.type) == [.receive], "\(during.items)")
        // The overlap is over: only the second edition is left.
        clock.pass(hours: 3 * 24)
        try await eventually("the first edition has run out") {
          // It is looked at every few seconds.
          try await offer().items == ["expired"]
        }
      }
    }

    @Test(
      "A view that its owner does not prove is shown to it, and calls people after 72 h (CHK-054)"
    )
    func unprovedView() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      pair.harness.stop()
      let clock = WorldClock()
      let running = try await LifeWorld.serve(pair.ministry, clock: clock.node)
      defer { running.work.cancel() }
      let client = pair.ministry.client()
      try await eventually("the ministry answers") {
        (try? await client.health().status) == "ok"
      }
      let thief = try HostileLogTests.Thief(pair)
      let view = try thief.sign(16_000, Randomness.digest())
      // Handed on as by another member; the owner itself is asked at once, in the same words.
      let shown = try await thief.post(ExchangeParts(notes: [view])).answer
      #expect(shown.notes.contains(view))
      #expect(try await !client.status().warnings.contains("view-unproved"))
      clock.pass(hours: 71)
      #expect(try await !client.status().warnings.contains("view-unproved"))
      // Unanswered, it is asked again; a call without a proof is no answer.
      let again = try await thief.post(ExchangeParts()).answer
      #expect(again.notes.contains(view))
      clock.pass(hours: 2)
      try await eventually("people are called") {
        try await client.status().warnings.contains("view-unproved")
      }
      let worker = try await Pair.session(at: pair.ministry.socket)
      #expect(try await worker.metrics().contains("amonat_views_unproved 1\n"))
      // It accuses nobody: the clinic is still a peer to refer to.
      #expect(try await !client.status().warnings.contains("log-forked"))
    }
  }
}
