internal import AgencyNode
internal import ArgumentParser
internal import Foundation
internal import LocalAPI
internal import LocalContract
internal import Logging
internal import NodeStore
internal import ServiceLifecycle

/// The node: one agency, one process, one state folder.
@main
struct AmonatDaemon: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "amonatd",
    abstract: "Run an agency's node.",
    discussion: """
      Settings come from the configuration file, then from AMONAT_… in the environment, then from
      these flags. A key that is not known stops the start.

      Examples:
        amonatd --state /var/lib/amonat
        amonatd --state ./shelter --listen none
        amonatd --state /var/lib/amonat --restored
        AMONAT_LISTEN=127.0.0.1:7443 amonatd --state ./ministry

      Exit status: 0 stopped in order, 1 the node had to stop, 64 wrong usage, 78 wrong settings.
      """,
    version: AmonatVersion.text
  )

  @Option(help: ArgumentHelp("The state folder made by `amonat init`.", valueName: "folder"))
  var state: String?

  @Option(
    help: ArgumentHelp("Configuration file (default: amonatd.json there).", valueName: "file")
  )
  var config: String?

  @Option(help: ArgumentHelp("Where peers call: host:port, or none.", valueName: "address"))
  var listen: String?

  @Option(help: ArgumentHelp("The local socket.", valueName: "path"))
  var socket: String?

  @Option(help: ArgumentHelp("Loopback port for metrics and health.", valueName: "port"))
  var metricsPort: UInt16?

  @Option(help: ArgumentHelp("trace, debug, info, notice, warning, error.", valueName: "level"))
  var logLevel: String?

  @Flag(
    help: """
      The state was put back from a backup: open the next log. Needed where the fork guard \
      contradicts the state; where it is missing, the node does so by itself.
      """
  )
  var restored = false

  func run() async throws {
    // Whatever is made here is for this person alone.
    umask(0o077)
    let settings: DaemonSettings
    do {
      settings = try await DaemonSettings.load(
        state: state,
        file: config,
        flags: [
          "listen": listen, "socket": socket, "metrics-port": metricsPort.map { "\($0)" },
          "log-level": logLevel,
        ]
      )
    } catch {
      FileHandle.standardError.write(Data("amonatd: \(error)\n".utf8))
      throw ExitCode(78)
    }
    LoggingSystem.bootstrap { label in StreamLogHandler.standardError(label: label) }
    var logger = Logger(label: "amonatd")
    logger.logLevel = Logger.Level(rawValue: settings.node.logLevel) ?? .info
    do {
      try await NodeProcess.run(settings, isRestored: restored, logger: logger)
    } catch {
      let text = (error as? NodeError).map { failure in
        [failure.problem.code, failure.problem.title, failure.problem.detail].compactMap(\.self)
          .joined(separator: ": ")
      }
      logger.critical("stopped", metadata: ["code": "\(text ?? "\(type(of: error))")"])
      throw ExitCode(1)
    }
  }
}
