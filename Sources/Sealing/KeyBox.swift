internal import CSodium

/// Secrets at rest: XChaCha20-Poly1305 under a 32-byte key, with the row's name as associated data.
///
/// Format: nonce[24] ‖ ciphertext ‖ tag[16].
public enum KeyBox {
  /// Bytes added to a secret.
  public static let overheadBytes = 40

  /// Seals a lent buffer under a key.
  public static func seal(
    _ secret: UnsafeRawBufferPointer,
    key: borrowing GuardedSecret,
    name: [UInt8]
  ) -> [UInt8] {
    unsafe key.withBytes { unsafe sealRaw(secret, key: $0, name: name) }
  }

  /// Seals bytes under a key.
  public static func seal(
    _ bytes: [UInt8],
    key: borrowing GuardedSecret,
    name: [UInt8]
  ) -> [UInt8] {
    seal(SecretBytes(bytes), key: key, name: name)
  }

  /// Seals a short-lived secret under a key.
  public static func seal(
    _ secret: SecretBytes,
    key: borrowing GuardedSecret,
    name: [UInt8]
  ) -> [UInt8] {
    unsafe key.withBytes { keyBuffer in
      unsafe secret.withBytes { unsafe sealRaw($0, key: keyBuffer, name: name) }
    }
  }

  /// Opens a box.
  ///
  /// - Throws: ``SealingFailure/length``, ``SealingFailure/ciphertext``.
  public static func open(
    _ box: [UInt8],
    key: borrowing GuardedSecret,
    name: [UInt8]
  ) throws(SealingFailure) -> SecretBytes {
    guard box.count >= overheadBytes, key.count == 32 else { throw .length }
    return try unsafe key.withBytes { keyBuffer throws(SealingFailure) in
      try unsafe SecretBytes(count: box.count - overheadBytes) { out throws(SealingFailure) in
        let result = unsafe box.withUnsafeBufferPointer { source -> Int32 in
          guard let base = source.baseAddress, let keyBase = keyBuffer.baseAddress else {
            return -1
          }
          return unsafe crypto_aead_xchacha20poly1305_ietf_decrypt(
            out.baseAddress?.assumingMemoryBound(to: UInt8.self),
            nil,
            nil,
            base + 24,
            UInt64(source.count - 24),
            name,
            UInt64(name.count),
            base,
            keyBase.assumingMemoryBound(to: UInt8.self)
          )
        }
        guard result == 0 else { throw .ciphertext }
      }
    }
  }

  private static func sealRaw(
    _ secret: UnsafeRawBufferPointer,
    key: UnsafeRawBufferPointer,
    name: [UInt8]
  ) -> [UInt8] {
    precondition(key.count == 32, "a box key is 32 bytes")
    let nonce = Randomness.bytes(24)
    let body = unsafe [UInt8](unsafeUninitializedCapacity: secret.count + 16) { buffer, count in
      if let base = buffer.baseAddress, let keyBase = key.baseAddress {
        _ = unsafe crypto_aead_xchacha20poly1305_ietf_encrypt(
          base,
          nil,
          secret.baseAddress?.assumingMemoryBound(to: UInt8.self),
          UInt64(secret.count),
          name,
          UInt64(name.count),
          nil,
          nonce,
          keyBase.assumingMemoryBound(to: UInt8.self)
        )
      }
      count = secret.count + 16
    }
    return nonce + body
  }
}
