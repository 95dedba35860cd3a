internal import HTTPLine
internal import NIOSSL
internal import Synchronization

/// An identity in the form the TLS server takes.
struct ServerIdentity: Sendable {
  let chain: [NIOSSLCertificateSource]
  let key: NIOSSLPrivateKeySource

  init(_ identity: TLSIdentity) throws {
    chain = [.certificate(try NIOSSLCertificate(bytes: identity.certificateDER, format: .der))]
    key = .privateKey(try NIOSSLPrivateKey(bytes: identity.privateKeyDER, format: .der))
  }

  var override: NIOSSLContextConfigurationOverride {
    var override = NIOSSLContextConfigurationOverride()
    override.certificateChain = chain
    override.privateKey = key
    return override
  }
}

/// The identity last shown, parsed: it changes once in months, handshakes come every minute.
final class IdentityCache: Sendable {
  private let last: Mutex<(identity: TLSIdentity, parsed: ServerIdentity)>

  init(_ identity: TLSIdentity, _ parsed: ServerIdentity) {
    last = Mutex((identity, parsed))
  }

  func current(_ identity: TLSIdentity) throws -> ServerIdentity {
    try last.withLock { last in
      if last.identity != identity { last = (identity, try ServerIdentity(identity)) }
      return last.parsed
    }
  }
}
