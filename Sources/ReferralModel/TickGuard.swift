/// Keeps a clock that jumps from firing everything at once.
///
/// A node that has run knows how much time has passed by a clock that nobody can set; a node that was
/// off does not, and believes its wall clock for a month, or whatever a witness has signed.
///
/// Source: `Protocol/spec/11-referrals.md`, REF-024; PROTOCOL §5, K7.
public struct TickGuard: Hashable, Sendable {
  /// Why no timer may fire now.
  public enum Doubt: String, Sendable {
    /// The clock stands before a moment that this node has already seen.
    case behind = "clock-behind"
    /// The clock is further ahead than the time that can have passed.
    case ahead = "clock-ahead"
  }

  /// The most that a wall clock may run away from the time that passed, in milliseconds: 24 hours.
  public static let slackMs: UInt64 = 86_400_000
  /// How long a node may have been off before its wall clock needs a witness, in milliseconds.
  public static let offLimitMs: UInt64 = 31 * 86_400_000

  /// The last moment at which timers fired, in Unix ms; 0 before any.
  public private(set) var lastMs: UInt64
  /// The steady clock at that moment, in milliseconds; `nil` since the node started.
  public private(set) var steadyMs: UInt64?

  /// Takes up where the node stopped.
  public init(lastMs: UInt64) { self.lastMs = lastMs }

  /// Says whether timers may fire at a moment, and remembers it if so.
  ///
  /// - Parameters:
  ///   - nowMs: T, in Unix ms.
  ///   - steadyMs: A clock that only ever runs, in milliseconds from any origin.
  ///   - witnessMs: The latest time that a witness has signed; 0 for none.
  /// - Returns: `nil` if they may.
  public mutating func tick(nowMs: UInt64, steadyMs: UInt64, witnessMs: UInt64) -> Doubt? {
    guard lastMs > 0 else {
      (lastMs, self.steadyMs) = (nowMs, steadyMs)
      return nil
    }
    guard nowMs + Self.slackMs >= lastMs else { return .behind }
    let passed = self.steadyMs.map { steadyMs - min($0, steadyMs) } ?? Self.offLimitMs
    let limit = max(lastMs + passed, witnessMs) + Self.slackMs
    guard nowMs <= limit else { return .ahead }
    (lastMs, self.steadyMs) = (max(lastMs, nowMs), steadyMs)
    return nil
  }

  /// A person has said that the clock is right.
  public mutating func confirm(nowMs: UInt64, steadyMs: UInt64) {
    (lastMs, self.steadyMs) = (nowMs, steadyMs)
  }
}
