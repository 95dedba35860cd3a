/// Why a call on a line gave no answer.
///
/// Carries nothing of what was said on the line, so it is safe to print.
package enum HTTPLineFailure: Error, Hashable, Sendable {
  /// No connection to the endpoint: no route, nobody listening, or a handshake that did not come about.
  case connectFailed
  /// The server showed a certificate that the caller does not accept; no request was sent.
  case peerRefused
  /// No answer within the time given, or too many calls were waiting on the line.
  case timedOut
  /// The connection ended, or the calling task was cancelled, before the answer was complete.
  case closed
  /// The answer is longer than the limit.
  case tooLarge
  /// The answer is not HTTP/1.1, or the request or the identity cannot be sent as it stands.
  case malformed
}
