/// Standard base64 (RFC 4648 §4) with padding, canonical only.
public enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
  )

  private static let values: [UInt8] = {
    var table = [UInt8](repeating: 0xFF, count: 256)
    for (value, character) in alphabet.enumerated() { table[Int(character)] = UInt8(value) }
    return table
  }()

  /// Encodes with padding, on one line.
  public static func encode(_ bytes: [UInt8]) -> String {
    let groups = (bytes.count + 2) / 3
    return unsafe String(unsafeUninitializedCapacity: groups * 4) { buffer in
      var position = 0
      var index = 0
      while index < bytes.count {
        let first = bytes[index]
        let second = index + 1 < bytes.count ? bytes[index + 1] : 0
        let third = index + 2 < bytes.count ? bytes[index + 2] : 0
        unsafe buffer[position] = alphabet[Int(first >> 2)]
        unsafe buffer[position + 1] = alphabet[Int((first & 3) << 4 | second >> 4)]
        unsafe buffer[position + 2] =
          index + 1 < bytes.count ? alphabet[Int((second & 15) << 2 | third >> 6)] : 0x3D
        unsafe buffer[position + 3] = index + 2 < bytes.count ? alphabet[Int(third & 63)] : 0x3D
        position += 4
        index += 3
      }
      return position
    }
  }

  /// Decodes; `nil` for a wrong length, a foreign character, missing padding or set spare bits.
  public static func decode(_ text: Span<UInt8>) -> [UInt8]? {
    guard text.count.isMultiple(of: 4) else { return nil }
    guard text.count > 0 else { return [] }
    let padding = (0..<2).prefix { text[text.count - 1 - $0] == 0x3D }.count
    let groups = text.count / 4 - (padding > 0 ? 1 : 0)
    let table = values
    // Above 63 where a character is foreign; padding is, before the end.
    var foreign: UInt8 = 0
    var spare: UInt32 = 0
    let out = unsafe [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3) { out, count in
      func group(_ place: Int, of four: Int) -> UInt32 {
        var bits: UInt32 = 0
        for offset in 0..<4 {
          let value = offset < four ? table[Int(text[place + offset])] : 0
          foreign |= value
          bits = bits << 6 | UInt32(value)
        }
        return bits
      }
      for number in 0..<groups {
        let bits = group(4 * number, of: 4)
        unsafe out[count] = UInt8(truncatingIfNeeded: bits >> 16)
        unsafe out[count + 1] = UInt8(truncatingIfNeeded: bits >> 8)
        unsafe out[count + 2] = UInt8(truncatingIfNeeded: bits)
        count += 3
      }
      guard padding > 0 else { return }
      let bits = group(4 * groups, of: 4 - padding)
      // Spare bits under the padding are zero, so that one value has one text.
      spare = bits & (padding == 1 ? 0xFF : 0xFFFF)
      unsafe out[count] = UInt8(truncatingIfNeeded: bits >> 16)
      count += 1
      if padding == 1 {
        unsafe out[count] = UInt8(truncatingIfNeeded: bits >> 8)
        count += 1
      }
    }
    return foreign < 64 && spare == 0 ? out : nil
  }

  /// Decodes bytes; see ``decode(_:)-swift.type.method``.
  public static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? { decode(text.span) }

  /// Decodes bytes; see ``decode(_:)-swift.type.method``.
  public static func decode(_ text: [UInt8]) -> [UInt8]? { decode(text.span) }

  /// Decodes text; see ``decode(_:)-swift.type.method``.
  public static func decode(_ text: String) -> [UInt8]? { decode(text.utf8.span) }
}
