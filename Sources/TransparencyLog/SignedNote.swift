public import CanonicalBytes
internal import Sealing

/// Why bytes are not a signed note.
public enum NoteFailure: Error, Equatable, Sendable {
  /// More bytes or lines than allowed.
  case tooLarge
  /// Not UTF-8, or a control character other than the line end.
  case text
  /// No blank line before the signatures, or a text without a line end.
  case structure
  /// A line after the blank one that is not a signature line.
  case signatureLine
}

/// A C2SP signed note: a text, a blank line, signature lines.
public struct SignedNote: Sendable {
  /// Largest note, in bytes.
  public static let limitBytes = 262_144
  /// Most signature lines.
  public static let signatureLimit = 64
  static let lineLimitBytes = 1024

  /// The text that is signed, with its final line end.
  public let text: String
  /// The signature lines, in the order written.
  public let signatures: [NoteSignature]

  /// Puts a note together.
  ///
  /// - Throws: ``NoteFailure`` where reading it back would fail.
  public init(text: String, signatures: [NoteSignature]) throws(NoteFailure) {
    guard signatures.count <= Self.signatureLimit else { throw .tooLarge }
    guard !signatures.isEmpty else { throw .structure }
    try Self.check(text)
    self.text = text
    self.signatures = signatures
    guard bytes.count <= Self.limitBytes else { throw .tooLarge }
  }

  /// Reads a note.
  ///
  /// - Throws: ``NoteFailure`` for the first rule broken.
  public init(parsing bytes: [UInt8]) throws(NoteFailure) {
    guard bytes.count <= Self.limitBytes else { throw .tooLarge }
    guard bytes.last == 0x0A else { throw .structure }
    // The last blank line ends the text: signature lines cannot be blank.
    var split: Int?
    var lines = 0
    var position = bytes.count - 1
    while position > 0 {
      position -= 1
      guard bytes[position] == 0x0A else { continue }
      if bytes[position + 1] == 0x0A {
        split = position
        break
      }
      lines += 1
      guard lines <= Self.signatureLimit else { throw .tooLarge }
    }
    guard let split, split + 2 < bytes.count else { throw .structure }
    guard let text = String(validating: bytes[...split], as: UTF8.self) else { throw .text }
    try Self.check(text)
    var signatures: [NoteSignature] = []
    for line in bytes[(split + 2)...].dropLast().split(
      separator: 0x0A,
      omittingEmptySubsequences: false
    ) {
      guard line.count < Self.lineLimitBytes, let signature = NoteSignature(lineBytes: line) else {
        throw .signatureLine
      }
      signatures.append(signature)
    }
    self.text = text
    self.signatures = signatures
  }

  /// Reads a note from text.
  public init(parsing note: String) throws(NoteFailure) {
    guard note.utf8.count <= Self.limitBytes else { throw .tooLarge }
    try self.init(parsing: Array(note.utf8))
  }

  /// The note as it is sent.
  public var encoded: String { text + "\n" + signatures.map(\.line).joined() }

  /// The bytes of ``encoded``.
  public var bytes: [UInt8] { Array(encoded.utf8) }

  /// The hash of the text: what events and references name.
  public var textHash: Digest32 { Hash256.of(Array(text.utf8)) }

  /// Whether exactly one line claims this key, and it verifies (kind 0x01).
  public func isSigned(by key: NoteKey) -> Bool {
    guard key.kind == .ed25519 else { return false }
    let claimed = signatures.filter { $0.claims(key) }
    guard claimed.count == 1, let line = claimed.first else { return false }
    return key.key.verifies(line.signature, of: Array(text.utf8))
  }

  private static func check(_ text: String) throws(NoteFailure) {
    guard text.utf8.last == 0x0A else { throw .structure }
    guard text.utf8.allSatisfy({ $0 >= 0x20 || $0 == 0x0A }) else { throw .text }
  }
}
