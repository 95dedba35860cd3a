internal import ArgumentParser
internal import FoundationEssentials
internal import LocalContract

/// What was said or handed over outside the network.
struct RecordGroup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "Record what was said by telephone or handed over on paper.",
    subcommands: [RecordVerbal.self, RecordOutside.self]
  )
}

/// What every such record says.
struct OutsideOptions: ParsableArguments {
  @Option(name: .customLong("case"), help: "The case's id.")
  var caseID: String

  @Option(help: "What for, a code of the policy.")
  var purpose: String

  @Option(help: "What was said or handed over: field groups, comma-separated.")
  var groups: CodeListArgument

  @Option(help: "How many minutes ago it was.")
  var minutesAgo: UInt32 = 0

  @Option(help: "To whom, in words; sealed. A file, or - for standard input.", completion: .file())
  var whomFile: String?

  /// When it was; absent for now, which only the node knows.
  var saidAtMs: UInt64? {
    guard minutesAgo > 0 else { return nil }
    let now = UInt64(Date().timeIntervalSince1970 * 1_000)
    return now - min(now, UInt64(minutesAgo) * 60_000)
  }

  /// To whom.
  func whom(_ call: NodeCall) throws(CommandFailure) -> String? {
    guard let whomFile else { return nil }
    return try call.input.firstLine(whomFile)
  }
}

extension Report {
  /// What stands in the log.
  mutating func show(_ recorded: OutsideRecorded) {
    line(words(recorded.late ? ConsentPhrase.recordedLate : .recorded, "\(recorded.item)"))
  }
}

/// Said by telephone to a member.
struct RecordVerbal: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "verbal",
    abstract: "Record what was told a member by telephone, under a grant.",
    discussion: """
      Within 24 hours; what comes later is recorded too, and looked at by somebody else. In an
      emergency without consent, use `consent exception` first and name its grant here.

        amonat record verbal --case 3f0c… --to clinic.example --purpose health \\
          --groups need --grant 17 --minutes-ago 40
      """
  )

  @OptionGroup var said: OutsideOptions

  @Option(help: "The member it was told.")
  var to: String

  @Option(help: "The grant it rests on.")
  var grant: UInt64

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> OutsideRecorded {
    let request = OutsideAsk(
      case: said.caseID,
      kind: "verbal",
      receiver: to,
      purpose: said.purpose,
      groups: said.groups.codes,
      grant: grant,
      saidAtMs: said.saidAtMs,
      to: try said.whom(call)
    )
    return try await call { client throws(LocalFailure) in
      try await client.recordOutside(request)
    }
  }

  func show(_ answer: OutsideRecorded, in report: inout Report) { report.show(answer) }
}

/// Handed over, or told, to somebody who is no member.
struct RecordOutside: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "outside",
    abstract: "Record what somebody outside the network was given, as she agreed.",
    discussion: """
      She was asked about exactly this: --agreed says so, and without it nothing is recorded.

        amonat record outside --case 3f0c… --to health --purpose health \\
          --groups need --agreed
      """
  )

  @OptionGroup var said: OutsideOptions

  @Option(help: "The class of receiver, a code of the policy.")
  var to: String

  @Flag(help: "She was asked about exactly this and said yes.")
  var agreed = false

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> OutsideRecorded {
    let request = OutsideAsk(
      case: said.caseID,
      kind: "outside",
      receiver: to,
      purpose: said.purpose,
      groups: said.groups.codes,
      agreed: agreed,
      saidAtMs: said.saidAtMs,
      to: try said.whom(call)
    )
    return try await call { client throws(LocalFailure) in
      try await client.recordOutside(request)
    }
  }

  func show(_ answer: OutsideRecorded, in report: inout Report) { report.show(answer) }
}

/// Paper slips.
struct SlipGroup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "slip",
    abstract: "Paper slips for somebody outside the network.",
    subcommands: [PrintSlip.self]
  )
}

