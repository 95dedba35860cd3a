internal import CanonicalBytes
internal import Exchange
internal import Foundation
internal import HTTPLine
internal import LocalContract
internal import ReferralModel
internal import Sealing
internal import TestSupport
internal import Testing
internal import TransparencyLog
internal import Trust

extension NodeTests {
  @Suite(.serialized) struct RefusalTests {
    @Test("A certificate that no link names may say hello, and nothing else")
    func stranger() async throws {
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

      func post(_ path: String, _ body: [UInt8]) async throws -> HTTPLineResponse {
        let line = try await HTTPLine.connect(
          to: .tls(host: "127.0.0.1", port: port, identity: identity, verifyPeer: { _ in true })
        )
        defer { line.close() }
        return try await line.send(
          HTTPLineRequest(method: "POST", path: path, body: body),
          timeout: .seconds(20)
        )
      }

      let refused = try await post("/v1/exchange", ExchangeParts(held: 0).encoded)
      #expect(refused.status == 403)
      #expect(try ExchangeParts(decoding: refused.body, role: .answer).code == "unpinned")
      #expect(try await post("/v1/exchange", Array("not an exchange".utf8)).status == 403)

      let notes = try await pair.clinic.client().hello().notes
      let hello = try HelloDocument(notes: notes.map { try SignedNote(parsing: Array($0.utf8)) })
      let greeted = try await post("/v1/hello", hello.bytes)
      #expect(greeted.status == 200)
      #expect(try !HelloDocument(parsing: greeted.body).notes.isEmpty)
      #expect(try await post("/v1/hello", Array("not a hello".utf8)).status == 400)

      // The limit of a stranger on every path; then the limit of everybody.
      for (path, size) in [
        ("/v1/hello", HelloDocument.limitBytes + 1), ("/v1/exchange", 300_000),
        ("/v1/exchange", ExchangeLimits.bodyBytes + 1),
      ] {
        #expect(try await post(path, [UInt8](repeating: 0, count: size)).status == 413)
      }
      #expect(try await post("/v1/referrals", []).status == 404)
      #expect(try await pair.ministry.client().health().status == "ok")
    }
  }
}
