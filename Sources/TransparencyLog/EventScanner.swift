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

  private(set) var slots = EventSlots()
  private let known = EventNames.packed
  private let starts = EventNames.starts
  private var position = 0

  /// Reads a whole text into ``slots``.
  mutating func scan(_ text: Span<UInt8>) throws(EventFailure) {
    guard text.count <= Self.limitBytes else { throw .tooLarge }
    var next = 0
    try expect(UInt8(ascii: "{"), text)
    if take(UInt8(ascii: "}"), text) {
      guard position == text.count else { throw .syntax(offset: position) }
      return
    }
    while true {
      let key = try readKey(text, from: &next)
      try expect(UInt8(ascii: ":"), text)
      try readValue(text, key)
      if take(UInt8(ascii: ","), text) { continue }
      try expect(UInt8(ascii: "}"), text)
      break
    }
    guard position == text.count else { throw .syntax(offset: position) }
  }

  // MARK: Keys

  /// Reads a key that stands after all earlier ones.
  ///
  /// Names are compared as two words each.
  private mutating func readKey(
    _ text: Span<UInt8>,
    from next: inout Int
  ) throws(EventFailure) -> EventKey {
    try expect(UInt8(ascii: "\""), text)
    let start = position
    let name = try readName(text)
    let length = position - start
    try expect(UInt8(ascii: "\""), text)
    next = max(next, Int(starts[Int(name.high >> 56)]))
    while next < known.count, known[next] < name { next += 1 }
    guard next < known.count, known[next] == name, let key = EventKey(rawValue: UInt8(next)) else {
      throw known.contains(name) ? .keyOrder(offset: start) : .unknownKey(offset: start)
    }
    // A packed name ends in zeros, and so would one with zero bytes behind it.
    guard name.length == length else { throw .unknownKey(offset: start) }
    next += 1
    return key
  }

  /// Reads up to the quote after a name; what cannot be part of a known name matches none.
  private mutating func readName(_ text: Span<UInt8>) throws(EventFailure) -> EventNames.Packed {
    let start = position
    if start + 16 < text.count {
      let high = EventNames.word(text, at: start)
      let quote = EventNames.quote(in: high)
      if quote < 8 {
        position = start + quote
        return EventNames.Packed(high: EventNames.first(quote, of: high), low: 0)
      }
      let low = EventNames.word(text, at: start + 8)
      let second = EventNames.quote(in: low)
      guard second < 8 else { throw .unknownKey(offset: start) }
      position = start + 8 + second
      return EventNames.Packed(high: high, low: EventNames.first(second, of: low))
    }
    var name = EventNames.Packed(high: 0, low: 0)
    var place = start
    while place < text.count, text[place] != UInt8(ascii: "\"") {
      guard place - start < 16 else { throw .unknownKey(offset: start) }
      name.append(text[place], at: place - start)
      place += 1
    }
    position = place
    return name
  }

  // MARK: Values

  private mutating func readValue(
    _ text: Span<UInt8>,
    _ key: EventKey
  ) throws(EventFailure) {
    let grammar = key.grammar
    switch grammar.shape {
    case .integer:
      let start = position
      let value = try readInteger(text, key)
      guard grammar != .flag || value <= 1 else { throw .value(key) }
      slots.set(key, start..<position)
    case .string: slots.set(key, try readString(text, key, grammar))
    case .list:
      try expect(UInt8(ascii: "["), text)
      let start = position
      var last: Range<Int>?
      var count = 0
      repeat {
        let range = try readString(text, key, grammar)
        if let last, !Self.precedes(text, last, range) { throw .value(key) }
        last = range
        count += 1
      } while take(UInt8(ascii: ","), text)
      guard count <= grammar.listLimit else { throw .value(key) }
      let end = position
      try expect(UInt8(ascii: "]"), text)
      slots.set(key, start..<end)
    }
  }

  private static func precedes(_ text: Span<UInt8>, _ left: Range<Int>, _ right: Range<Int>) -> Bool
  {
    for offset in 0..<min(left.count, right.count) {
      let (one, other) = (text[left.lowerBound + offset], text[right.lowerBound + offset])
      if one != other { return one < other }
    }
    return left.count < right.count
  }

  private mutating func readInteger(
    _ text: Span<UInt8>,
    _ key: EventKey
  ) throws(EventFailure) -> UInt64 {
    let start = position
    var value: UInt64 = 0
    while position < text.count, case 0x30...0x39 = text[position] {
      // Sixteen digits hold 2^53 − 1; the value cannot overflow before the check.
      guard position - start < 16 else { throw .value(key) }
      value = value &* 10 &+ UInt64(text[position] &- 0x30)
      position += 1
    }
    guard position > start, value <= Self.integerLimit,
      text[start] != UInt8(ascii: "0") || position - start == 1
    else { throw .value(key) }
    return value
  }

  /// Reads a string that its grammar admits, in one pass.
  private mutating func readString(
    _ text: Span<UInt8>,
    _ key: EventKey,
    _ grammar: EventGrammar
  ) throws(EventFailure) -> Range<Int> {
    try expect(UInt8(ascii: "\""), text)
    let start = position
    guard let end = grammar.end(of: text, from: start), end - start <= Self.stringLimitBytes else {
      throw Self.refusal(text, from: start, key)
    }
    position = end + 1
    return start..<end
  }

  /// Why no string that fits stands here: cut off, or of other bytes or another form.
  private static func refusal(
    _ text: Span<UInt8>,
    from start: Int,
    _ key: EventKey
  ) -> EventFailure {
    let limit = min(text.count, start + stringLimitBytes + 1)
    for place in start..<limit {
      let byte = text[place]
      guard byte != UInt8(ascii: "\""), byte >= 0x20, byte <= 0x7E, byte != UInt8(ascii: "\\")
      else { return .value(key) }
    }
    return limit == text.count ? .syntax(offset: limit) : .value(key)
  }

  private mutating func take(_ byte: UInt8, _ text: Span<UInt8>) -> Bool {
    guard position < text.count, text[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ byte: UInt8, _ text: Span<UInt8>) throws(EventFailure) {
    guard take(byte, text) else { throw .syntax(offset: position) }
  }
}

