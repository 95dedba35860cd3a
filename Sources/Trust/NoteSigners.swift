internal import CanonicalBytes
public import Sealing
public import TransparencyLog

/// Counts and makes the signature lines of statements.
enum NoteSigners {
  /// The bytes of a note's text.
  static func text(_ note: SignedNote) -> [UInt8] { Array(note.text.utf8) }

  /// Whether a key under its name signed a note.
  static func isSigned(_ note: SignedNote, name: String, key: VerifyingKey) -> Bool {
    guard let noteKey = NoteKey(name: name, key: key) else { return false }
    return note.isSigned(by: noteKey)
  }

  /// How many distinct commissioner keys of a register signed a note (REG-004).
  static func count(_ note: SignedNote, of register: Register) -> Int {
    var counted: Set<VerifyingKey> = []
    for commissioner in register.commissioners
    where isSigned(note, name: commissioner.signerName, key: commissioner.key) {
      counted.insert(commissioner.key)
    }
    return counted.count
  }

  /// Puts a text and its lines together.
  static func note(
    _ text: [UInt8],
    _ lines: [NoteSignature]
  ) throws(TrustFailure) -> SignedNote {
    guard let text = String(validating: text, as: UTF8.self) else { throw .malformed }
    do throws(NoteFailure) {
      return try SignedNote(text: text, signatures: lines)
    } catch {
      throw error == .tooLarge ? .tooLarge : .malformed
    }
  }

  /// One line over a text.
  static func line(
    _ text: [UInt8],
    name: String,
    key: borrowing SigningKey
  ) -> NoteSignature {
    NoteSignature.sign(text: String(decoding: text, as: UTF8.self), name: name, key: key)
  }
}

extension SignedNote {
  /// Adds a line to a note, or replaces the one by the same key; for commissioners and agencies who
  /// sign one after the other.
  ///
  /// - Throws: ``TrustFailure/tooLarge`` where no line has room.
  public func adding(
    signerName: String,
    key: borrowing SigningKey
  ) throws(TrustFailure) -> SignedNote {
    guard let noteKey = NoteKey(name: signerName, key: key.publicKey) else { throw .malformed }
    let kept = signatures.filter { !$0.claims(noteKey) }
    return try NoteSigners.note(
      Array(text.utf8),
      kept + [NoteSignature.sign(text: text, name: signerName, key: key)]
    )
  }
}
