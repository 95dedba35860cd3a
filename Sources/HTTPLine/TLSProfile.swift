/// The one way two nodes speak TLS, as IANA code points: version 1.3 and nothing else.
///
/// Source: `DESIGN.md`, TLS; `Protocol/spec/exchange.md`.
package enum TLSProfile {
  /// Key agreement, best first: X25519MLKEM768, X25519.
  package static let groups: [UInt16] = [0x11ec, 0x001d]
  /// Signatures in the handshake: ecdsa_secp256r1_sha256.
  package static let signatures: [UInt16] = [0x0403]
}
