internal import CanonicalBytes
internal import Foundation
internal import LocalContract
internal import NodeSupport
internal import TestSupport
internal import Testing

extension NodeTests {
  @Suite(.serialized) struct CanaryTests {
    /// The text fields of each group; each gets a text of its own that occurs nowhere else.
    private static let fields: [String: [String]] = [
      "need": ["access-needs", "summary", "practical", "told"],
      "identity": ["name", "alias", "citizenship"],
      "contact": ["number", "who-may-answer", "code-word", "never"],
      "safety": ["threats", "staff-threats", "plan"],
      "health": ["medication", "allergies", "note"],
    ]

    /// What the forms require besides.
    private static let codes: [String: [String: FieldValue]] = [
      "contact": ["channel": .text("telephone")], "safety": ["risk": .text("high")],
      "health": ["needs": .codes(["general"])],
    ]

    @Test("What a person told is in no file, no metric, no log and no packet")
    func nothingLeaks() async throws {
      let pair = try Pair()
      defer { pair.end() }
      let relays = [
        try await Relay(to: pair.ministry.port), try await Relay(to: pair.clinic.port),
      ]
      pair.ministry.announcedPort = relays[0].port
      pair.clinic.announcedPort = relays[1].port
      try await pair.harness.start()
      var random = SeededGenerator(seed: UInt64.random(in: 0...UInt64.max))
      var content = Self.fields.mapValues { names in
        Dictionary(
          uniqueKeysWithValues: names.map {
            ($0, "canary \($0) " + String(random.next(), radix: 36))
          }
        )
      }
      let canaries = content.values.flatMap(\.values)
      let need = content.removeValue(forKey: "need") ?? [:]

      let sender = try await Pair.session(at: pair.ministry.socket)
      let recipient = try await Pair.session(at: pair.clinic.socket)
      let opened = try await sender.openCase(
        CaseOpen(
          desk: "intake",
          sections: content.mapValues { $0.mapValues { FieldValue.text($0) } }
            .merging(Self.codes) { $0.merging($1) { canary, _ in canary } }
        )
      )
      let grant = try await sender.recordConsent(
        ConsentRecord(
          case: opened.case,
          grants: [Pair.grant(["contact", "health", "identity", "need"])],
          record: Pair.facts
        )
      ).grants[0].grant
      let offer = Pair.need.merging(need.mapValues { FieldValue.text($0) }) { _, canary in canary }
      let sent = try await sender.refer(
        ReferBatch(
          referrals: [ReferAsk(grant: grant, content: ["need": offer], fromCase: true)],
          wait: .receipt
        )
      )
      #expect(sent.first?.state == "delivered")
      let inbox = try await Pair.referrals(recipient, .incoming)
      let arrived = try #require(inbox.first?.referral)
      _ = try await recipient.act(.ack, on: arrived)
      _ = try await recipient.act(.accept, on: arrived)
      try await eventually("the supplement is there") {
        try await recipient.showReferral(arrived).content["identity"] != nil
      }
      let shown = try await recipient.showReferral(arrived).content
      for (group, field) in [("identity", "name"), ("contact", "number"), ("health", "note")] {
        #expect(shown[group]?[field] == .text(content[group]?[field] ?? ""))
      }
      #expect(shown["need"]?["summary"] == .text(need["summary"] ?? ""))
      #expect(shown["safety"] == nil, "not granted")

      var places: [String: Data] = [:]
      for (node, client) in [(pair.ministry, sender), (pair.clinic, recipient)] {
        places["metrics of \(node.spec.id)"] = Data(try await client.metrics().utf8)
        for (name, bytes) in try Self.files(under: node.state) {
          places["\(node.spec.id)/\(name)"] = bytes
        }
      }
      for (index, relay) in relays.enumerated() {
        places["packets to node \(index)"] = Data(relay.heard)
      }
      // The search looks at what it should look at, and finds what is there.
      for name in ["node.db", "keyring.db", "checkpoints.db", "amonatd.log"] {
        #expect(places["clinic.example/\(name)"] != nil)
      }
      #expect(places["clinic.example/node.db-wal"] != nil)
      #expect(relays.contains { $0.heard.count > 10_000 })
      let known = try Self.found(["ministry.example"], in: places)
      #expect(known.contains { $0.contains("clinic.example/node.db") })

      #expect(try Self.found(canaries, in: places) == [])
      #expect(try Self.found([Pair.passphrase], in: places) == [])
      let size = places.values.reduce(0) { $0 + $1.count }
      print("canaries \(canaries.count), places \(places.count), bytes searched \(size)")
    }

    private static func files(under folder: URL) throws -> [(String, Data)] {
      var out: [(String, Data)] = []
      let names = FileManager.default.enumerator(atPath: folder.path)
      while let name = names?.nextObject() as? String {
        let url = folder.appendingPathComponent(name)
        let type = try FileManager.default.attributesOfItem(atPath: url.path)[.type]
        guard type as? FileAttributeType == .typeRegular else { continue }
        out.append((name, try Data(contentsOf: url)))
      }
      return out
    }

    /// Where texts occur: as they are, in hexadecimal, or in base64 at any of its three offsets.
    private static func found(_ texts: [String], in places: [String: Data]) throws -> [String] {
      var out: [String] = []
      for text in texts {
        let bytes = Data(text.utf8)
        var forms = [bytes, Data(Hex.encode(Array(bytes)).utf8)]
        for offset in 0..<3 {
          let encoded = (Data(count: offset) + bytes).base64EncodedString()
          forms.append(Data(encoded.dropFirst(4).dropLast(4).utf8))
        }
        for (name, place) in places where forms.contains(where: { place.range(of: $0) != nil }) {
          out.append("\(text) in \(name)")
        }
      }
      return out
    }
  }
}
