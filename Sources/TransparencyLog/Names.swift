/// The names that follow from an agency id: `<id>/amonat/log/<n>` and `<id>/amonat/witness/<n>`.
///
/// Never free text, so that nobody can claim another's. Source: PROTOCOL §1.
public enum Names {
  /// Longest agency id, in bytes.
  public static let agencyLimitBytes = 64

  static let logRole: StaticString = "/amonat/log/"
  static let witnessRole: StaticString = "/amonat/witness/"

  /// The name of an agency's n-th log.
  public static func log(agency: String, number: UInt64) -> String {
    "\(agency)/amonat/log/\(number)"
  }

  /// The name of an agency's n-th witness key.
  public static func witness(agency: String, number: UInt64) -> String {
    "\(agency)/amonat/witness/\(number)"
  }

  /// The agency and number of a log's name; `nil` if it is not one.
  public static func parseLog(_ name: String) -> (agency: String, number: UInt64)? {
    parse(name, role: logRole)
  }

  /// The agency and number of a witness's name; `nil` if it is not one.
  public static func parseWitness(_ name: String) -> (agency: String, number: UInt64)? {
    parse(name, role: witnessRole)
  }

  private static func parse(
    _ name: String,
    role: StaticString
  ) -> (agency: String, number: UInt64)? {
    let text = name.utf8.span
    guard let count = agencyEnd(text, from: 0),
      let number = number(text, from: count, role: role), number.end == text.count
    else { return nil }
    return (String(decoding: name.utf8.prefix(count), as: UTF8.self), number.value)
  }

  /// Where the log's name that stands here ends; `nil` if none does.
  static func logEnd(_ text: Span<UInt8>, from start: Int) -> Int? {
    agencyEnd(text, from: start).flatMap { number(text, from: $0, role: logRole)?.end }
  }

  /// The role and the number, at least 1, that stand after an agency id.
  private static func number(
    _ text: Span<UInt8>,
    from start: Int,
    role: StaticString
  ) -> (value: UInt64, end: Int)? {
    let count = role.utf8CodeUnitCount
    guard text.count - start > count else { return nil }
    for offset in 0..<count {
      guard unsafe text[start + offset] == role.utf8Start[offset] else { return nil }
    }
    guard let number = Decimal53.read(text, from: start + count), number.value >= 1 else {
      return nil
    }
    return number
  }

  /// Where the agency id that stands here ends; `nil` if none does.
  ///
  /// At least two labels of lower-case letters, digits and inner hyphens, at most 32 bytes each.
  static func agencyEnd(_ text: Span<UInt8>, from start: Int) -> Int? {
    let hyphen = UInt8(ascii: "-")
    var place = start
    var labels = 1
    var length = 0
    var previous = hyphen
    loop: while place < text.count {
      let byte = text[place]
      switch byte {
      case 0x30...0x39, 0x61...0x7A: length += 1
      case hyphen:
        guard length > 0 else { return nil }
        length += 1
      case UInt8(ascii: "."):
        guard length > 0, previous != hyphen else { return nil }
        labels += 1
        length = 0
      default: break loop
      }
      guard length <= 32 else { return nil }
      previous = byte
      place += 1
    }
    guard place - start <= agencyLimitBytes, labels >= 2, length > 0, previous != hyphen else {
      return nil
    }
    return place
  }
}
