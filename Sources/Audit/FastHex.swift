internal import CanonicalBytes

/// Lower-case hexadecimal read where it stands: five of these a leaf line.
struct FastHex {
  private let values: [UInt8]
  private var scratch = [UInt8](repeating: 0, count: Digest32.byteCount)

  init() {
    var table = [UInt8](repeating: 0xFF, count: 256)
    for (value, digit) in "0123456789abcdef".utf8.enumerated() { table[Int(digit)] = UInt8(value) }
    values = table
  }

  /// The 64 digits of a range; `nil` for anything else.
  mutating func digest(_ bytes: [UInt8], _ range: Range<Int>) -> Digest32? {
    guard range.count == 64 else { return nil }
    var position = range.lowerBound
    var foreign: UInt8 = 0
    for index in 0..<Digest32.byteCount {
      let high = values[Int(bytes[position])]
      let low = values[Int(bytes[position + 1])]
      foreign |= high | low
      scratch[index] = high << 4 | low & 0x0F
      position += 2
    }
    guard foreign & 0xF0 == 0 else { return nil }
    return Digest32(scratch, at: 0)
  }
}
