internal import ArgumentParser
internal import Glibc
internal import LocalContract

/// A shell with completion.
enum Shell: String, CaseIterable, ExpressibleByArgument {
  case bash
  case zsh
  case fish
}

/// Prints a completion script.
struct Completion: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the completion script of a shell.",
    discussion: "  amonat completion bash > /etc/bash_completion.d/amonat"
  )

  @Argument(help: "bash, zsh or fish.")
  var shell: Shell

  @OptionGroup var output: OutputOptions

  struct Answer: Encodable, Sendable {
    var shell: String
    var script: String
  }

  func run() async throws {
    let kind: CompletionShell =
      switch shell {
      case .bash: .bash
      case .zsh: .zsh
      case .fish: .fish
      }
    let script = Amonat.completionScript(for: kind)
    guard output.json else {
      Files.writeAll(Array("\(script)\n".utf8), to: STDOUT_FILENO)
      return
    }
    let report = Report(output.words, labels: PolicyLabels(nil, output.words))
    output.print(Answer(shell: shell.rawValue, script: script), report)
  }
}

/// Prints the version.
struct ShowVersion: OfflineCommand {
  static let configuration = CommandConfiguration(
    commandName: "version",
    abstract: "Print the version.",
    discussion: "  amonat version --json"
  )

  @OptionGroup var output: OutputOptions

  struct Answer: Encodable, Sendable {
    var version: String
  }

  func perform(_ words: Phrasebook) throws(CommandFailure) -> Answer {
    Answer(version: AmonatVersion.text)
  }

  func show(_ answer: Answer, in report: inout Report) { report.line("amonat \(answer.version)") }
}
