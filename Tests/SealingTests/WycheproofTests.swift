internal import CSodium
internal import CanonicalBytes
internal import Sealing
internal import TestSupport
internal import Testing

@Suite struct WycheproofTests {
  @Test("Ed25519 signatures")
  func signatures() throws {
    var count = 0
    for group in try Wycheproof<SignatureGroup>.groups("ed25519") {
      let key = VerifyingKey(group.publicKey.pk.bytes)
      for test in group.tests {
        count += 1
        let verified = key?.verifies(test.sig.bytes, of: test.msg.bytes) ?? false
        #expect(verified == (test.result == .valid), "case \(test.tcId)")
      }
    }
    #expect(count == 151)
  }

  @Test("HMAC-SHA256 under 32-byte keys")
  func codes() throws {
    var count = 0
    for group in try Wycheproof<MacGroup>.groups("hmac_sha256")
    where group.keySize == 256 && group.tagSize == 256 {
      for test in group.tests {
        count += 1
        let key = try #require(Digest32(test.key.bytes))
        let matches = HMAC256.code(key: key, test.msg.bytes).bytes == test.tag.bytes
        #expect(matches == (test.result == .valid), "case \(test.tcId)")
      }
    }
    #expect(count > 0)
  }

  @Test("Attack C3: a code has no second key, because a key is 32 bytes and nothing else")
  func keySizes() throws {
    for group in try Wycheproof<MacGroup>.groups("hmac_sha256") where group.keySize != 256 {
      for test in group.tests { #expect(Digest32(test.key.bytes) == nil, "case \(test.tcId)") }
    }
  }

  @Test("XChaCha20-Poly1305 boxes")
  func boxes() throws {
    var count = 0
    for group in try Wycheproof<BoxGroup>.groups("xchacha20_poly1305") where group.ivSize == 192 {
      for test in group.tests {
        count += 1
        var bytes = test.key.bytes
        let key = GuardedSecret(consuming: &bytes)
        let box = test.iv.bytes + test.ct.bytes + test.tag.bytes
        let opened = try? KeyBox.open(box, key: key, name: test.aad.bytes).copyBytes()
        #expect(opened == (test.result == .valid ? test.msg.bytes : nil), "case \(test.tcId)")
      }
    }
    #expect(count == 306)
  }

  @Test("X25519 agreements, as computed under a user's key")
  func agreements() throws {
    var count = 0
    for group in try Wycheproof<AgreementGroup>.groups("x25519") {
      for test in group.tests {
        count += 1
        var shared = [UInt8](repeating: 0, count: 32)
        let result = unsafe crypto_scalarmult(&shared, test.private.bytes, test.public.bytes)
        let isZero = test.flags.contains("ZeroSharedSecret")
        #expect((result == 0) == !isZero, "case \(test.tcId)")
        if !isZero { #expect(shared == test.shared.bytes, "case \(test.tcId)") }
      }
    }
    #expect(count == 518)
  }

  @Test("Pitfall 11: nothing is sealed to a public key that makes the shared secret zero")
  func zeroSharedSecret() throws {
    var refused = 0
    for test in try Wycheproof<AgreementGroup>.groups("x25519").flatMap(\.tests) {
      let publicBytes = test.public.bytes
      let outcome = Result { () throws(SealingFailure) -> Int in
        try unsafe SecretBytes([1, 2, 3]).withBytes { buffer throws(SealingFailure) in
          try unsafe UserKey.seal(buffer, to: publicBytes).count
        }
      }
      if test.flags.contains("ZeroSharedSecret") {
        refused += 1
        #expect(outcome == .failure(.key), "case \(test.tcId)")
      } else {
        #expect(outcome == .success(3 + 48), "case \(test.tcId)")
      }
    }
    #expect(refused == 31)
  }
}
