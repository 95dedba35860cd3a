package import Logging
internal import NodeStore
internal import PeerLink
package import ServiceLifecycle
internal import Trust

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
    var server: PeerServer?
    if let host = node.settings.listenHost {
      let realm = node.store.identity.realm
      let made = PeerServer(
        host: host,
        port: node.settings.listenPort,
        identity: { node.tls.current },
        // Another realm's certificate does not get past the handshake (HEL-007).
        admits: { (try? NodeCertificate.name(ofDER: $0))?.realm == realm },
        handler: PeerDoor(node: node, lanes: lanes)
      )
      services.append(made)
      server = made
    }
    // Who loses its right loses its connections, those it made and those made to it (TLS-010).
    // Weakly: the node holds its book of trust, and must end when its services have.
    node.trust.whenRightsEnd(atMs: node.trustedMs) {
      [weak server, weak lanes = node.lanes] agency, certificate in
      server?.disconnect(peerCertificateDER: certificate)
      lanes?.wake(PeerDialer.rightsLane(agency))
    }
    return services
  }
}
