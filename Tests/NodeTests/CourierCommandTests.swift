internal import Foundation
internal import LocalContract
internal import TestSupport
internal import Testing

extension NodeTests {
  /// The commands of the courier, with whole nodes whose lines are cut.
  @Suite(.serialized) struct CourierCommandTests {
    private struct Out: Decodable {
      struct File: Decodable {
        let file: String
        let to: String
        let messages: Int
        let answers: Int
      }
      let parcels: [File]
      let nothing: [String]
    }
    private struct In: Decodable {
      struct Parcel: Decodable {
        let file: String
        let code: String?
        let taken: CourierTaken?
      }
      let parcels: [Parcel]
    }

    /// Two nodes that have been introduced and can never reach each other.
    private static func apart() async throws -> Pair {
      let pair = try Pair()
      // Nobody listens there.
      pair.ministry.announcedPort = 9
      pair.clinic.announcedPort = 9
      try await pair.harness.start()
      return pair
    }

    private static func out(
      _ node: HarnessNode,
      _ folder: URL,
      _ to: [String] = []
    ) throws -> Out {
      let made = try node.cli(
        ["courier", "out", "--dir", folder.path, "--json"] + to.flatMap { ["--to", $0] }
      )
      return try JSONDecoder().decode(Out.self, from: Data(made.out.utf8))
    }

    private static func read(_ node: HarnessNode, _ paths: [String]) throws -> (In, Int32) {
      let said = try node.tryCLI(["courier", "in", "--json"] + paths)
      return (try JSONDecoder().decode(In.self, from: Data(said.out.utf8)), said.status)
    }

