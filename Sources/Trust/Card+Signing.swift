internal import CanonicalBytes
public import Sealing
public import TransparencyLog

extension Card {
  /// Signs the card: the agency's key says so, the others prove that they are held (attack B2).
  ///
  /// - Throws: ``TrustFailure/key`` where a private key is not the one the card names, or a failure
  ///   of ``text()``.
  public func signed(
    agencyKey: borrowing SigningKey,
    logKey: borrowing SigningKey,
    nextLogKey: borrowing SigningKey,
    witnessKey: borrowing SigningKey
  ) throws(TrustFailure) -> SignedNote {
    guard logKey.publicKey == log.key, nextLogKey.publicKey == nextLog.key,
      witnessKey.publicKey == witness.key
    else { throw .key }
    let text = try text()
    return try NoteSigners.note(
      text,
      [
        NoteSigners.line(text, name: Agency.signerName(of: agency), key: agencyKey),
        NoteSigners.line(text, name: logName(log.number), key: logKey),
        NoteSigners.line(text, name: logName(nextLog.number), key: nextLogKey),
        NoteSigners.line(text, name: witnessName, key: witnessKey),
      ]
    )
  }

  /// Reads a card note that must carry the lines of the agency's key and of the keys it names.
  ///
  /// - Throws: ``TrustFailure``.
  public static func verified(
    _ note: SignedNote,
    agencyKey: VerifyingKey
  ) throws(TrustFailure) -> Card {
    let card = try Card(text: NoteSigners.text(note))
    try card.checkLines(note, agencyKey: agencyKey)
    return card
  }

  func checkLines(_ note: SignedNote, agencyKey: VerifyingKey) throws(TrustFailure) {
    let lines = [
      (Agency.signerName(of: agency), agencyKey), (logName(log.number), log.key),
      (logName(nextLog.number), nextLog.key), (witnessName, witness.key),
    ]
    for (name, key) in lines {
      guard NoteSigners.isSigned(note, name: name, key: key) else { throw .signatureMissing }
    }
  }
}
