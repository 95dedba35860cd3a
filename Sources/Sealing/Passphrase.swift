internal import CSodium

/// A key from a passphrase, by Argon2id (RFC 9106).
public enum Passphrase {
  /// What turning a passphrase into a key costs; stored beside what it protects.
  public struct Cost: Hashable, Sendable {
    /// Passes over the memory.
    public let passes: UInt32
    /// Memory, in KiB.
    public let memoryKiB: UInt32

    /// A cost; at least 1 pass and 8 KiB, at most 16 passes and 1 GiB.
    public init?(passes: UInt32, memoryKiB: UInt32) {
      guard (1...16).contains(passes), (8...1_048_576).contains(memoryKiB) else { return nil }
      self.passes = passes
      self.memoryKiB = memoryKiB
    }

    private init(_ passes: UInt32, _ memoryKiB: UInt32) {
      self.passes = passes
      self.memoryKiB = memoryKiB
    }

    /// 3 passes over 64 MiB: about 0.1 s on a small machine.
    public static let standard = Cost(3, 65_536)
    /// 1 pass over 8 MiB; for tests and the demonstration only.
    public static let least = Cost(1, 8_192)
  }

  /// Size of a salt, in bytes.
  public static let saltBytes = 16

  /// Derives a 32-byte key.
  ///
  /// - Throws: ``SealingFailure/length`` for a salt that is not 16 bytes;
  ///   ``SealingFailure/passphrase`` when memory cannot be had.
  public static func key(
    _ passphrase: SecretBytes,
    salt: [UInt8],
    cost: Cost
  ) throws(SealingFailure) -> GuardedSecret {
    guard salt.count == saltBytes else { throw .length }
    Sodium.ready()
    return try unsafe GuardedSecret(count: 32) { out throws(SealingFailure) in
      let result = unsafe passphrase.withBytes { buffer -> Int32 in
        guard let base = out.baseAddress, let text = buffer.baseAddress else { return -1 }
        return unsafe crypto_pwhash(
          base.assumingMemoryBound(to: UInt8.self),
          32,
          text.assumingMemoryBound(to: CChar.self),
          UInt64(buffer.count),
          salt,
          UInt64(cost.passes),
          Int(cost.memoryKiB) * 1024,
          crypto_pwhash_ALG_ARGON2ID13
        )
      }
      guard result == 0 else { throw .passphrase }
    }
  }
}
