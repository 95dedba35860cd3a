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
    let bytes = Array(name.utf8)
    guard let count = agency(of: bytes[...], role: role),
      let agency = String(validating: bytes[..<count], as: UTF8.self),
      let number = Decimal53.parse(bytes[(count + role.utf8CodeUnitCount)...])
    else { return nil }
    return (agency, number)
  }

  /// How many bytes of a name are its agency id; `nil` if the name does not have this role.
  static func agency(of name: ArraySlice<UInt8>, role: StaticString) -> Int? {
    guard let slash = name.firstIndex(of: UInt8(ascii: "/")), isAgency(name[..<slash]) else {
      return nil
    }
    let rest = name[slash...]
    let matches = role.withUTF8Buffer { unsafe rest.starts(with: $0) }
    guard matches, let number = Decimal53.parse(rest.dropFirst(role.utf8CodeUnitCount)), number >= 1
    else { return nil }
    return slash - name.startIndex
  }

  /// At least two labels of lower-case letters, digits and inner hyphens, at most 32 bytes each.
  static func isAgency(_ id: ArraySlice<UInt8>) -> Bool {
    guard id.count <= agencyLimitBytes else { return false }
    var labels = 1
    var length = 0
    var previous = UInt8(ascii: "-")
    for byte in id {
      switch byte {
      case 0x30...0x39, 0x61...0x7A: length += 1
      case UInt8(ascii: "-"):
        guard length > 0 else { return false }
        length += 1
      case UInt8(ascii: "."):
        guard length > 0, previous != UInt8(ascii: "-") else { return false }
        labels += 1
        length = 0
      default: return false
      }
      guard length <= 32 else { return false }
      previous = byte
    }
    return labels >= 2 && length > 0 && previous != UInt8(ascii: "-")
  }
}
