/// The shape a peer's certificate must have before anything else is asked of it.
///
/// Source: `PROTOCOL.md`, R5: one self-issued certificate, P-256. Issuer, dates and extensions are not
/// judged; the TLS handshake proves the key.
enum PeerLeaf {
  /// Longest certificate, in bytes.
  static let limitBytes = 8 << 10

  /// SubjectPublicKeyInfo of an uncompressed P-256 point, up to and including the 0x04.
  private static let p256: [UInt8] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
  ]

  /// Whether `der` is one X.509 certificate that carries a P-256 key.
  static func isWellFormed(_ der: [UInt8]) -> Bool {
    guard der.count <= limitBytes else { return false }
    var outer = DERCursor(der[...])
    guard var certificate = outer.enter(0x30), outer.isAtEnd,
      var body = certificate.enter(0x30)
    else { return false }
    // version is optional; then serial, signature, issuer, validity, subject.
    _ = body.take(0xa0)
    guard body.take(0x02) != nil, body.take(0x30) != nil, body.take(0x30) != nil,
      body.take(0x30) != nil, body.take(0x30) != nil, let key = body.take(0x30)
    else { return false }
    return key.count == p256.count + 64 && key.starts(with: p256)
  }
}

/// Reads DER elements one after the other; nil where the next one is not as asked.
private struct DERCursor {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  var isAtEnd: Bool { rest.isEmpty }

  /// The whole next element, header and all, if it has that tag.
  mutating func take(_ tag: UInt8) -> ArraySlice<UInt8>? {
    guard let header = header(tag) else { return nil }
    let element = rest.prefix(header.size + header.length)
    rest = rest.dropFirst(element.count)
    return element
  }

  /// The content of the next element, if it has that tag.
  mutating func enter(_ tag: UInt8) -> DERCursor? {
    guard let header = header(tag), let element = take(tag) else { return nil }
    return DERCursor(element.dropFirst(header.size))
  }

  private func header(_ tag: UInt8) -> (size: Int, length: Int)? {
    let start = rest.startIndex
    guard rest.count >= 2, rest[start] == tag else { return nil }
    let first = Int(rest[start + 1])
    var size = 2
    var length = first
    if first >= 0x80 {
      let octets = first - 0x80
      guard octets == 1 || octets == 2, rest.count >= 2 + octets else { return nil }
      size += octets
      length = rest[(start + 2)..<(start + size)].reduce(0) { $0 << 8 | Int($1) }
    }
    guard rest.count - size >= length else { return nil }
    return (size, length)
  }
}
