/// What a peer may take of this node's memory and time.
package struct PeerServerLimits: Sendable, Hashable {
  /// Longest request body, in bytes: one parcel of 10 MiB and its framing.
  package var bodyBytes: Int
  /// Longest request head, in bytes, all header fields together.
  package var headBytes: Int
  /// Time for the whole handshake (TLS-012).
  package var handshakeTimeout: Duration
  /// Time from there to the head of the first request (TLS-012).
  package var firstRequestTimeout: Duration
  /// A connection ends when so long after an answer neither a further request has come nor, for an
  /// answer too long for its buffers, the answer been taken; a held answer does not count as idle.
  package var idleTimeout: Duration
  /// Time for a whole body to arrive.
  package var transferTimeout: Duration
  /// Connections open at once.
  package var connections: Int
  /// Time that answers under way get after the node was asked to stop.
  package var shutdownGrace: Duration

  /// Limits of a node.
  package init(
    bodyBytes: Int = (10 << 20) + (64 << 10),
    headBytes: Int = 16 << 10,
    handshakeTimeout: Duration = .seconds(10),
    firstRequestTimeout: Duration = .seconds(30),
    idleTimeout: Duration = .seconds(75),
    transferTimeout: Duration = .seconds(120),
    connections: Int = 1024,
    shutdownGrace: Duration = .seconds(5)
  ) {
    self.bodyBytes = bodyBytes
    self.headBytes = headBytes
    self.handshakeTimeout = handshakeTimeout
    self.firstRequestTimeout = firstRequestTimeout
    self.idleTimeout = idleTimeout
    self.transferTimeout = transferTimeout
    self.connections = connections
    self.shutdownGrace = shutdownGrace
  }
}
