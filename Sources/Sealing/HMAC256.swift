public import CanonicalBytes

/// HMAC-SHA256 (RFC 2104) under a key of exactly 32 bytes.
///
/// Written out over ``Hash256`` because the log computes nine of them for each referral and the
/// generic one costs 2.5 times as much; held to the library's result by test.
public struct HMAC256: Sendable {
  private var inner = Hash256()
  private let outer: Hash256

  /// Starts a code under a key. Thirty-two bytes exactly, so that no two keys are equivalent.
  public init(key: Digest32) {
    var innerPad = [UInt8](repeating: 0x36, count: 64)
    var outerPad = [UInt8](repeating: 0x5C, count: 64)
    unsafe key.withUnsafeBytes { bytes in
      for index in 0..<Digest32.byteCount {
        unsafe innerPad[index] ^= bytes[index]
        unsafe outerPad[index] ^= bytes[index]
      }
    }
    inner.update(innerPad)
    var outer = Hash256()
    outer.update(outerPad)
    self.outer = outer
  }

  /// Feeds bytes.
  public mutating func update(_ bytes: [UInt8]) { inner.update(bytes) }

  /// The code of everything fed.
  public func finish() -> Digest32 {
    var hash = outer
    hash.update(inner.finish())
    return hash.finish()
  }

  /// The code of one byte string.
  public static func code(key: Digest32, _ message: [UInt8]) -> Digest32 {
    var code = HMAC256(key: key)
    code.update(message)
    return code.finish()
  }
}
