public import CanonicalBytes
internal import CSHA256
internal import Crypto

/// SHA-256 (FIPS 180-4), by swift-crypto: four times libsodium's speed where the processor helps.
public struct Hash256: Sendable {
  private var state = SHA256()

  /// Starts an empty hash.
  public init() {}

  /// Feeds bytes.
  public mutating func update(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBytes { unsafe state.update(bufferPointer: $0) }
  }

  /// Feeds a slice of bytes.
  public mutating func update(_ bytes: ArraySlice<UInt8>) {
    unsafe bytes.withUnsafeBytes { unsafe state.update(bufferPointer: $0) }
  }

  /// Feeds bytes where they stand.
  public mutating func update(_ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBytes { unsafe state.update(bufferPointer: $0) }
  }

  /// Feeds 32 bytes.
  public mutating func update(_ digest: Digest32) {
    unsafe digest.withUnsafeBytes { unsafe state.update(bufferPointer: $0) }
  }

  /// Feeds one byte.
  public mutating func update(byte: UInt8) {
    unsafe withUnsafeBytes(of: byte) { unsafe state.update(bufferPointer: $0) }
  }

  /// Feeds bytes of a buffer that outlives the call.
  public mutating func update(buffer: UnsafeRawBufferPointer) {
    unsafe state.update(bufferPointer: buffer)
  }

  /// The hash of everything fed.
  public func finish() -> Digest32 {
    // The library's own accessor is generic and far from here; its digest is 32 plain bytes, which the
    // tests hold it to.
    unsafe Swift.withUnsafeBytes(of: state.finalize()) { unsafe Digest32(reading: $0) }
  }

  /// The hash of one byte string.
  public static func of(_ bytes: [UInt8]) -> Digest32 {
    unsafe bytes.withUnsafeBytes { unsafe of(buffer: $0) }
  }

  /// The hash of bytes where they stand.
  public static func of(_ bytes: Span<UInt8>) -> Digest32 {
    unsafe bytes.withUnsafeBytes { unsafe of(buffer: $0) }
  }

  /// The hash of a slice.
  public static func of(_ bytes: ArraySlice<UInt8>) -> Digest32 {
    unsafe bytes.withUnsafeBytes { unsafe of(buffer: $0) }
  }

  /// The hash of one buffer in one call.
  ///
  /// The same code of the same library as ``update(buffer:)``, without an object for the state between
  /// two pieces: on the short texts of a log that object costs more than the hash.
  public static func of(buffer: UnsafeRawBufferPointer) -> Digest32 {
    unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Digest32.byteCount) { out in
      _ = unsafe CCryptoBoringSSL_SHA256(
        buffer.baseAddress?.assumingMemoryBound(to: UInt8.self),
        buffer.count,
        out.baseAddress
      )
      return unsafe Digest32(reading: UnsafeRawBufferPointer(out))
    }
  }
}
