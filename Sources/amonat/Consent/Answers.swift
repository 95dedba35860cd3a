internal import Glibc
internal import LocalContract

/// Questions to a person at a terminal, or to lines on standard input.
///
/// What is asked goes to standard error, so that what a command prints stays whole.
struct Answers {
  let words: Phrasebook

  /// Writes a line.
  func say(_ text: String) {
    Files.writeAll(Array((Report.plain(text) + "\n").utf8), to: STDERR_FILENO)
  }

  /// A yes, or anything else that means no; what is neither is asked again.
  ///
  /// - Throws: ``CommandFailure`` when the answers end: silence is not an answer to anything that
  ///   comes after.
  func yes(_ question: String) throws(CommandFailure) -> Bool {
    let (yes, no) = words.answers
    while true {
      let answer = try line(question + " " + words(.yesNo)).lowercased()
      if answer.isEmpty || no.contains(where: { Self.same($0, answer) }) { return false }
      if yes.contains(where: { Self.same($0, answer) }) { return true }
      say(words(.sayYesOrNo))
    }
  }

  /// What an empty line means.
  enum Silence { case first, nothing, askedAgain }

  /// One of some codes, by its number, its code or what people read for it.
  func choice(
    _ question: String,
    _ choices: [(code: String, label: String)],
    silence: Silence = .first
  ) throws(CommandFailure) -> String {
    let codes = choices.map(\.code)
    let offered = codes.joined(separator: ", ")
    say(question)
    for (place, choice) in choices.enumerated() {
      let same = Self.same(choice.code, choice.label)
      say("  \(place + 1)  \(choice.label)" + (same ? "" : "  [\(choice.code)]"))
    }
    while true {
      let answer = try line(">")
      if let number = Int(answer), choices.indices.contains(number - 1) {
        return choices[number - 1].code
      }
      if let choice = choices.first(where: { Self.same($0.label, answer) }) { return choice.code }
      switch silence {
      case .nothing where answer.isEmpty: return ""
      case .first where answer.isEmpty: if let first = codes.first { return first }
      case .first, .nothing, .askedAgain: break
      }
      if let code = codes.first(where: { Self.same($0, answer) }) { return code }
      say(words(.chooseOne, offered))
    }
  }

  /// A text; `nil` for an empty line.
  func text(_ question: String) throws(CommandFailure) -> String? {
    let answer = try line(question)
    return answer.isEmpty ? nil : answer
  }

  private func line(_ question: String) throws(CommandFailure) -> String {
    Files.writeAll(Array((Report.plain(question) + " ").utf8), to: STDERR_FILENO)
    guard let line = readLine(strippingNewline: true) else {
      throw CommandFailure(status: .input, code: "input", text: words(.inputEnded))
    }
    guard line.utf8.count <= 4_096 else {
      throw CommandFailure(status: .input, code: "input", text: words(.inputEnded))
    }
    let blanks: Set<Character> = [" ", "\t", "\r"]
    return String(
      line.drop { blanks.contains($0) }.reversed().drop { blanks.contains($0) }.reversed()
    )
  }

  private static func same(_ left: String, _ right: String) -> Bool {
    left.utf8.elementsEqual(right.utf8)
  }
}

extension Input {
  /// The first line of a file, or of standard input: a word that never stands on a command line.
  func firstLine(_ path: String) throws(CommandFailure) -> String {
    let bytes = try bytes(path, limitBytes: 4_096).prefix { $0 != 0x0A && $0 != 0x0D }
    guard !bytes.isEmpty, let text = String(validating: bytes, as: UTF8.self) else {
      throw .input(words(.fileMalformed, path, "line"))
    }
    return text
  }

  /// The text of a file, or of standard input.
  func text(_ path: String) throws(CommandFailure) -> String {
    let bytes = try bytes(path, limitBytes: 16_384)
    guard let text = String(validating: bytes, as: UTF8.self), !text.isEmpty else {
      throw .input(words(.fileMalformed, path, "text"))
    }
    return text
  }
}
