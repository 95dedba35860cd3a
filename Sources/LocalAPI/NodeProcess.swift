package import AgencyNode
internal import Foundation
internal import LocalContract
package import Logging
internal import NodeStore
internal import ServiceLifecycle
internal import UnixSignals

/// Puts the parts of a running node together: stores, doors, callers and upkeep, under one group that
/// starts them in order and stops them in reverse.
package enum NodeProcess {
  /// Runs until a signal or a fatal failure.
  package static func run(_ settings: DaemonSettings, logger: Logger) async throws {
    let folder = StateFolder(URL(fileURLWithPath: settings.stateFolder, isDirectory: true))
    let lock = try StateLock(folder)
    let node = try await Node(folder: folder, settings: settings.node)
    var services: [any Service] = NodeServices.make(node, logger: logger)
    services.append(LocalServer(node: node, socketPath: settings.node.socketPath, logger: logger))
    if let port = settings.node.metricsPort {
      services.append(LoopbackServer(node: node, port: port, logger: logger))
    }
    logger.info(
      "started",
      metadata: [
        "agency": "\(node.store.identity.agency)", "log": "\(node.store.identity.log)",
        "listen": "\(settings.node.listenHost ?? "none")",
      ]
    )
    let group = ServiceGroup(
      configuration: .init(
        services: services.map {
          .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup)
        },
        gracefulShutdownSignals: [.sigterm, .sigint],
        logger: logger
      )
    )
    try await group.run()
    withExtendedLifetime(lock) {}
    logger.info("stopped")
  }
}

/// One process for one state folder: a lock that the system drops when the process ends, however.
final class StateLock {
  private let descriptor: Int32

  init(_ folder: StateFolder) throws {
    let path = folder.url.appendingPathComponent("lock").path
    descriptor = unsafe open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw NodeError(.storageUnreadable, detail: "state folder")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw NodeError(.conflict, detail: "another amonatd runs on this state folder")
    }
  }

  deinit { close(descriptor) }
}
