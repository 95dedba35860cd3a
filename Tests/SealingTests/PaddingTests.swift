internal import Sealing
internal import TestSupport
internal import Testing

@Suite struct PaddingTests {
  @Test("Three steps, then Padmé: never too small, never more than 12 per cent above")
  func sizes() {
    var random = SeededGenerator(seed: 8)
    for _ in 0..<2_000 {
      let content = Int.random(in: 65_529..<(1 << 40), using: &random)
      let padded = Padding.paddedSize(contentBytes: content)
      #expect(padded >= content + 8)
      #expect(Double(padded) <= Double(content + 8) * 1.12)
      #expect(Padding.isPaddedSize(padded))
      let sealed = Padding.ciphertextSize(padded: padded)
      #expect(Padding.paddedSize(ciphertextBytes: sealed) == padded)
      #expect(Padding.paddedSize(contentBytes: padded - 8) == padded)
    }
  }

  @Test(
    "Padmé as its authors compute it",
    arguments: [
      (65_537, 67_584), (100_000, 100_352), (200_008, 200_704), (1_000_000, 1_015_808),
      (1_048_576, 1_048_576), (1_048_577, 1_081_344),
    ]
  )
  func authors(_ needed: Int, _ padded: Int) {
    #expect(Padding.paddedSize(contentBytes: needed - 8) == padded)
  }

  @Test("Of all small sealed sizes, exactly those that are made are taken")
  func made() {
    let taken = (0..<70_000).filter { Padding.paddedSize(ciphertextBytes: $0) != nil }
    #expect(
      taken == [4_137, 16_425, 65_577, 67_584 + 24 + 34, 69_632 + 24 + 34].filter { $0 < 70_000 }
    )
  }

  @Test(
    "A size that a peer made up is answered, not trapped on",
    arguments: [.min, -1, 0, 24, 25, 1 << 50, 1 << 62, .max - 24, .max - 1, .max]
  )
  func madeUp(_ size: Int) {
    #expect(Padding.paddedSize(ciphertextBytes: size) == nil)
    #expect(size == 1 << 50 || !Padding.isPaddedSize(size))
  }
}
