internal import CanonicalBytes
internal import Foundation
internal import ReferralModel

/// Searches in a buffer of lines.
enum LineBytes {
  /// Where a byte first stands in a range.
  static func find(_ byte: UInt8, _ bytes: [UInt8], _ range: Range<Int>) -> Int? {
    guard !range.isEmpty else { return nil }
    return unsafe bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return nil }
      let start = unsafe base + range.lowerBound
      guard let hit = unsafe memchr(start, Int32(byte), range.count) else { return nil }
      return unsafe range.lowerBound + (UnsafeRawPointer(hit) - start)
    }
  }

  /// Whether a range holds exactly these bytes.
  static func equal(_ bytes: [UInt8], _ range: Range<Int>, _ other: [UInt8]) -> Bool {
    bytes[range] == other[...]
  }

  /// The 64 lower-case hexadecimal digits of a range; `nil` for anything else.
  static func digest(_ bytes: [UInt8], _ range: Range<Int>) -> Digest32? {
    Digest32(hexDigits: bytes.span.extracting(range))
  }

  /// The fields of a line, its word first, without the tabs; `nil` for more than `limit`.
  static func fields(_ bytes: [UInt8], _ line: Range<Int>, limit: Int) -> [Range<Int>]? {
    var fields: [Range<Int>] = []
    fields.reserveCapacity(limit)
    var start = line.lowerBound
    while true {
      guard fields.count < limit else { return nil }
      guard let tab = find(0x09, bytes, start..<line.upperBound) else { break }
      fields.append(start..<tab)
      start = tab + 1
    }
    fields.append(start..<line.upperBound)
    return fields
  }

  /// `0|[1-9][0-9]*`, at most 2^53 − 1; `nil` for anything else.
  static func number(_ bytes: [UInt8], _ range: Range<Int>) -> UInt64? {
    guard (1...16).contains(range.count) else { return nil }
    guard bytes[range.lowerBound] != 0x30 || range.count == 1 else { return nil }
    var value: UInt64 = 0
    for index in range {
      guard case 0x30...0x39 = bytes[index] else { return nil }
      value = value * 10 + UInt64(bytes[index] - 0x30)
    }
    return value <= BundleLimits.number ? value : nil
  }

  /// `a-b` with a ≤ b; `nil` for anything else.
  static func indexRange(_ text: String) -> ClosedRange<UInt64>? {
    let bytes = Array(text.utf8)
    guard let hyphen = find(0x2D, bytes, 0..<bytes.count),
      let first = number(bytes, 0..<hyphen), let last = number(bytes, (hyphen + 1)..<bytes.count),
      first <= last
    else { return nil }
    return first...last
  }

  /// Whether two texts are the same bytes.
  static func same(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }

  /// Whether a text is the name of a log.
  static func isLog(_ text: String) -> Bool { LogID(text) != nil }

  /// The text of a range, whose bytes are known to be ASCII.
  static func text(_ bytes: [UInt8], _ range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self)
  }
}

/// Cuts a stream of chunks into lines; keeps at most one unfinished line.
struct LineSplitter {
  private var pending: [UInt8] = []

  /// Whether bytes are left over that no LF has ended.
  var hasRest: Bool { !pending.isEmpty }

  /// Calls back with each whole line; `body` returns whether to go on.
  ///
  /// - Returns: `false` when a line is longer than the format allows.
  mutating func feed(_ chunk: [UInt8], _ body: ([UInt8], Range<Int>) -> Bool) -> Bool {
    var start = 0
    if !pending.isEmpty {
      guard let end = LineBytes.find(0x0A, chunk, 0..<chunk.count) else {
        pending.append(contentsOf: chunk)
        return pending.count <= BundleLimits.lineBytes
      }
      pending.append(contentsOf: chunk[..<end])
      guard pending.count <= BundleLimits.lineBytes else { return false }
      let whole = pending
      pending = []
      start = end + 1
      guard body(whole, 0..<whole.count) else { return true }
    }
    while let end = LineBytes.find(0x0A, chunk, start..<chunk.count) {
      guard end - start <= BundleLimits.lineBytes else { return false }
      guard body(chunk, start..<end) else { return true }
      start = end + 1
    }
    if start < chunk.count { pending = Array(chunk[start...]) }
    return pending.count <= BundleLimits.lineBytes
  }
}
