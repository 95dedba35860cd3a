internal import CanonicalBytes
internal import HTTPLine
internal import ReferralModel
internal import Sealing
internal import TestSupport
internal import Testing
internal import Trust

/// Somebody with a well-formed certificate that no link names.
struct Stranger {
  let identity: TLSIdentity
  let port: UInt16

  /// Claims to be the clinic, of the realm or of another.
  init(realm: String, at node: HarnessNode) throws {
    let certificate = try NodeCertificate.mint(
      for: CertificateName(
        realm: try #require(Digest32(hex: realm)),
        agency: try #require(AgencyID("clinic.example"))
      )
    )
    identity = try TLSIdentity(
      certificateDER: certificate.der,
      privateKey: certificate.privateKeyDER.copyBytes()
    )
    port = node.port
  }

  /// Under a certificate that is at hand.
  init(_ identity: TLSIdentity, at node: HarnessNode) {
    self.identity = identity
    port = node.port
  }

  func line() async throws -> HTTPLine {
    try await HTTPLine.connect(
      to: .tls(host: "127.0.0.1", port: port, identity: identity, verifyPeer: { _ in true })
    )
  }

  /// One request on a line of its own.
  func ask(_ method: String, _ path: String, _ body: [UInt8] = []) async throws -> HTTPLineResponse
  {
    let line = try await line()
    defer { line.close() }
    return try await line.send(
      HTTPLineRequest(method: method, path: path, body: body),
      timeout: .seconds(30)
    )
  }
}
