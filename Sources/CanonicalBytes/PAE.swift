/// Pre-authentication encoding: `LE64(n) ‖ (LE64(len pi) ‖ pi)*`.
///
/// The first part is always the label, so that no two uses share an input.
/// Source: `Protocol/spec/01-bytes.md`, PAE.
public struct PAE: Sendable {
  private var encoded: [UInt8]
  private var partsLeft: Int

  /// The encoding, once every announced part is in: with a wrong count two lists could share it.
  public var bytes: [UInt8] {
    precondition(partsLeft == 0, "every announced part is added before the bytes are used")
    return encoded
  }

  /// Starts an encoding of a known number of parts, the label first.
  public init(_ label: StaticString, parts count: Int, reserving byteCount: Int = 0) {
    partsLeft = count
    encoded = []
    encoded.reserveCapacity(16 + label.utf8CodeUnitCount + byteCount + count * 8)
    PAE.append(UInt64(count + 1), to: &encoded)
    PAE.append(UInt64(label.utf8CodeUnitCount), to: &encoded)
    label.withUTF8Buffer { unsafe encoded.append(contentsOf: $0) }
  }

  /// Adds one part.
  public mutating func add(_ part: [UInt8]) {
    begin(part.count)
    encoded.append(contentsOf: part)
  }

  /// Adds the UTF-8 bytes of a text as one part.
  public mutating func add(_ part: String) {
    begin(part.utf8.count)
    encoded.append(contentsOf: part.utf8)
  }

  /// Adds 32 bytes as one part.
  public mutating func add(_ part: Digest32) {
    begin(Digest32.byteCount)
    part.append(to: &encoded)
  }

  private mutating func begin(_ byteCount: Int) {
    partsLeft -= 1
    precondition(partsLeft >= 0, "no more parts than announced")
    PAE.append(UInt64(byteCount), to: &encoded)
  }

  /// Encodes a label and byte strings.
  public static func encode(_ label: StaticString, _ parts: [UInt8]...) -> [UInt8] {
    var pae = PAE(label, parts: parts.count, reserving: parts.reduce(0) { $0 + $1.count })
    for part in parts { pae.add(part) }
    return pae.bytes
  }

  /// Longest label that ``writeHead(_:part:to:)`` takes, in bytes.
  public static let shortLabelBytes = 32
  /// Most bytes that ``writeHead(_:part:to:)`` writes.
  public static let headBytes = 24 + shortLabelBytes

  /// Writes all of `PAE(label, part)` that stands before the part itself, so that a hash can take the
  /// part where it is.
  ///
  /// - Parameters:
  ///   - label: At most ``shortLabelBytes`` bytes.
  ///   - byteCount: The length of the part.
  ///   - out: At least ``headBytes`` long.
  /// - Returns: How many bytes were written.
  public static func writeHead(
    _ label: StaticString,
    part byteCount: Int,
    to out: UnsafeMutableRawBufferPointer
  ) -> Int {
    let count = label.utf8CodeUnitCount
    precondition(count <= shortLabelBytes && out.count >= headBytes, "a label is short")
    unsafe out.storeBytes(of: UInt64(2).littleEndian, toByteOffset: 0, as: UInt64.self)
    unsafe out.storeBytes(of: UInt64(count).littleEndian, toByteOffset: 8, as: UInt64.self)
    for index in 0..<count { unsafe out[16 + index] = label.utf8Start[index] }
    unsafe out.storeBytes(
      of: UInt64(byteCount).littleEndian,
      toByteOffset: 16 + count,
      as: UInt64.self
    )
    return 24 + count
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
