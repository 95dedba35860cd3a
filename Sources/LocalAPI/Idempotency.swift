internal import AgencyNode
internal import CanonicalBytes
internal import HTTPTypes
internal import Hummingbird
internal import LocalContract
internal import NIOCore
internal import NodeStore
internal import Sealing

/// The same request under the same key gets the stored answer; another request under it is refused.
///
/// What the request changes and the mark that it was carried out are one transaction
/// (``OnceMark``), so a crash between the change and the answer cannot make it happen twice.
struct Idempotency: Sendable {
  let node: Node

  func once(
    _ call: LocalCall,
    _ serve: () async throws -> Response
  ) async throws -> Response {
    guard let key = call.idempotencyKey, call.endpoint.keepsAnswer else {
      return try await serve()
    }
    let request = Hash256.of(Array("\(call.endpoint.rawValue) \(call.id)\n".utf8) + call.body)
    switch try await known(key, request) {
    case .answer(let bytes): return LocalRoutes.response(.ok, "application/json", bytes)
    case .lost: throw NodeError(.answerLost)
    case nil: break
    }
    let once = OnceMark(key: key, request: request, atMs: node.clock.nowMs())
    let response: Response
    do {
      response = try await OnceMark.$current.withValue(once) { try await serve() }
    } catch {
      // Answered with a failure: the caller may ask again under the same key.
      if once.isWritten { try? await node.store.change { try $0.forget(once) } }
      throw error
    }
    guard response.status == .ok else { return response }
    let collector = BodyCollector()
    try await response.body.write(collector)
    let answer = collector.bytes
    try await node.store.change { try $0.complete(once, answer: answer) }
    return LocalRoutes.response(.ok, "application/json", answer)
  }

  private func known(_ key: String, _ request: Digest32) async throws -> KnownAnswer? {
    do {
      return try await node.store.read { try $0.answer(forKey: key, request: request) }
    } catch StoreFailure.conflict("idempotency-conflict") {
      throw NodeError(.idempotencyConflict)
    } catch {
      throw NodeError(.storageUnreadable)
    }
  }
}

/// Gathers a response body that stands in memory already.
private final class BodyCollector: ResponseBodyWriter {
  private(set) var bytes: [UInt8] = []

  func write(_ buffer: ByteBuffer) async throws { bytes += Array(buffer.readableBytesView) }

  consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
