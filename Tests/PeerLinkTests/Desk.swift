internal import HTTPLine
internal import Logging
internal import PeerLink
internal import ServiceLifecycle
internal import Synchronization
internal import Testing

/// A handler that remembers who asked what.
///
/// `/echo` gives the body back, `/who` the caller's certificate, `/hold` waits for ``release()``,
/// `/sleep` for its task to be cancelled; `/big` gives much.
final class Desk: PeerRequestHandling {
  /// The length of the answer to `/big`: more than the buffers of a connection take.
  static let bigBytes = 32 << 20
  private let log = Mutex<[PeerRequest]>([])
  private let held = Mutex<(released: Bool, waiting: [CheckedContinuation<Void, Never>])>(
    (false, [])
  )
  private let smallPaths: Int

  /// - Parameter limitBytes: Longest body for `/small`.
  init(limitBytes: Int = 16) { smallPaths = limitBytes }

  var seen: [PeerRequest] { log.withLock { $0 } }

  func release() {
    let waiting = held.withLock { held in
      defer { held = (true, []) }
      return held.waiting
    }
    for one in waiting { one.resume() }
  }

  func bodyLimitBytes(method: String, path: String, peerCertificateDER: [UInt8]) async -> Int {
    path == "/small" ? smallPaths : .max
  }

  func respond(to request: PeerRequest) async -> PeerResponse {
    log.withLock { $0.append(request) }
    switch request.path {
    case "/big": return PeerResponse(status: 200, body: [UInt8](repeating: 5, count: Self.bigBytes))
    case "/who": return PeerResponse(status: 200, body: request.peerCertificateDER)
    case "/hold":
      await withCheckedContinuation { continuation in
        let now = held.withLock { held in
          if !held.released { held.waiting.append(continuation) }
          return held.released
        }
        if now { continuation.resume() }
      }
      return PeerResponse(status: 204)
    case "/sleep":
      do {
        try await Task.sleep(for: .seconds(3600))
        return PeerResponse(status: 200)
      } catch {
        return PeerResponse(status: 503)
      }
    default: return PeerResponse(status: 200, body: request.body)
    }
  }
}

/// Runs a server for as long as `use` takes, on a free port unless told which.
func serving<Answer>(
  _ desk: Desk,
  as identity: @escaping @Sendable () -> TLSIdentity,
  limits: PeerServerLimits = PeerServerLimits(shutdownGrace: .milliseconds(100)),
  port: UInt16 = 0,
  admits: @escaping @Sendable ([UInt8]) -> Bool = { _ in true },
  _ use: (PeerServer, PeerEndpoint) async throws -> Answer
) async throws -> Answer {
  let server = PeerServer(
    host: "127.0.0.1",
    port: port,
    identity: identity,
    limits: limits,
    admits: admits,
    handler: desk
  )
  let group = ServiceGroup(
    configuration: .init(
      services: [server],
      logger: Logger(label: "", factory: { _ in SwiftLogNoOpLogHandler() })
    )
  )
  async let running: Void = group.run()
  let bound = try #require(await server.port)
  let answer: Answer
  do {
    answer = try await use(server, PeerEndpoint(host: "127.0.0.1", port: bound))
  } catch {
    desk.release()
    await group.triggerGracefulShutdown()
    try await running
    throw error
  }
  desk.release()
  await group.triggerGracefulShutdown()
  try await running
  return answer
}
