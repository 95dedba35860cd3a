internal import TransparencyLog
internal import ArgumentParser
internal import CanonicalBytes
internal import LocalContract
internal import Trust

/// The register at this node.
struct RegisterGroup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "register",
    abstract: "The signed list of members and the policy in force.",
    subcommands: [RegisterShow.self, RegisterImport.self]
  )
}

/// Shows the newest register.
struct RegisterShow: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show the newest register.",
    discussion: "  amonat register show --lang tg"
  )

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> RegisterView {
    try await call { client throws(LocalFailure) in try await client.register() }
  }

  func show(_ answer: RegisterView, in report: inout Report) { report.show(answer) }
}

/// Hands registers to the node.
struct RegisterImport: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Hand registers, and the policy they name, to the node.",
    discussion: "  amonat register import register.note --policy tj-nrm.json"
  )

  @Argument(help: "The register's notes.", completion: .file())
  var files: [String]

  @Option(help: "The policy file whose hash the register names.", completion: .file())
  var policy: String?

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> RegisterView {
    let notes = try call.input.notes(files).map(\.encoded)
    var document: String?
    if let policy { document = Base64.encode(try call.input.bytes(policy)) }
    let request = NotesImport(notes: notes, policy: document)
    return try await call { client throws(LocalFailure) in
      try await client.importRegister(request)
    }
  }

  func show(_ answer: RegisterView, in report: inout Report) { report.show(answer) }
}

extension Report {
  /// A register in words.
  mutating func show(_ register: RegisterView) {
    field(.register, "\(register.version) (\(words.state(register.standing, of: .register)))")
    field(.realm, register.realm)
    field(.until, Report.moment(register.expiresMs))
    if let policy = register.policy { field(.policy, "\(policy.name) \(policy.version)") }
    field(.commissioners, register.commissioners.joined(separator: ", "))
    field(
      .thresholds,
      register.thresholds.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        .joined(separator: ", ")
    )
    let language = words.language.rawValue
    section(.members, register.members) { member, report in
      let name = member.names[language] ?? member.names["en"] ?? ""
      report.line("\(member.agency)  \(member.status)  \(member.sector)  \(name)")
      if let untilMs = member.suspendedUntilMs {
        report.line("  " + report.words(.suspendedUntil, Report.moment(untilMs)))
      }
    }
  }
}
