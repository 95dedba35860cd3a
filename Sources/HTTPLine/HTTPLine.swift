internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// One kept-alive HTTP/1.1 connection to one endpoint, and to no other place.
///
/// One request is under way at a time; others wait in order. A call that is given up while under way
/// ends the line. No redirect, no proxy and no retry.
package final class HTTPLine: Sendable {
  /// Whether the server's certificate, DER, is the one expected.
  ///
  /// Dates and chains are not judged.
  package typealias PeerCheck = @Sendable (_ certificateDER: [UInt8]) -> Bool

  /// The other end of a line.
  package enum Endpoint: Sendable {
    /// A Unix-domain socket in the file system.
    case unix(path: String)
    /// TLS 1.3 over TCP (``TLSProfile``), showing `identity`.
    case tls(host: String, port: UInt16, identity: TLSIdentity, verifyPeer: PeerCheck)

    var hostField: String {
      switch self {
      case .unix: "localhost"
      case .tls(let host, let port, _, _):
        host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
      }
    }
  }

  private struct Ends: Sendable {
    let channel: any Channel
    let handler: NIOLoopBound<HTTPLineHandler>
    let approved: EventLoopFuture<Void>
  }

  private let channel: any Channel
  private let handler: NIOLoopBound<HTTPLineHandler>
  private let gate: LineGate
  private let host: String

  private init(_ ends: Ends, gate: LineGate, host: String) {
    channel = ends.channel
    handler = ends.handler
    self.gate = gate
    self.host = host
  }

  deinit { channel.close(promise: nil) }

  /// Opens a line.
  ///
  /// Returns when the server's certificate has passed `verifyPeer`; requests leave only once the
  /// handshake has also proved its key.
  ///
  /// - Throws: ``HTTPLineFailure/connectFailed``, ``HTTPLineFailure/peerRefused``,
  ///   ``HTTPLineFailure/timedOut``.
  package static func connect(
    to endpoint: Endpoint,
    limits: HTTPLineLimits = HTTPLineLimits()
  ) async throws(HTTPLineFailure) -> HTTPLine {
    let gate = LineGate()
    do {
      let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton.next())
        .connectTimeout(TimeAmount(limits.connectTimeout))
      let prepare: @Sendable (any Channel) -> EventLoopFuture<Ends> = { channel in
        channel.eventLoop.makeCompletedFuture {
          try prepared(channel, for: endpoint, limits: limits, gate: gate)
        }
      }
      let ends =
        switch endpoint {
        case .unix(let path):
          try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: prepare)
        case .tls(let host, let port, _, _):
          try await bootstrap.connect(host: host, port: Int(port), channelInitializer: prepare)
        }
      let line = HTTPLine(ends, gate: gate, host: endpoint.hostField)
      try await ends.approved.get()
      return line
    } catch let failure as HTTPLineFailure {
      throw failure
    } catch ChannelError.connectTimeout {
      throw .timedOut
    } catch {
      throw .connectFailed
    }
  }

  /// Whether the line may be given another call.
  ///
  /// A closed line stays closed.
  package var isOpen: Bool { gate.isOpen && channel.isActive }

  /// Sends a request and waits for the whole answer.
  ///
  /// - Parameters:
  ///   - request: Sent as it stands.
  ///   - timeout: From now to the last byte of the answer, the wait for a turn included; at most a day.
  /// - Returns: The answer, whatever its status.
  /// - Throws: ``HTTPLineFailure``; a cancelled task gets ``HTTPLineFailure/closed``.
  package func send(
    _ request: HTTPLineRequest,
    timeout: Duration
  ) async throws(HTTPLineFailure) -> HTTPLineResponse {
    guard let head = request.head(host: host) else { throw .malformed }
    guard !Task.isCancelled else { throw .closed }
    let id = gate.nextCall()
    let body = request.body.isEmpty ? nil : ByteBuffer(bytes: request.body)
    let (loop, handler) = (channel.eventLoop, handler)
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { answer in
        let call = LineCall(id: id, head: head, body: body, timeout: timeout, answer: answer)
        loop.execute { handler.value.enqueue(call) }
      }
    } onCancel: {
      loop.execute { handler.value.giveUp(id, because: .closed) }
    }
    return try result.get()
  }

  /// Ends the line; calls on it fail with ``HTTPLineFailure/closed``.
  package func close() {
    gate.shut()
    channel.eventLoop.execute { [handler] in handler.value.end(because: .closed) }
  }

  private static func prepared(
    _ channel: any Channel,
    for endpoint: Endpoint,
    limits: HTTPLineLimits,
    gate: LineGate
  ) throws -> Ends {
    let approval = channel.eventLoop.makePromise(of: Void.self)
    let handler = HTTPLineHandler(limits: limits, gate: gate, approval: approval)
    let pipeline = channel.pipeline.syncOperations
    do {
      if case .tls(_, _, let identity, let verifyPeer) = endpoint {
        handler.awaitApproval(on: channel.eventLoop)
        try pipeline.addHandler(guarded(identity, verifyPeer, handler))
      }
      var heads = NIOHTTPDecoderLimitConfiguration()
      heads.maxHeaderFieldSize = limits.responseHeadBytes
      heads.maxHeaderListSize = limits.responseHeadBytes
      try pipeline.addHTTPClientHandlers(
        leftOverBytesStrategy: .dropBytes,
        enableOutboundHeaderValidation: true,
        encoderConfiguration: .init(),
        decoderLimitConfiguration: heads,
        withClientUpgrade: nil
      )
      try pipeline.addHandler(handler)
    } catch {
      handler.end(because: .connectFailed)
      throw error
    }
    if case .unix = endpoint { handler.approve() }
    return Ends(
      channel: channel,
      handler: NIOLoopBound(handler, eventLoop: channel.eventLoop),
      approved: approval.futureResult
    )
  }

  /// The TLS handler: no server name goes out, and only `verifyPeer` says who may answer.
  private static func guarded(
    _ identity: TLSIdentity,
    _ verifyPeer: @escaping PeerCheck,
    _ handler: HTTPLineHandler
  ) throws -> NIOSSLClientHandler {
    try NIOSSLClientHandler(
      context: identity.clientContext,
      serverHostname: nil,
      customVerificationCallback: { chain, verdict in
        guard chain.count == 1, let leaf = try? chain[0].toDERBytes(), verifyPeer(leaf) else {
          handler.refuse()
          return verdict.succeed(.failed)
        }
        handler.approve()
        verdict.succeed(.certificateVerified)
      }
    )
  }
}
