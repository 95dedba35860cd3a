/// Sizes that say little: 4, 16 or 64 KiB, then Padmé.
///
/// Source: `Protocol/spec/03-envelope.md`; Padmé is by Nikitin et al., PETS 2019: at most 12 %
/// overhead, O(log log n) bits leaked.
public enum Padding {
  /// Bytes before the content: its true length, LE64.
  public static let prefixBytes = 8
  /// Bytes of a secretstream chunk before sealing.
  public static let chunkBytes = 65_536
  /// What secretstream adds to a chunk.
  public static let chunkOverheadBytes = 17
  /// The secretstream header.
  public static let headerBytes = 24

  /// No size above this is ever right; keeps the arithmetic far from its ends.
  public static let sizeLimitBytes = 1 << 50

  /// The padded plaintext size for this many bytes of content.
  public static func paddedSize(contentBytes: Int) -> Int {
    let needed = contentBytes + prefixBytes
    for size in [4_096, 16_384, 65_536] where needed <= size { return size }
    return padme(needed)
  }

  /// The ciphertext size of a padded plaintext.
  public static func ciphertextSize(padded: Int) -> Int {
    headerBytes + padded + chunkOverheadBytes * ((padded + chunkBytes - 1) / chunkBytes)
  }

  /// Whether a padded size is one this scheme produces.
  public static func isPaddedSize(_ size: Int) -> Bool {
    size == 4_096 || size == 16_384 || size == 65_536
      || ((65_537...sizeLimitBytes).contains(size) && padme(size) == size)
  }

  /// The padded size behind a ciphertext size; `nil` if no padded size gives it.
  ///
  /// The size may be a peer's claim: any number is answered, none traps.
  public static func paddedSize(ciphertextBytes: Int) -> Int? {
    guard (headerBytes + 1...sizeLimitBytes).contains(ciphertextBytes) else { return nil }
    let body = ciphertextBytes - headerBytes
    let chunk = chunkBytes + chunkOverheadBytes
    let padded = body - chunkOverheadBytes * ((body + chunk - 1) / chunk)
    guard padded > 0, isPaddedSize(padded), ciphertextSize(padded: padded) == ciphertextBytes
    else { return nil }
    return padded
  }

  static func padme(_ length: Int) -> Int {
    guard length > 1 else { return length }
    let exponent = Int.bitWidth - 1 - length.leadingZeroBitCount
    let width = Int.bitWidth - exponent.leadingZeroBitCount
    let mask = (1 << (exponent - width)) - 1
    return (length + mask) & ~mask
  }
}
