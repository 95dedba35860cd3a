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
  public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    guard text.count.isMultiple(of: 4) else { return nil }
    var out: [UInt8] = []
    out.reserveCapacity(text.count / 4 * 3)
    var group: UInt32 = 0
    var filled = 0
    var padding = 0
    for character in text {
      if character == 0x3D {
        padding += 1
        group <<= 6
      } else {
        let value = values[Int(character)]
        guard value != 0xFF, padding == 0 else { return nil }
        group = group << 6 | UInt32(value)
      }
      filled += 1
      guard filled == 4 else { continue }
      guard padding <= 2 else { return nil }
      // Spare bits under the padding are zero, so that one value has one text.
      if padding == 1, group & 0xFF != 0 { return nil }
      if padding == 2, group & 0xFFFF != 0 { return nil }
      out.append(UInt8(truncatingIfNeeded: group >> 16))
      if padding < 2 { out.append(UInt8(truncatingIfNeeded: group >> 8)) }
      if padding < 1 { out.append(UInt8(truncatingIfNeeded: group)) }
      // Padding ends the text.
      if padding > 0 { return out.count == text.count / 4 * 3 - padding ? out : nil }
      filled = 0
      group = 0
    }
    return out
  }

  /// Decodes text; see ``decode(_:)-swift.type.method``.
  public static func decode(_ text: String) -> [UInt8]? { decode(Array(text.utf8)) }
}
