public import CanonicalBytes
internal import Crypto
internal import Foundation
public import ReferralModel
public import Sealing
internal import SwiftASN1
internal import X509

/// Whom a certificate names: the one subject alternative name `amonat:<realm hex>:<agency id>`.
///
/// Source: PROTOCOL §6, R5.
public struct CertificateName: Hashable, Sendable {
  /// Of which realm.
  public let realm: Digest32
  /// Which agency.
  public let agency: AgencyID

  /// Names an agency of a realm.
  public init(realm: Digest32, agency: AgencyID) { (self.realm, self.agency) = (realm, agency) }

  /// Reads a URI; `nil` for anything else.
  public init?(uri: String) {
    let parts = uri.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].elementsEqual("amonat".utf8),
      let realmText = String(parts[1]), let realm = Digest32(hex: realmText),
      let agencyText = String(parts[2]), let agency = AgencyID(agencyText)
    else { return nil }
    self.init(realm: realm, agency: agency)
  }

  /// The URI.
  public var uri: String { "amonat:\(realm.hex):\(agency.text)" }
}

/// A node's self-issued TLS certificate with its private key.
///
/// Names no person and no machine; its dates are fixed, because nobody judges them.
/// Source: PROTOCOL §6, R5; `Protocol/spec/09-tls-hello.md`, TLS-003.
public struct NodeCertificate: Sendable {
  /// Largest certificate, in bytes: its base64 fits a string of CJ-1.
  public static let limitBytes = 3_072

  /// The certificate, DER.
  public let der: [UInt8]
  /// The private key, PKCS #8 DER.
  public let privateKeyDER: SecretBytes

  /// Makes a new P-256 key and a certificate for it, under a random serial number.
  ///
  /// - Throws: ``TrustFailure/certificate`` if the library cannot.
  public static func mint(for name: CertificateName) throws(TrustFailure) -> NodeCertificate {
    do {
      let key = P256.Signing.PrivateKey()
      let subject = try DistinguishedName { CommonName("amonat node") }
      let names = SubjectAlternativeNames([.uniformResourceIdentifier(name.uri)])
      let certificate = try Certificate(
        version: .v3,
        serialNumber: Certificate.SerialNumber(),
        publicKey: Certificate.PublicKey(key.publicKey),
        notValidBefore: notBefore,
        notValidAfter: notAfter,
        issuer: subject,
        subject: subject,
        signatureAlgorithm: .ecdsaWithSHA256,
        extensions: Certificate.Extensions([Certificate.Extension(names, critical: true)]),
        issuerPrivateKey: Certificate.PrivateKey(key)
      )
      var serializer = DER.Serializer()
      try serializer.serialize(certificate)
      var privateBytes = [UInt8](key.derRepresentation)
      defer { SecretBytes.wipe(&privateBytes) }
      return NodeCertificate(
        der: serializer.serializedBytes,
        privateKeyDER: SecretBytes(privateBytes)
      )
    } catch {
      throw .certificate
    }
  }

  /// The private key as PEM, for what reads no DER.
  public func privateKeyPEM() -> SecretBytes {
    var der = privateKeyDER.copyBytes()
    var text = Self.pem(der, label: "PRIVATE KEY")
    defer {
      SecretBytes.wipe(&der)
      SecretBytes.wipe(&text)
    }
    return SecretBytes(text)
  }

  /// The certificate as PEM.
  public var pem: [UInt8] { Self.pem(der, label: "CERTIFICATE") }

  /// Whom a certificate names, if it is of the one form admitted.
  ///
  /// P-256, ECDSA with SHA-256, exactly one subject alternative name. Dates, issuer, key usage and
  /// chain are not looked at (TLS-004).
  ///
  /// - Throws: ``TrustFailure/certificate`` for any other, or more than ``limitBytes``.
  public static func name(ofDER der: [UInt8]) throws(TrustFailure) -> CertificateName {
    guard (1...limitBytes).contains(der.count) else { throw .certificate }
    do {
      let certificate = try Certificate(derEncoded: der)
      guard P256.Signing.PublicKey(certificate.publicKey) != nil,
        certificate.signatureAlgorithm == .ecdsaWithSHA256,
        let names = try certificate.extensions.subjectAlternativeNames, names.count == 1,
        case .uniformResourceIdentifier(let uri)? = names.first,
        let name = CertificateName(uri: uri)
      else { throw TrustFailure.certificate }
      return name
    } catch {
      throw .certificate
    }
  }

  // 2020-01-01 and 2100-01-01: the same in every certificate, so they tell nothing.
  private static let notBefore = Date(timeIntervalSince1970: 1_577_836_800)
  private static let notAfter = Date(timeIntervalSince1970: 4_102_444_800)

  private static func pem(_ der: [UInt8], label: String) -> [UInt8] {
    var out = Array("-----BEGIN \(label)-----\n".utf8)
    let body = Array(Base64.encode(der).utf8)
    for start in stride(from: 0, to: body.count, by: 64) {
      out.append(contentsOf: body[start..<min(start + 64, body.count)])
      out.append(0x0A)
    }
    out.append(contentsOf: "-----END \(label)-----\n".utf8)
    return out
  }
}
