internal import ArgumentParser

/// What the commission's key holders do, away from any node.
struct Commission: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make and sign registers; needs no node.",
    subcommands: [
      CommissionNew.self, CommissionNext.self, CommissionSign.self, CommissionSuspend.self,
    ]
  )
}
