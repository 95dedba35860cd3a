internal import CanonicalBytes
internal import ReferralModel
internal import Sealing

/// The hashed byte strings of an envelope.
///
/// ```
/// info = PAE("amonat/v1/wrap", h, t, key_id, PAE(groups…))
/// id   = SHA-256(PAE("amonat/v1/envelope", header, table, SHA-256(stanzas)))
/// ```
/// Source: `Protocol/spec/03-envelope.md`.
package enum EnvelopeFormat {
  /// The one suite: X-Wing, HKDF-SHA256, ChaCha20-Poly1305; secretstream; SHA-256.
  package static let suite: UInt32 = 1
  /// Random bytes of a header.
  package static let nonceBytes = 16

  static func identifier(header: [UInt8], table: [UInt8], stanzas: Digest32) -> Digest32 {
    var pae = PAE("amonat/v1/envelope", parts: 3, reserving: header.count + table.count + 32)
    pae.add(header)
    pae.add(table)
    pae.add(stanzas)
    return Hash256.of(pae.bytes)
  }

  static func wrapInfo(
    headerHash: Digest32,
    tableHash: Digest32,
    keyID: Digest32,
    groups: some Sequence<FieldGroup>
  ) -> [UInt8] {
    var pae = PAE("amonat/v1/wrap", parts: 4, reserving: 192)
    pae.add(headerHash)
    pae.add(tableHash)
    pae.add(keyID)
    pae.add(PAE.list(groups.map { Array($0.text.utf8) }))
    return pae.bytes
  }
}
