internal import CanonicalBytes

/// A random 128-bit name inside one node, written as 32 lower-case hexadecimal digits.
///
/// It says nothing about a person, and no other agency learns it.
public protocol LocalID: Hashable, Comparable, Sendable, LosslessStringConvertible {
  /// The upper and the lower 64 bits.
  var words: (high: UInt64, low: UInt64) { get }

  /// Takes 128 bits that the caller drew at random.
  init(high: UInt64, low: UInt64)
}

extension LocalID {
  /// Draws a new name from the caller's source of randomness.
  public init(using random: inout some RandomNumberGenerator) {
    self.init(high: random.next(), low: random.next())
  }

  /// Reads 32 lower-case hexadecimal digits; `nil` for anything else.
  public init?(_ text: String) {
    guard text.utf8.count == 32, let bytes = Hex.decode(text) else { return nil }
    self.init(bytes: bytes)
  }

  /// Takes exactly 16 bytes; `nil` for any other count.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 16 else { return nil }
    var (high, low): (UInt64, UInt64) = (0, 0)
    for (position, byte) in bytes.enumerated() {
      if position < 8 { high = high << 8 | UInt64(byte) } else { low = low << 8 | UInt64(byte) }
    }
    self.init(high: high, low: low)
  }

  /// The 16 bytes, big-endian.
  public var bytes: [UInt8] {
    let (high, low) = words
    return (0..<16).map { position in
      let word = position < 8 ? high : low
      return UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * (position & 7)))
    }
  }

  /// 32 lower-case hexadecimal digits.
  public var text: String { Hex.encode(bytes) }

  /// 32 lower-case hexadecimal digits.
  public var description: String { text }

  /// Byte order.
  public static func < (left: Self, right: Self) -> Bool { left.words < right.words }
}

/// The node's own name of a referral; between agencies a referral is the offer's message id.
public struct ReferralID: LocalID {
  private let high: UInt64
  private let low: UInt64

  /// The upper and the lower 64 bits.
  public var words: (high: UInt64, low: UInt64) { (high, low) }

  /// Takes 128 bits that the caller drew at random.
  public init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }
}

/// The node's own name of a case; it never leaves the node.
public struct CaseID: LocalID {
  private let high: UInt64
  private let low: UInt64

  /// The upper and the lower 64 bits.
  public var words: (high: UInt64, low: UInt64) { (high, low) }

  /// Takes 128 bits that the caller drew at random.
  public init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }
}
