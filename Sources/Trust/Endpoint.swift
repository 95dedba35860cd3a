/// Where a node answers: `https://host:port`.
///
/// Source: PROTOCOL §6, R4; `Protocol/spec/08-card-link.md`.
public struct Endpoint: Hashable, Sendable, LosslessStringConvertible {
  /// Longest text, in bytes.
  public static let limitBytes = 255

  /// A DNS name, an IPv4 address, or an IPv6 address without its brackets.
  public let host: String
  /// The TCP port.
  public let port: UInt16
  /// The text as it stands in links.
  public let text: String

  /// Admits exactly `https://host:port`; `nil` for anything else: no path, no user, no upper case.
  public init?(_ text: String) {
    let scheme = "https://"
    guard text.utf8.count <= Self.limitBytes, text.utf8.starts(with: scheme.utf8) else {
      return nil
    }
    let rest = Array(text.utf8.dropFirst(scheme.utf8.count))
    guard let colon = rest.lastIndex(of: UInt8(ascii: ":")) else { return nil }
    let digits = rest[rest.index(after: colon)...]
    guard (1...5).contains(digits.count), digits.first != UInt8(ascii: "0"),
      digits.allSatisfy({ (0x30...0x39).contains($0) }),
      let port = UInt16(String(decoding: digits, as: UTF8.self)),
      let host = Self.host(rest[..<colon])
    else { return nil }
    (self.host, self.port, self.text) = (host, port, text)
  }

  /// The text.
  public var description: String { text }

  private static func host(_ bytes: ArraySlice<UInt8>) -> String? {
    guard let first = bytes.first, let last = bytes.last else { return nil }
    if first == UInt8(ascii: "[") {
      guard last == UInt8(ascii: "]"), bytes.count > 4 else { return nil }
      let address = bytes.dropFirst().dropLast()
      guard
        address.allSatisfy({
          switch $0 {
          case 0x30...0x3A, 0x61...0x66, UInt8(ascii: "."): true
          default: false
          }
        })
      else { return nil }
      return String(decoding: address, as: UTF8.self)
    }
    let labels = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    for label in labels {
      guard (1...63).contains(label.count), label.first != UInt8(ascii: "-"),
        label.last != UInt8(ascii: "-"),
        label.allSatisfy({
          switch $0 {
          case 0x30...0x39, 0x61...0x7A, UInt8(ascii: "-"): true
          default: false
          }
        })
      else { return nil }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
