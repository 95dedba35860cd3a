/// Randomness that is an argument, as time is: for moments that say nothing, never for keys.
package struct Chance: RandomNumberGenerator, Sendable {
  private let draw: @Sendable () -> UInt64

  /// Takes numbers from a source.
  package init(_ draw: @escaping @Sendable () -> UInt64) { self.draw = draw }

  /// The system's randomness.
  package static let system = Chance {
    var random = SystemRandomNumberGenerator()
    return random.next()
  }

  package mutating func next() -> UInt64 { draw() }
}
