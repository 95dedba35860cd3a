internal import AgencyNode
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import LocalContract
internal import NIOCore

/// One local request: its body read whole within the limit, its session looked up once.
struct LocalCall: Sendable {
  let endpoint: LocalEndpoint
  let body: [UInt8]
  let token: String?
  let idempotencyKey: String?
  private let parameters: [String: String]
  private let queries: [String: String]
  private let node: Node

  init(
    _ endpoint: LocalEndpoint,
    _ request: Request,
    _ context: LocalContext,
    node: Node
  ) async throws {
    self.endpoint = endpoint
    self.node = node
    var request = request
    let buffer: ByteBuffer
    do {
      buffer = try await request.collectBody(upTo: endpoint.bodyBytes)
    } catch {
      throw NodeError(.tooLarge)
    }
    body = Array(buffer.readableBytesView)
    let bearer = request.headers[.authorization]
    token = bearer.flatMap { $0.hasPrefix("Bearer ") ? String($0.dropFirst(7)) : nil }
    idempotencyKey = HTTPField.Name("Idempotency-Key").flatMap { request.headers[$0] }
    if let idempotencyKey, idempotencyKey.utf8.count > LocalLimits.idempotencyKeyBytes {
      throw NodeError(.tooLarge, detail: "Idempotency-Key")
    }
    parameters = ["id": "id", "action": "action"].compactMapValues {
      context.parameters.get($0)
    }
    var queries: [String: String] = [:]
    for name in ["case", "box", "state", "after"] {
      if let value = request.uri.queryParameters.get(name) { queries[name] = value }
    }
    self.queries = queries
    // Who asks is known before anything is read or done.
    if endpoint.needsSession { _ = try await node.sessions.presence(token) }
  }

  var id: String { parameters["id"] ?? "" }

  var action: ReferralAction? { parameters["action"].flatMap { ReferralAction(rawValue: $0) } }

  func query(_ name: String) -> String? { queries[name] }

  func presence() async throws(NodeError) -> SessionVault.Presence {
    try await node.sessions.presence(token)
  }

  /// The request, strictly: an unknown field is refused.
  ///
  /// An empty body stands for `{}`.
  func decode<Value: Decodable>() throws -> Value {
    try LocalJSON.decode(Value.self, from: body.isEmpty ? Array("{}".utf8) : body)
  }
}
