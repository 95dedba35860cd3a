public import CanonicalBytes
internal import CSodium

/// HMAC-SHA256 (RFC 2104) under a key of exactly 32 bytes.
///
/// Written out over ``Hash256`` because the log computes nine of them for each referral and the
/// generic one costs 2.5 times as much; held to the library's result by test.
public struct HMAC256: Sendable {
  private var inner: Hash256
  private let outer: Hash256

  /// Starts a code under a key: thirty-two bytes exactly, so that no two keys are equivalent.
  public init(key: Digest32) {
    var inner = Hash256()
    var outer = Hash256()
    // On the stack and wiped: the pads are the key in another dress.
    unsafe withUnsafeTemporaryAllocation(byteCount: 64, alignment: 8) { pad in
      unsafe key.withUnsafeBytes { bytes in
        for index in 0..<64 {
          unsafe pad[index] = 0x36 ^ (index < bytes.count ? bytes[index] : 0)
        }
      }
      unsafe inner.update(buffer: UnsafeRawBufferPointer(pad))
      for index in 0..<64 { unsafe pad[index] ^= 0x36 ^ 0x5C }
      unsafe outer.update(buffer: UnsafeRawBufferPointer(pad))
      if let base = pad.baseAddress { unsafe sodium_memzero(base, pad.count) }
    }
    self.inner = inner
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
