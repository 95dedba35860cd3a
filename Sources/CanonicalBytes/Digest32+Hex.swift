/// Hexadecimal, eight digits at a time: most of an event, and most of an audit bundle, is digests.
extension Digest32 {
  /// Reads exactly 64 lower-case hexadecimal digits where they stand; `nil` for anything else.
  public init?(hexDigits text: Span<UInt8>) {
    guard text.count == 2 * Self.byteCount else { return nil }
    var foreign: UInt64 = 0
    let words = (
      HexWord.read(text, at: 0, &foreign), HexWord.read(text, at: 16, &foreign),
      HexWord.read(text, at: 32, &foreign), HexWord.read(text, at: 48, &foreign)
    )
    guard foreign == 0 else { return nil }
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
    unsafe HexWord.write(word0, to: digits, at: 0)
    unsafe HexWord.write(word1, to: digits, at: 16)
    unsafe HexWord.write(word2, to: digits, at: 32)
    unsafe HexWord.write(word3, to: digits, at: 48)
  }
}

/// Sixteen hexadecimal digits and the number they write, without a loop over digits.
private enum HexWord {
  private static let ones: UInt64 = 0x0101_0101_0101_0101

  /// The number of 16 digits; bits are set in `foreign` where one is no lower-case digit.
  static func read(_ text: Span<UInt8>, at offset: Int, _ foreign: inout UInt64) -> UInt64 {
    let high = unsafe text.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
    let low = unsafe text.bytes.unsafeLoadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)
    return half(high.littleEndian, &foreign) << 32 | half(low.littleEndian, &foreign)
  }

  /// The number of eight digits, the first in the lowest byte.
  private static func half(_ digits: UInt64, _ foreign: inout UInt64) -> UInt64 {
    let letters = digits >> 6 & ones
    let low = digits & (0x0F * ones)
    // 0x30 to 0x39 and 0x61 to 0x66; each other byte leaves a bit.
    foreign |= digits ^ (0x30 * ones + 0x30 * letters + low)
    foreign |= (low + 6 * ones) & (0x10 * ones) & ~(letters << 4)
    foreign |= (low + 9 * ones) & letters << 4
    foreign |= ~(low + 15 * ones) & letters << 4
    let nibbles = low + 9 * letters
    var bytes = (nibbles << 4 | nibbles >> 8) & 0x00FF_00FF_00FF_00FF
    bytes = (bytes | bytes >> 8) & 0x0000_FFFF_0000_FFFF
    bytes = (bytes | bytes >> 16) & 0xFFFF_FFFF
    return UInt64(UInt32(truncatingIfNeeded: bytes).byteSwapped)
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
