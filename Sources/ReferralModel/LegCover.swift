/// What a recipient is told of the times of one leg among several, so that nothing it is told says more
/// than when the leg left: not when consent was recorded, which all legs of one person share.
///
/// Nothing is ever longer than what she gave: every time is at most the one that was recorded.
///
/// Source: `Protocol/spec/02-events.md`, EVT-033 to EVT-035; attack B10.
public struct LegCover: Hashable, Sendable {
  /// When the leg was handed over at its sender, Unix ms.
  public let referredMs: UInt64
  /// The time within which it leaves, in ms.
  public let windowMs: UInt64
  /// The end of the grant as it was recorded, Unix ms.
  public let untilMs: UInt64
  /// The policy's step for what is left of a grant, in ms; 0 for none.
  public let stepMs: UInt64

  /// Gathers the times.
  public init(referredMs: UInt64, windowMs: UInt64, untilMs: UInt64, stepMs: UInt64) {
    self.referredMs = referredMs
    self.windowMs = windowMs
    self.untilMs = untilMs
    self.stepMs = stepMs
  }

  /// The end of the grant as the recipient is told it, Unix ms: counted from the moment at which the
  /// leg leaves.
  public func untilMs(leavingAtMs: UInt64) -> UInt64 {
    let planned = Self.minus(Self.minus(untilMs, referredMs), windowMs)
    let left = min(planned, Self.minus(untilMs, leavingAtMs))
    let stepped = stepMs > 0 && left >= stepMs ? left - left % stepMs : left
    return leavingAtMs + stepped
  }

  /// When a message of the leg is void, as its recipient is told, Unix ms.
  ///
  /// What was written before the leg left is counted from when it left.
  ///
  /// - Parameters:
  ///   - expiresMs: As it was written.
  ///   - writtenMs: When it was written.
  ///   - windowMs: The time within which the leg leaves.
  ///   - leftMs: When the leg left.
  ///   - endMs: The end of the grant as the recipient is told it.
  /// - Returns: The time, Unix ms.
  public static func expiresMs(
    _ expiresMs: UInt64,
    writtenMs: UInt64,
    windowMs: UInt64,
    leftMs: UInt64,
    endMs: UInt64
  ) -> UInt64 {
    guard writtenMs <= leftMs else { return min(expiresMs, endMs) }
    return min(leftMs + minus(minus(expiresMs, writtenMs), windowMs), expiresMs, endMs)
  }

  /// The end of a grant that renews one, as its recipient is told it.
  ///
  /// There is no leaving to count from, so it is drawn by lot: earlier than recorded by at most the
  /// window and at most half of what it has.
  ///
  /// - Parameters:
  ///   - untilMs: The end as it was recorded, Unix ms.
  ///   - recordedMs: When it was recorded, Unix ms.
  ///   - windowMs: The time within which the leg left.
  ///   - random: Where the randomness comes from.
  /// - Returns: The end, Unix ms.
  public static func renewedUntilMs(
    _ untilMs: UInt64,
    recordedMs: UInt64,
    windowMs: UInt64,
    using random: inout some RandomNumberGenerator
  ) -> UInt64 {
    let most = LegOrder.windowMs(policyMs: windowMs, leftMs: minus(untilMs, recordedMs))
    return untilMs - UInt64.random(in: 0...most, using: &random)
  }

  private static func minus(_ one: UInt64, _ other: UInt64) -> UInt64 { one - min(one, other) }
}
