internal import ArgumentParser
internal import LocalContract
internal import Sealing
internal import Trust

/// Founds a commission: a key for each holder, and the first register as a draft.
struct CommissionNew: OfflineCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Make the holders' keys and the first register's draft.",
    discussion: """
      Each key file opens with its own passphrase (--passphrase-file once for each holder, or once
      for all, or asked). Read the draft, then let the holders sign it.

        amonat commission new --out commission --holders 5 --threshold 3 \\
          --names ministry,ngo-union,ombudsman,health,migration \\
          --member shelter/member.json --member unit/member.json --policy tj-nrm.json
      """
  )

  @Option(help: "A directory for the keys and the draft.", completion: .directory)
  var out: String

  @Option(help: "How many key holders.")
  var holders: Int

  @Option(help: "How many of them must sign.")
  var threshold: Int

  @Option(help: "Their names: short words of a-z, 0-9 and -, with commas between.")
  var names: CodeListArgument?

  @Option(help: "A member's entry, from its amonat init; may be repeated.", completion: .file())
  var member: [String] = []

  @Option(help: "The policy file.", completion: .file())
  var policy: String

  @Option(help: "After how many days nodes begin to warn.")
  var days: UInt32 = 730

  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  struct Answer: Encodable, Sendable {
    var keys: [String]
    var draft: String
    var threshold: UInt32
  }

  func validate() throws {
    guard (1...Register.commissionerLimit).contains(holders) else {
      throw ValidationError("--holders is 1 to \(Register.commissionerLimit).")
    }
    guard (1...holders).contains(threshold) else {
      throw ValidationError("--threshold is 1 to --holders.")
    }
    guard holders < 3 || threshold >= 2 else {
      throw ValidationError("With three holders or more, --threshold is at least 2.")
    }
    guard holderNames.count == holders, Set(holderNames).count == holders else {
      throw ValidationError("--names must hold --holders different names.")
    }
    guard !member.isEmpty else {
      throw ValidationError("A register lists at least one --member.")
    }
  }

  func perform(_ words: Phrasebook) throws(CommandFailure) -> Answer {
    let draft = out + "/register.json"
    let paths = holderNames.map { "\(out)/\($0).key" }
    for path in paths + [draft] where Files.exists(path) {
      throw .input(words(.fileExists, path))
    }
    let registers = Registers(words: words)
    let now = Registers.nowMs
    let members = try MemberFile.read(member, words).sorted { $0.id < $1.id }
    let policy = try registers.policy(self.policy, fromMs: now, for: members)
    let secrets = try passphrase.read(for: holderNames, isNew: true, words)
    var files: [[UInt8]] = []
    var commissioners: [Register.Commissioner] = []
    for (name, secret) in zip(holderNames, secrets) {
      let key = SigningKey.generate()
      let commissioner = Register.Commissioner(name: name, key: key.publicKey)
      files.append(
        try KeyFiles(words: words).sealed(key, name: commissioner.signerName, secret)
      )
      commissioners.append(commissioner)
    }
    let count = UInt32(clamping: threshold)
    let register = Register(
      agencies: members,
      commissioners: commissioners.sorted { $0.name < $1.name },
      thresholds: .init(
        membership: count,
        policy: count,
        root: count,
        suspend: min(count, 2)
      ),
      policy: policy,
      notBeforeMs: now,
      expiresMs: now + UInt64(days) * Registers.dayMs
    )
    let text = try registers.draft(register)
    let input = Input(words: words)
    try Files.folder(out, words)
    for (path, file) in zip(paths, files) { try input.write(file, to: path, mode: 0o600) }
    try input.write(text, to: draft)
    return Answer(keys: paths, draft: draft, threshold: count)
  }

  func show(_ answer: Answer, in report: inout Report) {
    report.line(
      report.words(
        .commissionMade,
        "\(answer.keys.count)",
        "\(answer.threshold)",
        answer.draft
      )
    )
    for key in answer.keys { report.line("  \(key)") }
  }

  private var holderNames: [String] {
    names?.codes ?? (1...max(1, holders)).map { "holder-\($0)" }
  }
}
