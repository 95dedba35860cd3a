internal import ArgumentParser
internal import LocalContract

/// Accounts of people at this node.
struct UserGroup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "user",
    abstract: "Accounts of people at this node.",
    subcommands: [CreateUser.self, SetRoles.self]
  )
}

/// Makes an account.
struct CreateUser: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Make an account; its passphrase is asked for.",
    discussion: """
      The policy asks for two persons with certain roles where it allows an exception.

        amonat user add zarina
        amonat user add farrukh --role supervisor --role data-officer
      """
  )

  @Argument(help: "The account's name: a-z, 0-9, . and -; never a survivor's.")
  var name: String

  @Option(help: "What the person does here, a role of the policy; may be repeated.")
  var role: [String] = []

  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> UserAdded {
    let secret = try passphrase.read(for: name, isNew: true, call.words)
    return try await call { client throws(LocalFailure) in
      try await client.addUser(UserAdd(name: name, passphrase: secret, roles: role))
    }
  }

  func show(_ answer: UserAdded, in report: inout Report) {
    report.line(report.words(.userAdded, answer.name))
  }
}

/// Says what a person does here.
struct SetRoles: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "role",
    abstract: "Say what a person does here, instead of what was said before.",
    discussion: """
      Roles are codes of the policy, such as caseworker, supervisor, director, lawyer.

        amonat user role farrukh --role supervisor --role data-officer
      """
  )

  @Argument(help: "The account's name.")
  var name: String

  @Option(help: "A role of the policy; may be repeated. None: no role.")
  var role: [String] = []

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> UserRoles {
    try await call { client throws(LocalFailure) in
      try await client.setRoles(UserRoles(name: name, roles: role))
    }
  }

  func show(_ answer: UserRoles, in report: inout Report) {
    let roles = answer.roles.map(report.labels.role)
    let list = roles.isEmpty ? report.words(.none) : roles.joined(separator: ", ")
    report.line(report.words(.rolesSet, answer.name, list))
  }
}

/// Roles that may open field groups.
struct DeskGroup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "desk",
    abstract: "Roles that may open certain field groups.",
    subcommands: [CreateDesk.self, ListDesks.self]
  )
}

/// Makes a desk.
struct CreateDesk: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Make a desk with its keys.",
    discussion: """
      A desk needs two holders, or one and a paper key, before its first case. The paper key is
      shown once: print it, put it into a sealed envelope, lock it away.

        amonat desk add shelter --groups need,identity,contact,safety \\
          --holders zarina,farrukh
      """
  )

  @Argument(help: "The desk's name.")
  var name: String

  @Option(help: "The field groups it may open, with commas between.")
  var groups: CodeListArgument

  @Option(help: "The accounts that can unlock it, with commas between.")
  var holders: CodeListArgument

  @Flag(help: "Make a paper key.")
  var paper = false

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> DeskAdded {
    let request = DeskAdd(
      name: name,
      groups: groups.codes,
      holders: holders.codes,
      paper: paper
    )
    return try await call { client throws(LocalFailure) in try await client.addDesk(request) }
  }

  func show(_ answer: DeskAdded, in report: inout Report) {
    report.line(report.words(.deskAdded, answer.desk))
    if let key = answer.paperKey {
      report.field(.paperKey, key)
      report.say(.paperKeyOnce)
    }
  }
}

/// Lists the desks.
struct ListDesks: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the desks and who holds them.",
    discussion: "  amonat desk list"
  )

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> [DeskStatus] {
    try await call { client throws(LocalFailure) in try await client.status() }.desks
  }

  func show(_ answer: [DeskStatus], in report: inout Report) {
    if answer.isEmpty { report.say(.none) }
    for desk in answer { report.show(desk) }
  }
}

/// Opens a session.
struct UnlockDesks: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "unlock",
    abstract: "Open your desks for the commands that follow.",
    discussion: """
      The session ends with amonat lock, or after some idle time. Its token is kept in a file that
      only you may read ($AMONAT_SESSION names another).

        amonat unlock --user zarina
      """
  )

  @Option(help: "Your account's name.")
  var user: String

  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> Answer {
    let secret = try passphrase.read(for: user, isNew: false, call.words)
    let session = try await call { client throws(LocalFailure) in
      try await client.unlock(Unlock(user: user, passphrase: secret))
    }
    do throws(FileFailure) {
      try call.session.write(session.token)
    } catch {
      throw .input(call.words(.fileUnwritable, call.session.path))
    }
    return Answer(
      user: session.user,
      desks: session.desks,
      expiresInSeconds: session.expiresInSeconds,
      session: call.session.path
    )
  }

  /// The session without its token.
  struct Answer: Encodable, Sendable {
    var user: String
    var desks: [String]
    var expiresInSeconds: UInt32
    var session: String
  }

  func show(_ answer: Answer, in report: inout Report) {
    report.line(
      report.words(
        .unlocked,
        answer.user,
        answer.desks.joined(separator: ", "),
        "\(answer.expiresInSeconds / 60)"
      )
    )
  }
}

/// Ends the session.
struct LockDesks: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "lock",
    abstract: "Close your desks and end the session.",
    discussion: "  amonat lock"
  )

  @OptionGroup var node: NodeOptions

  func perform(_ call: NodeCall) async throws(CommandFailure) -> Done {
    // The token is forgotten even where the node cannot be told.
    call.session.remove()
    try await call { client throws(LocalFailure) in try await client.lock() }
    return Done()
  }

  func show(_ answer: Done, in report: inout Report) { report.say(.locked) }
}

extension Report {
  /// One desk in one line.
  mutating func show(_ desk: DeskStatus) {
    var text = "\(desk.name)  \(words(desk.unlocked ? .deskOpen : .deskShut))"
    text += "  \(labels.groups(desk.groups))"
    text += "; \(words(.holders)): \(desk.holders.joined(separator: ", "))"
    if desk.paper { text += "; \(words(.paperKey))" }
    line(text)
  }
}
