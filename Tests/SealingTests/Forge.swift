internal import CSodium
internal import CanonicalBytes
internal import Crypto
internal import Foundation
internal import Sealing

/// Builds compartments from the written formula, right or wrong, without the code under test.
struct Forge {
  let contentKey: [UInt8]
  let headerHash: Digest32
  let group: String

  init(
    contentKey: [UInt8] = [UInt8](repeating: 0x4B, count: 32),
    headerHash: Digest32 = Hash256.of([1]),
    group: String = "need"
  ) {
    self.contentKey = contentKey
    self.headerHash = headerHash
    self.group = group
  }

  /// One chunk: what it holds and the tag that it bears.
  struct Chunk {
    var plain: [UInt8]
    var tag: UInt8
  }

  static let message: UInt8 = 0
  static let push: UInt8 = 1
  static let rekey: UInt8 = 2
  static let final: UInt8 = 3

  var commitment: Digest32 { derive("amonat/v1/cek-commit") }

  var associated: [UInt8] { encode("amonat/v1/compartment") }

  private func encode(_ label: String) -> [UInt8] {
    [3, 0, 0, 0, 0, 0, 0, 0] + [UInt8(label.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(label.utf8)
      + [32, 0, 0, 0, 0, 0, 0, 0] + headerHash.bytes
      + [UInt8(group.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(group.utf8)
  }

  private func derive(_ label: String) -> Digest32 {
    let code = HMAC<SHA256>.authenticationCode(
      for: encode(label),
      using: SymmetricKey(data: contentKey)
    )
    return Digest32(Array(code)) ?? .zero
  }

  /// The padded plaintext: the claimed length, the content, and what fills the rest.
  static func padded(
    _ content: [UInt8],
    to size: Int,
    claiming length: UInt64? = nil,
    with filler: UInt8 = 0
  ) -> [UInt8] {
    PAE.littleEndian(length ?? UInt64(content.count)) + content
      + [UInt8](repeating: filler, count: size - 8 - content.count)
  }

  /// Cuts a padded plaintext into chunks with the final tag on the last.
  static func chunks(_ plain: [UInt8]) -> [Chunk] {
    var chunks = stride(from: 0, to: plain.count, by: 65_536).map { start in
      Chunk(plain: Array(plain[start..<min(start + 65_536, plain.count)]), tag: message)
    }
    chunks[chunks.count - 1].tag = final
    return chunks
  }

  /// Seals chunks exactly as told.
  func seal(_ chunks: [Chunk], associated other: [UInt8]? = nil) -> [UInt8] {
    var state = crypto_secretstream_xchacha20poly1305_state()
    var out = [UInt8](repeating: 0, count: 24)
    _ = unsafe crypto_secretstream_xchacha20poly1305_init_push(
      &state,
      &out,
      derive("amonat/v1/cek-enc").bytes
    )
    let associated = other ?? associated
    for chunk in chunks {
      var sealed = [UInt8](repeating: 0, count: chunk.plain.count + 17)
      _ = unsafe crypto_secretstream_xchacha20poly1305_push(
        &state,
        &sealed,
        nil,
        chunk.plain,
        UInt64(chunk.plain.count),
        associated,
        UInt64(associated.count),
        chunk.tag
      )
      out += sealed
    }
    return out
  }

  /// Opens a sealed stream by the formula; `nil` where a chunk does not authenticate.
  func open(_ sealed: [UInt8]) -> [Chunk]? {
    var state = crypto_secretstream_xchacha20poly1305_state()
    let header = Array(sealed[..<24])
    guard
      unsafe crypto_secretstream_xchacha20poly1305_init_pull(
        &state,
        header,
        derive("amonat/v1/cek-enc").bytes
      ) == 0
    else { return nil }
    var chunks: [Chunk] = []
    for start in stride(from: 24, to: sealed.count, by: 65_553) {
      let part = Array(sealed[start..<min(start + 65_553, sealed.count)])
      var chunk = Chunk(plain: [UInt8](repeating: 0, count: part.count - 17), tag: 0xFF)
      let associated = associated
      guard
        unsafe crypto_secretstream_xchacha20poly1305_pull(
          &state,
          &chunk.plain,
          nil,
          &chunk.tag,
          part,
          UInt64(part.count),
          associated,
          UInt64(associated.count)
        ) == 0
      else { return nil }
      chunks.append(chunk)
    }
    return chunks
  }

  /// What the code under test makes of a sealed stream.
  func verdict(
    _ sealed: [UInt8],
    commitment other: Digest32? = nil
  ) -> Result<[UInt8], SealingFailure> {
    Result { () throws(SealingFailure) in
      try Compartment.open(
        sealed,
        contentKey: SecretBytes(contentKey),
        keyCommitment: other ?? commitment,
        headerHash: headerHash,
        group: group
      ).copyBytes()
    }
  }
}