/// Prints a slip.
struct PrintSlip: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "print",
    abstract: "Print a slip with a code word: no name, no logo, no word about why.",
    discussion: """
      The slip says what is needed and which languages she speaks, and carries the word she chose.
      It is recorded as handed outside and as printed.

        amonat slip print --case 3f0c… --to health --purpose health --groups need \\
          --agreed --word-file word.txt --lang ru
      """
  )

  @OptionGroup var said: OutsideOptions

  @Option(help: "The class of receiver, a code of the policy.")
  var to: String

  @Flag(help: "She was asked about exactly this and said yes.")
  var agreed = false

  @Option(help: "The word she chose: a file, or - for standard input.", completion: .file())
  var wordFile: String

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> SlipPrinted {
    // Read before anything is recorded; it never reaches the node.
    let word = try call.input.firstLine(wordFile)
    let request = OutsideAsk(
      case: said.caseID,
      kind: "outside",
      receiver: to,
      purpose: said.purpose,
      groups: said.groups.codes,
      agreed: agreed,
      to: try said.whom(call),
      paper: true
    )
    let recorded = try await call { client throws(LocalFailure) in
      try await client.recordOutside(request)
    }
    return SlipPrinted(word: word, recorded: recorded)
  }

  func show(_ answer: SlipPrinted, in report: inout Report) {
    report.line(report.words(.slipPlease))
    report.line(report.words(.slipWord, answer.word))
    if let service = answer.recorded.service {
      report.line(
        report.words(.slipNeeds, report.labels.code(service, of: "service", in: "need"))
      )
    }
    let languages = answer.recorded.languages.map {
      report.labels.code($0, of: "languages", in: "need")
    }
    if !languages.isEmpty {
      report.line(report.words(.slipSpeaks, languages.joined(separator: ", ")))
    }
    report.line(report.words(.slipThanks))
  }
}

/// A slip as it was printed.
struct SlipPrinted: Codable, Sendable {
  let word: String
  let recorded: OutsideRecorded
}

/// Prints a case.
struct PrintCase: NodeCommand {
  static let showsLabels = true
  static let configuration = CommandConfiguration(
    commandName: "print",
    abstract: "Show a case, or some of its groups, for the printer; that is logged.",
    discussion: "  amonat case print 3f0c… --groups need,contact | lpr"
  )

  @Argument(help: "The case's id.")
  var id: String

  @Option(help: "Only these field groups, comma-separated.")
  var groups: CodeListArgument?

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> CaseView {
    let request = CasePaper(case: id, groups: groups?.codes ?? [], kind: "print")
    return try await call { client throws(LocalFailure) in try await client.paper(request) }
  }

  func show(_ answer: CaseView, in report: inout Report) {
    report.show(content: answer.sections)
  }
}

/// A file that was written.
struct CaseFileWritten: Codable, Sendable {
  let out: String
  let groups: [String]
}

/// Exports a case.
struct ExportCase: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a case, or some of its groups, to a new file; that is logged.",
    discussion: "  amonat case export 3f0c… --groups need --out case.json"
  )

  @Argument(help: "The case's id.")
  var id: String

  @Option(help: "Only these field groups, comma-separated.")
  var groups: CodeListArgument?

  @Option(help: "The file, readable by you alone.", completion: .file())
  var out: String

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> CaseFileWritten {
    guard !Files.exists(out) else { throw .input(call.words(.fileExists, out)) }
    let request = CasePaper(case: id, groups: groups?.codes ?? [], kind: "export")
    let view = try await call { client throws(LocalFailure) in try await client.paper(request) }
    guard let bytes = try? LocalJSON.encode(view.sections, pretty: true) else {
      throw .input(call.words(.fileUnwritable, out))
    }
    try call.input.write(bytes, to: out, mode: 0o600)
    return CaseFileWritten(out: out, groups: view.sections.keys.sorted())
  }

  func show(_ answer: CaseFileWritten, in report: inout Report) {
    report.line(report.words(.exportedCase, answer.out))
  }
}
