internal import CanonicalBytes
internal import Testing

@testable internal import TransparencyLog

@Suite struct EventTests {
  private static let realm = String(repeating: "11", count: 32)
  private static let log = Sample.log

  private static func pad(_ middle: String) -> [UInt8] {
    Array("{\(middle)}".utf8)
  }

  @Test("The keys are in byte order, fit two words, and read back")
  func keys() {
    let names = EventKey.allCases.map { Array($0.name.utf8) }
    for (left, right) in zip(names, names.dropFirst()) {
      #expect(left.lexicographicallyPrecedes(right))
    }
    for (place, key) in EventKey.allCases.enumerated() {
      #expect(Int(key.rawValue) == place && key.name.utf8.count <= 16)
    }
    #expect(EventKey.allCases.count <= 64)
  }

  @Test("An event of each type is written and read with the same bytes and values")
  func roundTrip() throws {
    let events = try Sample.events()
    #expect(Set(events.map(\.type)) == Set(EventType.allCases))
    for event in events {
      let again = try LogEvent(parsing: event.bytes)
      #expect(again == event && again.type == event.type && again.log == Sample.log)
      #expect(again.realm == Sample.realm && again.index == event.index)
      // The general strict reader sees the same text.
      let object = try CanonicalJSON.parse(event.bytes, profile: .event)
      #expect(object.encoded == event.bytes)
      for member in object.members {
        let key = try #require(EventKey.allCases.first { $0.name == member.key })
        #expect(again.string(key) == member.value.string)
        #expect(again.integer(key) == member.value.integer)
        #expect(again.strings(key) == member.value.strings)
      }
    }
  }

  @Test("An event has exactly the keys of its type: one less or one more is refused")
  func exactKeys() throws {
    for event in try Sample.events() {
      let object = try CanonicalJSON.parse(event.bytes, profile: .event)
      for member in object.members {
        var fewer = CanonicalObject()
        for other in object.members where other.key != member.key {
          fewer.set(other.key, other.value)
        }
        let optional: Set<String> =
          switch event.type {
          case .grant: ["renews"]
          case .notify: ["outcome"]
          case .verbal, .outside: ["from", "grant"]
          case .review: ["grant"]
          case .consent: ["grant", "grant_log", "peer"]
          case .consentRefused, .refusals: ["peer"]
          case .open, .print: ["message"]
          case .export: ["groups", "message"]
          case .expire: ["grant", "grant_log", "message"]
          case .restore: ["size"]
          default: []
          }
        if optional.contains(member.key) {
          #expect(throws: Never.self) { try LogEvent(parsing: fewer.encoded) }
        } else {
          #expect(throws: EventFailure.self) { try LogEvent(parsing: fewer.encoded) }
        }
      }
      var more = object
      more.set("actor", .string("u1"))
      #expect(throws: EventFailure.extraKey(.actor)) { try LogEvent(parsing: more.encoded) }
    }
  }

