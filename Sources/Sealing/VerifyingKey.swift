public import CanonicalBytes
internal import CSodium

/// An Ed25519 public key that has been checked when it was admitted.
public struct VerifyingKey: Hashable, Sendable {
  /// The 32 bytes.
  public let bytes: Digest32

  /// Admits a key: a canonical point of the main subgroup; `nil` for small-order or non-canonical.
  ///
  /// Libraries disagree on exactly these keys, so none may become a member.
  public init?(_ candidate: some Collection<UInt8>) {
    guard let digest = Digest32(candidate) else { return nil }
    Sodium.ready()
    let valid = unsafe digest.withUnsafeBytes { buffer -> Bool in
      guard let base = buffer.baseAddress else { return false }
      return unsafe crypto_core_ed25519_is_valid_point(
        base.assumingMemoryBound(to: UInt8.self)
      ) == 1
    }
    guard valid else { return nil }
    bytes = digest
  }

  /// Takes a key that libsodium has just derived, or that was admitted before it was stored.
  public init(admitted digest: Digest32) { bytes = digest }

  init(derived publicBytes: [UInt8]) {
    guard let digest = Digest32(publicBytes) else {
      preconditionFailure("an Ed25519 public key is 32 bytes")
    }
    bytes = digest
  }

  /// Whether a signature over a message is this key's.
  ///
  /// libsodium's rules everywhere, the auditor's tool included.
  public func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
    guard signature.count == 64 else { return false }
    Sodium.ready()
    return unsafe bytes.withUnsafeBytes { buffer -> Bool in
      guard let base = buffer.baseAddress else { return false }
      return unsafe crypto_sign_verify_detached(
        signature,
        message,
        UInt64(message.count),
        base.assumingMemoryBound(to: UInt8.self)
      ) == 0
    }
  }
}
