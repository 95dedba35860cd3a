internal import Glibc
internal import SwiftProtobuf

/// A message of the schema, read and written as bytes.
///
/// Reading drops unknown fields, encodes again and compares: what differs is not canonical. Without
/// the first step unknown fields, and known ones with another wire type, would pass.
/// Source: `Protocol/spec/01-bytes.md`.
package protocol CanonicalWire {
  /// Reads exactly one canonical message; `nil` for anything else.
  init?(canonical bytes: [UInt8])
  /// The canonical bytes.
  var canonicalBytes: [UInt8] { get }
}

extension WireEnvelope: CanonicalWire {
  package init?(canonical bytes: [UInt8]) { self.init(strictly: bytes) }
  package var canonicalBytes: [UInt8] { encodedOnce }
}

extension WireHeader: CanonicalWire {
  package init?(canonical bytes: [UInt8]) { self.init(strictly: bytes) }
  package var canonicalBytes: [UInt8] { encodedOnce }
}

extension WireTable: CanonicalWire {
  package init?(canonical bytes: [UInt8]) { self.init(strictly: bytes) }
  package var canonicalBytes: [UInt8] { encodedOnce }
}

extension WireStanzas: CanonicalWire {
  package init?(canonical bytes: [UInt8]) { self.init(strictly: bytes) }
  package var canonicalBytes: [UInt8] { encodedOnce }
}

extension WireExchange: CanonicalWire {
  package init?(canonical bytes: [UInt8]) { self.init(strictly: bytes) }
  package var canonicalBytes: [UInt8] { encodedOnce }
}

extension WireParcel: CanonicalWire {
  package init?(canonical bytes: [UInt8]) { self.init(strictly: bytes) }
  package var canonicalBytes: [UInt8] { encodedOnce }
}

extension Message {
  fileprivate init?(strictly bytes: [UInt8]) {
    var options = BinaryDecodingOptions()
    options.discardUnknownFields = true
    options.messageDepthLimit = 8
    guard let message = try? Self(serializedBytes: bytes, options: options),
      Self.isSame(message.encodedOnce, bytes)
    else { return nil }
    self = message
  }

  /// Compares as one block: bodies have hundreds of kilobytes, and `==` takes them byte by byte.
  private static func isSame(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return unsafe left.withUnsafeBytes { left in
      unsafe right.withUnsafeBytes { right in
        guard let left = left.baseAddress, let other = right.baseAddress else { return true }
        return unsafe memcmp(left, other, right.count) == 0
      }
    }
  }

  fileprivate var encodedOnce: [UInt8] {
    // Encoding fails only for messages beyond 2 GiB, which no limit of the protocol admits; an
    // empty result equals no input that was read.
    let encoded: [UInt8]? = try? serializedBytes()
    return encoded ?? []
  }
}
