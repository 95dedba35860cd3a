internal import CanonicalBytes
internal import Sealing
internal import TestSupport
internal import Testing

@Suite struct CompartmentTests {
  let forge = Forge()

  func seal(_ content: [UInt8]) -> Compartment {
    Compartment.seal(
      content,
      contentKey: SecretBytes(forge.contentKey),
      headerHash: forge.headerHash,
      group: forge.group
    )
  }

  @Test(
    "Content of any size comes back, and its sealed size tells the step only",
    arguments: [
      (0, 4_096), (1, 4_096), (4_088, 4_096), (4_089, 16_384), (16_376, 16_384), (16_377, 65_536),
      (65_528, 65_536), (65_529, 67_584), (200_000, 200_704), (300_000, 303_104),
    ]
  )
  func roundTrip(_ count: Int, _ padded: Int) throws {
    var random = SeededGenerator(seed: UInt64(count))
    let content = random.bytes(count)
    let sealed = seal(content)
    #expect(sealed.ciphertext.count == 24 + padded + 17 * ((padded + 65_535) / 65_536))
    #expect(sealed.ciphertextHash == Hash256.of(sealed.ciphertext))
    #expect(sealed.keyCommitment == forge.commitment)
    #expect(forge.verdict(sealed.ciphertext) == .success(content))
    // And by the written formula, without the code under test.
    let chunks = try #require(forge.open(sealed.ciphertext))
    #expect(chunks.flatMap(\.plain) == Forge.padded(content, to: padded))
    #expect(chunks.map(\.tag) == Forge.chunks(chunks.flatMap(\.plain)).map(\.tag))
  }

  @Test("A compartment built by the written formula opens", arguments: [0, 5_000, 200_000])
  func formula(_ count: Int) {
    let content = [UInt8](repeating: 0x61, count: count)
    let padded = Padding.paddedSize(contentBytes: count)
    let sealed = forge.seal(Forge.chunks(Forge.padded(content, to: padded)))
    #expect(forge.verdict(sealed) == .success(content))
  }

  @Test("Every flip of a single bit is refused")
  func bitFlips() {
    var sealed = seal(Array("who and where".utf8)).ciphertext
    let secret = SecretBytes(forge.contentKey)
    let commitment = forge.commitment
    var opened = 0
    for bit in 0..<sealed.count * 8 {
      sealed[bit >> 3] ^= 1 << UInt8(bit & 7)
      let outcome = try? Compartment.open(
        sealed,
        contentKey: secret,
        keyCommitment: commitment,
        headerHash: forge.headerHash,
        group: forge.group
      )
      if outcome != nil { opened += 1 }
      sealed[bit >> 3] ^= 1 << UInt8(bit & 7)
    }
    #expect(opened == 0)
    #expect(forge.verdict(sealed) == .success(Array("who and where".utf8)))
  }

  @Test("Every flip of a bit of the commitment, the header's hash or the key is refused")
  func namesFlipped() {
    let sealed = seal([1, 2, 3]).ciphertext
    for bit in 0..<256 {
      func flipped(_ bytes: [UInt8]) -> [UInt8] {
        var out = bytes
        out[bit >> 3] ^= 1 << UInt8(bit & 7)
        return out
      }
      #expect(
        forge.verdict(sealed, commitment: Digest32(flipped(forge.commitment.bytes)))
          == .failure(.keyCommitment)
      )
      let header = Forge(headerHash: Digest32(flipped(forge.headerHash.bytes))!)
      #expect(header.verdict(sealed) == .failure(.ciphertext))
      #expect(
        header.verdict(sealed, commitment: forge.commitment) == .failure(.keyCommitment)
      )
      let key = Forge(contentKey: flipped(forge.contentKey))
      #expect(key.verdict(sealed, commitment: forge.commitment) == .failure(.keyCommitment))
      #expect(key.verdict(sealed) == .failure(.ciphertext))
    }
  }

  @Test("Another group's name is refused, whatever the commitment")
  func group() {
    let sealed = seal([1, 2, 3]).ciphertext
    let other = Forge(group: "identity")
    #expect(other.verdict(sealed, commitment: forge.commitment) == .failure(.keyCommitment))
    #expect(other.verdict(sealed) == .failure(.ciphertext))
  }

  @Test("The names are in the associated data as well as in the keys")
  func associatedData() {
    let chunks = Forge.chunks(Forge.padded([1], to: 4_096))
    #expect(forge.verdict(forge.seal(chunks)) == .success([1]))
    #expect(
      forge.verdict(forge.seal(chunks, associated: Forge(group: "health").associated))
        == .failure(.ciphertext)
    )
    #expect(forge.verdict(forge.seal(chunks, associated: [])) == .failure(.ciphertext))
  }

  @Test("A key that is not 32 bytes is refused", arguments: [0, 31, 33, 64])
  func keySize(_ count: Int) {
    #expect(throws: SealingFailure.key) {
      _ = try Compartment.open(
        seal([]).ciphertext,
        contentKey: SecretBytes(Randomness.bytes(count)),
        keyCommitment: forge.commitment,
        headerHash: forge.headerHash,
        group: forge.group
      )
    }
  }

  @Test("A stream cut anywhere, or longer by a byte, has a length that cannot be")
  func cut() {
    let sealed = seal([UInt8](repeating: 1, count: 70_000)).ciphertext
    for count in [0, 1, 23, 24, 25, 40, 41, 4_136, 65_576, sealed.count - 17, sealed.count - 1] {
      #expect(forge.verdict(Array(sealed[..<count])) == .failure(.length), "\(count)")
    }
    #expect(forge.verdict(sealed + [0]) == .failure(.length))
    // Lengths that do occur.
    for count in [4_137, 16_425, 65_577] {
      let outcome = forge.verdict(Array(sealed[..<count]))
      #expect(outcome == .failure(count == 65_577 ? .final : .ciphertext))
    }
  }

  @Test("Chunks in another order, or twice, are refused")
  func chunkOrder() {
    let sealed = seal([UInt8](repeating: 1, count: 180_000)).ciphertext
    let (head, first) = (Array(sealed[..<24]), Array(sealed[24..<65_577]))
    let (second, rest) = (Array(sealed[65_577..<131_130]), Array(sealed[131_130...]))
    #expect(forge.verdict(head + first + second + rest) == forge.verdict(sealed))
    #expect(forge.verdict(head + second + first + rest) == .failure(.ciphertext))
    #expect(forge.verdict(head + first + first + rest) == .failure(.ciphertext))
  }

  @Test("The same content sealed twice gives other bytes")
  func randomised() {
    #expect(seal([1]).ciphertext != seal([1]).ciphertext)
  }
}

