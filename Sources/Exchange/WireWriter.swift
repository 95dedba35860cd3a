internal import CanonicalBytes

/// Appends protobuf fields to bytes, each byte once; fields are written in ascending order and
/// left out when empty, which is the canonical form.
///
/// Held to the generated encoder by test.
struct WireWriter {
  private(set) var bytes: [UInt8]

  init(reserving count: Int = 0) {
    bytes = []
    bytes.reserveCapacity(count)
  }

  mutating func integer(_ number: UInt8, _ value: UInt64) {
    guard value > 0 else { return }
    bytes.append(number << 3)
    varint(value)
  }

  mutating func data(_ number: UInt8, _ value: [UInt8]) {
    guard !value.isEmpty else { return }
    length(number, value.count)
    bytes.append(contentsOf: value)
  }

  mutating func digest(_ number: UInt8, _ value: Digest32) {
    length(number, Digest32.byteCount)
    value.append(to: &bytes)
  }

  mutating func digests(_ number: UInt8, _ values: [Digest32]) {
    guard !values.isEmpty else { return }
    length(number, values.count * Digest32.byteCount)
    for value in values { value.append(to: &bytes) }
  }

  mutating func text(_ number: UInt8, _ value: String) {
    guard !value.isEmpty else { return }
    length(number, value.utf8.count)
    bytes.append(contentsOf: value.utf8)
  }

  /// Starts a field of bytes whose size is known; the caller appends exactly so many.
  mutating func length(_ number: UInt8, _ count: Int) {
    bytes.append(number << 3 | 2)
    varint(UInt64(count))
  }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest > 0x7F {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// The size of a field of bytes with its tag and length; 0 when empty.
  static func size(_ count: Int) -> Int { count == 0 ? 0 : 1 + size(varint: UInt64(count)) + count }

  /// The size of a field of bytes that stands even when empty.
  static func sizeKept(_ count: Int) -> Int { 1 + size(varint: UInt64(count)) + count }

  /// The size of an integer field; 0 when 0.
  static func size(integer value: UInt64) -> Int { value == 0 ? 0 : 1 + size(varint: value) }

  private static func size(varint value: UInt64) -> Int {
    max(1, (64 - value.leadingZeroBitCount + 6) / 7)
  }
}
