package import ReferralModel
internal import Synchronization
internal import Trust

/// The lanes of a node, one for each peer, made when first needed.
package final class LaneBook: Sendable {
  private let node: Node
  private let lanes = Mutex<[AgencyID: PeerLane]>([:])

  package init(node: Node) { self.node = node }

  /// The lane of a peer.
  package func lane(_ peer: AgencyID) async -> PeerLane {
    lanes.withLock { lanes in
      if let lane = lanes[peer] { return lane }
      let lane = PeerLane(node: node, peer: peer)
      lanes[peer] = lane
      return lane
    }
  }

  /// Whether a peer has no endpoint, so that it dials and is answered.
  func isDialIn(_ peer: AgencyID) -> Bool {
    node.trust.view.directory.link(of: peer)?.link.endpoints.isEmpty ?? true
  }
}
