/// SplitMix64: the same numbers for the same seed, so that a failing case can be run again.
package struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// This many bytes.
  package mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
  }

  /// The same bytes with one small injury: a flip, a loss, a gain, a cut or a repetition.
  package mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
    var out = bytes
    guard !out.isEmpty else { return [UInt8(truncatingIfNeeded: next())] }
    let place = Int.random(in: 0..<out.count, using: &self)
    switch Int.random(in: 0..<6, using: &self) {
    case 0: out[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
    case 1: out[place] = UInt8(truncatingIfNeeded: next())
    case 2: out.remove(at: place)
    case 3: out.insert(UInt8(truncatingIfNeeded: next()), at: place)
    case 4: out.removeLast(out.count - place)
    default:
      let end = Int.random(in: place..<out.count, using: &self)
      out.insert(contentsOf: out[place...end], at: place)
    }
    return out
  }
}
