package import AgencyNode
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import LocalContract
package import Logging
internal import NIOCore
internal import ServiceLifecycle
internal import Synchronization

/// The local API: HTTP on a Unix socket of mode 0600, for the command line and for other software of
/// the same person on the same machine.
package struct LocalServer: Service {
  private let node: Node
  private let socketPath: String
  private let logger: Logger

  /// Names what to serve and where.
  package init(node: Node, socketPath: String, logger: Logger) {
    self.node = node
    self.socketPath = socketPath
    self.logger = logger
  }

  /// Serves until told to stop.
  package func run() async throws {
    // Outside the state folder its lock says nothing: another node may be there, whose people would
    // talk to this one.
    guard !SocketFile.answers(socketPath) else {
      throw NodeError(.conflict, detail: "another program answers on \(socketPath)")
    }
    // What is left behind by a crash.
    try? FileManager.default.removeItem(atPath: socketPath)
    let router = Router(context: LocalContext.self)
    LocalRoutes(node: node).install(on: router)
    let path = socketPath
    let own = Mutex<UInt64?>(nil)
    var quiet = logger
    quiet.logLevel = .error
    let application = Application(
      router: router,
      configuration: .init(address: .unixDomainSocket(path: path), serverName: nil),
      onServerRunning: { _ in
        // Between bind and this line the state folder's mode, 0700, keeps others out.
        try? FileManager.default.setAttributes(
          [.posixPermissions: 0o600],
          ofItemAtPath: path
        )
        own.withLock { $0 = SocketFile.number(path) }
      },
      logger: quiet
    )
    try await application.run()
    guard SocketFile.number(path) == own.withLock({ $0 }) else { return }
    try? FileManager.default.removeItem(atPath: path)
  }
}

/// The context of a local request; its body limit is the contract's.
struct LocalContext: RequestContext {
  var coreContext: CoreRequestContextStorage

  init(source: ApplicationRequestContextSource) { coreContext = .init(source: source) }

  var maxUploadSize: Int { LocalLimits.requestBytes }
}
