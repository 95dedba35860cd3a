internal import CanonicalBytes
internal import Foundation
internal import Sealing

extension Digest32 {
  /// Takes exactly 32 bytes of a decoded field; `nil` for any other count.
  init?(field: Data) {
    guard field.count == Digest32.byteCount else { return nil }
    self = unsafe field.withUnsafeBytes { unsafe Digest32(reading: $0) }
  }
}

extension Hash256 {
  /// The hash of a decoded field, without a copy.
  static func of(field: Data) -> Digest32 {
    var hash = Hash256()
    unsafe field.withUnsafeBytes { unsafe hash.update(buffer: $0) }
    return hash.finish()
  }
}

extension Sequence {
  /// Whether every element is greater than the one before it.
  func isStrictlyAscending<Key: Comparable>(by key: (Element) -> Key) -> Bool {
    var last: Key?
    for element in self {
      let value = key(element)
      if let last, last >= value { return false }
      last = value
    }
    return true
  }
}
