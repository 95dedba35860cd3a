/// What a peer asks, once its body is here in full.
package struct PeerRequest: Sendable {
  /// `GET` or `POST`; nothing else is let in.
  package let method: String
  /// Path and query as sent, undecoded.
  package let path: String
  /// The certificate whose key the peer has proved to hold, DER.
  ///
  /// It may be anybody's: who it is, and
  /// what it may ask, is for the handler to decide (`PROTOCOL.md`, R5).
  package let peerCertificateDER: [UInt8]
  /// The address it comes from, without a port: a relay's or a carrier's, perhaps of many.
  package let address: String
  /// The body, within ``PeerRequestHandling/bodyLimitBytes(method:path:peerCertificateDER:)``.
  package let body: [UInt8]

  /// Makes a request.
  package init(
    method: String,
    path: String,
    peerCertificateDER: [UInt8],
    address: String,
    body: [UInt8]
  ) {
    self.address = address
    self.method = method
    self.path = path
    self.peerCertificateDER = peerCertificateDER
    self.body = body
  }
}

/// What the peer is answered.
package struct PeerResponse: Sendable {
  /// Status code, 200 to 599; anything else goes out as 500.
  package var status: Int
  /// Media type of `body`: visible ASCII.
  package var contentType: String
  /// The whole body.
  package var body: [UInt8]
  /// Whether the size of the body is hidden in a step (EXC-005).
  package var isPadded: Bool

  /// Makes an answer.
  package init(
    status: Int,
    contentType: String = "application/octet-stream",
    body: [UInt8] = [],
    isPadded: Bool = false
  ) {
    self.isPadded = isPadded
    self.status = status
    self.contentType = contentType
    self.body = body
  }
}

/// Answers peers.
package protocol PeerRequestHandling: Sendable {
  /// Longest body this peer may send to this path, in bytes; asked before a byte of it is read.
  ///
  /// The server's own limit holds as well.
  func bodyLimitBytes(method: String, path: String, peerCertificateDER: [UInt8]) async -> Int

  /// Answers one request; may take as long as the longest hold of a line.
  func respond(to request: PeerRequest) async -> PeerResponse
}

extension PeerRequestHandling {
  package func bodyLimitBytes(
    method: String,
    path: String,
    peerCertificateDER: [UInt8]
  ) async
    -> Int
  { .max }
}
