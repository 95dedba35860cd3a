internal import HTTPLine
internal import NIOSSL
internal import Testing

@testable internal import PeerLink

@Suite(.timeLimit(.minutes(10))) struct HandshakeTests {
  private let server: TLSIdentity
  private let client: TLSIdentity
  private let desk = Desk()
  private let plea = [UInt8]("GET /who HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".utf8)

  init() throws {
    server = try Minting.identity("server")
    client = try Minting.identity("client")
  }

  private func raw(
    _ change: (inout TLSConfiguration) throws -> Void
  ) async throws -> [UInt8] {
    var tls = RawClient.configuration()
    try change(&tls)
    return try await serving(desk, as: { [server] in server }) { _, endpoint in
      try await RawClient.exchange(plea, with: endpoint, tls)
    }
  }

  private func show(_ certificate: [UInt8], _ key: [UInt8], _ tls: inout TLSConfiguration) throws {
    tls.certificateChain = [.certificate(try NIOSSLCertificate(bytes: certificate, format: .der))]
    tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: key, format: .der))
  }

  @Test("A plain TLS 1.3 client with a P-256 certificate is let in")
  func letIn() async throws {
    let said = try await raw { try show(client.certificateDER, client.privateKeyDER, &$0) }
    #expect(said.starts(with: [UInt8]("HTTP/1.1 200".utf8)))
    #expect(desk.seen.map(\.peerCertificateDER) == [client.certificateDER])
  }

  @Test("A client without a certificate is refused and asks nothing")
  func noCertificate() async throws {
    #expect(try await raw { _ in }.isEmpty)
    #expect(desk.seen.isEmpty)
  }

  @Test("A TLS 1.2 client is refused, certificate or not")
  func oldVersion() async throws {
    let said = try await raw {
      try show(client.certificateDER, client.privateKeyDER, &$0)
      $0.minimumTLSVersion = .tlsv12
      $0.maximumTLSVersion = .tlsv12
    }
    #expect(said.isEmpty)
    #expect(desk.seen.isEmpty)
  }

  @Test("A client with a P-384 certificate is refused")
  func otherCurve() async throws {
    let pair = try Minting.p384("client")
    let said = try await raw { try show(pair.certificateDER, pair.keyDER, &$0) }
    #expect(said.isEmpty)
    #expect(desk.seen.isEmpty)
  }

  @Test("A client that shows two certificates is refused")
  func chain() async throws {
    let said = try await raw {
      try show(client.certificateDER, client.privateKeyDER, &$0)
      $0.certificateChain.append(
        .certificate(try NIOSSLCertificate(bytes: server.certificateDER, format: .der))
      )
    }
    #expect(said.isEmpty)
    #expect(desk.seen.isEmpty)
  }

  @Test("Only a whole certificate with a P-256 key is well-formed")
  func shape() throws {
    let good = client.certificateDER
    #expect(PeerLeaf.isWellFormed(good))
    #expect(!PeerLeaf.isWellFormed(try Minting.p384("other").certificateDER))
    #expect(!PeerLeaf.isWellFormed([]))
    #expect(!PeerLeaf.isWellFormed(good + [0]))
    for length in good.indices { #expect(!PeerLeaf.isWellFormed(Array(good[..<length]))) }
  }

  @Test("A certificate whose outer headers are changed in any way is not well-formed")
  func broken() {
    let good = client.certificateDER
    // Tag and length of the certificate, tag and form of the length of what is signed.
    for place in 0..<6 {
      for value in 0...255 as ClosedRange<UInt8> where value != good[place] {
        var bytes = good
        bytes[place] = value
        #expect(!PeerLeaf.isWellFormed(bytes), "byte \(place) = \(value)")
      }
    }
  }

  @Test("A wrong server certificate is refused before a request leaves")
  func wrongServer() async throws {
    let other = try Minting.identity("server")
    try await serving(desk, as: { [server] in server }) { _, endpoint in
      let peer = PeerConnection(
        endpoints: [endpoint],
        pins: [other.certificateDER],
        identity: { [client] in client }
      )
      await #expect(throws: HTTPLineFailure.peerRefused) {
        try await peer.post("/echo", body: [1], timeout: .seconds(20))
      }
    }
    #expect(desk.seen.isEmpty)
  }

  @Test("With no pin nobody is accepted")
  func noPin() async throws {
    try await serving(desk, as: { [server] in server }) { _, endpoint in
      let peer = PeerConnection(endpoints: [endpoint], pins: [], identity: { [client] in client })
      await #expect(throws: HTTPLineFailure.peerRefused) {
        try await peer.get("/who", timeout: .seconds(20))
      }
    }
    #expect(desk.seen.isEmpty)
  }

  @Test("A key that is not the certificate's makes no identity")
  func unrelatedKey() {
    #expect(throws: HTTPLineFailure.malformed) {
      try TLSIdentity(
        certificateDER: server.certificateDER,
        privateKey: client.privateKeyDER
      )
    }
  }

  @Test("An identity prints nothing of its key")
  func silent() {
    #expect("\(client)" == "TLSIdentity")
    #expect(String(reflecting: client) == "TLSIdentity")
    #expect(Mirror(reflecting: client).children.isEmpty)
  }
}
