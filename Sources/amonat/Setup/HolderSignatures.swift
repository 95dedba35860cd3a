internal import LocalContract
internal import Sealing
internal import TransparencyLog
internal import Trust

/// Puts holders' signatures on a text, together or one after another.
struct HolderSignatures {
  /// Who may sign: names of signers and their keys.
  let signers: [(name: String, key: VerifyingKey)]
  let words: Phrasebook

  /// Signs with each key file.
  ///
  /// - Parameters:
  ///   - text: What is signed.
  ///   - note: The text with the signatures that it has already; `nil` for none.
  ///   - paths: The holders' key files.
  ///   - passphrase: Where their passphrases come from.
  /// - Returns: The note with all of them.
  /// - Throws: ``CommandFailure`` for the key of somebody who may not sign.
  func add(
    to text: [UInt8],
    _ note: SignedNote?,
    keys paths: [String],
    _ passphrase: PassphraseOptions
  ) throws(CommandFailure) -> SignedNote {
    let files = KeyFiles(words: words)
    var keys: [SigningKeyFile] = []
    for path in paths {
      let file = try files.file(path)
      guard mayUse(file) else { throw .refused("key", words(.keyForeign, path)) }
      keys.append(file)
    }
    let secrets = try passphrase.read(for: keys.map(\.signerName), isNew: false, words)
    var note = note
    for (file, secret) in zip(keys, secrets) {
      note = try adding(file, try files.open(file, secret), to: note, text)
    }
    guard let note else { throw .input(words(.fileMalformed, paths.first ?? "", "note")) }
    return note
  }

  /// The names of a register's holders who have signed, in its order.
  static func holders(of register: Register, on note: SignedNote) -> [String] {
    register.commissioners.filter { holder in
      NoteKey(name: holder.signerName, key: holder.key).map(note.isSigned(by:)) ?? false
    }.map(\.name)
  }

  private func mayUse(_ file: SigningKeyFile) -> Bool {
    signers.contains {
      $0.name.utf8.elementsEqual(file.signerName.utf8) && $0.key == file.publicKey
    }
  }

  private func adding(
    _ file: SigningKeyFile,
    _ key: borrowing SigningKey,
    to note: SignedNote?,
    _ text: [UInt8]
  ) throws(CommandFailure) -> SignedNote {
    do {
      if let note { return try note.adding(signerName: file.signerName, key: key) }
      let text = String(decoding: text, as: UTF8.self)
      let line = NoteSignature.sign(text: text, name: file.signerName, key: key)
      return try SignedNote(text: text, signatures: [line])
    } catch {
      throw .refused("too-large", words.problem("too-large"))
    }
  }
}
