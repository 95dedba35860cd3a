public import CanonicalBytes
internal import Foundation

/// Why bytes are not an event's part.
///
/// Positions and keys only, nothing of the content.
public enum EventFailure: Error, Equatable, Sendable {
  /// More than 4 KiB.
  case tooLarge
  /// Not the grammar of CJ-0, at a byte offset.
  case syntax(offset: Int)
  /// A key twice, or keys out of order.
  case keyOrder(offset: Int)
  /// A key that no part has.
  case unknownKey(offset: Int)
  /// A key that this type must have and has not.
  case missingKey(EventKey)
  /// A key that this type must not have.
  case extraKey(EventKey)
  /// A value that the key does not admit.
  case value(EventKey)
  /// A type that is not registered.
  case unknownType
  /// Keys that are right one by one and contradict each other.
  case contradiction(EventKey)
}

/// One value to be written into an event.
public enum EventField: Sendable {
  /// A text.
  case string(EventKey, String)
  /// A number, at most 2^53 − 1.
  case integer(EventKey, UInt64)
  /// A list of texts, strictly ascending, not empty.
  case strings(EventKey, [String])
  /// Thirty-two bytes, written as lower-case hexadecimal.
  case digest(EventKey, Digest32)

  var key: EventKey {
    switch self {
    case .string(let key, _), .integer(let key, _), .strings(let key, _), .digest(let key, _): key
    }
  }
}

/// The checked text of one part, and where each value stands in it.
struct EventFields: Sendable {
  /// The text; shares the storage it was read from.
  let text: ArraySlice<UInt8>
  private let slots: EventSlots

  /// The exact bytes.
  var bytes: [UInt8] { Array(text) }
  /// The keys that are present.
  var keys: EventKeys { EventKeys(rawValue: slots.keys) }

  /// Reads CJ-0 text of which every key is known and every value fits its key.
  init(parsing text: ArraySlice<UInt8>) throws(EventFailure) {
    var scanner = EventScanner()
    try scanner.scan(text.span)
    slots = scanner.slots
    self.text = text
  }

  /// Writes fields in their order; the text is then read like any other.
  init(writing fields: [EventField]) throws(EventFailure) {
    var order = InlineArray<40, UInt8>(repeating: 0xFF)
    for (position, field) in fields.enumerated() {
      let place = Int(field.key.rawValue)
      guard order[place] == 0xFF, position < 0xFF else { throw .contradiction(field.key) }
      order[place] = UInt8(position)
    }
    let names = EventNames.written
    var out: [UInt8] = []
    out.reserveCapacity(640)
    out.append(UInt8(ascii: "{"))
    for place in order.indices where order[place] != 0xFF {
      if out.count > 1 { out.append(UInt8(ascii: ",")) }
      out.append(contentsOf: names[place])
      try Self.write(fields[Int(order[place])], to: &out)
    }
    out.append(UInt8(ascii: "}"))
    try self.init(parsing: out[...])
    // A quote in a value would end it early and let the rest speak for itself: every text must have
    // come back whole.
    for field in fields {
      guard case .string(let key, let text) = field else { continue }
      guard slots[key]?.count == text.utf8.count else { throw .value(key) }
    }
  }

  private static func write(_ field: EventField, to out: inout [UInt8]) throws(EventFailure) {
    switch field {
    case .string(_, let text): write(text, to: &out)
    case .integer(_, let number): write(number, to: &out)
    case .digest(_, let digest):
      out.append(UInt8(ascii: "\""))
      digest.appendHex(to: &out)
      out.append(UInt8(ascii: "\""))
    case .strings(let key, let texts):
      out.append(UInt8(ascii: "["))
      for (position, text) in texts.enumerated() {
        guard !text.utf8.contains(UInt8(ascii: "\"")) else { throw .value(key) }
        if position > 0 { out.append(UInt8(ascii: ",")) }
        write(text, to: &out)
      }
      out.append(UInt8(ascii: "]"))
    }
  }

  private static func write(_ text: String, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "\""))
    out.append(contentsOf: text.utf8)
    out.append(UInt8(ascii: "\""))
  }

  private static func write(_ number: UInt64, to out: inout [UInt8]) {
    guard number > 9 else { return out.append(0x30 + UInt8(number)) }
    let start = out.count
    var rest = number
    while rest > 0 {
      out.append(0x30 + UInt8(rest % 10))
      rest /= 10
    }
    out[start...].reverse()
  }

  borrowing func has(_ key: EventKey) -> Bool { slots[key] != nil }

  /// The value where it stands, without its quotes or brackets.
  borrowing func text(_ key: EventKey) -> ArraySlice<UInt8>? {
    // No closure: it would hold a copy of everything here.
    guard let range = slots[key] else { return nil }
    let start = text.startIndex
    return text[(start + range.lowerBound)..<(start + range.upperBound)]
  }

  func string(_ key: EventKey) -> String? {
    guard key.grammar.shape == .string else { return nil }
    return text(key).map { String(decoding: $0, as: UTF8.self) }
  }

  borrowing func integer(_ key: EventKey) -> UInt64? {
    guard key.grammar.shape == .integer, let range = slots[key] else { return nil }
    let text = text.span
    var value: UInt64 = 0
    for place in range { value = value &* 10 &+ UInt64(text[place] &- 0x30) }
    return value
  }

  func strings(_ key: EventKey) -> [String]? {
    guard key.grammar.shape == .list, let text = text(key) else { return nil }
    // Elements hold neither quotes nor commas, by their grammars.
    return text.split(separator: UInt8(ascii: ",")).map {
      String(decoding: $0.dropFirst().dropLast(), as: UTF8.self)
    }
  }

  borrowing func digest(_ key: EventKey) -> Digest32? {
    guard key.grammar.shape == .string, let range = slots[key] else { return nil }
    return Digest32(hexDigits: text.span.extracting(range))
  }

  borrowing func equals(_ key: EventKey, _ other: Span<UInt8>) -> Bool {
    guard key.grammar.shape == .string, let range = slots[key], range.count == other.count else {
      return false
    }
    return unsafe text.span.extracting(range).withUnsafeBytes { left in
      unsafe other.withUnsafeBytes { right in
        guard let one = left.baseAddress, let two = right.baseAddress else { return true }
        return unsafe memcmp(one, two, left.count) == 0
      }
    }
  }

  func check(_ schema: EventSchema) throws(EventFailure) {
    if let missing = schema.required.subtracting(keys).first { throw .missingKey(missing) }
    if let extra = keys.subtracting(schema.allowed).first { throw .extraKey(extra) }
  }
}
