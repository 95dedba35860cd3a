internal import CSodium

/// A user's X25519 key: desk keys are sealed to its public half; the private half is kept under the
/// user's passphrase and lives in guarded memory while the user is there.
public struct UserKey: ~Copyable, Sendable {
  private let secret: GuardedSecret
  /// The public half, 32 bytes.
  public let publicBytes: [UInt8]

  /// Makes a new key.
  public static func generate() -> UserKey { UserKey(secret: GuardedSecret.random(count: 32)) }

  /// Takes a 32-byte private key.
  public init(secret: consuming GuardedSecret) {
    precondition(secret.count == 32, "an X25519 key is 32 bytes")
    Sodium.ready()
    var publicBytes = [UInt8](repeating: 0, count: 32)
    unsafe secret.withBytes { buffer in
      guard let base = buffer.baseAddress else { return }
      _ = unsafe crypto_scalarmult_base(&publicBytes, base.assumingMemoryBound(to: UInt8.self))
    }
    self.publicBytes = publicBytes
    self.secret = secret
  }

  /// Lends the private key, to be put under a passphrase.
  public borrowing func withSecret<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe secret.withBytes(body)
  }

  /// Seals a secret to a user's public key (anonymous; for the keyring, which vouches for itself).
  public static func seal(
    _ secret: UnsafeRawBufferPointer,
    to publicBytes: [UInt8]
  ) throws(SealingFailure) -> [UInt8] {
    guard publicBytes.count == 32 else { throw .key }
    Sodium.ready()
    var out = [UInt8](repeating: 0, count: secret.count + crypto_box_sealbytes())
    let result = unsafe crypto_box_seal(
      &out,
      secret.baseAddress?.assumingMemoryBound(to: UInt8.self),
      UInt64(secret.count),
      publicBytes
    )
    guard result == 0 else { throw .key }
    return out
  }

  /// Opens a secret sealed to this user.
  ///
  /// - Throws: ``SealingFailure/wrap``.
  public borrowing func open(_ sealed: [UInt8]) throws(SealingFailure) -> GuardedSecret {
    guard sealed.count >= crypto_box_sealbytes() else { throw .length }
    let publicBytes = publicBytes
    return try unsafe secret.withBytes { key throws(SealingFailure) in
      try unsafe GuardedSecret(count: sealed.count - crypto_box_sealbytes()) {
        out throws(SealingFailure) in
        guard let base = out.baseAddress, let keyBase = key.baseAddress else { throw .wrap }
        let result = unsafe crypto_box_seal_open(
          base.assumingMemoryBound(to: UInt8.self),
          sealed,
          UInt64(sealed.count),
          publicBytes,
          keyBase.assumingMemoryBound(to: UInt8.self)
        )
        guard result == 0 else { throw .wrap }
      }
    }
  }
}
