internal import CanonicalBytes
internal import Exchange
internal import HTTPLine
internal import ReferralModel
internal import Sealing
internal import TestSupport
internal import Testing
internal import Trust

extension NodeTests {
  @Suite(.serialized) struct PeerContractTests {
    /// What stands in a path for what it names.
    private static let examples = [
      ("{sha256}", String(repeating: "0", count: 64)), ("{offset}", "0"), ("{level}", "0"),
      ("{index}", "000"), ("{n}", "1"),
    ]

    @Test("A node answers every call of the peer's document as it is written there")
    func answers() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let realm = try #require(Digest32(hex: pair.harness.realm))
      let agency = try #require(AgencyID("clinic.example"))
      let certificate = try NodeCertificate.mint(for: CertificateName(realm: realm, agency: agency))
      let identity = try TLSIdentity(
        certificateDER: certificate.der,
        privateKey: certificate.privateKeyDER.copyBytes()
      )
      let port = pair.ministry.port

      func send(_ method: String, _ path: String, _ body: [UInt8]) async throws -> HTTPLineResponse
      {
        let line = try await HTTPLine.connect(
          to: .tls(host: "127.0.0.1", port: port, identity: identity, verifyPeer: { _ in true })
        )
        defer { line.close() }
        return try await line.send(
          HTTPLineRequest(method: method, path: path, body: body),
          timeout: .seconds(20)
        )
      }

      for call in try PeerDocument().calls {
        let path = Self.examples.reduce(call.path) { $0.replacing($1.0, with: $1.1) }
        for body in [[], Array("not what belongs here".utf8)] as [[UInt8]] {
          let answer = try await send(call.method, path, body)
          let documented = call.statuses[Int(answer.status)]
          #expect(documented != nil, "\(call.method) \(path) answered \(answer.status)")
          // A refusal of a whole exchange is an exchange, and nothing but its code.
          if call.path == "/v1/exchange" || (call.path == "/v1/hello" && answer.status != 200) {
            let parts = try ExchangeParts(decoding: answer.body, role: .answer)
            #expect(parts.knownCode?.httpStatus == Int(answer.status))
            #expect(parts.delivery == nil && parts.notes.isEmpty)
          }
        }
        // Another method on the same path is not a call.
        let other = call.method == "GET" ? "POST" : "GET"
        #expect(try await send(other, path, []).status == 404)
      }
      for path in ["/", "/v1", "/v1/referrals", "/metrics", "/v1/exchange/", "/checkpoint/x"] {
        // A stranger may ask so often; the next is let in a second later.
        var status = 429
        for _ in 0..<100 where status == 429 {
          status = Int(try await send("GET", path, []).status)
          if status == 429 { try await Task.sleep(for: .milliseconds(200)) }
        }
        #expect(status == 404, "\(path)")
      }
    }
  }
}
