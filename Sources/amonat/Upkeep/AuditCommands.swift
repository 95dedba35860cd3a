internal import ArgumentParser
internal import FoundationEssentials
internal import Glibc
internal import LocalContract

/// What auditors are given.
struct AuditGroup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Hand the node's record to auditors.",
    subcommands: [ExportAudit.self]
  )
}

/// Writes the audit bundle.
struct ExportAudit: NodeCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write the audit bundle: every event, no personal data, no keys.",
    discussion: """
      The node writes the file itself, on its own machine; - prints the bundle instead. A file that
      exists is replaced only with --force.

        amonat audit export --out ministry.bundle
        amonat audit export --out ministry-1.bundle --log 1
        amonat audit export --out - | gzip > ministry.bundle.gz
      """
  )

  @Option(help: "A new file, or - for standard output.", completion: .file())
  var out: String

  @Option(help: "The number of a log that has ended. Default: the log in use.")
  var log: UInt64?

  @Flag(help: "Replace a file that exists.")
  var force = false

  @OptionGroup var node: NodeOptions

  func validate() throws {
    guard log == nil || out != "-" else { throw ValidationError("--log needs a file.") }
  }

  func run() async throws {
    if out == "-" { try await stream() } else { try await callAndShow() }
  }

  func perform(_ call: NodeCall) async throws(CommandFailure) -> AuditExported {
    // The node has a working directory of its own.
    let isAbsolute = out.utf8.first == UInt8(ascii: "/")
    let path = isAbsolute ? out : FileManager.default.currentDirectoryPath + "/" + out
    guard force || !Files.exists(path) else { throw .input(call.words(.fileExists, path)) }
    return try await call { client throws(LocalFailure) in
      try await client.exportAudit(to: path, log: log)
    }
  }

  func show(_ answer: AuditExported, in report: inout Report) {
    report.line(
      report.words(
        .exported,
        answer.path,
        "\(answer.leaves)",
        "\(answer.bytes)",
        answer.sha256
      )
    )
  }

  private func stream() async throws {
    let call = NodeCall(node)
    do throws(CommandFailure) {
      let written = try await call { client throws(LocalFailure) in
        try await client.exportAudit()
      }
      // The node's file, on this machine and of this person: printed, and gone again.
      guard let bundle = FileManager.default.contents(atPath: written.path) else {
        throw .input(call.words(.fileUnreadable, written.path))
      }
      Files.writeAll(Array(bundle), to: STDOUT_FILENO)
      try? FileManager.default.removeItem(atPath: written.path)
    } catch {
      await call.client.close()
      try node.output.end(with: error)
    }
    await call.client.close()
  }
}
