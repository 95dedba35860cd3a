internal import Crypto
internal import Foundation
internal import HTTPLine
internal import SwiftASN1
internal import X509

/// Certificates made for one run.
enum Minting {
  /// A self-issued certificate and its key, both DER.
  struct Pair {
    let certificateDER: [UInt8]
    let keyDER: [UInt8]
  }

  /// P-256, with dates long gone: dates are not judged.
  static func identity(_ name: String) throws -> TLSIdentity {
    let key = P256.Signing.PrivateKey()
    let pair = try pair(
      name,
      Certificate.PrivateKey(key),
      [UInt8](key.derRepresentation),
      .ecdsaWithSHA256
    )
    return try TLSIdentity(certificateDER: pair.certificateDER, privateKey: pair.keyDER)
  }

  static func p384(_ name: String) throws -> Pair {
    let key = P384.Signing.PrivateKey()
    return try pair(
      name,
      Certificate.PrivateKey(key),
      [UInt8](key.derRepresentation),
      .ecdsaWithSHA384
    )
  }

  private static func pair(
    _ name: String,
    _ key: Certificate.PrivateKey,
    _ keyDER: [UInt8],
    _ algorithm: Certificate.SignatureAlgorithm
  ) throws -> Pair {
    let subject = try DistinguishedName { CommonName(name) }
    let certificate = try Certificate(
      version: .v3,
      serialNumber: .init(),
      publicKey: key.publicKey,
      notValidBefore: Date(timeIntervalSince1970: 946_684_800),
      notValidAfter: Date(timeIntervalSince1970: 978_307_200),
      issuer: subject,
      subject: subject,
      signatureAlgorithm: algorithm,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.notCertificateAuthority)
        Critical(KeyUsage(digitalSignature: true))
      },
      issuerPrivateKey: key
    )
    var serializer = DER.Serializer()
    try serializer.serialize(certificate)
    return Pair(certificateDER: serializer.serializedBytes, keyDER: keyDER)
  }
}
