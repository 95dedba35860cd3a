internal import CanonicalBytes
internal import Foundation
internal import Sealing
internal import TestSupport
internal import Testing

/// The pitfalls known for these constructions, by the number they have in the threat model.
///
/// Number 7 is held by the canonical texts, 8 and 11 also beside their types;
/// 9 (trusted time) belongs to the floors above.
@Suite struct PitfallTests {
  let forge = Forge()

  @Test("Pitfall 1: anybody can wrap and seal, so what opens names no sender")
  func nobodyAuthenticated() throws {
    let desk = KeyWrap.PrivateKey.generate()
    let user = UserKey.generate()
    // A stranger knows public keys and public names only.
    let wrapped = try KeyWrap.PublicKey(desk.publicBytes).wrap(
      SecretBytes([UInt8](repeating: 1, count: 32)),
      info: [1]
    )
    let opened = try desk.unwrap(wrapped, info: [1], secretBytes: 32)
    #expect(opened.copyBytes() == [UInt8](repeating: 1, count: 32))
    let sealed = try unsafe SecretBytes([1]).withBytes { buffer throws(SealingFailure) in
      try unsafe UserKey.seal(buffer, to: user.publicBytes)
    }
    #expect(try user.open(sealed).count == 1)
  }

  @Test("Pitfall 2: a recipient cannot pass a sealed compartment on under other names")
  func surreptitiousForwarding() throws {
    let first = KeyWrap.PrivateKey.generate()
    let second = KeyWrap.PrivateKey.generate()
    let wrapped = try KeyWrap.PublicKey(first.publicBytes).wrap(
      SecretBytes(forge.contentKey),
      info: Array("to the first".utf8)
    )
    let contentKey = try first.unwrap(wrapped, info: Array("to the first".utf8), secretBytes: 32)
    // The wrap does not open under another envelope's names, not even for its own key.
    #expect(throws: SealingFailure.wrap) {
      _ = try first.unwrap(wrapped, info: Array("to the second".utf8), secretBytes: 32)
    }
    // Wrapped anew by the first recipient, the key opens for the second; the compartment does not,
    // because the header that names sender and recipient is in its keys and in every chunk.
    let again = try KeyWrap.PublicKey(second.publicBytes).wrap(contentKey, info: [2])
    let passedOn = try second.unwrap(again, info: [2], secretBytes: 32)
    let compartment = Compartment.seal(
      [1],
      contentKey: contentKey,
      headerHash: Hash256.of([1]),
      group: "need"
    )
    let other = Forge(contentKey: passedOn.copyBytes(), headerHash: Hash256.of([2]))
    #expect(
      other.verdict(compartment.ciphertext, commitment: compartment.keyCommitment)
        == .failure(.keyCommitment)
    )
    #expect(other.verdict(compartment.ciphertext) == .failure(.ciphertext))
  }

  @Test(
    "Pitfall 3: small-order, non-canonical and mixed-order keys become nobody's",
    arguments: [
      // The eight points of small order, then their other spellings.
      "0100000000000000000000000000000000000000000000000000000000000000",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0000000000000000000000000000000000000000000000000000000000000080",
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
      "0100000000000000000000000000000000000000000000000000000000000080",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
      "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
      // Not on the curve, and y above the field's prime.
      "0200000000000000000000000000000000000000000000000000000000000000",
      "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
      "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ]
  )
  func strangeKeys(_ text: String) throws {
    #expect(VerifyingKey(try #require(Hex.decode(text))) == nil)
  }

  @Test("Pitfall 3: a key plus a point of order two is refused (CVE-2025-69277)")
  func mixedOrder() {
    for _ in 0..<8 {
      let key = SigningKey.generate().publicKey.bytes.bytes
      #expect(VerifyingKey(key) != nil)
      // (x, y) + (0, -1) = (-x, -y): y becomes p - y, and the sign of x turns.
      let prime: [UInt8] = [0xED] + [UInt8](repeating: 0xFF, count: 30) + [0x7F]
      let sign = key[31] & 0x80
      var y = key
      y[31] &= 0x7F
      var sum: [UInt8] = []
      var borrow = 0
      for (left, right) in zip(prime, y) {
        let difference = Int(left) - Int(right) - borrow
        sum.append(UInt8(truncatingIfNeeded: difference))
        borrow = difference < 0 ? 1 : 0
      }
      sum[31] |= sign ^ 0x80
      #expect(VerifyingKey(sum) == nil)
    }
  }

  @Test("Pitfall 3: a signature has no second spelling that verifies")
  func malleability() {
    let signer = SigningKey.generate()
    let signature = signer.sign([1])
    // S + L, L being the order of the group.
    let order: [UInt8] =
      [
        0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE,
        0x14,
      ] + [UInt8](repeating: 0, count: 15) + [0x10]
    var second = signature
    var carry = 0
    for index in 0..<32 {
      let sum = Int(signature[32 + index]) + Int(order[index]) + carry
      second[32 + index] = UInt8(truncatingIfNeeded: sum)
      carry = sum >> 8
    }
    #expect(signer.publicKey.verifies(signature, of: [1]))
    #expect(!signer.publicKey.verifies(second, of: [1]))
    #expect(signer.sign([1]) == signature)
  }

  @Test("Pitfall 4: the key is held to its commitment before the ciphertext is looked at")
  func keyCommitment() {
    let noise = Randomness.bytes(4_137)
    #expect(forge.verdict(noise) == .failure(.ciphertext))
    #expect(forge.verdict(noise, commitment: .zero) == .failure(.keyCommitment))
    let good = forge.seal(Forge.chunks(Forge.padded([1], to: 4_096)))
    #expect(forge.verdict(good, commitment: .zero) == .failure(.keyCommitment))
  }

  @Test("Pitfall 5: the final tag stands on the last chunk, and on no other")
  func finalTag() {
    let small = Forge.padded([1], to: 4_096)
    for tag in [Forge.message, Forge.push, Forge.rekey] {
      #expect(forge.verdict(forge.seal([.init(plain: small, tag: tag)])) == .failure(.final))
    }
    let content = [UInt8](repeating: 1, count: 131_064)
    var chunks = Forge.chunks(Forge.padded(content, to: 131_072))
    #expect(forge.verdict(forge.seal(chunks)) == .success(content))
    chunks[1].tag = Forge.message
    #expect(forge.verdict(forge.seal(chunks)) == .failure(.final))
    for tag in [Forge.final, Forge.push, Forge.rekey] {
      chunks[0].tag = tag
      chunks[1].tag = Forge.final
      #expect(forge.verdict(forge.seal(chunks)) == .failure(.final))
    }
    // A whole stream with a further whole chunk behind it.
    let first = Forge.Chunk(
      plain: Forge.padded([UInt8](repeating: 1, count: 60_000), to: 65_536),
      tag: Forge.final
    )
    let extra = Forge.Chunk(plain: [UInt8](repeating: 0, count: 65_536), tag: Forge.final)
    #expect(forge.verdict(forge.seal([first, extra])) == .failure(.final))
    // And a stream cut after its first chunk, where the length alone would pass.
    let cut = Array(forge.seal(Forge.chunks(Forge.padded(content, to: 131_072)))[..<65_577])
    #expect(forge.verdict(cut) == .failure(.final))
  }

  @Test("Pitfall 6: a stream that is good but for its last byte gives nothing")
  func allOrNothing() {
    var sealed = forge.seal(
      Forge.chunks(Forge.padded([UInt8](repeating: 1, count: 200_000), to: 200_704))
    )
    sealed[sealed.count - 1] ^= 1
    #expect(forge.verdict(sealed) == .failure(.ciphertext))
  }

  @Test("Pitfall 8: contents of one step are sealed to one size")
  func lengths() {
    func size(_ count: Int) -> Int {
      Compartment.seal(
        [UInt8](repeating: 1, count: count),
        contentKey: SecretBytes(forge.contentKey),
        headerHash: .zero,
        group: "need"
      ).ciphertext.count
    }
    #expect(Set([0, 1, 100, 2_048, 4_088].map(size)) == [4_137])
    #expect(Set([4_089, 10_000, 16_376].map(size)) == [16_425])
    #expect(Set([16_377, 40_000, 65_528].map(size)) == [65_577])
  }

  @Test("Pitfall 10: a compartment is bound to header and group, and needs no table to be made")
  func noCircle() throws {
    let sealed = Compartment.seal(
      [1],
      contentKey: SecretBytes(forge.contentKey),
      headerHash: forge.headerHash,
      group: forge.group
    )
    // The independent reading uses the header's hash and the group only.
    let chunks = try #require(forge.open(sealed.ciphertext))
    #expect(chunks.flatMap(\.plain) == Forge.padded([1], to: 4_096))
  }

  @Test("Pitfall 11: a zero X25519 share opens no box and no wrap")
  func zeroShares() throws {
    let user = UserKey.generate()
    #expect(throws: SealingFailure.wrap) {
      _ = try user.open([UInt8](repeating: 0, count: 32 + 16 + 32)).count
    }
    let desk = KeyWrap.PrivateKey.generate()
    let wrapped = try KeyWrap.PublicKey(desk.publicBytes).wrap(
      SecretBytes.random(count: 32),
      info: []
    )
    let zeroed = wrapped.encapsulated[..<1_088] + [UInt8](repeating: 0, count: 32)
    #expect(throws: SealingFailure.wrap) {
      _ = try desk.unwrap(
        .init(encapsulated: Array(zeroed), sealed: wrapped.sealed),
        info: [],
        secretBytes: 32
      )
    }
  }

  @Test("Pitfall 12: a secret has no description, no encoding and no equality")
  func descriptions() {
    let bytes = Array("a-secret-that-must-not-be-printed".utf8)
    let secret = SecretBytes(bytes)
    let shown = [
      String(describing: secret), String(reflecting: secret), "\(secret)",
      Mirror(reflecting: secret).children.map { "\($0.label ?? "")=\($0.value)" }.joined(),
    ]
    for text in shown {
      #expect(!text.contains("secret-that"))
      #expect(!text.contains(Hex.encode(bytes)))
      #expect(!text.contains(bytes.map(String.init).joined(separator: ", ")))
    }
    let anything: Any = secret
    #expect(!(anything is any Encodable))
    #expect(!(anything is any CustomStringConvertible))
    #expect(!(anything is any CustomReflectable))
    #expect(!(anything is any Equatable))
  }

  @Test("Pitfall 12: an array that a secret takes over is emptied")
  func takenOver() {
    var bytes = Array("a-secret".utf8)
    let secret = GuardedSecret(consuming: &bytes)
    #expect(bytes.isEmpty)
    let held = unsafe secret.withBytes { unsafe [UInt8]($0) }
    #expect(held == Array("a-secret".utf8))
    var plain = [UInt8](repeating: 7, count: 64)
    SecretBytes.wipe(&plain)
    #expect(plain.isEmpty)
  }

  @Test("Pitfall 12: writing to a kept secret ends the program")
  func guarded() async {
    await #expect(processExitsWith: .failure) {
      let secret = GuardedSecret.random(count: 32)
      unsafe secret.withBytes { buffer in
        unsafe UnsafeMutableRawPointer(mutating: buffer.baseAddress!)
          .storeBytes(of: 0, as: UInt8.self)
      }
    }
  }

  @Test("Pitfall 13: each recipient, and each wrap, has a context of its own")
  func contexts() throws {
    let first = KeyWrap.PrivateKey.generate()
    let second = KeyWrap.PrivateKey.generate()
    let secret = SecretBytes.random(count: 32)
    let firstKey = try KeyWrap.PublicKey(first.publicBytes)
    let wraps = [
      try firstKey.wrap(secret, info: []), try firstKey.wrap(secret, info: []),
      try KeyWrap.PublicKey(second.publicBytes).wrap(secret, info: []),
    ]
    #expect(Set(wraps.map(\.encapsulated)).count == 3)
    #expect(Set(wraps.map(\.sealed)).count == 3)
    for wrapped in wraps[..<2] {
      #expect(
        try first.unwrap(wrapped, info: [], secretBytes: 32).copyBytes() == secret.copyBytes()
      )
      #expect(throws: SealingFailure.wrap) {
        _ = try second.unwrap(wrapped, info: [], secretBytes: 32)
      }
    }
  }
}
