internal import AgencyNode
internal import CanonicalBytes
internal import HTTPTypes
internal import Hummingbird
internal import LocalContract
internal import NIOCore
internal import NodeStore
internal import Sealing

/// The same request under the same key gets the stored answer; another request under it is refused.
struct Idempotency: Sendable {
  let node: Node

  func once(
    _ call: LocalCall,
    _ serve: () async throws -> Response
  ) async throws -> Response {
    guard let key = call.idempotencyKey, call.endpoint.method == "POST" else {
      return try await serve()
    }
    let request = Hash256.of(Array("\(call.endpoint.rawValue) \(call.id)\n".utf8) + call.body)
    let known: [UInt8]?
    do {
      known = try await node.store.read { try $0.answer(forKey: key, request: request) }
    } catch {
      throw NodeError(.idempotencyConflict)
    }
    if let known { return LocalRoutes.response(.ok, "application/json", known) }
    let response = try await serve()
    guard response.status == .ok else { return response }
    let collector = BodyCollector()
    try await response.body.write(collector)
    let (answer, atMs) = (collector.bytes, node.clock.nowMs())
    try await node.store.change {
      try $0.keep(answer: answer, forKey: key, request: request, atMs: atMs)
    }
    return LocalRoutes.response(.ok, "application/json", answer)
  }
}

/// Gathers a response body that stands in memory already.
private final class BodyCollector: ResponseBodyWriter {
  private(set) var bytes: [UInt8] = []

  func write(_ buffer: ByteBuffer) async throws { bytes += Array(buffer.readableBytesView) }

  consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
