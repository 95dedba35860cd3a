package import AgencyNode
internal import HTTPTypes
internal import Hummingbird
internal import LocalContract
package import Logging
internal import NIOCore
internal import ServiceLifecycle

/// Metrics and health on a port of the loopback interface, for a monitor that cannot read the socket.
///
/// Nothing else is served there. A request under another host's name is refused: a page in a browser on
/// the same machine must not read it through a name that it has pointed at 127.0.0.1.
package struct LoopbackServer: Service {
  private let node: Node
  private let port: UInt16
  private let logger: Logger

  /// Names what to serve and where.
  package init(node: Node, port: UInt16, logger: Logger) {
    self.node = node
    self.port = port
    self.logger = logger
  }

  /// Serves until told to stop.
  package func run() async throws {
    let router = Router(context: LocalContext.self)
    let node = node
    let port = port
    for path in ["/metrics", "/healthz"] {
      router.on(RouterPath(path), method: .get) { request, _ in
        guard Self.isOwn(request.head.authority, port: port) else {
          return LocalRoutes.problem(Problem(.notAllowed, detail: "host"))
        }
        let service = StatusService(node: node)
        guard path == "/healthz" else {
          return LocalRoutes.response(
            .ok,
            "text/plain; version=0.0.4",
            Array(await service.metrics().utf8)
          )
        }
        let health = await service.health()
        return LocalRoutes.response(
          health.status == "ok" ? .ok : .serviceUnavailable,
          "application/json",
          try LocalJSON.encode(health)
        )
      }
    }
    var quiet = logger
    quiet.logLevel = .error
    try await Application(
      router: router,
      configuration: .init(address: .hostname("127.0.0.1", port: Int(port)), serverName: nil),
      logger: quiet
    ).run()
  }

  /// Whether a request asks for this machine by one of its own names.
  static func isOwn(_ host: String?, port: UInt16) -> Bool {
    guard let host else { return false }
    return ["127.0.0.1", "localhost", "[::1]"].contains { $0 == host || "\($0):\(port)" == host }
  }
}
