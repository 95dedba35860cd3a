internal import ArgumentParser
internal import Glibc
internal import LocalContract

/// The command line of a node.
@main
struct Amonat: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "amonat",
    abstract: "Refer survivors between agencies, with their consent and nothing more.",
    discussion: """
      Talks to amonatd over its local socket; `init` and `commission` need no node.
      Personal data never stands on a command line: it comes from a file or standard input.

      Exit status:
        0   done
        1   refused; the code is printed
        2   the node cannot be reached
        64  wrong usage
        65  an input file is missing or not what it should be
        77  locked, or not permitted

      Environment: AMONAT_SOCKET, AMONAT_STATE, AMONAT_SESSION, AMONAT_LANG.
      """,
    version: AmonatVersion.text,
    groupedSubcommands: [
      CommandGroup(name: "Setting up", subcommands: [Init.self, Commission.self]),
      CommandGroup(
        name: "Papers of the mechanism",
        subcommands: [RegisterGroup.self, PolicyGroup.self, CardGroup.self, PeerGroup.self]
      ),
      CommandGroup(
        name: "People and desks",
        subcommands: [UserGroup.self, DeskGroup.self, UnlockDesks.self, LockDesks.self]
      ),
      CommandGroup(
        name: "Cases and consent",
        subcommands: [
          CaseGroup.self, ConsentGroup.self, ContactGroup.self, RecordGroup.self, SlipGroup.self,
          AlertGroup.self, ReviewGroup.self, ReturnGroup.self, AnonymousGroup.self,
        ]
      ),
      CommandGroup(
        name: "Referrals",
        subcommands: [
          Refer.self, Inbox.self, ReferralGroup.self, PlanGroup.self, DraftGroup.self,
          CapacityGroup.self, ShowDue.self,
        ]
      ),
      CommandGroup(
        name: "Upkeep",
        subcommands: [
          ShowStatus.self, ShowClock.self, CourierGroup.self, AuditGroup.self, Completion.self,
          ShowVersion.self,
        ]
      ),
    ]
  )

  /// Reads the call and does it; a call that is not understood is told why in the person's language.
  static func main() async {
    do {
      var command = try parseAsRoot()
      if var waiting = command as? any AsyncParsableCommand {
        try await waiting.run()
      } else {
        try command.run()
      }
    } catch {
      guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
      let language = OutputOptions.language(of: CommandLine.arguments)
      let text = fullMessage(for: error).split(separator: "\n", omittingEmptySubsequences: false)
        .map { UsageWords.heading(String($0), language) }.joined(separator: "\n")
      Files.writeAll(Array((text + "\n").utf8), to: STDERR_FILENO)
      exit(withError: ExitCode.validationFailure)
    }
  }
}
