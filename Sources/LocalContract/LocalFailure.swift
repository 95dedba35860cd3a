/// Why a call of the local API gave no result.
///
/// Printing it shows the code and the detail, which names fields and reasons and never content.
package struct LocalFailure: Error, Hashable, Sendable {
  /// The code where no node answered.
  package static let unreachable = "node-unreachable"
  /// The code where the answer was cut off, too long or not of this API.
  package static let answer = "answer-malformed"

  /// The registered code: branch on this.
  package let code: String
  /// The HTTP status; 0 where there was no answer.
  package let status: Int
  /// One English sentence, or what to do.
  package let title: String
  /// Names of fields, groups or reasons.
  package let detail: String?
  /// Every reason, registered codes.
  package let reasons: [String]

  /// Makes a failure of a registered code.
  package init(_ code: ProblemCode, detail: String? = nil, reasons: [String] = []) {
    self.init(
      code: code.rawValue,
      status: code.status,
      title: code.title,
      detail: detail,
      reasons: reasons
    )
  }

  /// Makes a failure of a problem that a node answered.
  package init(_ problem: Problem) {
    self.init(
      code: problem.code,
      status: problem.status,
      title: problem.title,
      detail: problem.detail,
      reasons: problem.reasons ?? []
    )
  }

  /// Gathers the parts.
  package init(code: String, status: Int, title: String, detail: String?, reasons: [String] = []) {
    (self.code, self.status, self.title) = (code, status, title)
    (self.detail, self.reasons) = (detail, reasons)
  }

  /// The same as problem details, for an answer or for `--json`.
  package var problem: Problem {
    var problem = Problem(.internal, detail: detail, reasons: reasons.isEmpty ? nil : reasons)
    problem.type = "urn:amonat:problem:\(code)"
    (problem.status, problem.code, problem.title) = (status, code, title)
    return problem
  }
}

extension LocalFailure: CustomStringConvertible {
  /// Code, sentence, detail.
  package var description: String {
    let tail = detail.map { " (\($0))" } ?? ""
    return "\(code): \(title)\(tail)"
  }
}
