/// Why a whole exchange was refused; the text is the registered code.
///
/// Source: `Protocol/registries/error-codes.md`; PROTOCOL §3, steps 1 to 6.
package enum ExchangeCode: String, Error, Sendable, CaseIterable, CustomStringConvertible {
  /// A limit of step 1.
  case tooLarge = "too-large"
  /// Not a canonical exchange.
  case malformed
  /// The certificate is pinned by no agency, or by two (step 2).
  case unpinned
  /// Not an active member (step 4).
  case member
  /// The checkpoint is not the peer's log's, or not signed by its key (step 5).
  case origin
  /// A closed log has grown (step 5).
  case logClosed = "log-closed"
  /// The checkpoint does not extend what this node holds (step 6).
  case inconsistent
  /// More than this node takes at the moment; later.
  case busy
  /// No room; later.
  case storageFull = "storage-full"

  /// The HTTP status that goes with an answer of this code alone.
  package var httpStatus: Int {
    switch self {
    case .malformed, .origin, .logClosed: 400
    case .unpinned, .member: 403
    case .inconsistent: 409
    case .tooLarge: 413
    case .busy: 429
    case .storageFull: 503
    }
  }

  /// The code.
  package var description: String { rawValue }
}
