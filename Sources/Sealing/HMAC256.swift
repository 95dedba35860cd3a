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
    unsafe Self.withScratch { scratch in
      unsafe Pad.fill(scratch, key, Pad.inner)
      unsafe inner.update(buffer: Pad.block(of: scratch))
      unsafe Pad.fill(scratch, key, Pad.outer)
      unsafe outer.update(buffer: Pad.block(of: scratch))
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
    code(key: key, message.span)
  }

  /// The code of one byte string where it stands.
  public static func code(key: Digest32, _ message: Span<UInt8>) -> Digest32 {
    var inner = Hash256()
    return unsafe withScratch { scratch in
      unsafe Pad.fill(scratch, key, Pad.inner)
      unsafe inner.update(buffer: Pad.block(of: scratch))
      inner.update(message)
      return unsafe finish(inner.finish(), key, scratch)
    }
  }

  /// The code of `PAE(label, part)`, which is never written out: every commitment of the log.
  ///
  /// - Parameters:
  ///   - key: The salt.
  ///   - label: At most ``PAE/shortLabelBytes`` bytes.
  ///   - part: The part where it stands.
  /// - Returns: The code.
  public static func code(key: Digest32, label: StaticString, part: Span<UInt8>) -> Digest32 {
    unsafe withScratch { scratch in
      unsafe Pad.fill(scratch, key, Pad.inner)
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: scratch[Pad.byteCount...])
      var filled = unsafe Pad.byteCount + PAE.writeHead(label, part: part.count, to: rest)
      // In one call where it fits, which is nearly always: each costs as much as a block.
      guard part.count <= scratch.count - filled else {
        var inner = Hash256()
        unsafe inner.update(buffer: UnsafeRawBufferPointer(rebasing: scratch[..<filled]))
        inner.update(part)
        return unsafe finish(inner.finish(), key, scratch)
      }
      unsafe part.withUnsafeBytes {
        unsafe UnsafeMutableRawBufferPointer(rebasing: scratch[filled...]).copyMemory(from: $0)
      }
      filled += part.count
      let inner = unsafe Hash256.of(
        buffer: UnsafeRawBufferPointer(rebasing: scratch[..<filled])
      )
      return unsafe finish(inner, key, scratch)
    }
  }

  private static func finish(
    _ inner: Digest32,
    _ key: Digest32,
    _ scratch: UnsafeMutableRawBufferPointer
  ) -> Digest32 {
    unsafe Pad.fill(scratch, key, Pad.outer)
    let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: scratch[Pad.byteCount...])
    unsafe inner.copy(to: rest)
    return unsafe Hash256.of(
      buffer: UnsafeRawBufferPointer(rebasing: scratch[..<(Pad.byteCount + Digest32.byteCount)])
    )
  }

  /// Key block and message together; what the stack is sure to give.
  private static let scratchBytes = 1024
  /// Key block and inner hash.
  private static let secretBytes = Pad.byteCount + Digest32.byteCount

  /// Lends a key block and what follows it, on the stack; what is as good as the key is wiped.
  private static func withScratch<Result>(
    _ body: (UnsafeMutableRawBufferPointer) -> Result
  ) -> Result {
    unsafe withUnsafeTemporaryAllocation(byteCount: scratchBytes, alignment: 8) { scratch in
      defer {
        if let base = scratch.baseAddress { unsafe sodium_memzero(base, secretBytes) }
      }
      return unsafe body(scratch)
    }
  }

  /// The key block: the key and zeros, each byte turned by one of two constants.
  private enum Pad {
    static let byteCount = 64
    static let inner: UInt64 = 0x3636_3636_3636_3636
    static let outer: UInt64 = 0x5C5C_5C5C_5C5C_5C5C

    static func fill(_ out: UnsafeMutableRawBufferPointer, _ key: Digest32, _ turn: UInt64) {
      unsafe key.copy(to: out)
      for offset in stride(from: 0, to: Digest32.byteCount, by: 8) {
        let word = unsafe out.load(fromByteOffset: offset, as: UInt64.self)
        unsafe out.storeBytes(of: word ^ turn, toByteOffset: offset, as: UInt64.self)
        unsafe out.storeBytes(of: turn, toByteOffset: Digest32.byteCount + offset, as: UInt64.self)
      }
    }

    static func block(of scratch: UnsafeMutableRawBufferPointer) -> UnsafeRawBufferPointer {
      unsafe UnsafeRawBufferPointer(rebasing: scratch[..<byteCount])
    }
  }
}
