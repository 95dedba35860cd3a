internal import CSodium

/// A short-lived secret on the heap, zeroed when the last reference goes.
///
/// For content keys and opened plaintext on paths where guarded memory would cost more than the
/// cryptography. It has no description.
@safe
public final class SecretBytes: @unchecked Sendable {
  // Written only in `init`; read-only after, so it may be shared.
  private let pointer: UnsafeMutableRawPointer
  /// The size, in bytes.
  public let count: Int

  /// Makes a secret of a size and lets a closure fill it.
  public init<Failure: Error>(
    count: Int,
    filling fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    unsafe pointer = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1), alignment: 16)
    self.count = count
    do {
      try unsafe fill(UnsafeMutableRawBufferPointer(start: pointer, count: count))
    } catch {
      unsafe sodium_memzero(pointer, count)
      throw error
    }
  }

  /// Copies bytes in.
  public convenience init(_ bytes: [UInt8]) {
    unsafe self.init(count: bytes.count) { buffer in unsafe buffer.copyBytes(from: bytes) }
  }

  /// Random bytes.
  public static func random(count: Int) -> SecretBytes {
    Sodium.ready()
    return unsafe SecretBytes(count: count) { buffer in
      if let base = buffer.baseAddress { unsafe randombytes_buf(base, buffer.count) }
    }
  }

  deinit {
    unsafe sodium_memzero(pointer, count)
    unsafe pointer.deallocate()
  }

  /// Lends the bytes to a closure.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe body(UnsafeRawBufferPointer(start: pointer, count: count))
  }

  /// A copy of the bytes, for the edge that must show them.
  public func copyBytes() -> [UInt8] { unsafe withBytes { unsafe [UInt8]($0) } }

  /// Overwrites an array with zeros before it is let go.
  public static func wipe(_ bytes: inout [UInt8]) {
    unsafe bytes.withUnsafeMutableBytes { buffer in
      if let base = buffer.baseAddress { unsafe sodium_memzero(base, buffer.count) }
    }
    bytes.removeAll()
  }
}
