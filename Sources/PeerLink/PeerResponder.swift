internal import HTTPLine
internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore

/// Takes one request off a connection, within the limits, and writes the answer.
struct PeerResponder: Sendable {
  /// Ends a connection whose peer sends more than it may; the answer has been written.
  private struct CutOff: Error {}

  let limits: PeerServerLimits
  let handler: any PeerRequestHandling
  let channels: PeerChannels

  @concurrent
  func respond(
    to request: Request,
    through writer: consuming ResponseWriter,
    on channel: any Channel
  ) async throws {
    let certificate = try await channels.certificateDER(of: channel)
    let path = request.head.path ?? "/"
    let method = request.method
    guard method == .get || method == .post else {
      return try await refuse(.methodNotAllowed, writer)
    }
    let limit = min(
      limits.bodyBytes,
      await handler.bodyLimitBytes(
        method: method.rawValue,
        path: path,
        peerCertificateDER: certificate
      )
    )
    var claimed: Int?
    if let field = request.headers[.contentLength] {
      guard let length = Int(field), length >= 0 else {
        return try await refuse(.badRequest, writer)
      }
      // Before the number may size anything.
      guard length <= limit else {
        try await refuse(.contentTooLarge, writer)
        // A little is read and thrown away, so that the answer is seen; not more.
        guard length <= limits.bodyBytes * 2 else { throw CutOff() }
        return
      }
      claimed = length
    }
    guard let body = try await read(request.body, claimed: claimed, limit: limit, channel) else {
      try await refuse(.contentTooLarge, writer)
      throw CutOff()
    }
    let answer = await handler.respond(
      to: PeerRequest(
        method: method.rawValue,
        path: path,
        peerCertificateDER: certificate,
        address: channel.remoteAddress?.ipAddress ?? "",
        body: body
      )
    )
    try await write(answer, writer)
  }

  /// The whole body, or nil as soon as it is longer than the limit.
  @concurrent
  private func read(
    _ body: RequestBody,
    claimed: Int?,
    limit: Int,
    _ channel: any Channel
  ) async throws -> [UInt8]? {
    let alarm =
      claimed == 0
      ? nil
      : channel.eventLoop.scheduleTask(in: TimeAmount(limits.transferTimeout)) {
        channel.close(promise: nil)
      }
    defer { alarm?.cancel() }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(claimed ?? 0, 1 << 20))
    for try await part in body {
      guard bytes.count + part.readableBytes <= limit else { return nil }
      bytes.append(contentsOf: part.readableBytesView)
    }
    return bytes
  }

  @concurrent
  private func write(
    _ answer: PeerResponse,
    _ writer: consuming ResponseWriter
  ) async throws {
    let status = (200...599).contains(answer.status) ? answer.status : 500
    var headers: HTTPFields = [.contentType: answer.contentType]
    if answer.isPadded, let name = HTTPField.Name(PadHeader.name) {
      headers[name] = PadHeader.value(bodyBytes: answer.body.count)
    }
    let response = Response(
      status: HTTPResponse.Status(code: status),
      headers: headers,
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body))
    )
    // The channel takes it whole; how long the peer may take over it is for `LineTimer`.
    try await writer.write(response: response.head, body: response.body)
  }

  @concurrent
  private func refuse(
    _ status: HTTPResponse.Status,
    _ writer: consuming ResponseWriter
  ) async throws {
    let response = Response(status: status, headers: [.connection: "close"])
    try await writer.write(response: response.head, body: response.body)
  }
}
