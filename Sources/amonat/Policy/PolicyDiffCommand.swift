internal import ArgumentParser
internal import LocalContract
internal import ReferralModel

/// Says in plain words what another edition of a policy changes.
struct PolicyDiffCommand: OfflineCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Say in plain words what another edition changes.",
    discussion: "  amonat policy diff tj-nrm.json tj-nrm-2.json --lang ru"
  )

  @Argument(help: "The policy file before.", completion: .file())
  var old: String

  @Argument(help: "The policy file after.", completion: .file())
  var new: String

  @OptionGroup var output: OutputOptions

  struct Change: Encodable, Sendable {
    var code: String
    var text: String
  }

  struct Answer: Encodable, Sendable {
    var changes: [Change]
  }

  func perform(_ words: Phrasebook) throws(CommandFailure) -> Answer {
    let input = Input(words: words)
    let (before, after) = (try input.policy(old), try input.policy(new))
    let texts = PolicyWords(words)
    let (oldLabels, newLabels) = (before.catalogue(words), after.catalogue(words))
    return Answer(
      changes: before.changes(to: after).map {
        Change(code: $0.code, text: texts.sentence($0, old: oldLabels, new: newLabels))
      }
    )
  }

  func show(_ answer: Answer, in report: inout Report) {
    let texts = PolicyWords(report.words)
    report.line(answer.changes.isEmpty ? texts(.same) : texts(.changes, "\(answer.changes.count)"))
    for change in answer.changes { report.line("- " + change.text) }
  }
}

extension Input {
  /// A policy file without faults.
  func policy(_ path: String) throws(CommandFailure) -> Policy {
    let bytes = try bytes(path)
    do throws(PolicyFailure) {
      return try Policy.parse(bytes)
    } catch {
      throw CommandFailure(
        status: .input,
        code: error.code.rawValue,
        text: words(.fileMalformed, path, PolicyWords(words).fault(error.code.rawValue)),
        detail: "\(error)"
      )
    }
  }
}

extension Policy {
  /// The labels in the reader's language.
  func catalogue(_ words: Phrasebook) -> Catalogue {
    Catalogue(self, language: Language(words.language.rawValue) ?? languages[0])
  }
}
