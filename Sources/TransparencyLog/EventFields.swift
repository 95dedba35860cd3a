public import CanonicalBytes

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

/// The checked text of one part: its bytes, and where each value stands in them.
struct EventFields: Sendable {
  struct Slot: Sendable {
    let key: EventKey
    /// The value without its quotes or brackets.
    let start: UInt16
    let end: UInt16
    let integer: UInt64
  }

  let bytes: [UInt8]
  let slots: [Slot]
  let keys: UInt64

  /// Reads CJ-0 text of which every key is known and every value fits its key.
  init(parsing bytes: [UInt8]) throws(EventFailure) {
    var scanner = EventScanner(bytes: bytes)
    slots = try scanner.scan()
    keys = slots.reduce(0) { $0 | 1 << UInt64($1.key.rawValue) }
    self.bytes = bytes
  }

  /// Writes fields in their order; the text is then read like any other.
  init(writing fields: [EventField]) throws(EventFailure) {
    var order = [UInt8](repeating: 0xFF, count: EventKey.allCases.count)
    for (position, field) in fields.enumerated() {
      let place = Int(field.key.rawValue)
      guard order[place] == 0xFF, position < 0xFF else { throw .contradiction(field.key) }
      order[place] = UInt8(position)
    }
    var out: [UInt8] = []
    out.reserveCapacity(640)
    out.append(UInt8(ascii: "{"))
    for position in order where position != 0xFF {
      if out.count > 1 { out.append(UInt8(ascii: ",")) }
      try Self.write(fields[Int(position)], to: &out)
    }
    out.append(UInt8(ascii: "}"))
    try self.init(parsing: out)
    // A quote in a value would end it early and let the rest speak for itself: every text must have
    // come back whole.
    for field in fields {
      guard case .string(let key, let text) = field else { continue }
      guard let slot = slot(key), Int(slot.end - slot.start) == text.utf8.count else {
        throw .value(key)
      }
    }
  }

  private static func write(_ field: EventField, to out: inout [UInt8]) throws(EventFailure) {
    out.append(UInt8(ascii: "\""))
    out.append(contentsOf: EventNames.bytes[Int(field.key.rawValue)])
    out.append(UInt8(ascii: "\""))
    out.append(UInt8(ascii: ":"))
    switch field {
    case .string(_, let text): write(text, to: &out)
    case .integer(_, let number): write(number, to: &out)
    case .digest(_, let digest):
      out.append(UInt8(ascii: "\""))
      unsafe withUnsafeTemporaryAllocation(byteCount: 64, alignment: 8) { digits in
        unsafe digest.withUnsafeBytes { buffer in
          for place in 0..<Digest32.byteCount {
            let byte = unsafe buffer[place]
            unsafe digits[2 * place] = hexDigit(byte >> 4)
            unsafe digits[2 * place + 1] = hexDigit(byte & 15)
          }
        }
        unsafe out.append(contentsOf: digits)
      }
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

  private static func hexDigit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? 0x30 + nibble : 0x57 + nibble
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

  func slot(_ key: EventKey) -> Slot? {
    guard keys >> UInt64(key.rawValue) & 1 == 1 else { return nil }
    // The slots stand in the order of their keys.
    return slots[(keys & ((1 << UInt64(key.rawValue)) - 1)).nonzeroBitCount]
  }

  func text(_ key: EventKey) -> ArraySlice<UInt8>? {
    slot(key).map { bytes[Int($0.start)..<Int($0.end)] }
  }

  func string(_ key: EventKey) -> String? {
    guard key.grammar.shape == .string else { return nil }
    return text(key).map { String(decoding: $0, as: UTF8.self) }
  }

  func integer(_ key: EventKey) -> UInt64? {
    guard key.grammar.shape == .integer else { return nil }
    return slot(key)?.integer
  }

  func strings(_ key: EventKey) -> [String]? {
    guard key.grammar.shape == .list, let text = text(key) else { return nil }
    // Elements hold neither quotes nor commas, by their grammars.
    return text.split(separator: UInt8(ascii: ",")).map {
      String(decoding: $0.dropFirst().dropLast(), as: UTF8.self)
    }
  }

  func digest(_ key: EventKey) -> Digest32? {
    guard key.grammar.shape == .string, let text = text(key) else { return nil }
    return HexText.digest(text)
  }

  func equals(_ key: EventKey, _ other: String) -> Bool {
    guard key.grammar.shape == .string, let text = text(key) else { return false }
    return text.elementsEqual(other.utf8)
  }

  func check(_ schema: EventSchema) throws(EventFailure) {
    let present = EventKeys(rawValue: keys)
    if let missing = schema.required.subtracting(present).first { throw .missingKey(missing) }
    let allowed = schema.required.union(schema.optional)
    if let extra = present.subtracting(allowed).first { throw .extraKey(extra) }
  }
}

/// Lower-case hexadecimal out of checked text, without a string between.
enum HexText {
  static func digest(_ text: ArraySlice<UInt8>) -> Digest32? {
    guard text.count == 64 else { return nil }
    return unsafe withUnsafeTemporaryAllocation(byteCount: 32, alignment: 8) {
      buffer -> Digest32? in
      var place = 0
      var high: UInt8 = 0
      for digit in text {
        let value: UInt8
        switch digit {
        case 0x30...0x39: value = digit - 0x30
        case 0x61...0x66: value = digit - 0x57
        default: return nil
        }
        if place & 1 == 0 { high = value << 4 } else { unsafe buffer[place >> 1] = high | value }
        place += 1
      }
      return unsafe Digest32(reading: UnsafeRawBufferPointer(buffer))
    }
  }
}
