internal import ArgumentParser

/// The mechanism's rules as data.
struct PolicyGroup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy",
    abstract: "Read, check and compare the mechanism's rules.",
    subcommands: [PolicyCheck.self, PolicyShow.self, PolicyDiffCommand.self]
  )
}
