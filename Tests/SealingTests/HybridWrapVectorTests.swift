internal import Crypto
internal import Foundation
internal import Sealing
internal import TestSupport
internal import Testing

/// A case of BoringSSL's post-quantum HPKE file.
struct HPKEVector: Decodable {
  struct Encryption: Decodable { let aad, ct, pt: HexBytes }
  let mode, kem_id, kdf_id, aead_id: Int
  let info, skRm, pkRm, enc, shared_secret, key, base_nonce: HexBytes
  let encryptions: [Encryption]

  /// Those of this project's suite: base mode, X-Wing, HKDF-SHA256, ChaCha20-Poly1305.
  static func ofTheSuite() throws -> [HPKEVector] {
    try VectorFile.json("rfc9180-hpke/boringssl-test-vectors-pq.json", as: [HPKEVector].self)
      .filter { $0.mode == 0 && $0.kem_id == 0x647A && $0.kdf_id == 1 && $0.aead_id == 3 }
  }
}

/// A case of the X-Wing draft, as swift-crypto keeps it.
struct XWingVector: Decodable {
  let sk, pk, ct, ss: HexBytes

  static func all() throws -> [XWingVector] {
    try VectorFile.json("xwing-kem/test-vectors.json", as: [XWingVector].self)
  }
}

/// RFC 9180 §5.1 written out, so that a vector's shared secret can be followed to a message.
struct KeySchedule {
  let key: SymmetricKey
  let nonce: [UInt8]

  private static let suite = Array("HPKE".utf8) + [0x64, 0x7A, 0, 1, 0, 3]

  init(sharedSecret: [UInt8], info: [UInt8]) {
    let context =
      [0] + Self.extract(salt: [], "psk_id_hash", []) + Self.extract(salt: [], "info_hash", info)
    let secret = Self.extract(salt: sharedSecret, "secret", [])
    key = SymmetricKey(data: Self.expand(secret, "key", context, 32))
    nonce = Self.expand(secret, "base_nonce", context, 12)
  }

  /// The first message of the context, without associated data.
  func seal(_ plain: [UInt8]) throws -> [UInt8] {
    let box = try ChaChaPoly.seal(plain, using: key, nonce: ChaChaPoly.Nonce(data: nonce))
    return Array(box.ciphertext + box.tag)
  }

  private static func extract(salt: [UInt8], _ label: String, _ input: [UInt8]) -> [UInt8] {
    let labelled = Array("HPKE-v1".utf8) + suite + Array(label.utf8) + input
    return Array(
      HMAC<SHA256>.authenticationCode(for: labelled, using: SymmetricKey(data: salt))
    )
  }

  private static func expand(
    _ secret: [UInt8],
    _ label: String,
    _ info: [UInt8],
    _ count: Int
  ) -> [UInt8] {
    let labelled =
      [0, UInt8(count)] + Array("HPKE-v1".utf8) + suite + Array(label.utf8) + info + [1]
    let block = HMAC<SHA256>.authenticationCode(for: labelled, using: SymmetricKey(data: secret))
    return Array(Array(block).prefix(count))
  }
}

@Suite struct HybridWrapVectorTests {
  @Test("HPKE: the vector's messages open in order")
  func messages() throws {
    let vectors = try HPKEVector.ofTheSuite()
    #expect(vectors.count == 1)
    for vector in vectors {
      var seed = vector.skRm.bytes
      let key = try KeyWrap.PrivateKey(seed: GuardedSecret(consuming: &seed))
      #expect(key.publicBytes == vector.pkRm.bytes)
      let messages = vector.encryptions.map { (sealed: $0.ct.bytes, associated: $0.aad.bytes) }
      let opened = try key.open(
        messages,
        encapsulated: vector.enc.bytes,
        info: vector.info.bytes
      )
      #expect(opened.map { $0.copyBytes() } == vector.encryptions.map(\.pt.bytes))
      #expect(messages.count == 10)
    }
  }

