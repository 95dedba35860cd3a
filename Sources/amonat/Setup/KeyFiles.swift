internal import LocalContract
internal import Sealing
internal import Trust

/// Key files under a passphrase.
struct KeyFiles {
  let words: Phrasebook

  /// A key file's bytes.
  func sealed(
    _ key: borrowing SigningKey,
    name: String,
    _ passphrase: String
  ) throws(CommandFailure) -> [UInt8] {
    do throws(TrustFailure) {
      return try SigningKeyFile(
        sealing: key,
        signerName: name,
        passphrase: SecretBytes(Array(passphrase.utf8))
      ).bytes
    } catch {
      throw .refused(error.rawValue, words(.fileMalformed, name, error.rawValue))
    }
  }

  /// Reads a key file; its key stays closed.
  func file(_ path: String) throws(CommandFailure) -> SigningKeyFile {
    let bytes = try Input(words: words).bytes(path, limitBytes: SigningKeyFile.limitBytes)
    do throws(TrustFailure) {
      return try SigningKeyFile(parsing: bytes)
    } catch {
      throw .input(words(.fileMalformed, path, error.rawValue))
    }
  }

  /// Opens a key.
  func open(_ file: SigningKeyFile, _ passphrase: String) throws(CommandFailure) -> SigningKey {
    do throws(TrustFailure) {
      return try file.unlock(SecretBytes(Array(passphrase.utf8)))
    } catch {
      let code = ProblemCode.passphraseWrong.rawValue
      throw CommandFailure(
        status: .locked,
        code: code,
        text: words.problem(code),
        detail: file.signerName
      )
    }
  }
}
