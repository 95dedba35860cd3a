internal import Foundation
internal import LocalContract
internal import NodeStore
internal import Sealing

/// The word by which a person is known again, kept as an Argon2id box under the state key.
///
/// Checked without an unlocked desk, so that a hotline can; never kept, logged or shown.
struct CodeWords: Sendable {
  let node: Node

  /// Wrong words within a day after which no word is right.
  static let tryLimit = 5
  private static let dayMs: UInt64 = 86_400_000

  /// Sets the word of a case, replacing the one before.
  func set(_ word: String, caseName: String) throws {
    let text = Self.plain(word)
    guard text.unicodeScalars.count >= 4, text.utf8.count <= 256 else {
      throw NodeError(.malformed, detail: "codeWord: 4 characters or more")
    }
    let salt = Randomness.bytes(Passphrase.saltBytes)
    let cost = node.settings.passphraseCost
    let key = try Passphrase.key(SecretBytes(Array(text.utf8)), salt: salt, cost: cost)
    let box = KeyBox.seal([1], key: key, name: Self.name(caseName))
    let head = salt + Self.bytes(cost.passes) + Self.bytes(cost.memoryKiB)
    try node.store.keyring.set(Self.row(caseName), to: SecretBytes(head + box))
  }

  /// Whether a word is the one; the tries are counted first.
  ///
  /// - Throws: ``NodeError`` `code-word-wrong` for a wrong word, for none, and after too many.
  func check(_ word: String, caseName: String) async throws {
    let nowMs = node.clock.nowMs()
    let node = node
    let tries = try await node.store.read {
      try $0.codeWordTries(caseName: caseName, sinceMs: nowMs - min(nowMs, Self.dayMs))
    }
    guard tries < Self.tryLimit,
      let kept = try node.store.keyring.secret(named: Self.row(caseName))?.copyBytes(),
      kept.count > 24,
      let cost = Passphrase.Cost(
        passes: Self.number(kept[16..<20]),
        memoryKiB: Self.number(kept[20..<24])
      )
    else { throw NodeError(.codeWordWrong) }
    let key = try Passphrase.key(
      SecretBytes(Array(Self.plain(word).utf8)),
      salt: Array(kept[..<16]),
      cost: cost
    )
    if (try? KeyBox.open(Array(kept[24...]), key: key, name: Self.name(caseName))) != nil { return }
    try await node.store.change {
      try $0.noteCodeWordTry(caseName: caseName, atMs: nowMs)
    }
    throw NodeError(.codeWordWrong)
  }

  /// The word as it is compared: no matter how it was spelt or spaced.
  private static func plain(_ word: String) -> String {
    word.trimmingCharacters(in: .whitespacesAndNewlines).lowercased()
      .precomposedStringWithCanonicalMapping
  }

  static func row(_ caseName: String) -> String { "code-word/\(caseName)" }

  private static func name(_ caseName: String) -> [UInt8] {
    Array("amonat/v1/code-word/\(caseName)".utf8)
  }

  private static func bytes(_ number: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
}
