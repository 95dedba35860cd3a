/// What a node's clock says, held against what the node knows of time by itself.
///
/// A machine whose battery is dead wakes up in 2015; one with a bad setting may wake up in 2100. The
/// node knows two things without anybody's help: the time at which it was last sure, and how long it
/// has been running since. A value: the caller brings both clocks.
/// Source: PROTOCOL §5, K7; `Protocol/spec/06-checkpoints.md`.
public struct ClockFloor: Sendable, Equatable {
  /// How the local clock stands.
  public enum Standing: String, Sendable, CaseIterable {
    /// Believed.
    case right
    /// More than 24 hours before a time that has already been.
    case behind
    /// More than 24 hours past what can have gone by while the node was running.
    case ahead
  }

  /// How far the clock may be off before it is no longer believed, in ms: 24 hours.
  public static let toleranceMs = TrustedTime.alarmMs

  /// The time that is carried on without the local clock: what it was, and when, by a clock that
  /// nobody sets.
  private var baseMs: UInt64
  private var baseSteadyMs: UInt64
  /// Whether the base is only the least that the time can be: the node woke up with a wrong clock and
  /// cannot say how long it was off.
  private var isLeast: Bool
  /// The latest time that the node is sure of; kept over a restart.
  public private(set) var sureMs: UInt64
  /// When that was, by the clock that nobody sets.
  private var sureSteadyMs: UInt64

  /// Starts with what was kept.
  ///
  /// After months without power a clock far past the kept time is nothing strange; one before it is.
  ///
  /// - Parameters:
  ///   - kept: The time the node was last sure of, Unix ms; `nil` at its very first start.
  ///   - localMs: The local clock, Unix ms.
  ///   - steadyMs: A clock that only runs forward, in ms from anywhere.
  public init(kept: UInt64?, localMs: UInt64, steadyMs: UInt64) {
    sureMs = kept ?? localMs
    sureSteadyMs = steadyMs
    let isBehind = Self.isPast(sureMs, localMs)
    baseMs = isBehind ? sureMs : max(localMs, sureMs)
    baseSteadyMs = steadyMs
    isLeast = isBehind
  }

  /// Whether the first time is more than the tolerance past the second.
  private static func isPast(_ one: UInt64, _ other: UInt64) -> Bool {
    one > other && one - other > toleranceMs
  }

  /// The time carried on from the base.
  private func carriedMs(_ steadyMs: UInt64) -> UInt64 {
    baseMs &+ (steadyMs > baseSteadyMs ? steadyMs - baseSteadyMs : 0)
  }

  /// Whether the local clock is believed.
  public func standing(localMs: UInt64, steadyMs: UInt64) -> Standing {
    let carried = carriedMs(steadyMs)
    if Self.isPast(carried, localMs) { return .behind }
    return !isLeast && Self.isPast(localMs, carried) ? .ahead : .right
  }

  /// The time to go by: the local clock while it is believed, otherwise what can be carried on.
  public func nowMs(localMs: UInt64, steadyMs: UInt64) -> UInt64 {
    standing(localMs: localMs, steadyMs: steadyMs) == .right ? localMs : carriedMs(steadyMs)
  }

  /// Lets a believed clock carry the base along, and makes the node sure of a time that something
  /// else bears out: it is near the one it was sure of and what has gone by since, or a witness says the
  /// same.
  ///
  /// - Parameters:
  ///   - localMs: The local clock, Unix ms.
  ///   - steadyMs: The clock that only runs forward.
  ///   - witnesses: What others last stated, Unix ms.
  public mutating func settle(localMs: UInt64, steadyMs: UInt64, witnesses: [UInt64]) {
    guard standing(localMs: localMs, steadyMs: steadyMs) == .right else { return }
    (baseMs, baseSteadyMs, isLeast) = (localMs, steadyMs, false)
    guard localMs > sureMs else { return }
    let goneMs = steadyMs > sureSteadyMs ? steadyMs - sureSteadyMs : 0
    let isBorneOut =
      !Self.isPast(localMs, sureMs + goneMs)
      || witnesses.contains { !Self.isPast(localMs, $0) && !Self.isPast($0, localMs) }
    if isBorneOut { (sureMs, sureSteadyMs) = (localMs, steadyMs) }
  }

  /// A person has decided what time it is.
  public mutating func decide(_ timeMs: UInt64, steadyMs: UInt64) {
    (baseMs, baseSteadyMs, isLeast) = (timeMs, steadyMs, false)
    (sureMs, sureSteadyMs) = (timeMs, steadyMs)
  }
}
