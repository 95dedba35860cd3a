internal import CSodium
internal import Crypto
internal import Foundation

/// The hybrid key wrap: HPKE base mode (RFC 9180), X-Wing (0x647a), HKDF-SHA256, ChaCha20-Poly1305.
///
/// It authenticates nobody: the log does. Source: `Protocol/spec/03-envelope.md`.
public enum KeyWrap {
  /// Size of the encapsulated key, in bytes.
  public static let encapsulatedBytes = 1_120
  /// Size of a public key, in bytes.
  public static let publicKeyBytes = 1_216

  static let suite = HPKE.Ciphersuite(
    kem: .XWingMLKEM768X25519,
    kdf: .HKDF_SHA256,
    aead: .chaChaPoly
  )

  /// A wrapped secret.
  public struct Wrapped: Sendable {
    /// The encapsulated key, 1,120 bytes.
    public let encapsulated: [UInt8]
    /// The sealed secret: its size + 16 bytes.
    public let sealed: [UInt8]

    /// Takes the two parts.
    public init(encapsulated: [UInt8], sealed: [UInt8]) {
      self.encapsulated = encapsulated
      self.sealed = sealed
    }
  }

  /// A public wrapping key (a desk's, or a node's courier key).
  public struct PublicKey: Sendable {
    let key: XWingMLKEM768X25519.PublicKey
    /// The 1,216 bytes.
    public let bytes: [UInt8]

    /// Admits a key.
    ///
    /// - Throws: ``SealingFailure/key``.
    public init(_ bytes: [UInt8]) throws(SealingFailure) {
      guard bytes.count == KeyWrap.publicKeyBytes, KeyWrap.isCanonical(bytes) else { throw .key }
      do { key = try XWingMLKEM768X25519.PublicKey(rawRepresentation: bytes) } catch { throw .key }
      self.bytes = bytes
    }

    /// Wraps a secret; one fresh context for each call, never shared between two recipients.
    public func wrap(_ secret: SecretBytes, info: [UInt8]) throws(SealingFailure) -> Wrapped {
      do {
        var sender = try HPKE.Sender(
          recipientKey: key,
          ciphersuite: KeyWrap.suite,
          info: Data(info)
        )
        var plain = secret.copyBytes()
        defer { SecretBytes.wipe(&plain) }
        let sealed = try sender.seal(plain)
        return Wrapped(encapsulated: [UInt8](sender.encapsulatedKey), sealed: [UInt8](sealed))
      } catch {
        throw .key
      }
    }
  }

  /// A private wrapping key: its 32-byte seed in guarded memory.
  public struct PrivateKey: ~Copyable, Sendable {
    private let seed: GuardedSecret
    /// The public half, 1,216 bytes.
    public let publicBytes: [UInt8]

    /// Makes a new key.
    public static func generate() -> PrivateKey {
      do { return try PrivateKey(seed: GuardedSecret.random(count: 32)) } catch {
        preconditionFailure("every 32-byte seed is an X-Wing key")
      }
    }

    /// Takes a 32-byte seed.
    ///
    /// - Throws: ``SealingFailure/key``.
    public init(seed: consuming GuardedSecret) throws(SealingFailure) {
      guard seed.count == 32 else { throw .key }
      publicBytes = [UInt8](try PrivateKey.load(seed).publicKey.rawRepresentation)
      self.seed = seed
    }

    /// Opens a wrap.
    ///
    /// - Throws: ``SealingFailure/length`` for sizes that cannot be, checked before opening;
    ///   ``SealingFailure/wrap`` for everything else, so that nothing is learnt from which.
    public borrowing func unwrap(
      _ wrapped: Wrapped,
      info: [UInt8],
      secretBytes: Int
    ) throws(SealingFailure) -> SecretBytes {
      guard wrapped.encapsulated.count == KeyWrap.encapsulatedBytes,
        wrapped.sealed.count >= 16, wrapped.sealed.count - 16 == secretBytes
      else { throw .length }
      let opened = try open(
        [(sealed: wrapped.sealed, associated: [])],
        encapsulated: wrapped.encapsulated,
        info: info
      )
      guard let secret = opened.first else { throw .wrap }
      return secret
    }

    /// Opens the messages of one HPKE context in order: the whole of RFC 9180's base mode, of which
    /// ``unwrap(_:info:secretBytes:)`` needs one message without associated data.
    package borrowing func open(
      _ messages: [(sealed: [UInt8], associated: [UInt8])],
      encapsulated: [UInt8],
      info: [UInt8]
    ) throws(SealingFailure) -> [SecretBytes] {
      let key = try PrivateKey.load(seed)
      do {
        var recipient = try HPKE.Recipient(
          privateKey: key,
          ciphersuite: KeyWrap.suite,
          info: Data(info),
          encapsulatedKey: Data(encapsulated)
        )
        var secrets: [SecretBytes] = []
        for message in messages {
          var plain = try recipient.open(message.sealed, authenticating: message.associated)
          defer { plain.resetBytes(in: plain.startIndex..<plain.endIndex) }
          secrets.append(
            unsafe SecretBytes(count: plain.count) { out in unsafe out.copyBytes(from: plain) }
          )
        }
        return secrets
      } catch {
        throw .wrap
      }
    }

    /// Lends the 32-byte seed, to be wrapped for keeping.
    public borrowing func withSeed<Result, Failure: Error>(
      _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
      try unsafe seed.withBytes(body)
    }

    private static func load(
      _ seed: borrowing GuardedSecret
    ) throws(SealingFailure) -> XWingMLKEM768X25519.PrivateKey {
      let loaded = unsafe seed.withBytes { buffer -> XWingMLKEM768X25519.PrivateKey? in
        var data = unsafe Data(buffer)
        defer { data.resetBytes(in: data.startIndex..<data.endIndex) }
        return try? XWingMLKEM768X25519.PrivateKey(seedRepresentation: data, publicKey: nil)
      }
      guard let loaded else { throw .key }
      return loaded
    }
  }
}
