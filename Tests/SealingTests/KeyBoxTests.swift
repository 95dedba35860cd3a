internal import CanonicalBytes
internal import Sealing
internal import TestSupport
internal import Testing

@Suite struct KeyBoxTests {
  let name = Array("desk/intake".utf8)

  @Test("Secrets of any size come back under their key and name", arguments: [0, 1, 32, 64, 5_000])
  func roundTrip(_ count: Int) throws {
    let key = GuardedSecret.random(count: 32)
    let secret = Randomness.bytes(count)
    let box = KeyBox.seal(secret, key: key, name: name)
    #expect(box.count == count + KeyBox.overheadBytes)
    #expect(try KeyBox.open(box, key: key, name: name).copyBytes() == secret)
    #expect(box != KeyBox.seal(secret, key: key, name: name))
  }

  @Test("A box under another name, or another key, does not open")
  func names() {
    let key = GuardedSecret.random(count: 32)
    let box = KeyBox.seal([1, 2, 3], key: key, name: name)
    let stranger = GuardedSecret.random(count: 32)
    #expect(throws: SealingFailure.ciphertext) { _ = try KeyBox.open(box, key: key, name: []) }
    #expect(throws: SealingFailure.ciphertext) {
      _ = try KeyBox.open(box, key: key, name: name + [0])
    }
    #expect(throws: SealingFailure.ciphertext) {
      _ = try KeyBox.open(box, key: stranger, name: name)
    }
  }

  @Test("Every flip of a single bit is refused, and so is every cut")
  func injuries() {
    let key = GuardedSecret.random(count: 32)
    let box = KeyBox.seal([UInt8](repeating: 9, count: 32), key: key, name: name)
    for bit in 0..<box.count * 8 {
      var bytes = box
      bytes[bit >> 3] ^= 1 << UInt8(bit & 7)
      #expect(throws: SealingFailure.ciphertext) {
        _ = try KeyBox.open(bytes, key: key, name: name)
      }
    }
    for count in 0..<box.count {
      let failure: SealingFailure = count < KeyBox.overheadBytes ? .length : .ciphertext
      #expect(throws: failure) {
        _ = try KeyBox.open(Array(box[..<count]), key: key, name: name)
      }
    }
  }

  @Test("A key that is not 32 bytes opens nothing", arguments: [0, 31, 33])
  func keySize(_ count: Int) {
    #expect(throws: SealingFailure.length) {
      _ = try KeyBox.open(
        [UInt8](repeating: 0, count: 64),
        key: GuardedSecret.random(count: count),
        name: name
      )
    }
  }
}

@Suite struct PassphraseTests {
  @Test("A wrong passphrase, salt or cost opens nothing")
  func wrong() throws {
    let cost = Passphrase.Cost.least
    let salt = Randomness.bytes(Passphrase.saltBytes)
    let box = KeyBox.seal(
      [1, 2, 3],
      key: try Passphrase.key(SecretBytes(Array("right".utf8)), salt: salt, cost: cost),
      name: []
    )
    func opened(_ text: String, _ salt: [UInt8], _ cost: Passphrase.Cost) throws -> [UInt8]? {
      let key = try Passphrase.key(SecretBytes(Array(text.utf8)), salt: salt, cost: cost)
      return try? KeyBox.open(box, key: key, name: []).copyBytes()
    }
    #expect(try opened("right", salt, cost) == [1, 2, 3])
    #expect(try opened("wrong", salt, cost) == nil)
    #expect(try opened("right ", salt, cost) == nil)
    #expect(try opened("", salt, cost) == nil)
    #expect(try opened("right", Randomness.bytes(Passphrase.saltBytes), cost) == nil)
    let other = try #require(Passphrase.Cost(passes: 2, memoryKiB: cost.memoryKiB))
    #expect(try opened("right", salt, other) == nil)
  }

  @Test("A salt has 16 bytes", arguments: [0, 15, 17, 32])
  func salt(_ count: Int) {
    #expect(throws: SealingFailure.length) {
      _ = try Passphrase.key(
        SecretBytes([1]),
        salt: [UInt8](repeating: 0, count: count),
        cost: .least
      ).count
    }
  }

  @Test("A stored cost can neither be nothing nor exhaust the machine")
  func cost() {
    #expect(Passphrase.Cost(passes: 0, memoryKiB: 8_192) == nil)
    #expect(Passphrase.Cost(passes: 17, memoryKiB: 8_192) == nil)
    #expect(Passphrase.Cost(passes: 1, memoryKiB: 7) == nil)
    #expect(Passphrase.Cost(passes: 1, memoryKiB: 1_048_577) == nil)
    #expect(Passphrase.Cost(passes: .max, memoryKiB: .max) == nil)
    #expect(Passphrase.Cost(passes: 3, memoryKiB: 65_536) == .standard)
  }

  @Test("The smallest cost that is admitted works")
  func smallest() throws {
    let cost = try #require(Passphrase.Cost(passes: 1, memoryKiB: 8))
    let key = try Passphrase.key(
      SecretBytes([1]),
      salt: [UInt8](repeating: 0, count: 16),
      cost: cost
    )
    #expect(key.count == 32)
  }
}

@Suite struct UserKeyTests {
  func seal(_ bytes: [UInt8], to key: [UInt8]) throws -> [UInt8] {
    try unsafe SecretBytes(bytes).withBytes { buffer throws(SealingFailure) in
      try unsafe UserKey.seal(buffer, to: key)
    }
  }

  @Test("What is sealed to a user opens for that user only")
  func roundTrip() throws {
    let user = UserKey.generate()
    let other = UserKey.generate()
    for count in [0, 1, 32, 1_000] {
      let secret = Randomness.bytes(count)
      let sealed = try seal(secret, to: user.publicBytes)
      let opened = unsafe try user.open(sealed).withBytes { unsafe [UInt8]($0) }
      #expect(opened == secret)
      #expect(throws: SealingFailure.wrap) { _ = try other.open(sealed).count }
    }
  }

  @Test("A key kept under a passphrase is the same key")
  func kept() {
    let user = UserKey.generate()
    var secret = unsafe user.withSecret { unsafe [UInt8]($0) }
    let again = UserKey(secret: GuardedSecret(consuming: &secret))
    #expect(again.publicBytes == user.publicBytes)
  }

  @Test("Every flip of a single bit is refused, and so is every cut")
  func injuries() throws {
    let user = UserKey.generate()
    let sealed = try seal([UInt8](repeating: 9, count: 4), to: user.publicBytes)
    for bit in 0..<sealed.count * 8 {
      // X25519 ignores the top bit of a public key, but the nonce is made from all of it.
      var bytes = sealed
      bytes[bit >> 3] ^= 1 << UInt8(bit & 7)
      #expect(throws: SealingFailure.wrap) { _ = try user.open(bytes).count }
    }
    for count in 0..<sealed.count {
      #expect(throws: count < 48 ? SealingFailure.length : .wrap) {
        _ = try user.open(Array(sealed[..<count])).count
      }
    }
  }

  @Test("A public key that is not 32 bytes is refused", arguments: [0, 31, 33])
  func keySize(_ count: Int) {
    #expect(throws: SealingFailure.key) {
      try seal([1], to: [UInt8](repeating: 9, count: count))
    }
  }
}