/// Where each key's value stands in the text of a part, without its quotes or brackets.
struct EventSlots: Sendable {
  /// Start and end in one word each; zero where the key is absent.
  private var places = InlineArray<40, UInt32>(repeating: 0)
  /// The keys that are present, one bit each.
  private(set) var keys: UInt64 = 0

  /// Takes note of a value; no place in an event needs more than 16 bits.
  mutating func set(_ key: EventKey, _ range: Range<Int>) {
    places[Int(key.rawValue)] =
      UInt32(truncatingIfNeeded: range.lowerBound) << 16
      | UInt32(truncatingIfNeeded: range.upperBound)
    keys |= 1 << UInt64(key.rawValue)
  }

  /// Where a key's value stands; `nil` if the key is absent.
  @inline(__always)
  subscript(_ key: EventKey) -> Range<Int>? {
    let place = places[Int(key.rawValue)]
    return place == 0 ? nil : Int(place >> 16)..<Int(place & 0xFFFF)
  }
}

/// The key names in the forms that reading and writing need.
enum EventNames {
  /// Up to 16 bytes as two words: comparing the words compares the bytes.
  struct Packed: Equatable, Comparable {
    var high: UInt64
    var low: UInt64

    /// How many bytes stand before the first of the zeros at the end.
    var length: Int {
      low == 0 ? 8 - high.trailingZeroBitCount / 8 : 16 - low.trailingZeroBitCount / 8
    }

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

  /// Each name as it stands in a text: with quotes and colon.
  static let written: [[UInt8]] = EventKey.allCases.map { Array("\"\($0.name)\":".utf8) }

  static let packed: [Packed] = EventKey.allCases.map { pack(Array($0.name.utf8).span) }

  /// For each byte, how many names begin with a smaller one.
  static let starts: [UInt8] = (0...UInt64(UInt8.max)).map { first in
    UInt8(packed.count { $0.high >> 56 < first })
  }

  /// Packs a name of at most 16 bytes.
  static func pack(_ name: Span<UInt8>) -> Packed {
    var packed = Packed(high: 0, low: 0)
    for place in 0..<name.count { packed.append(name[place], at: place) }
    return packed
  }

  /// Eight bytes of a text, the first in the highest place.
  static func word(_ text: Span<UInt8>, at offset: Int) -> UInt64 {
    UInt64(
      bigEndian: unsafe text.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
    )
  }

  /// How many bytes of a word stand before its first quote; 8 if there is none.
  static func quote(in word: UInt64) -> Int {
    let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
    // A byte's high bit is set where the byte is a quote, and nowhere else.
    let other = word ^ 0x2222_2222_2222_2222
    let hits = ~(((other & low) + low) | other | low)
    return hits.leadingZeroBitCount / 8
  }

  /// The first bytes of a word, at most 7, with zeros behind them.
  static func first(_ count: Int, of word: UInt64) -> UInt64 {
    word & ~(UInt64.max >> UInt64(8 * count))
  }
}