  @Test("HPKE: a message out of its turn, or with other associated data, does not open")
  func order() throws {
    for vector in try HPKEVector.ofTheSuite() {
      var seed = vector.skRm.bytes
      let key = try KeyWrap.PrivateKey(seed: GuardedSecret(consuming: &seed))
      let (first, second) = (vector.encryptions[0], vector.encryptions[1])
      for (sealed, associated) in [
        (second.ct.bytes, second.aad.bytes), (first.ct.bytes, second.aad.bytes),
        (first.ct.bytes, []),
      ] {
        #expect(throws: SealingFailure.wrap) {
          _ = try key.open(
            [(sealed, associated)],
            encapsulated: vector.enc.bytes,
            info: vector.info.bytes
          )
        }
      }
    }
  }

  @Test("HPKE: the vector's key and nonce follow from its shared secret")
  func schedule() throws {
    for vector in try HPKEVector.ofTheSuite() {
      let schedule = KeySchedule(
        sharedSecret: vector.shared_secret.bytes,
        info: vector.info.bytes
      )
      #expect(schedule.key == SymmetricKey(data: vector.key.bytes))
      #expect(schedule.nonce == vector.base_nonce.bytes)
    }
  }

  @Test("X-Wing: the draft's seeds give its public keys, and its ciphertexts its secrets")
  func draft() throws {
    let vectors = try XWingVector.all()
    #expect(vectors.count == 3)
    for vector in vectors {
      var seed = vector.sk.bytes
      let key = try KeyWrap.PrivateKey(seed: GuardedSecret(consuming: &seed))
      #expect(key.publicBytes == vector.pk.bytes)
      let info = Array("amonat".utf8)
      let plain = [UInt8](0..<32)
      let sealed = try KeySchedule(sharedSecret: vector.ss.bytes, info: info).seal(plain)
      let wrapped = KeyWrap.Wrapped(encapsulated: vector.ct.bytes, sealed: sealed)
      #expect(try key.unwrap(wrapped, info: info, secretBytes: 32).copyBytes() == plain)
    }
  }

  @Test("X-Wing: seeds, keys and ciphertexts of a wrong size are refused")
  func sizes() throws {
    let file = try VectorFile.text("xwing-kem/boringssl-xwing_tests.txt")
    var (refusedSeeds, refusedKeys, refusedInputs) = (0, 0, 0)
    let first = try #require(try XWingVector.all().first)
    var firstSeed = first.sk.bytes
    let firstKey = try KeyWrap.PrivateKey(seed: GuardedSecret(consuming: &firstSeed))
    for block in file.components(separatedBy: "\n\n") {
      func field(_ name: String) throws -> [UInt8]? {
        guard
          let line = block.split(separator: "\n").first(where: { $0.hasPrefix("\(name) = ") })
        else { return nil }
        return try #require(HexBytes(String(line.dropFirst(name.count + 3)))).bytes
      }
      let isRefused = block.contains("Error = DECODE_ERROR")
      if var seed = try field("PrivateSeed") {
        let outcome = try? KeyWrap.PrivateKey(seed: GuardedSecret(consuming: &seed)).publicBytes
        #expect((outcome == nil) == isRefused)
        if isRefused { refusedSeeds += 1 } else { #expect(try field("RawPublic") == outcome) }
      } else if let bytes = try field("RawPublic") {
        #expect(isRefused)
        #expect(throws: SealingFailure.key) { try KeyWrap.PublicKey(bytes) }
        refusedKeys += 1
      }
      if block.contains("DecapsulateFail"), let input = try field("Input") {
        refusedInputs += 1
        let wrapped = KeyWrap.Wrapped(
          encapsulated: input,
          sealed: [UInt8](repeating: 0, count: 48)
        )
        #expect(throws: SealingFailure.length) {
          _ = try firstKey.unwrap(wrapped, info: [], secretBytes: 32)
        }
      }
    }
    #expect((refusedSeeds, refusedKeys, refusedInputs) == (2, 2, 2))
  }
}
