/// Pre-authentication encoding: `LE64(n) ‖ (LE64(len pi) ‖ pi)*`.
///
/// The first part is always the label, so that no two uses share an input.
/// Source: `Protocol/spec/01-bytes.md`, PAE.
public struct PAE: Sendable {
  /// The bytes so far.
  public private(set) var bytes: [UInt8]

  /// Starts an encoding of a known number of parts, the label first.
  public init(_ label: StaticString, parts count: Int, reserving byteCount: Int = 0) {
    bytes = []
    bytes.reserveCapacity(16 + label.utf8CodeUnitCount + byteCount + count * 8)
    PAE.append(UInt64(count + 1), to: &bytes)
    PAE.append(UInt64(label.utf8CodeUnitCount), to: &bytes)
    label.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
  }

  /// Adds one part.
  public mutating func add(_ part: [UInt8]) {
    PAE.append(UInt64(part.count), to: &bytes)
    bytes.append(contentsOf: part)
  }

  /// Adds the UTF-8 bytes of a text as one part.
  public mutating func add(_ part: String) {
    PAE.append(UInt64(part.utf8.count), to: &bytes)
    bytes.append(contentsOf: part.utf8)
  }

  /// Adds 32 bytes as one part.
  public mutating func add(_ part: Digest32) {
    PAE.append(32, to: &bytes)
    part.append(to: &bytes)
  }

  /// Encodes a label and byte strings.
  public static func encode(_ label: StaticString, _ parts: [UInt8]...) -> [UInt8] {
    var pae = PAE(label, parts: parts.count, reserving: parts.reduce(0) { $0 + $1.count })
    for part in parts { pae.add(part) }
    return pae.bytes
  }

  /// Encodes byte strings without a label (a list inside another encoding).
  public static func list(_ parts: [[UInt8]]) -> [UInt8] {
    var out: [UInt8] = []
    append(UInt64(parts.count), to: &out)
    for part in parts {
      append(UInt64(part.count), to: &out)
      out.append(contentsOf: part)
    }
    return out
  }

  /// Eight bytes, least significant first.
  public static func littleEndian(_ value: UInt64) -> [UInt8] {
    var out: [UInt8] = []
    append(value, to: &out)
    return out
  }

  private static func append(_ value: UInt64, to out: inout [UInt8]) {
    unsafe withUnsafeBytes(of: value.littleEndian) { unsafe out.append(contentsOf: $0) }
  }
}
