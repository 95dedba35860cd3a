internal import CanonicalBytes
internal import Crypto
internal import Foundation
internal import Sealing
internal import TestSupport
internal import Testing

@Suite struct HashTests {
  @Test("The examples of FIPS 180-4")
  func examples() {
    #expect(
      Hash256.of([]).hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
    #expect(
      Hash256.of(Array("abc".utf8)).hex
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
  }

  @Test("However the bytes are fed, the hash is the same, and the library's")
  func feeding() throws {
    var random = SeededGenerator(seed: 256)
    for count in [0, 1, 31, 32, 33, 55, 56, 63, 64, 65, 127, 128, 1_000] {
      let bytes = random.bytes(count)
      let expected = try #require(Digest32(Array(SHA256.hash(data: bytes))))
      let cut = count / 3
      #expect(Hash256.of(bytes) == expected)
      #expect(Hash256.of(([7] + bytes)[1...]) == expected)
      var pieces = Hash256()
      pieces.update(Array(bytes[..<cut]))
      pieces.update(bytes[cut...])
      #expect(pieces.finish() == expected)
      var single = Hash256()
      for byte in bytes { single.update(byte: byte) }
      #expect(single.finish() == expected)
    }
    var digest = Hash256()
    digest.update(Digest32.zero)
    #expect(digest.finish() == Hash256.of([UInt8](repeating: 0, count: 32)))
  }

  @Test("The written-out HMAC is the library's, on random keys and messages")
  func codes() throws {
    var random = SeededGenerator(seed: 2_104)
    for count in 0..<300 {
      let (key, message) = (random.bytes(32), random.bytes(count))
      let expected = HMAC<SHA256>.authenticationCode(
        for: message,
        using: SymmetricKey(data: key)
      )
      let digest = try #require(Digest32(key))
      #expect(HMAC256.code(key: digest, message).bytes == Array(expected))
      var code = HMAC256(key: digest)
      code.update(Array(message[..<(count / 2)]))
      code.update(Array(message[(count / 2)...]))
      #expect(code.finish().bytes == Array(expected))
      #expect(code.finish().bytes == Array(expected))
    }
  }

  @Test("The code of a labelled part is the library's code of its encoding")
  func labelled() throws {
    var random = SeededGenerator(seed: 2_105)
    for count in 0..<300 {
      let (key, part) = (random.bytes(32), random.bytes(count))
      let expected = HMAC<SHA256>.authenticationCode(
        for: PAE.encode("amonat/v1/event", part),
        using: SymmetricKey(data: key)
      )
      let digest = try #require(Digest32(key))
      let code = HMAC256.code(key: digest, label: "amonat/v1/event", part: part.span)
      #expect(code.bytes == Array(expected))
    }
  }
}

@Suite struct RandomnessTests {
  @Test("Random bytes come in the size asked for, and differ")
  func sizes() {
    for count in [0, 1, 24, 1_000] { #expect(Randomness.bytes(count).count == count) }
    #expect(Randomness.digest() != Randomness.digest())
    #expect(Randomness.bytes(32) != Randomness.bytes(32))
  }

  @Test("A number stays below its bound")
  func bound() {
    for bound in [1, 2, 15, 16] as [UInt32] {
      for _ in 0..<100 { #expect(Randomness.number(below: bound) < bound) }
    }
  }
}

@Suite struct SigningKeyTests {
  @Test(
    "The examples of RFC 8032",
    arguments: [
      (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
      ),
      (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
      ),
    ]
  )
  func examples(_ seed: String, _ key: String, _ message: String, _ signature: String) throws {
    var seedBytes = try #require(Hex.decode(seed))
    let messageBytes = try #require(Hex.decode(message))
    let signer = SigningKey(seed: GuardedSecret(consuming: &seedBytes))
    #expect(signer.publicKey.bytes.hex == key)
    #expect(Hex.encode(signer.sign(messageBytes)) == signature)
    #expect(signer.publicKey.verifies(signer.sign(messageBytes), of: messageBytes))
    let kept = unsafe signer.withSeed { unsafe Hex.encode([UInt8]($0)) }
    #expect(kept == seed)
  }

  @Test("Every flip of a single bit of a signature, and every other size, is refused")
  func injuries() {
    let signer = SigningKey.generate()
    let message = Array("note".utf8)
    let signature = signer.sign(message)
    for bit in 0..<512 {
      var bytes = signature
      bytes[bit >> 3] ^= 1 << UInt8(bit & 7)
      #expect(!signer.publicKey.verifies(bytes, of: message))
    }
    #expect(!signer.publicKey.verifies([], of: message))
    #expect(!signer.publicKey.verifies(Array(signature.dropLast()), of: message))
    #expect(!signer.publicKey.verifies(signature + [0], of: message))
    #expect(!signer.publicKey.verifies(signature, of: message + [0]))
    #expect(!SigningKey.generate().publicKey.verifies(signature, of: message))
  }
}
