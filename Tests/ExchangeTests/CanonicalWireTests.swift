internal import CanonicalBytes
internal import Exchange
internal import Foundation
internal import Testing
internal import WireSchema

/// Attack A10: every way in which protobuf bytes can say something twice, or say it unseen.
@Suite struct CanonicalWireTests {
  private static let realm = [UInt8](repeating: 7, count: 32)
  private static let nonce = [UInt8](repeating: 3, count: 16)

  /// suite 1, realm, sender, recipient, nonce.
  private static let fields: [[UInt8]] = [
    [0x08, 1], [0x12, 32] + realm, [0x1A, 3] + Array("a.b".utf8), [0x22, 3] + Array("c.d".utf8),
    [0x2A, 16] + nonce,
  ]

  @Test("A10: the canonical header is read")
  func reads() throws {
    let header = try #require(WireHeader(canonical: Self.fields.flatMap { $0 }))
    #expect(header.suite == 1 && header.sender == "a.b" && header.recipient == "c.d")
  }

  @Test("A10: every other encoding of the same values is refused")
  func refuses() throws {
    let f = Self.fields
    let cases: [(String, [UInt8])] = [
      ("unknown field at the end", f.flatMap { $0 } + [0x78, 1]),
      ("unknown field at the start", [0x78, 1] + f.flatMap { $0 }),
      ("unknown bytes field", f.flatMap { $0 } + [0x7A, 2, 1, 2]),
      ("unknown group", f.flatMap { $0 } + [0x7B, 0x08, 1, 0x7C]),
      ("unknown fixed64", f.flatMap { $0 } + [0x79, 1, 2, 3, 4, 5, 6, 7, 8]),
      ("suite as bytes", [0x0A, 1, 1] + f[1...].flatMap { $0 }),
      ("suite as fixed32", [0x0D, 1, 0, 0, 0] + f[1...].flatMap { $0 }),
      ("sender as varint", f[0] + f[1] + [0x18, 1] + f[3] + f[4]),
      ("overlong varint", [0x08, 0x81, 0x00] + f[1...].flatMap { $0 }),
      ("overlong tag", [0x88, 0x00, 1] + f[1...].flatMap { $0 }),
      ("overlong length", f[0] + [0x12, 0xA0, 0x00] + Self.realm + f[2...].flatMap { $0 }),
      ("varint above 32 bits", [0x08, 0x81, 0x80, 0x80, 0x80, 0x10] + f[1...].flatMap { $0 }),
      ("explicit default", [0x08, 0] + f[1...].flatMap { $0 }),
      ("duplicate scalar", f[0] + f[0] + f[1...].flatMap { $0 }),
      ("duplicate string", f[0] + f[1] + f[2] + f[2] + f[3] + f[4]),
      ("wrong order", f[1] + f[0] + f[2...].flatMap { $0 }),
      ("empty string stated", f.flatMap { $0 }.dropLast(18) + [0x2A, 0]),
      ("cut", f.flatMap { $0 }.dropLast()),
    ]
    for (name, bytes) in cases {
      #expect(WireHeader(canonical: Array(bytes)) == nil, "\(name)")
    }
  }

  @Test("A10: a sub-message that is split, or holds unknown fields, is refused")
  func nested() throws {
    let checkpoint: [UInt8] = [0x12, 1, 0x78]
    let whole: [UInt8] = [0x0A, 5] + checkpoint + [0x18, 4]
    #expect(WireExchange(canonical: whole)?.delivery.from == 4)
    let cases: [(String, [UInt8])] = [
      ("split", [0x0A, 3] + checkpoint + [0x0A, 2, 0x18, 4]),
      ("unknown inside", [0x0A, 7] + checkpoint + [0x18, 4, 0x78, 1]),
      ("known with another wire type inside", [0x0A, 6] + checkpoint + [0x1A, 1, 4]),
    ]
    for (name, bytes) in cases {
      #expect(WireExchange(canonical: bytes) == nil, "\(name)")
      #expect(throws: ExchangeCode.malformed, "\(name)") {
        try ExchangeParts(decoding: bytes, role: .answer)
      }
    }
  }
}
