/// How the legs of one plan enter a log and leave a node, so that two recipients who compare what they
/// were shown find neither neighbouring numbers nor one moment (attack B10).
///
/// Legs to one and the same recipient need none of it: there is nobody to compare with.
///
/// Source: PROTOCOL §2; `Protocol/spec/02-events.md`, EVT-029 and EVT-033.
public struct LegOrder: Hashable, Sendable {
  /// Most pads between two legs, whatever the policy says (EVT-029).
  public static let padLimit: UInt64 = 15

  /// One step: so many pads, then the leg that was given at this place.
  public struct Step: Hashable, Sendable {
    /// Pads before the leg.
    public let pads: UInt64
    /// The leg's place among those given.
    public let place: Int
  }

  /// A random order with a random number of pads before each leg.
  ///
  /// - Parameters:
  ///   - count: Legs.
  ///   - padLimit: The most pads that the policy allows between two.
  ///   - random: Where the randomness comes from.
  /// - Returns: Each place from 0 once.
  public static func steps(
    count: Int,
    padLimit: UInt64,
    using random: inout some RandomNumberGenerator
  ) -> [Step] {
    (0..<count).shuffled(using: &random).map { place in
      Step(pads: pads(padLimit: padLimit, using: &random), place: place)
    }
  }

  /// How many pads to put before one leg.
  public static func pads(
    padLimit: UInt64,
    using random: inout some RandomNumberGenerator
  ) -> UInt64 {
    UInt64.random(in: 0...min(padLimit, self.padLimit), using: &random)
  }

  /// The time within which a leg leaves, in ms: the policy's, and at most half of what its message has
  /// left (EVT-033).
  public static func windowMs(policyMs: UInt64, leftMs: UInt64) -> UInt64 {
    min(policyMs, leftMs / 2)
  }

  /// When a leg leaves, in Unix ms: at once, or at a random moment of the priority's window.
  public static func leavesAtMs(
    nowMs: UInt64,
    windowMs: UInt64,
    using random: inout some RandomNumberGenerator
  ) -> UInt64 {
    nowMs + UInt64.random(in: 0...windowMs, using: &random)
  }
}
