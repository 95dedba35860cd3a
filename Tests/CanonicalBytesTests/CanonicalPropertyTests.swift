internal import CanonicalBytes
internal import TestSupport
internal import Testing

/// Random values of a profile.
struct ValueMaker {
  var random: SeededGenerator
  let isEvent: Bool

  mutating func object(depth: Int = 1) -> CanonicalObject {
    var object = CanonicalObject()
    for _ in 0..<Int.random(in: 0..<6, using: &random) {
      let key = key(upTo: 8)
      object.set(key, value(depth: depth, text: key.hasPrefix("t")))
    }
    return object
  }

  /// The keys that may hold any text: those that begin with t.
  static func textKeys(of object: CanonicalObject) -> Set<String> {
    var keys: Set<String> = []
    for member in object.members {
      if member.key.hasPrefix("t") { keys.insert(member.key) }
      collect(member.value, &keys)
    }
    return keys
  }

  private static func collect(_ value: CanonicalValue, _ keys: inout Set<String>) {
    if let object = value.object { keys.formUnion(textKeys(of: object)) }
    for element in value.list ?? [] { collect(element, &keys) }
  }

  private mutating func value(depth: Int, text: Bool) -> CanonicalValue {
    switch Int.random(in: 0..<(isEvent ? 3 : 5), using: &random) {
    case 0: return .integer(UInt64.random(in: 0...CanonicalJSON.integerLimit, using: &random) >> 20)
    case 1: return .string(text && !isEvent ? unicode() : ascii(upTo: 20))
    case 2 where isEvent:
      let texts = Set((0..<Int.random(in: 1..<5, using: &random)).map { _ in ascii(upTo: 5) })
      return .strings(texts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    case 3 where depth < 6: return .object(object(depth: depth + 1))
    case 2 where depth < 6, 4 where depth < 6:
      return .list(
        (0..<Int.random(in: 0..<4, using: &random)).map { _ in value(depth: depth + 1, text: text) }
      )
    default: return .integer(7)
    }
  }

  /// A key of the profile: the parser admits no other.
  private mutating func key(upTo limit: Int) -> String {
    let first = Array("abcdefghijklmnopqrstuvwxyz")
    let more = first + Array(isEvent ? "0123456789_" : "0123456789_-")
    var out = String(first[Int.random(in: 0..<first.count, using: &random)])
    for _ in 0..<Int.random(in: 0..<limit, using: &random) {
      out.append(more[Int.random(in: 0..<more.count, using: &random)])
    }
    return out
  }

  private mutating func ascii(upTo limit: Int) -> String {
    var out = ""
    for _ in 0..<Int.random(in: 0...limit, using: &random) {
      let byte = UInt8.random(in: 0x20...0x7E, using: &random)
      if byte != 0x22, byte != 0x5C { out.unicodeScalars.append(Unicode.Scalar(byte)) }
    }
    return out
  }

  private mutating func unicode() -> String {
    let pieces = ["\"", "\\", "Ҳ", "ӣ", "é", "a", " ", "宿", "🏠", "\u{A0}", "/"]
    return (0..<Int.random(in: 0..<12, using: &random)).map { _ in
      pieces.randomElement(using: &random) ?? ""
    }.joined()
  }
}

@Suite struct CanonicalPropertyTests {
  @Test("What is written is read back the same", arguments: 0..<8)
  func roundTrip(_ seed: UInt64) throws {
    var events = ValueMaker(random: SeededGenerator(seed: seed), isEvent: true)
    var notes = ValueMaker(random: SeededGenerator(seed: seed), isEvent: false)
    for _ in 0..<250 {
      let event = events.object()
      #expect(try CanonicalJSON.parse(event.encoded, profile: .event) == event)
      let note = notes.object()
      let profile = CanonicalJSON.Profile.note(textKeys: ValueMaker.textKeys(of: note))
      #expect(try CanonicalJSON.parse(note.encoded, profile: profile) == note)
      #expect(try CanonicalJSON.parse(note.encoded, profile: .document) == note)
    }
  }

  @Test(
    "Injured text is refused or is another text in its one form; it never traps",
    arguments: 0..<8
  )
  func mutation(_ seed: UInt64) {
    var maker = ValueMaker(random: SeededGenerator(seed: seed), isEvent: seed.isMultiple(of: 2))
    var random = SeededGenerator(seed: ~seed)
    for _ in 0..<150 {
      let object = maker.object()
      let keys = ValueMaker.textKeys(of: object)
      var bytes = object.encoded
      for _ in 0..<10 {
        bytes = random.mutate(bytes)
        for profile in [CanonicalJSON.Profile.event, .note(textKeys: keys)] {
          guard let read = try? CanonicalJSON.parse(bytes, profile: profile) else { continue }
          #expect(read.encoded == bytes)
        }
        if let document = try? CanonicalJSON.parse(bytes, profile: .document) {
          #expect((try? CanonicalJSON.parse(document.encoded, profile: .document)) == document)
        }
      }
    }
  }

  @Test("Noise never traps", arguments: 0..<4)
  func noise(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let alphabet = Array("{}[]:,\"\\0123456789tfe.-n \n".utf8) + [0x80, 0xC3, 0xA9, 0xFF]
    for _ in 0..<500 {
      let count = Int.random(in: 0..<40, using: &random)
      let bytes = (0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 }
      for profile in [CanonicalJSON.Profile.event, .note(textKeys: ["0"])] {
        guard let read = try? CanonicalJSON.parse(bytes, profile: profile) else { continue }
        #expect(read.encoded == bytes)
      }
      _ = try? CanonicalJSON.parse(bytes, profile: .document)
    }
  }
}

@Suite struct CanonicalObjectTests {
  @Test("Members are kept in the order of their bytes, however they were given")
  func order() {
    var object = CanonicalObject(["b": .integer(1), "a": .integer(2), "B": .integer(3)])
    object.set("aa", .string("x"))
    object.set("a", .integer(4))
    #expect(String(decoding: object.encoded, as: UTF8.self) == #"{"B":3,"a":4,"aa":"x","b":1}"#)
    #expect(object["a"]?.integer == 4)
    #expect(object["c"] == nil)
  }

  @Test("A value answers only as what it is")
  func kinds() {
    #expect(CanonicalValue.integer(1).string == nil)
    #expect(CanonicalValue.string("1").integer == nil)
    #expect(CanonicalValue.bool(true).integer == nil)
    #expect(CanonicalValue.bool(true).bool == true)
    #expect(CanonicalValue.strings(["a", "b"]).strings == ["a", "b"])
    #expect(CanonicalValue.list([.string("a"), .integer(1)]).strings == nil)
    #expect(CanonicalValue.object(CanonicalObject()).list == nil)
    #expect(CanonicalValue.integer(1) != .string("1"))
  }
}
