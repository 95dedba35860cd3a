package import Logging
internal import PeerLink
package import ServiceLifecycle

/// The services of a node below its local API.
package enum NodeServices {
  /// Makes them; the caller runs them.
  package static func make(_ node: Node, logger: Logger) -> [any Service] {
    let lanes = LaneBook(node: node)
    var services: [any Service] = [
      Maintenance(node: node, logger: logger),
      PeerDialer(node: node, lanes: lanes, logger: logger),
      ViaService(node: node, logger: logger),
    ]
    if let host = node.settings.listenHost {
      services.append(
        PeerServer(
          host: host,
          port: node.settings.listenPort,
          identity: { node.tls.current },
          handler: PeerDoor(node: node, lanes: lanes)
        )
      )
    }
    return services
  }
}
