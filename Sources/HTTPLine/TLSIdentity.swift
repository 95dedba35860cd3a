internal import NIOCore
internal import NIOSSL

/// A certificate and its key, ready to be shown to a peer.
///
/// Prints nothing of the key.
package struct TLSIdentity: Sendable {
  /// How the bytes of a private key are written.
  package enum KeyFormat: Sendable {
    case der, pem
  }

  /// The certificate, DER.
  package let certificateDER: [UInt8]
  /// The private key, DER.
  package let privateKeyDER: [UInt8]
  /// Made once, as it is costly and does not depend on the peer.
  let clientContext: NIOSSLContext

  /// Admits a pair.
  ///
  /// - Throws: ``HTTPLineFailure/malformed`` unless both parse and belong together.
  package init(
    certificateDER: [UInt8],
    privateKey: [UInt8],
    format: KeyFormat = .der
  ) throws(HTTPLineFailure) {
    do {
      let certificate = try NIOSSLCertificate(bytes: certificateDER, format: .der)
      let key = try NIOSSLPrivateKey(bytes: privateKey, format: format == .pem ? .pem : .der)
      self.certificateDER = certificateDER
      self.privateKeyDER = try key.derBytes
      self.clientContext = try NIOSSLContext(
        configuration: Self.clientConfiguration(certificate, key)
      )
    } catch {
      throw .malformed
    }
  }

  private static func clientConfiguration(
    _ certificate: NIOSSLCertificate,
    _ key: NIOSSLPrivateKey
  ) -> TLSConfiguration {
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.minimumTLSVersion = .tlsv13
    tls.maximumTLSVersion = .tlsv13
    tls.curves = TLSProfile.groups.map(NIOTLSCurve.init(rawValue:))
    tls.verifySignatureAlgorithms = TLSProfile.signatures.map(SignatureAlgorithm.init(rawValue:))
    // The line's own check decides, by exact bytes; there is nothing to anchor a chain to.
    tls.certificateVerification = .noHostnameVerification
    tls.trustRoots = .certificates([])
    tls.certificateChain = [.certificate(certificate)]
    tls.privateKey = .privateKey(key)
    tls.shutdownTimeout = .seconds(1)
    return tls
  }
}

extension TLSIdentity: Equatable {
  package static func == (one: TLSIdentity, other: TLSIdentity) -> Bool {
    one.certificateDER == other.certificateDER && one.privateKeyDER == other.privateKeyDER
  }
}

extension TLSIdentity: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "TLSIdentity" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: [:]) }
}
