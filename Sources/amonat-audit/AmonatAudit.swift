internal import ArgumentParser
internal import Audit
internal import Foundation

/// Checks audit bundles offline: no network, no key, no account.
struct AmonatAudit: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "amonat-audit",
    abstract: "Check what agencies disclosed, from the bundles they handed over.",
    discussion: """
      Needs no network, no key and no account, and shows nothing about a person.

      Examples:
        amonat-audit inspect shelter.bundle
        amonat-audit verify --realm 069359f1e0c9db72… shelter.bundle ministry.bundle
        amonat-audit reconcile --lang tg shelter.bundle ministry.bundle health.bundle
        amonat-audit verify --json shelter.bundle > result.json

      Exit status: 0 clean, 1 findings, 2 could not be checked, 64 wrong usage.
      """,
    subcommands: [Verify.self, Reconcile.self, Inspect.self]
  )
}

/// What all subcommands take.
struct Common: ParsableArguments {
  @Argument(help: ArgumentHelp("Bundle files.", valueName: "bundle"))
  var bundles: [String]

  @Option(
    help: ArgumentHelp(
      "The realm, 64 hexadecimal digits, as the commission announced it; without it each bundle's own is taken.",
      valueName: "hex"
    )
  )
  var realm: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  @Option(help: "Language of the sentences: en, ru or tg; else from LANG.")
  var lang: String?

  func validate() throws {
    guard !bundles.isEmpty else { throw ValidationError("Name at least one bundle.") }
    if let lang, AuditLanguage(rawValue: lang) == nil {
      throw ValidationError("--lang is one of en, ru, tg.")
    }
  }

  func run(_ task: AuditRun.Task) throws {
    let language =
      lang.flatMap { AuditLanguage(rawValue: $0) }
      ?? AuditLanguage(environment: ProcessInfo.processInfo.environment["LANG"])
    let run = AuditRun(task: task, realm: realm, json: json, language: language) { text in
      FileHandle.standardOutput.write(Data(text.utf8))
    }
    guard var run else { throw ValidationError("--realm is 64 lower-case hexadecimal digits.") }
    let status = run.run(
      bundles.map { path in AuditRun.Input(name: path) { try BundleFile.open(path) } }
    )
    throw ExitCode(status.rawValue)
  }
}

/// Each bundle by itself, and two against each other for forks.
struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check each bundle: leaves, roots, signatures, receipts and rules.",
    discussion: "Exit status: 0 clean, 1 findings, 2 could not be checked."
  )

  @OptionGroup var common: Common

  func run() throws { try common.run(.verify) }
}

/// All bundles together.
struct Reconcile: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check the bundles, and each message against the other agency's log.",
    discussion: """
      Says what cannot be concluded where an agency's bundle is absent.
      Exit status: 0 clean, 1 findings, 2 could not be checked.
      """
  )

  @OptionGroup var common: Common

  func run() throws { try common.run(.reconcile) }
}

/// What bundles hold.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what a bundle holds: whose, how much, when, with whom; no verdict.",
    discussion: "Exit status: 0 read, 2 not readable."
  )

  @OptionGroup var common: Common

  func run() throws { try common.run(.inspect) }
}
