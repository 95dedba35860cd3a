internal import ArgumentParser
internal import CanonicalBytes
internal import FoundationEssentials
internal import LocalContract
internal import ReferralModel
internal import Sealing

/// Asks for consent, question by question.
struct ConsentNew: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract:
      "Ask for consent, one question for each disclosure; the answer is no until she says yes.",
    discussion: """
      The questions come in the language of --lang, the codes and texts from the policy in force.
      Each --leg is one recipient, one purpose and its field groups, the need first; every group is
      a question of its own. The policy's notice is read out first. Answers come from the terminal or, line by line, from standard input.
      A receipt is printed only if she wants one and it is safe. With --from nothing is asked.

        amonat consent new --case 3f0c… --lang tg \\
          --leg shelter.example:accommodation:need,identity,contact:30
        amonat consent new --case 3f0c… --from consent.json
      """
  )

  @Option(name: .customLong("case"), help: "The case's id.")
  var caseID: String

  @Option(help: "The notice that is explained, a code of the policy. Default: the one that fits.")
  var notice: String?

  @Option(help: "PEER:PURPOSE:GROUP,GROUP[:DAYS]; may be repeated.")
  var leg: [LegArgument] = []

  @Option(help: "A consent as for `consent record`, or - for standard input.", completion: .file())
  var from: String?

  @Option(
    help: "What is kept as proof, such as a scan: only its SHA-256 is recorded.",
    completion: .file()
  )
  var evidenceFile: String?

  @OptionGroup var node: NodeOptions

  func run() async throws {
    let call = NodeCall(node)
    do throws(CommandFailure) {
      try await take(call)
    } catch {
      await call.client.close()
      try node.output.end(with: error)
    }
    await call.client.close()
  }

  private func take(_ call: NodeCall) async throws(CommandFailure) {
    let words = call.words
    let bytes = try await call { client throws(LocalFailure) in try await client.policy() }
    let labels = PolicyLabels(bytes, words)
    guard let policy = try? Policy.parse(bytes), let language = Language(words.language.rawValue)
    else { throw .refused(ProblemCode.policyUnknown.rawValue, words.problem("policy-unknown")) }
    var record: ConsentRecord
    var isWanted = false
    if let from {
      let file = try call.input.json(ConsentFile.self, from)
      record = ConsentRecord(
        case: caseID,
        grants: file.grants,
        record: file.record,
        refused: file.refused,
        denied: file.denied,
        deferred: file.deferred,
        answers: file.answers
      )
      isWanted = file.record?.receipt == "paper"
    } else {
      let wizard = ConsentWizard(
        answers: Answers(words: words),
        policy: policy,
        labels: labels,
        language: language,
        nowMs: UInt64(Date().timeIntervalSince1970 * 1_000)
      )
      guard let outcome = try wizard.ask(caseID: caseID, notice: notice, legs: leg) else {
        var report = Report(words, labels: labels)
        report.line(words(.notKept))
        return node.output.print(ConsentRecorded(grants: []), report)
      }
      (record, isWanted) = (outcome.record, outcome.isWanted)
    }
    if let evidenceFile, record.record != nil {
      record.record?.evidence = Hash256.of(try call.input.bytes(evidenceFile)).hex
    }
    let request = record
    let answer = try await call { client throws(LocalFailure) in
      try await client.recordConsent(request)
    }
    var report = Report(words, labels: labels)
    if !node.output.json {
      report.section(.grants, answer.grants) { grant, report in report.show(grant) }
      if answer.grants.isEmpty { report.line(words(.nothingAgreed)) }
      if isWanted, let number = answer.receipt {
        report.line("")
        report.show(receipt: number, of: request, grants: answer.grants)
      } else if request.record?.receipt == "withheld-safety" {
        report.line(words(.receiptWithheld))
      }
    }
    node.output.print(answer, report)
  }
}
