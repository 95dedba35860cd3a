/// A short identifier that keeps a fixed ASCII grammar, so that comparing text compares bytes.
///
/// A value that exists is well formed; anything else is refused by the initialiser.
public protocol DomainText: Hashable, Comparable, Sendable, LosslessStringConvertible {
  /// The identifier as it stands in messages, events and rows.
  var text: String { get }

  /// Admits well-formed text; `nil` for anything else.
  init?(_ text: String)
}

extension DomainText {
  /// The identifier itself.
  public var description: String { text }

  /// Byte order: the grammar is ASCII.
  public static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

/// The grammars of the identifiers.
enum Grammar {
  /// Longest agency id, in bytes (PROTOCOL §1).
  static let agencyLimitBytes = 64
  /// Longest label of an agency id, in bytes (PROTOCOL §1).
  static let labelLimitBytes = 32
  /// Longest code, in bytes.
  static let codeLimitBytes = 48

  /// `[a-z0-9]+(-[a-z0-9]+)*`, at most 48 bytes (BYT-015).
  static func isCode(_ text: String) -> Bool {
    guard text.utf8.count <= codeLimitBytes else { return false }
    var last = UInt8(ascii: "-")
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): break
      case UInt8(ascii: "-"): guard last != byte else { return false }
      default: return false
      }
      last = byte
    }
    return last != UInt8(ascii: "-")
  }

  /// `[a-z0-9][a-z0-9.-]*`, at most 48 bytes: the names of desks and users (BYT-016).
  static func isName(_ text: String) -> Bool {
    var count = 0
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): break
      case UInt8(ascii: "."), UInt8(ascii: "-"): guard count > 0 else { return false }
      default: return false
      }
      count += 1
      guard count <= codeLimitBytes else { return false }
    }
    return count > 0
  }

  /// `label(.label)+`, label `[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?`, at most 64 bytes.
  static func isAgency(_ text: some StringProtocol) -> Bool {
    guard text.utf8.count <= agencyLimitBytes else { return false }
    var labels = 1
    var length = 0
    var last = UInt8(ascii: ".")
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
        length += 1
      case UInt8(ascii: "-"):
        guard length > 0 else { return false }
        length += 1
      case UInt8(ascii: "."):
        guard length > 0, last != UInt8(ascii: "-") else { return false }
        labels += 1
        length = 0
      default: return false
      }
      guard length <= labelLimitBytes else { return false }
      last = byte
    }
    return labels >= 2 && length > 0 && last != UInt8(ascii: "-")
  }

  /// A decimal number from 1 without leading zeros, at most 2^32 − 1.
  static func ordinal(_ text: some StringProtocol) -> UInt32? {
    let digits = text.utf8
    guard (1...10).contains(digits.count), digits.first != UInt8(ascii: "0"),
      digits.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return UInt32(text)
  }
}
