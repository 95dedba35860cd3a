/// One pass over the text of an event's part.
///
/// The text has no white space, no escapes and one way of writing each number, and every key is
/// known: what this scanner admits is byte for byte what would be written again (held by test
/// against the general reader). So nothing is built and compared.
/// Source: PROTOCOL §1, CJ-0.
struct EventScanner {
  /// Largest text, in bytes.
  static let limitBytes = 4096
  /// Longest string, in bytes.
  static let stringLimitBytes = 128
  static let integerLimit: UInt64 = (1 << 53) - 1

  private let bytes: [UInt8]
  private let known = EventNames.packed
  private var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func scan() throws(EventFailure) -> [EventFields.Slot] {
    guard bytes.count <= Self.limitBytes else { throw .tooLarge }
    var slots: [EventFields.Slot] = []
    slots.reserveCapacity(18)
    var next = 0
    try expect(UInt8(ascii: "{"))
    if take(UInt8(ascii: "}")) {
      guard position == bytes.count else { throw .syntax(offset: position) }
      return slots
    }
    while true {
      let key = try readKey(from: &next)
      try expect(UInt8(ascii: ":"))
      slots.append(try readValue(key))
      if take(UInt8(ascii: ",")) { continue }
      try expect(UInt8(ascii: "}"))
      break
    }
    guard position == bytes.count else { throw .syntax(offset: position) }
    return slots
  }

  /// Reads a key that stands after all earlier ones.
  ///
  /// Names are compared as two words each.
  private mutating func readKey(from next: inout Int) throws(EventFailure) -> EventKey {
    try expect(UInt8(ascii: "\""))
    let start = position
    var name = EventNames.Packed(high: 0, low: 0)
    var place = start
    while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
      let byte = bytes[place]
      guard place - start < 16, byte >= 0x20, byte <= 0x7E, byte != UInt8(ascii: "\\") else {
        throw .unknownKey(offset: start)
      }
      name.append(byte, at: place - start)
      place += 1
    }
    position = place
    try expect(UInt8(ascii: "\""))
    while next < known.count, known[next] < name { next += 1 }
    guard next < known.count, known[next] == name, let key = EventKey(rawValue: UInt8(next)) else {
      throw known.contains(name) ? .keyOrder(offset: start) : .unknownKey(offset: start)
    }
    next += 1
    return key
  }

  private mutating func readValue(_ key: EventKey) throws(EventFailure) -> EventFields.Slot {
    let grammar = key.grammar
    switch grammar.shape {
    case .integer:
      let start = position
      let value = try readInteger(key)
      guard grammar != .flag || value <= 1 else { throw .value(key) }
      return slot(key, start, position, value)
    case .string:
      if grammar == .digest { return try readDigest(key) }
      let range = try readString(key)
      guard grammar.admits(bytes[range]) else { throw .value(key) }
      return slot(key, range.lowerBound, range.upperBound, 0)
    case .list:
      try expect(UInt8(ascii: "["))
      let start = position
      var last: Range<Int>?
      var count = 0
      repeat {
        let range = try readString(key)
        if let last, !bytes[last].lexicographicallyPrecedes(bytes[range]) { throw .value(key) }
        guard grammar.admits(bytes[range]) else { throw .value(key) }
        last = range
        count += 1
      } while take(UInt8(ascii: ","))
      guard count <= grammar.listLimit else { throw .value(key) }
      let end = position
      try expect(UInt8(ascii: "]"))
      return slot(key, start, end, 0)
    }
  }

  private func slot(_ key: EventKey, _ start: Int, _ end: Int, _ value: UInt64) -> EventFields.Slot
  {
    EventFields.Slot(
      key: key,
      start: UInt16(truncatingIfNeeded: start),
      end: UInt16(truncatingIfNeeded: end),
      integer: value
    )
  }

  private mutating func readInteger(_ key: EventKey) throws(EventFailure) -> UInt64 {
    let start = position
    var value: UInt64 = 0
    while position < bytes.count, case 0x30...0x39 = bytes[position] {
      // Sixteen digits hold 2^53 − 1; the value cannot overflow before the check.
      guard position - start < 16 else { throw .value(key) }
      value = value * 10 + UInt64(bytes[position] - 0x30)
      position += 1
    }
    guard position > start, value <= Self.integerLimit,
      bytes[start] != UInt8(ascii: "0") || position - start == 1
    else { throw .value(key) }
    return value
  }

  /// Reads 64 lower-case hexadecimal digits: most of an event is these.
  private mutating func readDigest(_ key: EventKey) throws(EventFailure) -> EventFields.Slot {
    try expect(UInt8(ascii: "\""))
    let start = position
    let end = start + 64
    guard end < bytes.count, bytes[end] == UInt8(ascii: "\"") else { throw .value(key) }
    for digit in bytes[start..<end] {
      guard digit &- 0x30 < 10 || digit &- 0x61 < 6 else { throw .value(key) }
    }
    position = end + 1
    return slot(key, start, end, 0)
  }

  private mutating func readString(_ key: EventKey) throws(EventFailure) -> Range<Int> {
    try expect(UInt8(ascii: "\""))
    let start = position
    let limit = min(bytes.count, start + Self.stringLimitBytes + 1)
    // A local place: the loop is most of the work.
    var place = start
    while place < limit {
      let byte = bytes[place]
      if byte == UInt8(ascii: "\"") {
        position = place + 1
        return start..<place
      }
      guard byte >= 0x20, byte <= 0x7E, byte != UInt8(ascii: "\\") else { throw .value(key) }
      place += 1
    }
    guard place == bytes.count else { throw .value(key) }
    throw .syntax(offset: place)
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ byte: UInt8) throws(EventFailure) {
    guard take(byte) else { throw .syntax(offset: position) }
  }
}

/// The key names in the forms that reading and writing need.
enum EventNames {
  /// Up to 16 bytes as two words: comparing the words compares the bytes.
  struct Packed: Equatable, Comparable {
    var high: UInt64
    var low: UInt64

    mutating func append(_ byte: UInt8, at place: Int) {
      if place < 8 {
        high |= UInt64(byte) << UInt64(56 - 8 * place)
      } else {
        low |= UInt64(byte) << UInt64(120 - 8 * place)
      }
    }

    static func < (left: Packed, right: Packed) -> Bool {
      left.high < right.high || (left.high == right.high && left.low < right.low)
    }
  }

  static let bytes: [[UInt8]] = EventKey.allCases.map { Array($0.name.utf8) }

  static let packed: [Packed] = bytes.map { pack($0) }

  /// Packs a name of at most 16 bytes.
  static func pack(_ name: some Collection<UInt8>) -> Packed {
    var packed = Packed(high: 0, low: 0)
    var place = 0
    for byte in name {
      packed.append(byte, at: place)
      place += 1
    }
    return packed
  }
}
