/// What one line will hold and how long it will wait.
package struct HTTPLineLimits: Sendable, Hashable {
  /// Longest answer body, in bytes: one exchange of 8 MiB and its framing (`Protocol/spec/exchange.md`).
  package var responseBodyBytes: Int
  /// Longest head of an answer, in bytes, all header fields together.
  package var responseHeadBytes: Int
  /// Time for the connection and the handshake, each.
  package var connectTimeout: Duration
  /// Calls that may wait for their turn.
  package var waitingCalls: Int

  /// Limits of a line between two nodes.
  package init(
    responseBodyBytes: Int = (8 << 20) + (64 << 10),
    responseHeadBytes: Int = 16 << 10,
    connectTimeout: Duration = .seconds(10),
    waitingCalls: Int = 64
  ) {
    self.responseBodyBytes = responseBodyBytes
    self.responseHeadBytes = responseHeadBytes
    self.connectTimeout = connectTimeout
    self.waitingCalls = waitingCalls
  }
}
