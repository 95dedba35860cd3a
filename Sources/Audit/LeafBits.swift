/// One bit for each leaf.
struct LeafBits {
  private var words: [UInt64] = []

  /// Sets the bit of a leaf.
  mutating func set(_ index: UInt64) {
    let word = Int(index >> 6)
    while words.count <= word { words.append(0) }
    words[word] |= 1 << (index & 63)
  }

  /// The bit of a leaf.
  subscript(_ index: UInt64) -> Bool {
    let word = index >> 6
    return word < UInt64(words.count) && words[Int(word)] >> (index & 63) & 1 == 1
  }

  /// Clears the bits of a range.
  mutating func clear(_ range: ClosedRange<UInt64>) {
    visit(range) { words, word, mask in words[word] &= ~mask }
  }

  /// Calls back with each unbroken run of set bits in a range.
  func runs(in range: ClosedRange<UInt64>, _ body: (ClosedRange<UInt64>) -> Void) {
    guard let limit = limit else { return }
    var index = range.lowerBound
    let last = min(range.upperBound, limit)
    var start: UInt64?
    while index <= last {
      // Empty words are stepped over whole.
      if start == nil, words[Int(index >> 6)] >> (index & 63) == 0 {
        index = (index | 63) + 1
        continue
      }
      if self[index] {
        start = start ?? index
      } else if let first = start {
        body(first...(index - 1))
        start = nil
      }
      index += 1
    }
    if let first = start { body(first...last) }
  }

  /// Calls back with each unbroken run of set bits.
  func runs(_ body: (ClosedRange<UInt64>) -> Void) {
    guard let limit else { return }
    runs(in: 0...limit, body)
  }

  /// The last index that has a word.
  private var limit: UInt64? { words.isEmpty ? nil : UInt64(words.count) * 64 - 1 }

  private mutating func visit(
    _ range: ClosedRange<UInt64>,
    _ body: (inout [UInt64], Int, UInt64) -> Void
  ) {
    guard let limit, range.lowerBound <= limit else { return }
    let last = min(range.upperBound, limit)
    let (firstWord, lastWord) = (Int(range.lowerBound >> 6), Int(last >> 6))
    for word in firstWord...lastWord {
      var mask = UInt64.max
      if word == firstWord { mask &= UInt64.max << (range.lowerBound & 63) }
      if word == lastWord { mask &= UInt64.max >> (63 - last & 63) }
      body(&words, word, mask)
    }
  }
}
