internal import LocalContract
internal import TransparencyLog
internal import Trust

/// Reads input files and says in words what is wrong with one.
struct Input {
  let words: Phrasebook

  /// The bytes of a file, or of standard input for `-`.
  func bytes(_ path: String, limitBytes: Int = Files.limitBytes) throws(CommandFailure) -> [UInt8] {
    do throws(FileFailure) {
      return try Files.contents(path, limitBytes: limitBytes)
    } catch {
      throw .input(words(error == .tooLarge ? .fileTooLarge : .fileUnreadable, path))
    }
  }

  /// A JSON file.
  func json<Value: Decodable>(_ type: Value.Type, _ path: String) throws(CommandFailure) -> Value {
    let bytes = try bytes(path)
    do throws(LocalFailure) {
      return try LocalJSON.decode(type, from: bytes)
    } catch {
      throw .input(words(.fileMalformed, path, error.detail ?? error.code), detail: error.detail)
    }
  }

  /// The notes of files: each holds one note, or a hello document of several.
  func notes(_ paths: [String]) throws(CommandFailure) -> [SignedNote] {
    var notes: [SignedNote] = []
    for path in paths {
      let bytes = try bytes(path, limitBytes: SignedNote.limitBytes)
      if bytes.first == 0x1A, let document = try? HelloDocument(parsing: bytes) {
        notes += document.notes
      } else if let note = try? SignedNote(parsing: bytes) {
        notes.append(note)
      } else {
        throw .input(words(.fileMalformed, path, "note"))
      }
    }
    return notes
  }

  /// Creates a file, or replaces one where `replacing`.
  func write(
    _ bytes: [UInt8],
    to path: String,
    mode: UInt32 = 0o644,
    replacing: Bool = false
  ) throws(CommandFailure) {
    do throws(FileFailure) {
      if replacing {
        try Files.replace(path, bytes, mode: mode)
      } else {
        try Files.create(path, bytes, mode: mode)
      }
    } catch {
      throw .input(words(error == .exists ? .fileExists : .fileUnwritable, path))
    }
  }
}