  @Test("What depends on kind and basis: grant, grant_log and ref")
  func dependent() throws {
    let offer = try CanonicalJSON.parse(Sample.offer().bytes, profile: .event)
    func with(_ changes: (inout CanonicalObject) -> Void) -> [UInt8] {
      var copy = offer
      changes(&copy)
      return copy.encoded
    }
    let ref = CanonicalValue.string(String(repeating: "55", count: 32))
    #expect(throws: EventFailure.extraKey(.ref)) {
      try LogEvent(parsing: with { $0.set("ref", ref) })
    }
    #expect(throws: EventFailure.missingKey(.ref)) {
      try LogEvent(parsing: with { $0.set("kind", .string("supplement")) })
    }
    #expect(throws: EventFailure.extraKey(.grant)) {
      try LogEvent(
        parsing: with {
          $0.set("basis", .string("reply"))
          $0.set("kind", .string("reply"))
          $0.set("ref", ref)
        }
      )
    }
    let reply = try LogEvent(
      type: .disclose,
      log: Self.log,
      realm: Sample.realm,
      index: 3,
      fields: [
        .string(.basis, "reply"), .integer(.expires, 5), .strings(.groups, ["reply"]),
        .string(.kind, "reply"), .digest(.message, Sample.fill(1)), .string(.peer, "b.example"),
        .digest(.policy, Sample.fill(2)), .string(.purpose, "information"),
        .digest(.ref, Sample.fill(3)), .digest(.register, Sample.fill(4)), .integer(.seq, 2),
      ]
    )
    #expect(!reply.has(.grant) && reply.digest(.ref) == Sample.fill(3))
  }

  @Test("A9: a key twice, or keys out of order, have no reading")
  func duplicateKeys() {
    let head = "\"index\":3,"
    let tail = "\"log\":\"\(Self.log)\",\"realm\":\"\(Self.realm)\",\"type\":\"pad\""
    #expect(throws: Never.self) { try LogEvent(parsing: Self.pad(head + tail)) }
    #expect(throws: EventFailure.keyOrder(offset: 12)) {
      try LogEvent(parsing: Self.pad(head + "\"index\":4," + tail))
    }
    #expect(throws: EventFailure.self) {
      try LogEvent(
        parsing: Self.pad("\"log\":\"\(Self.log)\"," + head + "\"type\":\"pad\"")
      )
    }
  }

  @Test(
    "A9: a second spelling of a value, a space, an escape, an unknown key are refused",
    arguments: [
      "\"index\":03", "\"index\":3.0", "\"index\":3e0", "\"index\":-0", "\"index\":+3",
      "\"index\":\"3\"", "\"index\":null", "\"index\":true", "\"index\": 3", " \"index\":3",
      "\"index\":9007199254740992", "\"index\":[3]", "\"index\":{}", "\"index\":",
      "\"ind\\u0065x\":3", "\"indey\":3", "\"index\":3,\"index2\":3",
      "\"index\":99999999999999999999",
    ]
  )
  func spellings(_ index: String) {
    let tail = ",\"log\":\"\(Self.log)\",\"realm\":\"\(Self.realm)\",\"type\":\"pad\""
    #expect(throws: EventFailure.self) { try LogEvent(parsing: Self.pad(index + tail)) }
  }

  @Test("A9: whatever is read is byte for byte what the strict reader would write")
  func differential() throws {
    var random = Sequence64(state: 41)
    let originals = try Sample.events().map(\.bytes)
    let alphabet = Array("\"{}[],:\\ 0123456789abcdefghijklmnopqrstuvwxyz-_/.".utf8)
    var accepted = 0
    for round in 0..<20_000 {
      var bytes = originals[round % originals.count]
      for _ in 0..<Int.random(in: 1...2, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[place] = alphabet.randomElement(using: &random)!
        case 1: bytes.remove(at: place)
        default: bytes.insert(alphabet.randomElement(using: &random)!, at: place)
        }
      }
      guard let event = try? LogEvent(parsing: bytes) else { continue }
      accepted += 1
      let object = try CanonicalJSON.parse(bytes, profile: .event)
      #expect(object.encoded == event.bytes)
    }
    #expect(accepted > 100)
  }

  @Test("A value with a quote cannot smuggle another key or element in")
  func injection() {
    #expect(throws: EventFailure.value(.outcome)) {
      try LogEvent(
        type: .unlock,
        log: Self.log,
        realm: Sample.realm,
        index: 1,
        fields: [.string(.outcome, "a\",\"peer\":\"b.example")]
      )
    }
    #expect(throws: EventFailure.value(.groups)) {
      try LogEvent(
        type: .open,
        log: Self.log,
        realm: Sample.realm,
        index: 1,
        fields: [.strings(.groups, ["a\",\"b"])]
      )
    }
    #expect(throws: EventFailure.contradiction(.index)) {
      try LogEvent(
        type: .pad,
        log: Self.log,
        realm: Sample.realm,
        index: 1,
        fields: [.integer(.index, 2)]
      )
    }
    #expect(throws: EventFailure.value(.index)) {
      try LogEvent(type: .pad, log: Self.log, realm: Sample.realm, index: 1 << 53, fields: [])
    }
  }

  @Test(
    "Names that are not derived from an agency id are refused",
    arguments: [
      "shelter/amonat/log/1", "shelter.example/amonat/log/0", "shelter.example/amonat/log/01",
      "Shelter.example/amonat/log/1", "shelter.example/amonat/witness/1", "shelter.example",
      "-a.example/amonat/log/1", "a-.example/amonat/log/1", "a..b/amonat/log/1",
      ".a.b/amonat/log/1", "a.b./amonat/log/1", "a.b/amonat/log/", "a.b/amonat/log/1/",
      "\(String(repeating: "a", count: 33)).b/amonat/log/1",
      "\(String(repeating: "a.", count: 32))b/amonat/log/1",
    ]
  )
  func logNames(_ name: String) {
    #expect(Names.parseLog(name) == nil)
    #expect(throws: EventFailure.value(.log)) {
      try LogEvent(type: .pad, log: name, realm: Sample.realm, index: 1, fields: [])
    }
  }

  @Test("B2: a log's and a witness's name tell their agency and number")
  func names() throws {
    let log = try #require(Names.parseLog(Names.log(agency: "a-1.example", number: 12)))
    #expect(log.agency == "a-1.example" && log.number == 12)
    let witness = try #require(Names.parseWitness("a.b/amonat/witness/3"))
    #expect(witness.agency == "a.b" && witness.number == 3)
    #expect(Names.parseWitness("a.b/amonat/log/3") == nil)
  }

  @Test("C8: an event names at most 16 groups, ascending, each a plain code")
  func groups() {
    func open(_ groups: [String]) throws -> LogEvent {
      try LogEvent(
        type: .open,
        log: Self.log,
        realm: Sample.realm,
        index: 1,
        fields: [.strings(.groups, groups)]
      )
    }
    let many = (10..<27).map { "g\($0)" }
    #expect(throws: Never.self) { try open(Array(many.dropLast())) }
    for bad in [many, [], ["b", "a"], ["a", "a"], ["A"], ["a b"], ["-a"], ["a--b"], ["a-"]] {
      #expect(throws: EventFailure.self) { try open(bad) }
    }
  }

  @Test(
    "C5: an erasure names ranges that are ranges",
    arguments: ["1", "2-1", "a-b", "01-2", "1-"]
  )
  func ranges(_ range: String) {
    #expect(throws: EventFailure.value(.targets)) {
      try LogEvent(
        type: .erase,
        log: Self.log,
        realm: Sample.realm,
        index: 1,
        fields: [.integer(.backupsUntil, 1), .integer(.cause, 1), .strings(.targets, [range])]
      )
    }
  }

  @Test("An exception never allows onward sharing; a reply grants nothing")
  func contradictions() throws {
    func grant(_ basis: String, _ onward: UInt64) throws -> LogEvent {
      try LogEvent(
        type: .grant,
        log: Self.log,
        realm: Sample.realm,
        index: 1,
        fields: [
          .string(.basis, basis), .strings(.groups, ["need"]), .integer(.onward, onward),
          .string(.peer, "b.example"), .digest(.policy, Sample.fill(1)),
          .string(.purpose, "safety"), .digest(.register, Sample.fill(2)), .integer(.until, 9),
        ]
      )
    }
    for basis in EventBasis.exceptions {
      #expect(throws: EventFailure.contradiction(.onward)) { try grant(basis, 1) }
      #expect(throws: Never.self) { try grant(basis, 0) }
    }
    #expect(throws: EventFailure.contradiction(.basis)) { try grant("reply", 0) }
    #expect(throws: EventFailure.value(.onward)) { try grant("consent", 2) }
    // Where it stands is judged by who reads the log or the proof (AUD-050, CHK-018).
    #expect(throws: Never.self) {
      try LogEvent(
        type: .succeed,
        log: Self.log,
        realm: Sample.realm,
        index: 1,
        fields: [
          .string(.oldLog, Self.log), .digest(.root, Sample.fill(1)), .integer(.size, 1),
        ]
      )
    }
  }

  @Test("More than 4 KiB, cut text and trailing bytes are refused")
  func bounds() throws {
    #expect(throws: EventFailure.tooLarge) {
      try LogEvent(parsing: [UInt8](repeating: 0x20, count: 4097))
    }
    let bytes = try Sample.offer().bytes
    for count in 0..<bytes.count {
      #expect(throws: EventFailure.self) { try LogEvent(parsing: Array(bytes[..<count])) }
    }
    #expect(throws: EventFailure.syntax(offset: bytes.count)) {
      try LogEvent(parsing: bytes + [0x0A])
    }
  }

  @Test("C13: the staff part is read and written, and two persons are two")
  func staff() throws {
    let part = try StaffPart(
      timeMs: 1_767_225_600_000,
      isAboutPerson: true,
      actor: "u1",
      actor2: "u2",
      cause: 4,
      desk: "intake"
    )
    let text =
      #"{"actor":"u1","actor2":"u2","cause":4,"desk":"intake","person":1,"time":1767225600000}"#
    #expect(part.bytes == Array(text.utf8))
    let again = try StaffPart(parsing: part.bytes)
    #expect(again == part && again.cause == 4 && again.actor2 == "u2" && again.isAboutPerson)
    #expect(throws: EventFailure.contradiction(.actor2)) {
      try StaffPart(timeMs: 1, isAboutPerson: false, actor: "u1", actor2: "u1")
    }
    #expect(throws: EventFailure.missingKey(.person)) { try StaffPart(parsing: [0x7B, 0x7D]) }
    #expect(throws: EventFailure.extraKey(.peer)) {
      try StaffPart(parsing: Array(#"{"peer":"b.example","person":0,"time":1}"#.utf8))
    }
    #expect(throws: EventFailure.value(.person)) {
      try StaffPart(parsing: Array(#"{"person":2,"time":1}"#.utf8))
    }
  }

  @Test("C2: the personal part is empty, or names its subject")
  func personal() throws {
    let subject = String(repeating: "ab", count: 16)
    let part = try PersonalPart(subject: subject, evidence: Sample.fill(1))
    let again = try PersonalPart(parsing: part.bytes)
    #expect(again == part && again.subject == subject && again.evidence == Sample.fill(1))
    #expect(try PersonalPart(parsing: [0x7B, 0x7D]) == .empty)
    #expect(PersonalPart.empty.isEmpty && !part.isEmpty)
    #expect(throws: EventFailure.value(.subject)) { try PersonalPart(subject: "Anna") }
    #expect(throws: EventFailure.missingKey(.subject)) {
      try PersonalPart(parsing: Array("{\"evidence\":\"\(Sample.fill(1).hex)\"}".utf8))
    }
  }
}
