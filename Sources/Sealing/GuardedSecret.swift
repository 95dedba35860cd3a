internal import CanonicalBytes
internal import CSodium

/// A long-lived secret in libsodium's guarded memory: locked, fenced, read-only, zeroed at the end.
///
/// It has no description, cannot be copied, encoded or compared with `==`. About 25 µs to make, so
/// for keys that stay; message keys use ``SecretBytes``.
@safe
public struct GuardedSecret: ~Copyable, @unchecked Sendable {
  // The memory is written once, in `init`, and read-only from then on: sharing it is safe.
  private let pointer: UnsafeMutableRawPointer
  /// The size, in bytes.
  public let count: Int

  /// Makes a secret of a size and lets a closure fill it.
  ///
  /// - Throws: what the closure throws; the memory is zeroed.
  public init<Failure: Error>(
    count: Int,
    filling fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    Sodium.ready()
    guard let memory = unsafe sodium_malloc(count) else {
      preconditionFailure("guarded memory is to be had (check the locked-memory limit)")
    }
    do {
      try unsafe fill(UnsafeMutableRawBufferPointer(start: memory, count: count))
    } catch {
      unsafe sodium_free(memory)
      throw error
    }
    _ = unsafe sodium_mprotect_readonly(memory)
    unsafe pointer = memory
    self.count = count
  }

  /// Random bytes.
  public static func random(count: Int) -> GuardedSecret {
    unsafe GuardedSecret(count: count) { buffer in
      if let base = buffer.baseAddress { unsafe randombytes_buf(base, buffer.count) }
    }
  }

  /// Takes bytes over; the array is zeroed.
  public init(consuming bytes: inout [UInt8]) {
    // No second reference to the array: it would make the wiping work on a copy.
    unsafe self.init(count: bytes.count) { buffer in unsafe buffer.copyBytes(from: bytes) }
    SecretBytes.wipe(&bytes)
  }

  deinit { unsafe sodium_free(pointer) }

  /// Lends the bytes to a closure.
  public borrowing func withBytes<Result: ~Copyable, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe body(UnsafeRawBufferPointer(start: pointer, count: count))
  }

  /// A 32-byte secret as a value for HMAC; short-lived by the caller's care.
  borrowing func digest() -> Digest32 {
    unsafe withBytes { unsafe Digest32(reading: $0) }
  }
}
