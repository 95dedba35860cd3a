internal import CanonicalBytes

/// What the value of a key looks like.
///
/// Works on bytes only.
enum EventGrammar {
  case integer, flag, digest, agency, log, codes, ranges, local, pseudonym, type, code

  enum Shape { case integer, string, list }

  var shape: Shape {
    switch self {
    case .integer, .flag: .integer
    case .codes, .ranges: .list
    default: .string
    }
  }

  /// Most groups in one event (EVT-017).
  static let codesLimit = 16
  /// Longest code, in bytes.
  private static let codeLimitBytes = 48
  /// Longest local name, in bytes.
  private static let localLimitBytes = 64
  /// Most ranges in one erase event (EVT-031).
  static let rangesLimit = 64

  /// Most elements of a list.
  var listLimit: Int { self == .ranges ? Self.rangesLimit : Self.codesLimit }

  /// The place of the quote that ends the string, or the list's element, that stands here; `nil` if it
  /// does not fit or does not end.
  func end(of text: Span<UInt8>, from start: Int) -> Int? {
    let end: Int?
    switch self {
    case .integer, .flag: end = nil
    case .digest: end = Self.hexEnd(text, start, 64)
    case .pseudonym: end = Self.hexEnd(text, start, 32) ?? Self.hexEnd(text, start, 64)
    case .agency: end = Names.agencyEnd(text, from: start)
    case .log: end = Names.logEnd(text, from: start)
    case .codes, .code, .type: end = Self.codeEnd(text, start)
    case .local: end = Self.localEnd(text, start)
    case .ranges: end = Self.rangeEnd(text, start)
    }
    guard let end, end < text.count, text[end] == UInt8(ascii: "\"") else { return nil }
    return end
  }

  /// Exactly so many digits before a quote.
  private static func hexEnd(_ text: Span<UInt8>, _ start: Int, _ count: Int) -> Int? {
    let end = start + count
    guard end < text.count, text[end] == UInt8(ascii: "\"") else { return nil }
    if count == 2 * Digest32.byteCount {
      return Digest32.isHex(text.extracting(start..<end)) ? end : nil
    }
    for place in start..<end {
      guard text[place] &- 0x30 < 10 || text[place] &- 0x61 < 6 else { return nil }
    }
    return end
  }

  private static func localEnd(_ text: Span<UInt8>, _ start: Int) -> Int? {
    var place = start
    loop: while place < text.count {
      switch text[place] {
      case 0x30...0x39, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
        place += 1
      default: break loop
      }
    }
    return (1...localLimitBytes).contains(place - start) ? place : nil
  }

  /// Lower-case words with single hyphens inside, at most 48 bytes.
  private static func codeEnd(_ text: Span<UInt8>, _ start: Int) -> Int? {
    let hyphen = UInt8(ascii: "-")
    var place = start
    var previous = hyphen
    loop: while place < text.count {
      let byte = text[place]
      switch byte {
      case 0x30...0x39, 0x61...0x7A: break
      case hyphen: if previous == hyphen { return nil }
      default: break loop
      }
      previous = byte
      place += 1
    }
    return previous != hyphen && place - start <= codeLimitBytes ? place : nil
  }

  /// `a-b` with a ≤ b, both as decimal numbers are written.
  private static func rangeEnd(_ text: Span<UInt8>, _ start: Int) -> Int? {
    guard let low = Decimal53.read(text, from: start), low.end < text.count,
      text[low.end] == UInt8(ascii: "-"), let high = Decimal53.read(text, from: low.end + 1),
      low.value <= high.value
    else { return nil }
    return high.end
  }
}
