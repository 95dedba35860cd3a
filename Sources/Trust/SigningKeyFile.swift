internal import CanonicalBytes
public import Sealing

/// A commissioner's or an agency's Ed25519 key in a text file, its seed under a passphrase.
///
/// ```
/// amonat-key/v1
/// name: commission/c1
/// public: <base64>
/// argon2id: <passes> <KiB> <salt, base64>
/// box: <base64>
/// ```
/// The box is bound to every line above it. Nothing here prints a secret.
public struct SigningKeyFile: Sendable, Equatable {
  /// Largest file, in bytes.
  public static let limitBytes = 1_024
  private static let heading = "amonat-key/v1"

  /// The name on the key's signature lines.
  public let signerName: String
  /// The public half.
  public let publicKey: VerifyingKey
  private let cost: Passphrase.Cost
  private let salt: [UInt8]
  private let box: [UInt8]

  /// Puts a key under a passphrase.
  ///
  /// - Throws: ``TrustFailure/malformed`` for a name that is none,
  ///   ``TrustFailure/passphrase`` when the memory for the derivation cannot be had.
  public init(
    sealing key: borrowing SigningKey,
    signerName: String,
    passphrase: SecretBytes,
    cost: Passphrase.Cost = .standard
  ) throws(TrustFailure) {
    guard Self.isName(signerName) else { throw .malformed }
    self.signerName = signerName
    publicKey = key.publicKey
    self.cost = cost
    salt = Randomness.bytes(Passphrase.saltBytes)
    let name = Self.boundName(signerName, key.publicKey, cost, salt)
    do throws(SealingFailure) {
      let wrapping = try Passphrase.key(passphrase, salt: salt, cost: cost)
      box = unsafe key.withSeed { unsafe KeyBox.seal($0, key: wrapping, name: name) }
    } catch {
      throw .passphrase
    }
  }

  /// Reads a file.

  ///

  /// - Throws: ``TrustFailure/keyFile``.
  public init(parsing bytes: [UInt8]) throws(TrustFailure) {
    guard bytes.count <= Self.limitBytes, let text = String(validating: bytes, as: UTF8.self),
      text.utf8.allSatisfy({ $0 == 0x0A || (0x20...0x7E).contains($0) })
    else { throw .keyFile }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard lines.count == 6, lines[5].isEmpty, lines[0] == Self.heading,
      let signerName = Self.value(lines[1], "name"), Self.isName(signerName),
      let publicText = Self.value(lines[2], "public"), let publicBytes = Base64.decode(publicText),
      let publicKey = VerifyingKey(publicBytes), let derivation = Self.value(lines[3], "argon2id"),
      let boxText = Self.value(lines[4], "box"), let box = Base64.decode(boxText),
      box.count == 32 + KeyBox.overheadBytes
    else { throw .keyFile }
    let parts = derivation.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3, let passes = UInt32(parts[0]), let memory = UInt32(parts[1]),
      let cost = Passphrase.Cost(passes: passes, memoryKiB: memory),
      let salt = Base64.decode(parts[2]), salt.count == Passphrase.saltBytes
    else { throw .keyFile }
    (self.signerName, self.publicKey, self.cost) = (signerName, publicKey, cost)
    (self.salt, self.box) = (salt, box)
    // One key file has one text.
    guard self.bytes == bytes else { throw .keyFile }
  }

  /// The file.
  public var bytes: [UInt8] {
    Array(
      """
      \(Self.heading)
      name: \(signerName)
      public: \(Base64.encode(publicKey.bytes.bytes))
      argon2id: \(cost.passes) \(cost.memoryKiB) \(Base64.encode(salt))
      box: \(Base64.encode(box))

      """.utf8
    )
  }

  /// Opens the key with its passphrase.
  ///
  /// - Throws: ``TrustFailure/passphrase`` when it is wrong or the file was changed.
  public func unlock(_ passphrase: SecretBytes) throws(TrustFailure) -> SigningKey {
    let name = Self.boundName(signerName, publicKey, cost, salt)
    do throws(SealingFailure) {
      let wrapping = try Passphrase.key(passphrase, salt: salt, cost: cost)
      let opened = try KeyBox.open(box, key: wrapping, name: name)
      let seed = unsafe GuardedSecret(count: 32) { out in
        unsafe opened.withBytes { unsafe out.copyMemory(from: $0) }
      }
      let key = SigningKey(seed: seed)
      guard key.publicKey == publicKey else { throw .key }
      return key
    } catch {
      throw .passphrase
    }
  }

  private static func boundName(
    _ signerName: String,
    _ key: VerifyingKey,
    _ cost: Passphrase.Cost,
    _ salt: [UInt8]
  ) -> [UInt8] {
    var pae = PAE("amonat/v1/key-file", parts: 5)
    pae.add(signerName)
    pae.add(key.bytes)
    pae.add(PAE.littleEndian(UInt64(cost.passes)))
    pae.add(PAE.littleEndian(UInt64(cost.memoryKiB)))
    pae.add(salt)
    return pae.bytes
  }

  private static func isName(_ name: String) -> Bool {
    (1...128).contains(name.utf8.count)
      && name.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "+") }
  }

  private static func value(_ line: String, _ key: String) -> String? {
    let prefix = "\(key): "
    guard line.utf8.starts(with: prefix.utf8) else { return nil }
    return String(decoding: line.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
  }
}
