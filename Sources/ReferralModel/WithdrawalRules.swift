/// A withdrawal as it reaches a holder.
public struct WithdrawalArrival: Hashable, Sendable {
  /// What it asks for.
  public var step: WithdrawalStep
  /// Whether its sender is an active member now.
  public var senderIsActive: Bool
  /// How many grants of that log were withdrawn here within the last 24 h, this one included.
  public var withdrawalsToday: UInt64

  /// Describes an arrival.
  public init(step: WithdrawalStep, senderIsActive: Bool, withdrawalsToday: UInt64) {
    (self.step, self.senderIsActive) = (step, senderIsActive)
    self.withdrawalsToday = withdrawalsToday
  }
}

/// What a holder does about a withdrawal, besides freezing at once.
public struct WithdrawalVerdict: Hashable, Sendable {
  /// Whether an erasure was asked for: then a desk here may carry it out sooner.
  public var asksErasure: Bool
  /// When it erases by itself, in Unix ms; `nil` if only a person may.
  public var erasesAfterMs: UInt64?
  /// Whether people must be called.
  public var callsPeople: Bool

  /// Gathers the parts.
  public init(asksErasure: Bool, erasesAfterMs: UInt64?, callsPeople: Bool) {
    (self.asksErasure, self.erasesAfterMs) = (asksErasure, erasesAfterMs)
    self.callsPeople = callsPeople
  }
}

/// A stop that nobody has confirmed, at the node that recorded it.
public struct OpenStop: Hashable, Sendable {
  /// Since when sharing is stopped, in Unix ms.
  public var sinceMs: UInt64
  /// How the word came.
  public var channel: StopChannel
  /// Whether she may have been forced.
  public var coercion: Bool

  /// Describes a stop.
  public init(sinceMs: UInt64, channel: StopChannel, coercion: Bool) {
    (self.sinceMs, self.channel, self.coercion) = (sinceMs, channel, coercion)
  }
}

/// What becomes of an unconfirmed stop.
public enum OpenStopFate: Hashable, Sendable {
  /// The hold-down still runs.
  case waits
  /// It turns into an erasure: it was her own word, and nobody took it back.
  case erases
  /// Everything stays frozen, and people are called to reach her.
  case callsPeople
  /// Everything stays frozen, without a sign to anybody.
  case staysQuiet
}

extension Policy {
  /// Judges a withdrawal that reaches a holder: WDR-010 to WDR-013, attacks B4.
  ///
  /// - Parameters:
  ///   - arrival: What came.
  ///   - nowMs: When, in Unix ms.
  /// - Returns: What follows besides the freeze, which follows always.
  public func judge(_ arrival: WithdrawalArrival, atMs nowMs: UInt64) -> WithdrawalVerdict {
    let isFlood = arrival.withdrawalsToday > withdrawal.dailyRate
    let asks = arrival.step == .erase
    let mayRun = asks && arrival.senderIsActive && !isFlood
    return WithdrawalVerdict(
      asksErasure: asks,
      erasesAfterMs: mayRun ? nowMs + withdrawal.holdDown.nominalMs : nil,
      callsPeople: isFlood || (asks && !arrival.senderIsActive)
    )
  }

  /// Says what becomes of a stop that nobody has confirmed (WDR-007).
  ///
  /// A voice alone never erases: an impersonated caller can stop sharing, and no more.
  public func fate(of stop: OpenStop, atMs nowMs: UInt64) -> OpenStopFate {
    guard !stop.coercion else { return .staysQuiet }
    guard nowMs >= stop.sinceMs, nowMs - stop.sinceMs >= withdrawal.holdDown.nominalMs else {
      return .waits
    }
    return stop.channel.isHerself ? .erases : .callsPeople
  }

  /// By when a holder must have answered a withdrawal (WDR-023), in Unix ms.
  ///
  /// - Parameters:
  ///   - step: What it was asked for. An erasure may be held down before it is carried out.
  ///   - fromMs: When it was told; when it was to be told, if it has not been reached.
  /// - Returns: The time.
  public func answerDueMs(of step: WithdrawalStep, fromMs: UInt64) -> UInt64 {
    let start = step == .erase ? fromMs + withdrawal.holdDown.nominalMs : fromMs
    guard let span = timers[.withdrawalReceipt] else { return start }
    return calendar.dueMs(span, fromMs: start)
  }
}

extension Policy {
  /// How long after an erasure an old copy of a node's files may still exist, in milliseconds.
  ///
  /// The period `backups`; where the mechanism has not said, as long as a policy may say at all: nobody
  /// is promised that a copy is gone earlier.
  public var backupsMs: UInt64 { periods[.backups]?.nominalMs ?? Self.longestSpanMs }

  /// The longest time that a policy may state, in milliseconds (POL-005).
  public static let longestSpanMs = PolicyLimit.spanMs

  /// The longest life of a message, in milliseconds, whatever a policy says (POL-005).
  ///
  /// For what must be told even by a node that holds no policy.
  public static let longestMessageMs = PolicyLimit.lifeMs
}
