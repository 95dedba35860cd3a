internal import CanonicalBytes
internal import Sealing

/// What every parser owes, for any bytes at all.
enum Laws {
  /// What is read, written again, is what came in.
  static func canonical(_ input: [UInt8], _ profile: CanonicalJSON.Profile) {
    guard let object = try? CanonicalJSON.parse(input, profile: profile) else { return }
    precondition(object.encoded == input, "one value has one text")
  }

  /// A document may be written in many ways, but means one thing.
  static func document(_ input: [UInt8]) {
    guard let object = try? CanonicalJSON.parse(input, profile: .document) else { return }
    let text = object.encoded
    // Only the indentation of a document at its limit can make the compact text no shorter.
    precondition(text.count <= input.count, "the compact text is the shortest")
    let again = try? CanonicalJSON.parse(text, profile: .document)
    precondition(again == object, "a document survives being written")
  }

  static func base64(_ input: [UInt8]) {
    precondition(Base64.decode(Base64.encode(input)) == input, "encoding loses nothing")
    guard let bytes = Base64.decode(input) else { return }
    precondition(Array(Base64.encode(bytes).utf8) == input, "one value has one text")
  }

  static func hex(_ input: [UInt8]) {
    precondition(Hex.decode(Hex.encode(input)) == input, "encoding loses nothing")
    guard let text = String(validating: input, as: UTF8.self), let bytes = Hex.decode(text) else {
      return
    }
    precondition(Array(Hex.encode(bytes).utf8) == input, "one value has one text")
  }

  // The first 64 bytes choose a key and its commitment, so that a seed can carry a valid pair.
  static func compartment(_ input: [UInt8]) {
    guard let key = Digest32(input, at: 0), let commitment = Digest32(input, at: 32) else { return }
    let ciphertext = Array(input[64...])
    if let padded = Padding.paddedSize(ciphertextBytes: ciphertext.count) {
      precondition(
        Padding.ciphertextSize(padded: padded) == ciphertext.count,
        "sizes agree both ways"
      )
    }
    _ = try? Compartment.open(
      ciphertext,
      contentKey: SecretBytes(key.bytes),
      keyCommitment: commitment,
      headerHash: .zero,
      group: "need"
    )
  }

  static func wrap(_ input: [UInt8]) {
    var seed = [UInt8](repeating: 7, count: 32)
    guard let key = try? KeyWrap.PrivateKey(seed: GuardedSecret(consuming: &seed)) else {
      preconditionFailure("every 32-byte seed is a key")
    }
    let split = min(KeyWrap.encapsulatedBytes, input.count)
    let wrapped = KeyWrap.Wrapped(
      encapsulated: Array(input[..<split]),
      sealed: Array(input[split...])
    )
    _ = try? key.unwrap(wrapped, info: [], secretBytes: max(0, input.count - split - 16))
    _ = try? KeyWrap.PublicKey(input)
  }
}
