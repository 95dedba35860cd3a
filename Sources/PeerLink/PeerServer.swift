package import HTTPLine
internal import HummingbirdCore
internal import HummingbirdTLS
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import ServiceLifecycle

/// Where peers reach this node: HTTP/1.1 over TLS 1.3, the client's certificate required.
///
/// Any client with a well-formed P-256 certificate gets a connection; what it may ask is decided for
/// each request by the handler, from the certificate itself. Writes no log line.
package final class PeerServer: Service {
  private let host: String
  private let requestedPort: UInt16
  private let identity: @Sendable () -> TLSIdentity
  private let limits: PeerServerLimits
  private let admits: @Sendable ([UInt8]) -> Bool
  private let handler: any PeerRequestHandling
  private let channels = PeerChannels()
  private let announcement = PortAnnouncement()

  /// Sets up a server; nothing is bound before ``run()``.
  ///
  /// - Parameters:
  ///   - host: The address to listen on.
  ///   - port: 0 takes any free one; see ``port``.
  ///   - identity: Asked in every handshake, so a renewed certificate is used at once; must not block.
  ///   - limits: What peers may take.
  ///   - admits: Whether a client's certificate, DER, may finish its handshake; must not block.
  ///   - handler: Answers them.
  package init(
    host: String,
    port: UInt16,
    identity: @escaping @Sendable () -> TLSIdentity,
    limits: PeerServerLimits = PeerServerLimits(),
    admits: @escaping @Sendable ([UInt8]) -> Bool = { _ in true },
    handler: any PeerRequestHandling
  ) {
    self.host = host
    self.requestedPort = port
    self.identity = identity
    self.limits = limits
    self.admits = admits
    self.handler = handler
  }

  /// The port bound; waits for it, and is nil once ``run()`` has ended or failed.
  package var port: UInt16? {
    get async { await announcement.port }
  }

  /// Serves until graceful shutdown; answers under way get ``PeerServerLimits/shutdownGrace``,
  /// then their tasks are cancelled.
  package func run() async throws {
    do {
      let server = try makeServer()
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run() }
        group.addTask { [limits, channels] in
          do {
            try await gracefulShutdown()
            try await Task.sleep(for: limits.shutdownGrace)
          } catch is CancellationError {
            // The server has ended by itself.
            return
          }
          channels.closeAll()
        }
        // Either the server has ended, or its grace has, and answers still under way are cancelled.
        for try await _ in group { group.cancelAll() }
      }
    } catch {
      await announcement.announce(nil)
      throw error
    }
    await announcement.announce(nil)
  }

  /// Ends every connection of this certificate, for one that the register or a link no longer names.
  package func disconnect(peerCertificateDER: [UInt8]) {
    channels.close(certificateDER: peerCertificateDER)
  }

  private func makeServer() throws -> any Service {
    let limits = limits
    var http = HTTP1Channel.Configuration(
      additionalChannelHandlers: [LineTimer(limits: limits)],
      idleTimeout: TimeAmount(limits.idleTimeout)
    )
    http.httpDecoder.maxHeaderFieldSize = limits.headBytes
    http.httpDecoder.maxHeaderListSize = limits.headBytes
    http.httpDecoder.maxHeaderFieldCount = 64
    let tls = TLSChannelConfiguration(
      tlsConfiguration: try tlsConfiguration(),
      customVerificationCallback: { [admits] chain, verdict in
        guard chain.count == 1, let der = try? chain[0].toDERBytes(), PeerLeaf.isWellFormed(der),
          admits(der)
        else { return verdict.succeed(.failed) }
        verdict.succeed(.certificateVerified)
      }
    )
    let responder = PeerResponder(limits: limits, handler: handler, channels: channels)
    let silent = Logger(label: "peer-link", factory: { _ in SwiftLogNoOpLogHandler() })
    return try HTTPServerBuilder.tls(.http1(configuration: http), configuration: tls).buildServer(
      configuration: ServerConfiguration(
        address: .hostname(host, port: Int(requestedPort)),
        availableConnectionsDelegate: MaximumAvailableConnections(
          limits.connections,
          logger: silent
        )
      ),
      eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
      logger: silent
    ) { request, writer, channel in
      try await responder.respond(to: request, through: writer, on: channel)
    } onServerRunning: { [announcement] channel in
      await announcement.announce(channel.localAddress?.port.flatMap(UInt16.init(exactly:)))
    }
  }

  private func tlsConfiguration() throws -> TLSConfiguration {
    let shown = identity()
    let first = try ServerIdentity(shown)
    var tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: first.chain,
      privateKey: first.key
    )
    tls.minimumTLSVersion = .tlsv13
    tls.maximumTLSVersion = .tlsv13
    tls.curves = TLSProfile.groups.map(NIOTLSCurve.init(rawValue:))
    tls.verifySignatureAlgorithms = TLSProfile.signatures.map(SignatureAlgorithm.init(rawValue:))
    // Asks for a client certificate and refuses the handshake without one; which one is for the
    // callback, and then for the request.
    tls.certificateVerification = .noHostnameVerification
    tls.trustRoots = .certificates([])
    tls.shutdownTimeout = .seconds(1)
    let cache = IdentityCache(shown, first)
    tls.sslContextCallback = { [identity] _, promise in
      promise.completeWith(Result { try cache.current(identity()).override })
    }
    return tls
  }
}

/// Where the server listens, for those who ask before it does.
private actor PortAnnouncement {
  private var known: UInt16??
  private var waiting: [CheckedContinuation<UInt16?, Never>] = []

  var port: UInt16? {
    get async {
      if let known { return known }
      return await withCheckedContinuation { waiting.append($0) }
    }
  }

  func announce(_ port: UInt16?) {
    known = .some(port)
    for one in waiting { one.resume(returning: port) }
    waiting = []
  }
}