@Suite struct CompartmentFormTests {
  let forge = Forge()

  func verdict(_ plain: [UInt8]) -> Result<[UInt8], SealingFailure> {
    forge.verdict(forge.seal(Forge.chunks(plain)))
  }

  @Test("Padding other than zeros is refused, wherever it hides")
  func padding() {
    #expect(verdict(Forge.padded([1], to: 4_096, with: 0xFF)) == .failure(.padding))
    for place in [9, 10, 2_000, 4_095] {
      var plain = Forge.padded([1], to: 4_096)
      plain[place] = 1
      #expect(verdict(plain) == .failure(.padding), "\(place)")
    }
  }

  @Test(
    "A length that does not fit the padded size is refused",
    arguments: [4_089, 4_096, 1 << 32, 1 << 63, UInt64.max] as [UInt64]
  )
  func length(_ length: UInt64) {
    #expect(verdict(Forge.padded([], to: 4_096, claiming: length)) == .failure(.padding))
  }

  @Test("A longer length than the content takes zeros as content, and a shorter one is refused")
  func lengthMoved() {
    #expect(verdict(Forge.padded([1, 2], to: 4_096, claiming: 3)) == .success([1, 2, 0]))
    #expect(verdict(Forge.padded([1, 2], to: 4_096, claiming: 1)) == .failure(.padding))
  }

  @Test("More padding than the scheme gives could carry a message, and is refused")
  func widePadding() {
    #expect(verdict(Forge.padded([1], to: 16_384)) == .failure(.padding))
    #expect(verdict(Forge.padded([1], to: 65_536)) == .failure(.padding))
    #expect(
      verdict(Forge.padded([UInt8](repeating: 1, count: 70_000), to: 131_072))
        == .failure(.padding)
    )
  }

  @Test(
    "A padded size that the scheme never gives is refused before anything is opened",
    arguments: [8, 16, 4_095, 4_097, 8_192, 65_537, 67_585, 131_073]
  )
  func strangeSize(_ size: Int) {
    #expect(verdict(Forge.padded([], to: size)) == .failure(.length))
  }

  @Test("An empty chunk cannot hide in a stream")
  func emptyChunk() {
    let plain = Forge.padded([1], to: 4_096)
    let empty = Forge.Chunk(plain: [], tag: Forge.final)
    let sealed = forge.seal([.init(plain: plain, tag: Forge.message), empty])
    #expect(forge.verdict(sealed) == .failure(.length))
  }

  @Test("Chunks of another size than 64 KiB are refused")
  func smallChunks() {
    let plain = Forge.padded([UInt8](repeating: 1, count: 60_000), to: 65_536)
    let halves = [
      Forge.Chunk(plain: Array(plain[..<32_768]), tag: Forge.message),
      Forge.Chunk(plain: Array(plain[32_768...]), tag: Forge.final),
    ]
    #expect(forge.verdict(forge.seal(halves)) == .failure(.length))
  }
}
