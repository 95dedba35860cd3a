internal import CanonicalBytes
internal import ReferralModel
internal import Sealing

/// Reads the members of one object of a statement: exactly the keys expected, each of its grammar.
struct NoteFields {
  /// Longest string, in bytes (CJ1-004).
  static let stringLimitBytes = 4_096
  /// Most members of a list.
  static let listLimit = 4_096

  private let object: CanonicalObject

  /// Reads a whole statement and looks at its type first.
  static func statement(_ text: [UInt8]) throws(TrustFailure) -> (NoteType, CanonicalObject) {
    guard text.count <= TrustLimits.noteBytes + 1 else { throw .tooLarge }
    guard text.last == 0x0A else { throw .malformed }
    let object: CanonicalObject
    do throws(CanonicalFailure) {
      object = try CanonicalJSON.parse(
        Array(text.dropLast()),
        profile: .note(textKeys: ["names"])
      )
    } catch {
      throw error == .tooLarge ? .tooLarge : .malformed
    }
    guard let name = object["type"]?.string,
      let type = NoteType.allCases.first(where: { $0.rawValue.utf8.elementsEqual(name.utf8) })
    else { throw .malformed }
    return (type, object)
  }

  /// Reads a whole statement that must be of one type.
  static func object(_ text: [UInt8], type: NoteType) throws(TrustFailure) -> CanonicalObject {
    let (found, object) = try statement(text)
    guard found == type else { throw .malformed }
    return object
  }

  /// Takes an object with exactly these keys; the optional ones may be absent.
  init(
    _ object: CanonicalObject,
    keys: [String],
    optional: [String] = []
  ) throws(TrustFailure) {
    let required = Set(keys)
    let allowed = required.union(optional)
    var found = 0
    for member in object.members {
      guard allowed.contains(member.key) else { throw .malformed }
      if required.contains(member.key) { found += 1 }
    }
    guard found == required.count else { throw .malformed }
    self.object = object
  }

  func has(_ key: String) -> Bool { object[key] != nil }

  func text(_ key: String, limitBytes: Int = stringLimitBytes) throws(TrustFailure) -> String {
    guard let text = object[key]?.string, text.utf8.count <= limitBytes else { throw .malformed }
    return text
  }

  func integer(_ key: String) throws(TrustFailure) -> UInt64 {
    guard let value = object[key]?.integer else { throw .malformed }
    return value
  }

  /// A number from 1 that fits 32 bits.
  func ordinal(_ key: String) throws(TrustFailure) -> UInt32 {
    guard let value = UInt32(exactly: try integer(key)), value >= 1 else { throw .malformed }
    return value
  }

  func flag(_ key: String) throws(TrustFailure) -> Bool {
    switch try integer(key) {
    case 0: false
    case 1: true
    default: throw .malformed
    }
  }

  func word<Word: DomainText>(_ key: String, as type: Word.Type) throws(TrustFailure) -> Word {
    guard let word = Word(try text(key)) else { throw .malformed }
    return word
  }

  func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ key: String,
    of type: Choice.Type
  ) throws(TrustFailure) -> Choice {
    let text = try text(key)
    for choice in Choice.allCases where choice.rawValue.utf8.elementsEqual(text.utf8) {
      return choice
    }
    throw .malformed
  }

  func digest(_ key: String) throws(TrustFailure) -> Digest32 {
    guard let digest = Digest32(hex: try text(key)) else { throw .malformed }
    return digest
  }

  /// A digest, or nothing where the text is empty.
  func optionalDigest(_ key: String) throws(TrustFailure) -> Digest32? {
    try text(key).utf8.isEmpty ? nil : digest(key)
  }

  func base64(_ key: String) throws(TrustFailure) -> [UInt8] {
    guard let bytes = Base64.decode(try text(key)), !bytes.isEmpty else { throw .malformed }
    return bytes
  }

  /// An Ed25519 key; small-order and non-canonical points are refused here, once (BYT-003).
  func verifyingKey(_ key: String) throws(TrustFailure) -> VerifyingKey {
    guard let admitted = VerifyingKey(try base64(key)) else { throw .key }
    return admitted
  }

  /// An X-Wing key.
  func wrapKey(_ key: String) throws(TrustFailure) -> KeyWrap.PublicKey {
    let bytes = try base64(key)
    do throws(SealingFailure) { return try KeyWrap.PublicKey(bytes) } catch { throw .key }
  }

  func member(_ key: String) throws(TrustFailure) -> CanonicalObject {
    guard let object = object[key]?.object else { throw .malformed }
    return object
  }

  func objects(_ key: String, _ count: ClosedRange<Int>) throws(TrustFailure) -> [CanonicalObject] {
    guard let list = object[key]?.list, count.contains(list.count) else { throw .malformed }
    var out: [CanonicalObject] = []
    out.reserveCapacity(list.count)
    for value in list {
      guard let object = value.object else { throw .malformed }
      out.append(object)
    }
    return out
  }

  func strings(_ key: String, _ count: ClosedRange<Int>) throws(TrustFailure) -> [String] {
    guard let strings = object[key]?.strings, count.contains(strings.count),
      strings.allSatisfy({ $0.utf8.count <= Self.stringLimitBytes })
    else { throw .malformed }
    return strings
  }

  /// Words in strictly ascending byte order.
  func words<Word: DomainText>(
    _ key: String,
    _ count: ClosedRange<Int>,
    as type: Word.Type
  ) throws(TrustFailure) -> [Word] {
    var out: [Word] = []
    for text in try strings(key, count) {
      guard let word = Word(text) else { throw .malformed }
      if let last = out.last, !(last < word) { throw .malformed }
      out.append(word)
    }
    return out
  }
}

/// Writes statements.
enum NoteText {
  /// The CJ-1 text of an object with its line end.
  static func of(_ object: CanonicalObject) -> [UInt8] { object.encoded + [0x0A] }

  static func key(_ key: VerifyingKey) -> CanonicalValue {
    .string(Base64.encode(key.bytes.bytes))
  }

  static func digest(_ digest: Digest32?) -> CanonicalValue { .string(digest?.hex ?? "") }

  static func flag(_ flag: Bool) -> CanonicalValue { .integer(flag ? 1 : 0) }

  static func words(_ words: [some DomainText]) -> CanonicalValue {
    .strings(words.map(\.text))
  }
}
