/// Lower-case hexadecimal, and nothing else.
public enum Hex {
  private static let digits = Array("0123456789abcdef".utf8)

  /// Two lower-case digits a byte.
  public static func encode(_ bytes: some Collection<UInt8>) -> String {
    let count = bytes.count * 2
    return unsafe String(unsafeUninitializedCapacity: count) { buffer in
      var position = 0
      for byte in bytes {
        unsafe buffer[position] = digits[Int(byte >> 4)]
        unsafe buffer[position + 1] = digits[Int(byte & 15)]
        position += 2
      }
      return position
    }
  }

  /// The bytes, or `nil` unless the text is an even number of lower-case digits.
  public static func decode(_ text: String) -> [UInt8]? {
    let source = text.utf8
    guard source.count.isMultiple(of: 2) else { return nil }
    var out: [UInt8] = []
    out.reserveCapacity(source.count / 2)
    var high: UInt8?
    for character in source {
      guard let nibble = value(character) else { return nil }
      if let first = high {
        out.append(first << 4 | nibble)
        high = nil
      } else {
        high = nibble
      }
    }
    return out
  }

  /// The value of one lower-case digit.
  static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x61...0x66: digit - 0x57
    default: nil
    }
  }
}
