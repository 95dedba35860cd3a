internal import CanonicalBytes
internal import ReferralModel
internal import Sealing
internal import Testing
internal import Trust

@Suite struct NodeCertificateTests {
  private func name() throws -> CertificateName {
    CertificateName(
      realm: try #require(Digest32([UInt8](repeating: 0xAB, count: 32))),
      agency: try #require(AgencyID("shelter.example"))
    )
  }

  @Test("A minted certificate names its realm and agency, and two are never alike")
  func mints() throws {
    let name = try name()
    let (one, two) = (
      try NodeCertificate.mint(for: name), try NodeCertificate.mint(for: name)
    )
    #expect(try NodeCertificate.name(ofDER: one.der) == name)
    #expect(one.der != two.der)
    #expect(one.der.count < 1_024)
    #expect(String(decoding: one.pem, as: UTF8.self).hasPrefix("-----BEGIN CERTIFICATE-----\n"))
    let pem = String(decoding: one.privateKeyPEM().copyBytes(), as: UTF8.self)
    #expect(pem.hasPrefix("-----BEGIN \u{50}RIVATE KEY-----\n"))
    #expect(pem.hasSuffix("-----END PRIVATE KEY-----\n"))
  }

  @Test("A certificate made by another tool is admitted by its form")
  func foreign() throws {
    let der = try #require(Base64.decode(ForeignCertificates.good))
    #expect(try NodeCertificate.name(ofDER: der) == name())
  }

  @Test(
    "B2: another key, hash or name is refused",
    arguments: ForeignCertificates.refused.indices
  )
  func refuses(_ index: Int) throws {
    let (why, text) = ForeignCertificates.refused[index]
    let der = try #require(Base64.decode(text))
    #expect(throws: TrustFailure.certificate, "\(why)") { try NodeCertificate.name(ofDER: der) }
  }

  @Test("Cut, lengthened and oversized certificates are refused")
  func limits() throws {
    let der = try NodeCertificate.mint(for: try name()).der
    #expect(throws: TrustFailure.certificate) {
      try NodeCertificate.name(ofDER: Array(der.dropLast()))
    }
    #expect(throws: TrustFailure.certificate) { try NodeCertificate.name(ofDER: der + [0]) }
    #expect(throws: TrustFailure.certificate) { try NodeCertificate.name(ofDER: []) }
    #expect(throws: TrustFailure.certificate) {
      try NodeCertificate.name(
        ofDER: [UInt8](repeating: 0x30, count: NodeCertificate.limitBytes + 1)
      )
    }
  }

  @Test("Only the exact URI is a name")
  func uris() throws {
    let name = try name()
    #expect(CertificateName(uri: name.uri) == name)
    for wrong in [
      name.uri + ":", "amonat:" + name.uri, name.uri.uppercased(), "urn:" + name.uri,
      "amonat:\(name.realm.hex):shelter", "amonat:\(name.realm.hex.dropLast()):shelter.example", "",
    ] {
      #expect(CertificateName(uri: wrong) == nil)
    }
  }
}
