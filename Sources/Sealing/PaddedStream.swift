public import CanonicalBytes
internal import CSodium

/// Content, padded and sealed as a libsodium secretstream under a key that is used once.
///
/// ```
/// plaintext  = LE64(len) ‖ content ‖ 00…   padded to p (4/16/64 KiB, then Padmé)
/// ciphertext = 24-byte header ‖ chunks of 65 536 bytes (+ 17), each under the same associated data,
///              FINAL on the last only
/// ```
/// Source: `Protocol/spec/03-envelope.md`.
public enum PaddedStream {
  /// Seals content under a fresh key.
  public static func seal(
    _ content: [UInt8],
    key: Digest32,
    associated: [UInt8]
  ) -> [UInt8] {
    Sodium.ready()
    let padded = Padding.paddedSize(contentBytes: content.count)
    let size = Padding.ciphertextSize(padded: padded)
    return unsafe [UInt8](unsafeUninitializedCapacity: size) { out, initialised in
      unsafe key.withUnsafeBytes { keyBuffer in
        unsafe push(content, padded: padded, key: keyBuffer, associated: associated, into: out)
      }
      initialised = size
    }
  }

  /// Opens a stream, all or nothing: no byte is returned before the final tag, the exact length and
  /// the zero padding have been seen.
  ///
  /// - Throws: ``SealingFailure``.
  public static func open(
    _ ciphertext: [UInt8],
    key: Digest32,
    associated: [UInt8]
  ) throws(SealingFailure) -> SecretBytes {
    Sodium.ready()
    guard let padded = Padding.paddedSize(ciphertextBytes: ciphertext.count) else { throw .length }
    let plain = try unsafe SecretBytes(count: padded) { buffer throws(SealingFailure) in
      try unsafe key.withUnsafeBytes { keyBuffer throws(SealingFailure) in
        try unsafe pull(ciphertext, key: keyBuffer, associated: associated, into: buffer)
      }
    }
    return try unsafe plain.withBytes { buffer throws(SealingFailure) in
      let length = unsafe UInt64(
        littleEndian: buffer.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
      )
      guard length <= UInt64(padded - Padding.prefixBytes) else { throw .padding }
      let end = Padding.prefixBytes + Int(length)
      // One content has one padded size, so the padding can carry no message.
      guard Padding.paddedSize(contentBytes: Int(length)) == padded else { throw .padding }
      for index in end..<padded {
        guard unsafe buffer[index] == 0 else { throw .padding }
      }
      return unsafe SecretBytes(count: Int(length)) { out in
        unsafe out.copyMemory(
          from: UnsafeRawBufferPointer(rebasing: buffer[Padding.prefixBytes..<end])
        )
      }
    }
  }

  private static func push(
    _ content: [UInt8],
    padded: Int,
    key: UnsafeRawBufferPointer,
    associated: [UInt8],
    into out: UnsafeMutableBufferPointer<UInt8>
  ) {
    var plain: [UInt8] = []
    plain.reserveCapacity(padded)
    plain.append(contentsOf: PAE.littleEndian(UInt64(content.count)))
    plain.append(contentsOf: content)
    plain.append(contentsOf: repeatElement(0, count: padded - plain.count))
    defer { SecretBytes.wipe(&plain) }
    guard let outBase = out.baseAddress, let keyBase = key.baseAddress else { return }
    var state = crypto_secretstream_xchacha20poly1305_state()
    defer {
      unsafe sodium_memzero(&state, MemoryLayout<crypto_secretstream_xchacha20poly1305_state>.size)
    }
    _ = unsafe crypto_secretstream_xchacha20poly1305_init_push(
      &state,
      outBase,
      keyBase.assumingMemoryBound(to: UInt8.self)
    )
    unsafe plain.withUnsafeBufferPointer { source in
      guard let sourceBase = source.baseAddress else { return }
      var read = 0
      var written = Padding.headerBytes
      while read < padded {
        let count = min(Padding.chunkBytes, padded - read)
        let tag: UInt8 = read + count == padded ? 3 : 0  // TAG_FINAL on the last only
        _ = unsafe crypto_secretstream_xchacha20poly1305_push(
          &state,
          outBase + written,
          nil,
          sourceBase + read,
          UInt64(count),
          associated,
          UInt64(associated.count),
          tag
        )
        read += count
        written += count + Padding.chunkOverheadBytes
      }
    }
  }

  private static func pull(
    _ ciphertext: [UInt8],
    key: UnsafeRawBufferPointer,
    associated: [UInt8],
    into out: UnsafeMutableRawBufferPointer
  ) throws(SealingFailure) {
    guard let outBase = out.baseAddress, let keyBase = key.baseAddress else { throw .length }
    let target = unsafe outBase.assumingMemoryBound(to: UInt8.self)
    var state = crypto_secretstream_xchacha20poly1305_state()
    defer {
      unsafe sodium_memzero(&state, MemoryLayout<crypto_secretstream_xchacha20poly1305_state>.size)
    }
    try unsafe ciphertext.withUnsafeBufferPointer { source throws(SealingFailure) in
      guard let sourceBase = source.baseAddress else { throw .length }
      guard
        unsafe crypto_secretstream_xchacha20poly1305_init_pull(
          &state,
          sourceBase,
          keyBase.assumingMemoryBound(to: UInt8.self)
        ) == 0
      else { throw .ciphertext }
      var read = Padding.headerBytes
      var written = 0
      while read < source.count {
        let count = min(Padding.chunkBytes + Padding.chunkOverheadBytes, source.count - read)
        var tag: UInt8 = 0
        let result = unsafe crypto_secretstream_xchacha20poly1305_pull(
          &state,
          target + written,
          nil,
          &tag,
          sourceBase + read,
          UInt64(count),
          associated,
          UInt64(associated.count)
        )
        guard result == 0 else { throw .ciphertext }
        read += count
        written += count - Padding.chunkOverheadBytes
        // FINAL exactly on the last chunk: neither a cut nor a continued stream passes.
        guard (tag == 3) == (read == source.count), tag == 0 || tag == 3 else { throw .final }
      }
      guard written == out.count else { throw .length }
    }
  }
}
