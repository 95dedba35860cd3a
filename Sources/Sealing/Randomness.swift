public import CanonicalBytes
internal import CSodium

/// Random bytes of the operating system, through libsodium.
public enum Randomness {
  /// This many random bytes.
  public static func bytes(_ count: Int) -> [UInt8] {
    Sodium.ready()
    return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialised in
      if let base = buffer.baseAddress { unsafe randombytes_buf(base, count) }
      initialised = count
    }
  }

  /// Thirty-two random bytes.
  public static func digest() -> Digest32 {
    Sodium.ready()
    return unsafe withUnsafeTemporaryAllocation(byteCount: 32, alignment: 8) { buffer in
      if let base = buffer.baseAddress { unsafe randombytes_buf(base, 32) }
      return unsafe Digest32(reading: UnsafeRawBufferPointer(buffer))
    }
  }

  /// So many times thirty-two random bytes, at once.
  public static func digests(_ count: Int) -> [Digest32] {
    Sodium.ready()
    return unsafe withUnsafeTemporaryAllocation(byteCount: 32 * count, alignment: 8) { buffer in
      if let base = buffer.baseAddress { unsafe randombytes_buf(base, buffer.count) }
      return (0..<count).map { place in
        unsafe Digest32(
          reading: UnsafeRawBufferPointer(rebasing: buffer[(place * 32)..<(place * 32 + 32)])
        )
      }
    }
  }

  /// A number below a bound, without bias.
  public static func number(below bound: UInt32) -> UInt32 {
    Sodium.ready()
    return randombytes_uniform(bound)
  }
}
