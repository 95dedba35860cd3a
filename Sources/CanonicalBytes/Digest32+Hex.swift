/// Hexadecimal, eight digits at a time: most of an event, and most of an audit bundle, is digests.
extension Digest32 {
  /// Reads exactly 64 lower-case hexadecimal digits where they stand; `nil` for anything else.
  public init?(hexDigits text: Span<UInt8>) {
    guard text.count == 2 * Self.byteCount else { return nil }
    var foreign = SIMD2<UInt64>.zero
    let words = (
      HexDigits.read(text, at: 0, &foreign), HexDigits.read(text, at: 16, &foreign),
      HexDigits.read(text, at: 32, &foreign), HexDigits.read(text, at: 48, &foreign)
    )
    guard foreign[0] | foreign[1] == 0 else { return nil }
    self.init(words: words)
  }

  /// Whether a text is exactly 64 lower-case hexadecimal digits.
  public static func isHex(_ text: Span<UInt8>) -> Bool { Digest32(hexDigits: text) != nil }

  /// Appends the 64 digits to an array.
  public func appendHex(to out: inout [UInt8]) {
    unsafe withUnsafeTemporaryAllocation(byteCount: 2 * Self.byteCount, alignment: 8) { digits in
      unsafe writeHex(to: digits)
      unsafe out.append(contentsOf: digits)
    }
  }

  /// Writes the 64 digits into a buffer of at least that length.
  func writeHex(to digits: UnsafeMutableRawBufferPointer) {
    precondition(digits.count >= 2 * Self.byteCount, "two digits a byte")
    unsafe HexDigits.write(word0, to: digits, at: 0)
    unsafe HexDigits.write(word1, to: digits, at: 16)
    unsafe HexDigits.write(word2, to: digits, at: 32)
    unsafe HexDigits.write(word3, to: digits, at: 48)
  }
}

/// Sixteen hexadecimal digits and the number they write, without a branch.
private enum HexDigits {
  private static let ones: UInt64 = 0x0101_0101_0101_0101

  /// The number of 16 digits; bits are set in `foreign` where one is no lower-case digit.
  @inline(__always)
  static func read(_ text: Span<UInt8>, at offset: Int, _ foreign: inout SIMD2<UInt64>) -> UInt64 {
    // Two words of eight digits each, the first of them in the lowest byte.
    let digits = unsafe text.bytes.unsafeLoadUnaligned(
      fromByteOffset: offset,
      as: SIMD2<UInt64>.self
    )
    let letters = digits &>> 6 & ones
    let nibbles = digits & (0x0F * ones) &+ (letters | letters &<< 3)
    // The digits of these values are the same digits, and no value is above 15: nothing else passes.
    foreign |= digits ^ written(nibbles) | nibbles & (0xF0 * ones)
    var bytes = (nibbles &<< 4 | nibbles &>> 8) & 0x00FF_00FF_00FF_00FF
    bytes = (bytes | bytes &>> 8) & 0x0000_FFFF_0000_FFFF
    bytes = bytes | bytes &>> 16
    let high = UInt32(truncatingIfNeeded: bytes[0]).byteSwapped
    let low = UInt32(truncatingIfNeeded: bytes[1]).byteSwapped
    return UInt64(high) << 32 | UInt64(low)
  }

  /// The digits of values up to 15.
  @inline(__always)
  private static func written(_ nibbles: SIMD2<UInt64>) -> SIMD2<UInt64> {
    let letters = (nibbles &+ 6 * ones) &>> 4 & ones
    // 0x27 a letter, from 0x3A to 0x61.
    return nibbles &+ 0x30 * ones &+ (letters &<< 5 | letters &<< 2 | letters &<< 1 | letters)
  }

  /// Writes a number as 16 digits.
  static func write(_ word: UInt64, to out: UnsafeMutableRawBufferPointer, at offset: Int) {
    let high = digits(UInt32(truncatingIfNeeded: word >> 32))
    let low = digits(UInt32(truncatingIfNeeded: word))
    unsafe out.storeBytes(of: high.littleEndian, toByteOffset: offset, as: UInt64.self)
    unsafe out.storeBytes(of: low.littleEndian, toByteOffset: offset + 8, as: UInt64.self)
  }

  /// The eight digits of a number, the first in the lowest byte.
  private static func digits(_ number: UInt32) -> UInt64 {
    var bytes = UInt64(number.byteSwapped)
    bytes = (bytes | bytes << 16) & 0x0000_FFFF_0000_FFFF
    bytes = (bytes | bytes << 8) & 0x00FF_00FF_00FF_00FF
    let nibbles = (bytes >> 4 | bytes << 8) & (0x0F * ones)
    let letters = (nibbles + 6 * ones) >> 4 & ones
    return nibbles + 0x30 * ones + 0x27 * letters
  }
}
