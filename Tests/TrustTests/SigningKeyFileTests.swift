internal import CanonicalBytes
internal import Sealing
internal import Testing
internal import Trust

@Suite struct SigningKeyFileTests {
  private func passphrase(_ text: String) -> SecretBytes { SecretBytes(Array(text.utf8)) }

  @Test("A key file opens with its passphrase, and only with it")
  func opens() throws {
    let key = SigningKey.generate()
    let file = try SigningKeyFile(
      sealing: key,
      signerName: "commission/c1",
      passphrase: passphrase("отворись"),
      cost: .least
    )
    let read = try SigningKeyFile(parsing: file.bytes)
    #expect(read == file)
    #expect(read.signerName == "commission/c1")
    let opened = try read.unlock(passphrase("отворись"))
    #expect(opened.publicKey == key.publicKey)
    #expect(key.publicKey.verifies(opened.sign([1, 2, 3]), of: [1, 2, 3]))
    #expect(throws: TrustFailure.passphrase) { _ = try read.unlock(passphrase("отворис")) }
  }

  @Test("A changed name, key, cost or box does not open")
  func bound() throws {
    let key = SigningKey.generate().publicKey
    let other = SigningKey.generate()
    let file = try SigningKeyFile(
      sealing: other,
      signerName: "commission/c1",
      passphrase: passphrase("x"),
      cost: .least
    )
    let text = String(decoding: file.bytes, as: UTF8.self)
    let box = try #require(text.split(separator: "\n").last)
    let changed = [
      text.replacing("commission/c1", with: "commission/c2"),
      text.replacing(
        Base64.encode(other.publicKey.bytes.bytes),
        with: Base64.encode(key.bytes.bytes)
      ),
      text.replacing("argon2id: 1 ", with: "argon2id: 2 "),
      text.replacing(
        box,
        with: "box: " + Base64.encode([UInt8](repeating: 7, count: 72))
      ),
    ]
    for altered in changed {
      #expect(altered != text)
      let read = try SigningKeyFile(parsing: Array(altered.utf8))
      #expect(throws: TrustFailure.passphrase) { _ = try read.unlock(passphrase("x")) }
    }
  }

  @Test("What is not exactly a key file is refused")
  func strictness() throws {
    let file = try SigningKeyFile(
      sealing: SigningKey.generate(),
      signerName: "a.example/amonat/agency",
      passphrase: passphrase("x"),
      cost: .least
    )
    let text = String(decoding: file.bytes, as: UTF8.self)
    for wrong in [
      "", String(text.dropLast()), text + "\n", text.replacing("v1", with: "v2"),
      text.replacing("name: ", with: "name:  "),
      text.replacing("argon2id: 1", with: "argon2id: 01"),
      text.replacing("argon2id: 1", with: "argon2id: 99"), text.replacing("\n", with: "\r\n"),
    ] {
      #expect(throws: TrustFailure.keyFile) { try SigningKeyFile(parsing: Array(wrong.utf8)) }
    }
    #expect(throws: TrustFailure.malformed) {
      try SigningKeyFile(
        sealing: SigningKey.generate(),
        signerName: "two words",
        passphrase: passphrase("x"),
        cost: .least
      )
    }
  }
}
