/// Why a call was not done: RFC 9457 problem details, with a registered code.
///
/// Source: `Protocol/registries/error-codes.md`, Local API.
package struct Problem: Codable, Hashable, Sendable {
  /// The media type of an answer that is a problem.
  package static let mediaType = "application/problem+json"

  /// `urn:amonat:problem:<code>`.
  package var type: String
  /// The HTTP status.
  package var status: Int
  /// The registered code: branch on this.
  package var code: String
  /// A short English sentence; not API.
  package var title: String
  /// More, for the caller alone: field, group or reason names; never content.
  package var detail: String?
  /// Every reason, registered codes, where there are several.
  package var reasons: [String]?

  /// Makes a problem of a registered code.
  package init(_ code: ProblemCode, detail: String? = nil, reasons: [String]? = nil) {
    type = "urn:amonat:problem:\(code.rawValue)"
    status = code.status
    self.code = code.rawValue
    title = code.title
    self.detail = detail
    self.reasons = reasons
  }
}
