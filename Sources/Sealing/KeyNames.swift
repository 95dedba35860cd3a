public import CanonicalBytes

extension KeyWrap {
  /// The name of a desk's key in stanzas: `SHA-256(PAE("amonat/v1/desk-key", agency, desk, key))`.
  ///
  /// The one place of the formula; the floors above call it with their own types.
  /// Source: `Protocol/spec/03-envelope.md`.
  ///
  /// - Parameters:
  ///   - agency: The agency's id.
  ///   - desk: The desk's name.
  ///   - publicKey: The public half.
  /// - Returns: The key id.
  public static func deskKeyID(agency: String, desk: String, publicKey: [UInt8]) -> Digest32 {
    var pae = PAE("amonat/v1/desk-key", parts: 3, reserving: publicKey.count + 128)
    pae.add(agency)
    pae.add(desk)
    pae.add(publicKey)
    return Hash256.of(pae.bytes)
  }
}