    private static func names(_ folder: URL) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    @Test(
      "A referral goes its whole way on a stick, and nothing else on the stick is touched (PCL-002, PCL-010)"
    )
    func wholeWay() async throws {
      let pair = try await Self.apart()
      defer { pair.end() }
      let (ministry, clinic) = (pair.ministry, pair.clinic)
      let caseID = try ConsentTests.newCase(pair)
      let client = try await ConsentTests.session(pair)
      let grants = try await client.recordConsent(
        ConsentRecord(
          case: caseID,
          grants: [Pair.grant(["identity", "need"]), Pair.grant(["need"])],
          record: Pair.facts
        )
      ).grants
      let sent = try await client.refer(
        ReferBatch(
          referrals: [
            ReferAsk(
              grant: grants[0].grant,
              content: ["need": Pair.need, "identity": ["name": .text("Гулнора")]]
            ), ReferAsk(grant: grants[1].grant, content: ["need": Pair.need]),
          ]
        )
      )
      #expect(sent.allSatisfy { $0.state == "queued" })
      let stick = pair.root.appendingPathComponent("stick")
      try FileManager.default.createDirectory(at: stick, withIntermediateDirectories: true)
      let other = stick.appendingPathComponent("holiday.jpg")
      try Data("somebody's own".utf8).write(to: other)

      // Here, there and back, until nothing waits.
      func carry(_ from: HarnessNode, _ to: HarnessNode) throws -> In {
        let before = Set(try Self.names(stick))
        let made = try Self.out(from, stick)
        let fresh = Set(try Self.names(stick)).subtracting(before)
        #expect(Set(made.parcels.map { String($0.file.split(separator: "/").last ?? "") }) == fresh)
        #expect(fresh.allSatisfy { $0.wholeMatch(of: #/[0-9a-f]{32}\.bin/#) != nil })
        guard !made.parcels.isEmpty else { return In(parcels: []) }
        let (taken, status) = try Self.read(to, made.parcels.map(\.file))
        #expect(status == 0 && taken.parcels.allSatisfy { $0.taken?.refused == [] })
        return taken
      }
      #expect(try carry(ministry, clinic).parcels.first?.taken?.received == 2)
      let there = try await Pair.session(at: clinic.socket)
      let arrived = try await Pair.referrals(there, .incoming)
      #expect(arrived.count == 2)
      let message = try #require(sent[0].message)
      let first = try #require(arrived.first { $0.message == message })
      let second = try #require(arrived.first { $0.message != message })
      func state() async throws -> String? {
        try await Pair.referrals(client, .outgoing).first { $0.message == message }?.state
      }
      _ = try await there.act(.ack, on: first.referral)
      _ = try await there.act(.accept, on: first.referral)
      _ = try await there.act(
        .decline,
        on: second.referral,
        ReferralAct(reason: "changed-mind")
      )
      #expect(try carry(clinic, ministry).parcels.first?.taken?.answers == 2)
      #expect(try await state() == "accepted")
      // The name goes only now, by itself.
      #expect(try carry(ministry, clinic).parcels.first?.taken?.received == 1)
      #expect(
        try await there.showReferral(first.referral).content["identity"]?["name"]
          == .text("Гулнора")
      )
      _ = try await there.ownConsent(
        OwnConsent(
          referral: first.referral,
          desk: "health",
          record: Pair.facts,
          groups: ["need"],
          answers: ["storing": true]
        )
      )
      _ = try await there.act(.start, on: first.referral)
      _ = try carry(clinic, ministry)
      #expect(try await state() == "in-service")
      _ = try await there.act(
        .complete,
        on: first.referral,
        ReferralAct(outcome: "partly-met")
      )
      _ = try carry(clinic, ministry)
      #expect(try await state() == "completed")
      let referral = try #require(
        try await Pair.referrals(client, .outgoing).first { $0.message == message }?.referral
      )
      _ = try await client.act(.close, on: referral, ReferralAct(reason: "goals-met"))
      _ = try carry(ministry, clinic)
      #expect(
        try await Pair.referrals(there, .incoming).first { $0.message == message }?.state
          == "closed"
      )

      // She withdraws; the erasure receipt comes back the same way.
      _ = try await client.withdraw(
        ConsentWithdraw(case: caseID, grants: [grants[0].grant], confirmation: "in-person")
      )
      _ = try carry(ministry, clinic)
      _ = try await there.act(.erase, on: first.referral, ReferralAct(reason: "call-back"))
      try await eventually("the clinic has erased, and says so") {
        try await there.courier().waiting.first.map { $0.messages > 0 } ?? false
      }
      _ = try carry(clinic, ministry)
      #expect(
        try await client.withdrawalHolders(of: caseID).holders.map(\.outcome)
          == ["kept-own-consent"]
      )
      _ = try carry(ministry, clinic)
      _ = try carry(clinic, ministry)
      #expect(try await client.courier().waiting == [])
      // What was carried lies where it lay, and the name of nobody is in it.
      #expect(try String(contentsOf: other, encoding: .utf8) == "somebody's own")
      for name in try Self.names(stick) where name.hasSuffix(".bin") {
        let bytes = try Data(contentsOf: stick.appendingPathComponent(name))
        for word in ["ministry", "clinic", "example", "Гулнора", "amonat"] {
          #expect(bytes.range(of: Data(word.utf8)) == nil)
        }
      }
      // The whole folder again: nothing changes, and every file is known.
      let (again, status) = try Self.read(clinic, [stick.path])
      #expect(status == 1)
      #expect(again.parcels.allSatisfy { $0.taken?.received ?? 0 == 0 })
      #expect(again.parcels.contains { $0.taken?.repeated == 2 })
      // The ministry's own letters are not for the clinic, and the other way round.
      #expect(again.parcels.contains { $0.code == "courier-key-gone" })
      #expect(try pair.findings() == [])
      #expect(try pair.events("export", with: "\"kind\":\"parcel\"", by: ministry) >= 5)
    }

    @Test("The courier's commands say in words what they did and what they could not")
    func words() async throws {
      let pair = try await Self.apart()
      defer { pair.end() }
      let stick = pair.root.appendingPathComponent("stick")
      try FileManager.default.createDirectory(at: stick, withIntermediateDirectories: true)
      #expect(try pair.ministry.cli(["courier", "list"]).out.contains("Nothing waits"))
      #expect(
        try pair.ministry.cli(["courier", "out", "--dir", stick.path]).out.contains("Nothing waits")
      )
      // A parcel that a person asks for is written all the same: it brings card and link (PCL-017).
      #expect(try Self.out(pair.ministry, stick, ["clinic.example"]).parcels.count == 1)
      let (taken, status) = try Self.read(pair.clinic, [stick.path])
      #expect(status == 0 && taken.parcels.map { $0.taken?.from } == ["ministry.example"])
      for (language, word) in [("tg", "аз ministry.example"), ("ru", "от ministry.example")] {
        let said = try pair.clinic.tryCLI(["courier", "in", stick.path], language: language)
        #expect(said.status == 0 && said.out.contains(word))
      }
      let broken = stick.appendingPathComponent(String(repeating: "0", count: 32) + ".bin")
      try Data("not a parcel".utf8).write(to: broken)
      let said = try pair.clinic.tryCLI(["courier", "in", stick.path])
      #expect(said.status == 1 && said.out.contains("[malformed]"))
      // A file that is too large is not read into memory, and a missing one is the user's fault.
      let large = FileHandle(forUpdatingAtPath: broken.path)
      try large?.truncate(atOffset: UInt64(LocalLimits.parcelBytes) + 1)
      try large?.close()
      #expect(
        try pair.clinic.tryCLI(["courier", "in", broken.path]).out.contains("[too-large]")
      )
      #expect(try pair.clinic.tryCLI(["courier", "in", stick.path + "/none"]).status == 65)
      #expect(try pair.clinic.tryCLI(["courier", "out", "--dir", stick.path + "/no"]).status == 0)
      #expect(
        try pair.clinic.tryCLI([
          "courier", "out", "--to", "ministry.example", "--dir", stick.path + "/no",
        ]).status == 65
      )
      #expect(
        try pair.clinic.tryCLI(["courier", "out", "--to", "nobody.example", "--dir", stick.path])
          .status == 1
      )
      // Without a session nobody exports; taking in needs none.
      try pair.clinic.cli(["lock"])
      #expect(try pair.clinic.tryCLI(["courier", "out", "--dir", stick.path]).status == 77)
      try FileManager.default.removeItem(at: broken)
      #expect(try pair.clinic.tryCLI(["courier", "in", stick.path]).status == 0)
    }
  }
}
