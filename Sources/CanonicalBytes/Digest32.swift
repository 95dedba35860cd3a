/// Exactly 32 bytes, held inline: a SHA-256 value, a salt, a key id, a commitment.
///
/// Ordered and compared as bytes.
public struct Digest32: Hashable, Sendable {
  /// The size of the value, in bytes.
  public static let byteCount = 32

  // Big-endian words, so that comparing words compares bytes. Seen by other modules' compilers, as
  // the small functions over them are: a digest passes through many hands for each event.
  @usableFromInline let word0: UInt64
  @usableFromInline let word1: UInt64
  @usableFromInline let word2: UInt64
  @usableFromInline let word3: UInt64

  /// All bits zero.
  public static let zero = Digest32(words: (0, 0, 0, 0))

  @usableFromInline
  init(words: (UInt64, UInt64, UInt64, UInt64)) { (word0, word1, word2, word3) = words }

  /// Takes exactly 32 bytes; `nil` for any other count.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    var position = 0
    for byte in bytes {
      switch position >> 3 {
      case 0: words.0 = words.0 << 8 | UInt64(byte)
      case 1: words.1 = words.1 << 8 | UInt64(byte)
      case 2: words.2 = words.2 << 8 | UInt64(byte)
      default: words.3 = words.3 << 8 | UInt64(byte)
      }
      position += 1
    }
    self.init(words: words)
  }

  /// Takes the first 32 bytes of a buffer that the caller knows to be long enough.
  @inlinable
  public init(reading buffer: UnsafeRawBufferPointer) {
    precondition(buffer.count >= Self.byteCount, "a digest is 32 bytes")
    unsafe self.init(
      words: (
        UInt64(bigEndian: buffer.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
        UInt64(bigEndian: buffer.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
        UInt64(bigEndian: buffer.loadUnaligned(fromByteOffset: 16, as: UInt64.self)),
        UInt64(bigEndian: buffer.loadUnaligned(fromByteOffset: 24, as: UInt64.self))
      )
    )
  }

  /// Takes 32 bytes out of an array at an offset; `nil` where the array is too short.
  public init?(_ bytes: [UInt8], at offset: Int) {
    guard offset >= 0, bytes.count >= Self.byteCount, offset <= bytes.count - Self.byteCount else {
      return nil
    }
    self = unsafe bytes.withUnsafeBytes { buffer in
      unsafe Digest32(reading: UnsafeRawBufferPointer(rebasing: buffer[offset...]))
    }
  }

  /// Reads 64 lower-case hexadecimal digits; `nil` for anything else.
  public init?(hex: String) {
    self.init(hexDigits: hex.utf8.span)
  }

  /// The 32 bytes.
  public var bytes: [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(Self.byteCount)
    append(to: &out)
    return out
  }

  /// Lower-case hexadecimal, 64 digits.
  public var hex: String {
    unsafe String(unsafeUninitializedCapacity: 2 * Self.byteCount) { buffer in
      unsafe writeHex(to: UnsafeMutableRawBufferPointer(buffer))
      return 2 * Self.byteCount
    }
  }

  /// Appends the 32 bytes to an array.
  public func append(to out: inout [UInt8]) {
    unsafe withUnsafeBytes { unsafe out.append(contentsOf: $0) }
  }

  /// Copies the 32 bytes to the start of a buffer that is at least as long.
  @inlinable
  public func copy(to out: UnsafeMutableRawBufferPointer) {
    precondition(out.count >= Self.byteCount, "a digest is 32 bytes")
    unsafe out.storeBytes(of: word0.bigEndian, toByteOffset: 0, as: UInt64.self)
    unsafe out.storeBytes(of: word1.bigEndian, toByteOffset: 8, as: UInt64.self)
    unsafe out.storeBytes(of: word2.bigEndian, toByteOffset: 16, as: UInt64.self)
    unsafe out.storeBytes(of: word3.bigEndian, toByteOffset: 24, as: UInt64.self)
  }

  /// Lends the 32 bytes to a closure.
  @inlinable
  public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let words = (word0.bigEndian, word1.bigEndian, word2.bigEndian, word3.bigEndian)
    return try unsafe Swift.withUnsafeBytes(of: words, body)
  }
}

extension Digest32: Comparable {
  /// Byte order.
  public static func < (left: Digest32, right: Digest32) -> Bool {
    (left.word0, left.word1, left.word2, left.word3)
      < (right.word0, right.word1, right.word2, right.word3)
  }
}
