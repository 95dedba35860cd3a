internal import ArgumentParser
internal import CanonicalBytes
internal import LocalContract
internal import ReferralModel
internal import Sealing

/// Says everything that is wrong with a policy file, and where.
struct PolicyCheck: OfflineCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check a policy file and name the line of every fault.",
    discussion: """
        amonat policy check tj-nrm.json --lang tg

      Ends with 0 for a good policy and with 65 for one with faults; at most 100 are named.
      """
  )

  @Argument(help: "The policy file, or - for standard input.", completion: .file())
  var file: String

  @OptionGroup var output: OutputOptions

  struct Finding: Encodable, Sendable {
    var code: String
    var path: String
    var line: Int
    var column: Int
    var text: String
  }

  struct Answer: Encodable, Sendable {
    var file: String
    var good: Bool
    var name: String?
    var version: UInt64?
    var sha256: String
    var findings: [Finding]
  }

  func perform(_ words: Phrasebook) throws(CommandFailure) -> Answer {
    let bytes = try Input(words: words).bytes(file)
    let texts = PolicyWords(words)
    let policy = try? Policy.parse(bytes)
    return Answer(
      file: file,
      good: policy != nil,
      name: policy?.name.text,
      version: policy?.version,
      sha256: Hash256.of(bytes).hex,
      findings: Policy.findings(in: bytes).map {
        Finding(
          code: $0.code.rawValue,
          path: $0.path,
          line: $0.line,
          column: $0.column,
          text: texts.fault($0.code.rawValue)
        )
      }
    )
  }

  func show(_ answer: Answer, in report: inout Report) {
    let texts = PolicyWords(report.words)
    if let name = answer.name, let version = answer.version {
      report.line(texts(.good, name, "\(version)"))
      report.line("\(texts(.fingerprint)): \(answer.sha256)")
    }
    for finding in answer.findings {
      report.line(
        texts(
          .finding,
          answer.file,
          "\(finding.line)",
          "\(finding.column)",
          finding.text,
          finding.code,
          finding.path
        )
      )
    }
    if !answer.findings.isEmpty { report.line(texts(.findings, "\(answer.findings.count)")) }
  }

  func status(of answer: Answer) -> ExitStatus { answer.good ? .done : .input }
}
