/// A length of time as a policy writes it: `30m`, `72h`, `14d`, or `3wd` (working days).
///
/// Source: domain §5.2.
public struct Span: Hashable, Sendable, CustomStringConvertible {
  /// What is counted.
  public enum Unit: String, Sendable, CaseIterable {
    /// Minutes of the clock.
    case minutes = "m"
    /// Hours of the clock.
    case hours = "h"
    /// Days of 24 hours.
    case days = "d"
    /// Working days of the policy's calendar.
    case workingDays = "wd"
  }

  /// Largest amount a policy may write.
  public static let amountLimit: UInt32 = 99_999

  /// How many.
  public let amount: UInt32
  /// Of what.
  public let unit: Unit

  /// Admits an amount up to ``amountLimit``; `nil` above.
  public init?(_ amount: UInt32, _ unit: Unit) {
    guard amount <= Self.amountLimit else { return nil }
    (self.amount, self.unit) = (amount, unit)
  }

  /// Reads `<number><m|h|d|wd>`, without leading zeros; `nil` for anything else.
  public init?(_ text: String) {
    let digits = text.utf8.prefix { (0x30...0x39).contains($0) }
    guard (1...5).contains(digits.count), let amount = UInt32(Substring(digits)),
      digits.count == 1 || digits.first != 0x30,
      let unit = Unit(rawValue: String(text.dropFirst(digits.count)))
    else { return nil }
    self.init(amount, unit)
  }

  /// The span as the policy writes it.
  public var description: String { "\(amount)\(unit.rawValue)" }

  /// Milliseconds of the clock, a working day counted as 24 hours: a lower bound for those.
  public var nominalMs: UInt64 {
    switch unit {
    case .minutes: UInt64(amount) * 60_000
    case .hours: UInt64(amount) * 3_600_000
    case .days, .workingDays: UInt64(amount) * 86_400_000
    }
  }
}
