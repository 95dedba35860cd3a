public import CanonicalBytes

/// One field group of an envelope, sealed apart under its own content key.
///
/// ```
/// K_enc      = HMAC(CEK, PAE("amonat/v1/cek-enc", h, group))
/// key_commit = HMAC(CEK, PAE("amonat/v1/cek-commit", h, group))
/// ciphertext = secretstream(K_enc), 64 KiB chunks, ad = PAE("amonat/v1/compartment", h, group)
/// ```
/// The associated data never covers the table (the table holds this ciphertext's hash).
/// Source: `Protocol/spec/03-envelope.md`.
public struct Compartment: Sendable {
  /// The sealed bytes.
  public let ciphertext: [UInt8]
  /// Their SHA-256.
  public let ciphertextHash: Digest32
  /// The commitment to the content key.
  public let keyCommitment: Digest32

  /// Seals content.
  ///
  /// - Parameters:
  ///   - content: What to seal, any length.
  ///   - contentKey: 32 bytes, used for this compartment only.
  ///   - headerHash: SHA-256 of the envelope's header.
  ///   - group: The field group's name.
  /// - Returns: The ciphertext with its hash and the commitment to its key.
  public static func seal(
    _ content: [UInt8],
    contentKey: SecretBytes,
    headerHash: Digest32,
    group: String
  ) -> Compartment {
    precondition(contentKey.count == 32, "a content key is 32 bytes")
    let key = unsafe contentKey.withBytes { unsafe Digest32(reading: $0) }
    let ciphertext = PaddedStream.seal(
      content,
      key: encryptionKey(key, headerHash: headerHash, group: group),
      associated: associatedData(headerHash: headerHash, group: group)
    )
    return Compartment(
      ciphertext: ciphertext,
      ciphertextHash: Hash256.of(ciphertext),
      keyCommitment: commitment(key, headerHash: headerHash, group: group)
    )
  }

  /// Opens a compartment, all or nothing: no byte is returned before the final tag, the exact length
  /// and the zero padding have been seen.
  ///
  /// - Throws: ``SealingFailure``.
  public static func open(
    _ ciphertext: [UInt8],
    contentKey: SecretBytes,
    keyCommitment: Digest32,
    headerHash: Digest32,
    group: String
  ) throws(SealingFailure) -> SecretBytes {
    guard contentKey.count == 32 else { throw .key }
    guard Padding.paddedSize(ciphertextBytes: ciphertext.count) != nil else { throw .length }
    let key = unsafe contentKey.withBytes { unsafe Digest32(reading: $0) }
    guard commitment(key, headerHash: headerHash, group: group) == keyCommitment else {
      throw .keyCommitment
    }
    return try PaddedStream.open(
      ciphertext,
      key: encryptionKey(key, headerHash: headerHash, group: group),
      associated: associatedData(headerHash: headerHash, group: group)
    )
  }

  private static func encryptionKey(
    _ key: Digest32,
    headerHash: Digest32,
    group: String
  ) -> Digest32 {
    var pae = PAE("amonat/v1/cek-enc", parts: 2, reserving: 64)
    pae.add(headerHash)
    pae.add(group)
    return HMAC256.code(key: key, pae.bytes)
  }

  private static func commitment(
    _ key: Digest32,
    headerHash: Digest32,
    group: String
  ) -> Digest32 {
    var pae = PAE("amonat/v1/cek-commit", parts: 2, reserving: 64)
    pae.add(headerHash)
    pae.add(group)
    return HMAC256.code(key: key, pae.bytes)
  }

  private static func associatedData(headerHash: Digest32, group: String) -> [UInt8] {
    var pae = PAE("amonat/v1/compartment", parts: 2, reserving: 64)
    pae.add(headerHash)
    pae.add(group)
    return pae.bytes
  }
}
