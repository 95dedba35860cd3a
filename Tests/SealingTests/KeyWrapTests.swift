internal import CanonicalBytes
internal import Sealing
internal import TestSupport
internal import Testing

@Suite struct KeyWrapTests {
  let info = Array("this envelope, this desk".utf8)

  @Test("Secrets of one to sixteen content keys come back", arguments: [1, 2, 16])
  func roundTrip(_ keys: Int) throws {
    let key = KeyWrap.PrivateKey.generate()
    let secret = SecretBytes.random(count: 32 * keys)
    let wrapped = try KeyWrap.PublicKey(key.publicBytes).wrap(secret, info: info)
    #expect(wrapped.encapsulated.count == KeyWrap.encapsulatedBytes)
    #expect(wrapped.sealed.count == 32 * keys + 16)
    let opened = try key.unwrap(wrapped, info: info, secretBytes: 32 * keys)
    #expect(opened.copyBytes() == secret.copyBytes())
  }

  @Test("A key kept by its seed is the same key")
  func seed() throws {
    let key = KeyWrap.PrivateKey.generate()
    var seed = unsafe key.withSeed { unsafe [UInt8]($0) }
    #expect(seed.count == 32)
    let again = try KeyWrap.PrivateKey(seed: GuardedSecret(consuming: &seed))
    #expect(seed.isEmpty)
    #expect(again.publicBytes == key.publicBytes)
    #expect(key.publicBytes.count == KeyWrap.publicKeyBytes)
  }

  @Test("A public key that nobody could seal to is refused when it is admitted (CRD-017)")
  func admission() throws {
    let good = KeyWrap.PrivateKey.generate().publicBytes
    #expect(throws: Never.self) { try KeyWrap.PublicKey(good) }
    // The first and the second coefficient of a triple, at the modulus and one below it.
    for (place, low, high) in [(0, 0x01, 0x0D), (1_149, 0x01, 0x0D)] {
      var bad = good
      bad[place] = UInt8(low)
      bad[place + 1] = bad[place + 1] & 0xF0 | UInt8(high)
      #expect(throws: SealingFailure.key) { try KeyWrap.PublicKey(bad) }
      bad[place] = 0
      #expect(throws: Never.self) { try KeyWrap.PublicKey(bad) }
    }
    var second = good
    second[2] = 0xD0
    second[1] = second[1] & 0x0F | 0x10
    #expect(throws: SealingFailure.key) { try KeyWrap.PublicKey(second) }
    second[1] &= 0x0F
    #expect(throws: Never.self) { try KeyWrap.PublicKey(second) }

    let lattice = Array(good.prefix(1_184))
    let nearPrime = [UInt8](repeating: 0xFF, count: 30)
    var points: [[UInt8]] = [[UInt8](repeating: 0, count: 32)]
    points.append([1] + [UInt8](repeating: 0, count: 31))
    for low in [0xEC, 0xED, 0xEE] as [UInt8] {
      points.append([low] + nearPrime + [0x7F])
      points.append([low] + nearPrime + [0xFF])
    }
    for point in points {
      #expect(throws: SealingFailure.key) { try KeyWrap.PublicKey(lattice + point) }
    }
    #expect(throws: SealingFailure.key) { try KeyWrap.PublicKey(good + [0]) }
  }

  @Test("Sizes that cannot be are refused before anything is opened")
  func sizes() throws {
    let key = KeyWrap.PrivateKey.generate()
    let good = try KeyWrap.PublicKey(key.publicBytes).wrap(
      SecretBytes.random(count: 32),
      info: info
    )
    func verdict(_ encapsulated: [UInt8], _ sealed: [UInt8], _ count: Int) -> SealingFailure? {
      do throws(SealingFailure) {
        _ = try key.unwrap(
          .init(encapsulated: encapsulated, sealed: sealed),
          info: info,
          secretBytes: count
        )
        return nil
      } catch {
        return error
      }
    }
    #expect(verdict(good.encapsulated, good.sealed, 32) == nil)
    #expect(verdict(Array(good.encapsulated.dropLast()), good.sealed, 32) == .length)
    #expect(verdict(good.encapsulated + [0], good.sealed, 32) == .length)
    #expect(verdict([], good.sealed, 32) == .length)
    #expect(verdict(good.encapsulated, Array(good.sealed.dropLast()), 32) == .length)
    #expect(verdict(good.encapsulated, good.sealed + [0], 32) == .length)
    for claimed in [Int.min, -16, 0, 31, 33, 64, .max] {
      #expect(verdict(good.encapsulated, good.sealed, claimed) == .length, "\(claimed)")
      #expect(verdict(good.encapsulated, [], claimed) == .length, "\(claimed)")
    }
  }

  @Test("Pitfall 8: whatever is wrong with a wrap, the answer is the same")
  func oneAnswer() throws {
    let key = KeyWrap.PrivateKey.generate()
    let other = KeyWrap.PrivateKey.generate()
    let good = try KeyWrap.PublicKey(key.publicBytes).wrap(
      SecretBytes.random(count: 32),
      info: info
    )
    #expect(throws: SealingFailure.wrap) {
      _ = try other.unwrap(good, info: info, secretBytes: 32)
    }
    #expect(throws: SealingFailure.wrap) {
      _ = try key.unwrap(good, info: info + [0], secretBytes: 32)
    }
    // Both halves of the encapsulated key (ML-KEM-768, then X25519), and the sealed part.
    for place in [0, 500, 1_087, 1_088, 1_119] {
      var bytes = good.encapsulated
      bytes[place] ^= 1
      #expect(throws: SealingFailure.wrap) {
        _ = try key.unwrap(
          .init(encapsulated: bytes, sealed: good.sealed),
          info: info,
          secretBytes: 32
        )
      }
    }
    for bit in 0..<good.sealed.count * 8 {
      var bytes = good.sealed
      bytes[bit >> 3] ^= 1 << UInt8(bit & 7)
      #expect(throws: SealingFailure.wrap) {
        _ = try key.unwrap(
          .init(encapsulated: good.encapsulated, sealed: bytes),
          info: info,
          secretBytes: 32
        )
      }
    }
  }

  @Test("A public key that is not one is refused, when admitted or at the latest when used")
  func notKeys() throws {
    let key = KeyWrap.PrivateKey.generate()
    for count in [0, 32, 1_215, 1_217] {
      #expect(throws: SealingFailure.key) {
        try KeyWrap.PublicKey([UInt8](repeating: 1, count: count))
      }
    }
    // Coefficients above the modulus of ML-KEM.
    #expect(throws: SealingFailure.key) {
      let bytes = [UInt8](repeating: 0xFF, count: 1_184) + key.publicBytes[1_184...]
      _ = try KeyWrap.PublicKey(bytes).wrap(SecretBytes([1]), info: info)
    }
  }

  @Test("Seeds that are not 32 bytes are refused", arguments: [0, 31, 33, 64])
  func seeds(_ count: Int) {
    #expect(throws: SealingFailure.key) {
      _ = try KeyWrap.PrivateKey(seed: GuardedSecret.random(count: count)).publicBytes
    }
  }
}
