internal import HTTPLine

/// Calls of the local API over the node's Unix socket, one at a time.
///
/// Opens its line when first needed and again after it was lost; repeats nothing by itself.
package actor LocalClient {
  /// How long a call may take unless said otherwise.
  package static let patience: Duration = .seconds(30)

  /// The socket's path.
  package nonisolated let socket: String
  /// The session's token, sent with every call.
  package private(set) var token: String?
  private let limits: HTTPLineLimits
  private var line: HTTPLine?

  /// Names a node; nothing is opened yet.
  package init(
    socket: String,
    token: String? = nil,
    answerBytes: Int = LocalLimits.answerBytes
  ) {
    (self.socket, self.token) = (socket, token)
    limits = HTTPLineLimits(responseBodyBytes: answerBytes, connectTimeout: .seconds(5))
  }

  /// Uses another session from now on.
  package func use(token: String?) { self.token = token }

  /// Ends the line.
  package func close() {
    line?.close()
    line = nil
  }

  /// Calls an endpoint and reads its JSON answer.
  ///
  /// - Parameters:
  ///   - endpoint: What to call.
  ///   - type: What it answers.
  ///   - id: For `{id}`.
  ///   - query: Names and values.
  ///   - timeout: From now to the whole answer.
  /// - Returns: The answer.
  /// - Throws: ``LocalFailure``.
  package func get<Answer: Decodable & Sendable>(
    _ endpoint: LocalEndpoint,
    as type: Answer.Type = Answer.self,
    id: String = "",
    query: [(String, String)] = [],
    timeout: Duration = LocalClient.patience
  ) async throws(LocalFailure) -> Answer {
    let body = try await raw(endpoint, id: id, query: query, timeout: timeout)
    return try Self.read(type, from: body)
  }

  /// Sends a request as JSON and reads the JSON answer; see ``get(_:as:id:query:timeout:)``.
  package func post<Answer: Decodable & Sendable>(
    _ endpoint: LocalEndpoint,
    _ request: some Encodable & Sendable,
    as type: Answer.Type = Answer.self,
    id: String = "",
    action: ReferralAction? = nil,
    idempotencyKey: String? = nil,
    timeout: Duration = LocalClient.patience
  ) async throws(LocalFailure) -> Answer {
    let body = try await raw(
      endpoint,
      id: id,
      action: action,
      body: try LocalJSON.encode(request),
      idempotencyKey: idempotencyKey,
      timeout: timeout
    )
    return try Self.read(type, from: body)
  }

  /// Calls an endpoint and gives back the answer's bytes.
  ///
  /// - Throws: ``LocalFailure``, also for every answer that is not of the 200s.
  package func raw(
    _ endpoint: LocalEndpoint,
    id: String = "",
    action: ReferralAction? = nil,
    query: [(String, String)] = [],
    body: [UInt8] = [],
    contentType: String = "application/json",
    idempotencyKey: String? = nil,
    timeout: Duration = LocalClient.patience
  ) async throws(LocalFailure) -> [UInt8] {
    guard let path = endpoint.path(id: id, action: action?.rawValue ?? "", query: query) else {
      throw LocalFailure(.notFound)
    }
    var headers: [(name: String, value: String)] = []
    if let token { headers.append(("authorization", "Bearer \(token)")) }
    if !body.isEmpty { headers.append(("content-type", contentType)) }
    if let idempotencyKey { headers.append(("idempotency-key", idempotencyKey)) }
    let request = HTTPLineRequest(
      method: endpoint.method,
      path: path,
      headers: headers,
      body: body
    )
    let answer: HTTPLineResponse
    do throws(HTTPLineFailure) {
      answer = try await openLine().send(request, timeout: timeout)
    } catch {
      if line?.isOpen == false { line = nil }
      throw failure(error)
    }
    if line?.isOpen == false { line = nil }
    guard (200..<300).contains(answer.status) else { throw Self.refusal(answer) }
    return answer.body
  }

  private func openLine() async throws(HTTPLineFailure) -> HTTPLine {
    if let line, line.isOpen { return line }
    let opened = try await HTTPLine.connect(to: .unix(path: socket), limits: limits)
    // Another call may have opened one in the meantime; the newer stays.
    line = opened
    return opened
  }

  private func failure(_ failure: HTTPLineFailure) -> LocalFailure {
    let title =
      switch failure {
      case .connectFailed, .peerRefused:
        "no node answers at \(socket); is amonatd running? Start it with: amonatd --state DIR"
      case .timedOut: "the node did not answer in time"
      case .closed: "the node ended the connection; it may be stopping"
      case .tooLarge: "the answer is longer than this program takes"
      case .malformed: "the answer is not one of this API"
      }
    let code =
      switch failure {
      case .connectFailed, .peerRefused, .timedOut, .closed: LocalFailure.unreachable
      case .tooLarge, .malformed: LocalFailure.answer
      }
    return LocalFailure(code: code, status: 0, title: title, detail: nil)
  }

  private static func refusal(_ answer: HTTPLineResponse) -> LocalFailure {
    guard let problem = try? LocalJSON.decode(Problem.self, from: answer.body) else {
      return LocalFailure(
        code: LocalFailure.answer,
        status: answer.status,
        title: "the node answered with status \(answer.status)",
        detail: nil
      )
    }
    return LocalFailure(problem)
  }

  static func read<Answer: Decodable>(
    _ type: Answer.Type,
    from body: [UInt8]
  ) throws(LocalFailure) -> Answer {
    do throws(LocalFailure) {
      return try LocalJSON.decode(type, from: body)
    } catch {
      throw LocalFailure(
        code: LocalFailure.answer,
        status: 0,
        title: "the answer is not one of this API",
        detail: error.detail
      )
    }
  }
}
