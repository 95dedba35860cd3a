internal import CSodium

/// A 64-byte Ed25519 signature; never an identifier: one message may have several.
public typealias SignatureBytes = [UInt8]

/// An Ed25519 private key (RFC 8032) in guarded memory.
public struct SigningKey: ~Copyable, Sendable {
  private let secret: GuardedSecret
  /// The public half.
  public let publicKey: VerifyingKey

  /// Makes a new key.
  public static func generate() -> SigningKey {
    SigningKey(seed: GuardedSecret.random(count: 32))
  }

  /// Takes a 32-byte seed.
  public init(seed: borrowing GuardedSecret) {
    precondition(seed.count == 32, "an Ed25519 seed is 32 bytes")
    Sodium.ready()
    var publicBytes = [UInt8](repeating: 0, count: 32)
    secret = unsafe GuardedSecret(count: 64) { secretBuffer in
      unsafe seed.withBytes { seedBuffer in
        guard let secretBase = secretBuffer.baseAddress, let seedBase = seedBuffer.baseAddress
        else { return }
        _ = unsafe crypto_sign_seed_keypair(
          &publicBytes,
          secretBase.assumingMemoryBound(to: UInt8.self),
          seedBase.assumingMemoryBound(to: UInt8.self)
        )
      }
    }
    publicKey = VerifyingKey(derived: publicBytes)
  }

  /// Signs a message.
  public borrowing func sign(_ message: [UInt8]) -> SignatureBytes {
    var signature = [UInt8](repeating: 0, count: 64)
    unsafe secret.withBytes { buffer in
      guard let base = buffer.baseAddress else { return }
      _ = unsafe crypto_sign_detached(
        &signature,
        nil,
        message,
        UInt64(message.count),
        base.assumingMemoryBound(to: UInt8.self)
      )
    }
    return signature
  }

  /// Lends the 32-byte seed, to be wrapped for keeping.
  public borrowing func withSeed<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // libsodium's secret key is seed ‖ public key.
    try unsafe secret.withBytes { buffer throws(Failure) in
      try unsafe body(UnsafeRawBufferPointer(rebasing: buffer[..<32]))
    }
  }
}
