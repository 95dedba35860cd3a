internal import TransparencyLog
internal import ArgumentParser
internal import LocalContract
internal import ReferralModel
internal import Sealing
internal import Trust

/// Drafts the next register: new members, changed ones, another policy, a later expiry.
struct CommissionNext: OfflineCommand {
  static let configuration = CommandConfiguration(
    commandName: "next",
    abstract: "Draft the next register from the ones in force.",
    discussion: """
      Members are never removed: they are suspended or retired. The draft may be edited before it
      is signed.

        amonat commission next --previous register.note \\
          --member clinic/member.json --out next.json
      """
  )

  @Option(help: "The register's notes, the first version included.", completion: .file())
  var previous: [String]

  @Option(help: "A member's entry to add or to put in place of the old one.", completion: .file())
  var member: [String] = []

  @Option(help: "Suspend this agency; may be repeated.")
  var suspend: [String] = []

  @Option(help: "Retire this agency for good; may be repeated.")
  var retire: [String] = []

  @Option(help: "Another policy file.", completion: .file())
  var policy: String?

  @Option(help: "After how many days nodes begin to warn; needs the root threshold.")
  var days: UInt32?

  @Option(help: "Where the draft goes.", completion: .file())
  var out: String

  @OptionGroup var output: OutputOptions

  struct Answer: Encodable, Sendable {
    var draft: String
    var version: UInt32
    var threshold: UInt32
  }

  func perform(_ words: Phrasebook) throws(CommandFailure) -> Answer {
    let registers = Registers(words: words)
    let chain = try registers.chain(try Input(words: words).notes(previous))
    let old = chain.newest
    var next = old.register.successor(
      previousText: Array(old.note.text.utf8),
      realm: chain.realm
    )
    for agency in try MemberFile.read(member, words) {
      next.agencies.removeAll { $0.id == agency.id }
      next.agencies.append(agency)
    }
    next.agencies.sort { $0.id < $1.id }
    for (names, status) in [(suspend, Agency.Status.suspended), (retire, .retired)] {
      for name in names {
        guard let place = next.agencies.firstIndex(where: { $0.id.text == name }) else {
          throw .refused("agency-unknown", words.problem("agency-unknown"))
        }
        next.agencies[place].status = status
      }
    }
    let now = Registers.nowMs
    if let policy { next.policy = try registers.policy(policy, fromMs: now, for: next.agencies) }
    if let days {
      next.notBeforeMs = now
      next.expiresMs = now + UInt64(days) * Registers.dayMs
    }
    try Input(words: words).write(try registers.draft(next), to: out)
    return Answer(
      draft: out,
      version: next.version,
      threshold: RegisterChain.threshold(from: old.register, to: next)
    )
  }

  func show(_ answer: Answer, in report: inout Report) {
    report.line(report.words(.draftMade, answer.draft))
    report.line(report.words(.signatureCount, "0", "\(answer.threshold)"))
  }
}
