internal import ArgumentParser
internal import Glibc
internal import LocalContract

/// Where a passphrase comes from: a file, standard input, or a person at a terminal; never an argument.
struct PassphraseOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A file whose first line is the passphrase; - for standard input. Default: ask.",
      valueName: "path"
    ),
    completion: .file()
  )
  var passphraseFile: [String] = []

  /// One passphrase for each owner, in order; one file serves all of them.
  ///
  /// - Parameters:
  ///   - owners: Whose, as a person at a terminal is asked.
  ///   - isNew: Asks twice, and refuses a short one.
  ///   - words: The language.
  /// - Returns: As many as there are owners.
  /// - Throws: ``CommandFailure``.
  func read(
    for owners: [String],
    isNew: Bool,
    _ words: Phrasebook
  ) throws(CommandFailure) -> [String] {
    var out: [String] = []
    if passphraseFile.isEmpty {
      for owner in owners { out.append(try Terminal(words: words).ask(owner, twice: isNew)) }
    } else if passphraseFile.count == 1 {
      let one = try firstLine(passphraseFile[0], words)
      out = owners.map { _ in one }
    } else {
      guard passphraseFile.count == owners.count else {
        throw CommandFailure(
          status: .usage,
          code: "usage",
          text: "--passphrase-file: \(passphraseFile.count) ≠ \(owners.count)"
        )
      }
      for path in passphraseFile { out.append(try firstLine(path, words)) }
    }
    if isNew, out.contains(where: { $0.unicodeScalars.count < LocalLimits.passphraseScalars }) {
      throw .refused(
        ProblemCode.passphraseWeak.rawValue,
        words(.passphraseShort, "\(LocalLimits.passphraseScalars)")
      )
    }
    return out
  }

  /// The passphrase of one owner.
  func read(for owner: String, isNew: Bool, _ words: Phrasebook) throws(CommandFailure) -> String {
    try read(for: [owner], isNew: isNew, words)[0]
  }

  private func firstLine(_ path: String, _ words: Phrasebook) throws(CommandFailure) -> String {
    let bytes = try Input(words: words).bytes(
      path,
      limitBytes: LocalLimits.passphraseBytes + 2
    )
    let line = bytes.prefix { $0 != 0x0A && $0 != 0x0D }
    guard !line.isEmpty, let text = String(validating: line, as: UTF8.self) else {
      throw .input(words(.fileMalformed, path, "passphrase"))
    }
    return text
  }
}

/// A person at a terminal.
private struct Terminal {
  let words: Phrasebook

  func ask(_ owner: String, twice: Bool) throws(CommandFailure) -> String {
    guard isatty(STDIN_FILENO) == 1 else {
      throw CommandFailure(status: .usage, code: "usage", text: words(.passphraseNoTerminal))
    }
    let first = try line(words(.passphraseFor, owner))
    guard twice else { return first }
    guard try line(words(.passphraseAgain)).utf8.elementsEqual(first.utf8) else {
      throw CommandFailure(status: .usage, code: "usage", text: words(.passphrasesDiffer))
    }
    return first
  }

  /// Asks for a line that is not shown.
  private func line(_ prompt: String) throws(CommandFailure) -> String {
    Files.writeAll(Array(prompt.utf8), to: STDERR_FILENO)
    var shown = termios()
    _ = unsafe tcgetattr(STDIN_FILENO, &shown)
    var hidden = shown
    hidden.c_lflag &= ~tcflag_t(ECHO)
    _ = unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
    let text = readLine(strippingNewline: true)
    _ = unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown)
    Files.writeAll([0x0A], to: STDERR_FILENO)
    guard let text, !text.isEmpty else {
      throw CommandFailure(status: .usage, code: "usage", text: words(.passphraseNoTerminal))
    }
    return text
  }
}
