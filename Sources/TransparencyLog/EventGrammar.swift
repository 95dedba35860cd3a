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
  /// Most ranges in one erase event (EVT-031).
  static let rangesLimit = 64

  /// Most elements of a list.
  var listLimit: Int { self == .ranges ? Self.rangesLimit : Self.codesLimit }

  /// Whether a string, or one element of a list, fits.
  func admits(_ text: ArraySlice<UInt8>) -> Bool {
    switch self {
    case .integer, .flag: false
    case .digest: text.count == 64 && text.allSatisfy(Self.isHex)
    case .pseudonym: (text.count == 32 || text.count == 64) && text.allSatisfy(Self.isHex)
    case .agency: Names.isAgency(text)
    case .log: Names.agency(of: text, role: Names.logRole) != nil
    case .codes, .code, .type: Self.isCode(text)
    case .local: (1...64).contains(text.count) && text.allSatisfy(Self.isLocal)
    case .ranges: Self.isRange(text)
    }
  }

  private static func isHex(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
  }

  private static func isLocal(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
    default: false
    }
  }

  /// Lower-case words with single hyphens inside, at most 48 bytes.
  private static func isCode(_ text: ArraySlice<UInt8>) -> Bool {
    guard text.count <= 48 else { return false }
    var previous = UInt8(ascii: "-")
    for byte in text {
      switch byte {
      case 0x30...0x39, 0x61...0x7A: break
      case UInt8(ascii: "-"): if previous == byte { return false }
      default: return false
      }
      previous = byte
    }
    return previous != UInt8(ascii: "-")
  }

  /// `a-b` with a ≤ b, both as decimal numbers are written.
  private static func isRange(_ text: ArraySlice<UInt8>) -> Bool {
    guard let hyphen = text.firstIndex(of: UInt8(ascii: "-")),
      let low = Decimal53.parse(text[..<hyphen]), let high = Decimal53.parse(text[(hyphen + 1)...])
    else { return false }
    return low <= high
  }
}
