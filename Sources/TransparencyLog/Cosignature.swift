public import Sealing

/// Why a cosignature was refused.
public enum CosignatureFailure: Error, Equatable, Sendable {
  /// The note is not one.
  case note(NoteFailure)
  /// The line is not a cosignature line of this witness and key.
  case line
  /// The signature is not over this note at this time.
  case signature
}

/// C2SP `cosignature/v1` (0x04): a witness has seen a checkpoint, consistent with all before, at a
/// time in seconds since 1970.
public enum Cosignature {
  /// Cosigns a checkpoint note; the caller has applied K3 and stored its state first (K5).
  ///
  /// - Parameters:
  ///   - checkpointNote: The exact note; only its text is signed.
  ///   - witness: The witness's name.
  ///   - key: The witness's key, different from every log key.
  ///   - timeSeconds: Seconds since 1970, at most 2^53 − 1.
  /// - Returns: The signature line, with its line end.
  /// - Throws: ``CosignatureFailure`` for a text that is no note, or a name or time that cannot stand.
  public static func sign(
    checkpointNote: String,
    witness: String,
    key: borrowing SigningKey,
    timeSeconds: UInt64
  ) throws(CosignatureFailure) -> String {
    let note = try parsed(checkpointNote)
    guard NoteKey.isName(witness), timeSeconds <= Checkpoint.sizeLimit else { throw .line }
    let signature = key.sign(message(text: note.text, timeSeconds: timeSeconds))
    let payload = (0..<8).map { UInt8(truncatingIfNeeded: timeSeconds >> (56 - 8 * UInt64($0))) }
    return NoteSignature(
      name: witness,
      keyID: NoteKey.keyID(name: witness, key: key.publicKey, kind: .cosignature),
      signature: payload + signature
    ).line
  }

  /// Checks one cosignature line over a note.
  ///
  /// - Returns: The time it states, in seconds since 1970.
  /// - Throws: ``CosignatureFailure``.
  public static func verify(
    line: String,
    note: String,
    witness: String,
    key: VerifyingKey
  ) throws(CosignatureFailure) -> UInt64 {
    let parsedNote = try parsed(note)
    guard let signature = NoteSignature(line: line) else { throw .line }
    return try verify(signature, text: parsedNote.text, witness: witness, key: key)
  }

  /// Checks one signature of a parsed note's text; as ``verify(line:note:witness:key:)``.
  public static func verify(
    _ signature: NoteSignature,
    text: String,
    witness: String,
    key: VerifyingKey
  ) throws(CosignatureFailure) -> UInt64 {
    guard let noteKey = NoteKey(name: witness, key: key, kind: .cosignature),
      signature.claims(noteKey), signature.signature.count == 72
    else { throw .line }
    let time = signature.signature[..<8].reduce(0) { $0 << 8 | UInt64($1) }
    guard time <= Checkpoint.sizeLimit else { throw .line }
    guard
      key.verifies(
        Array(signature.signature[8...]),
        of: message(text: text, timeSeconds: time)
      )
    else { throw .signature }
    return time
  }

  /// Puts cosignature lines under a note.
  ///
  /// - Throws: where the whole is not a note any more.
  public static func append(
    _ lines: [String],
    to note: String
  ) throws(CosignatureFailure) -> String {
    let whole = note + lines.joined()
    _ = try parsed(whole)
    return whole
  }

  private static func message(text: String, timeSeconds: UInt64) -> [UInt8] {
    Array("cosignature/v1\ntime \(timeSeconds)\n\(text)".utf8)
  }

  private static func parsed(_ note: String) throws(CosignatureFailure) -> SignedNote {
    do { return try SignedNote(parsing: note) } catch { throw .note(error) }
  }
}
