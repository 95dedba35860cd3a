internal import Exchange
package import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Trust

/// A failure crossing a service boundary.
///
/// Branch on ``code``, never on text.
package struct NodeError: Error {
  /// Registered in `Protocol/registries/error-codes.md`.
  package let code: ProblemCode
  /// What to do, or which place of the request is meant; never content.
  package let detail: String?
  /// Codes of the reasons, where there can be several.
  package let reasons: [String]?

  package init(_ code: ProblemCode, detail: String? = nil, reasons: [String]? = nil) {
    self.code = code
    self.detail = detail
    self.reasons = reasons
  }

  /// The detail of a start without the fork guard.
  static let guardMissing = "the fork guard is missing"

  /// What the local API answers.
  package var problem: Problem { Problem(code, detail: detail, reasons: reasons) }

  /// Runs something and turns every failure of the floors below into a node error.
  static func wrapping<Out>(_ body: () async throws -> Out) async throws(NodeError) -> Out {
    do { return try await body() } catch { throw NodeError(from: error) }
  }

  /// Maps the refusal of a whole exchange.
  init(_ code: ExchangeCode) {
    self.init(ProblemCode(rawValue: code.rawValue) ?? .conflict, detail: code.rawValue)
  }

  /// Maps a failure of a floor below.
  init(from error: any Error) {
    switch error {
    case let error as NodeError: self = error
    case StoreFailure.declined(let declined): self.init(from: declined.error)
    case let error as StoreFailure: self.init(store: error)
    case let error as TrustFailure: self.init(trust: error)
    case let error as FormFailure:
      self.init(.overDisclosed, detail: error.code)
    default: self.init(.internal, detail: String(describing: type(of: error)))
    }
  }

  /// The code of a move that the life-cycle refuses.
  static func code(for refusal: LifecycleRefusal) -> ProblemCode {
    switch refusal {
    case .wrongSide: .wrongSide
    case .notFromHere: .stateNotAllowed
    case .late: .tooLate
    case .early: .tooEarly
    case .frozen: .consentFrozen
    case .noGrant: .grantMissing
    case .holdDown: .tooEarly
    case .reopenWindow: .tooLate
    }
  }

  private init(store failure: StoreFailure) {
    switch failure {
    case .full: self.init(.storageFull)
    case .unreadable(let file): self.init(.storageUnreadable, detail: file)
    case .guardMissing: self.init(.logGuard, detail: Self.guardMissing)
    case .logBehindGuard: self.init(.logGuard, detail: "the state is older than what was signed")
    case .logChanged: self.init(.logGuard, detail: "the log is not the one that was signed")
    case .foreignState, .stateKey: self.init(.storageUnreadable, detail: "state key")
    case .unknown(let what): self.init(.conflict, detail: what)
    case .conflict("idempotency-conflict"): self.init(.idempotencyConflict)
    case .conflict: self.init(.conflict)
    case .refused("busy"): self.init(.busy)
    case .refused(let code):
      self.init(ProblemCode(rawValue: code) ?? .conflict, detail: code)
    case .declined: self.init(.internal)
    case .stopped: self.init(.shuttingDown)
    }
  }

  private init(trust failure: TrustFailure) {
    switch failure {
    case .agencyUnknown: self.init(.agencyUnknown)
    case .member: self.init(.member)
    case .cardUnknown: self.init(.cardUnknown)
    default: self.init(.conflict, detail: failure.rawValue)
    }
  }
}

extension NodeError: CustomStringConvertible {
  /// The code; nothing a person could be known by.
  package var description: String { code.rawValue }
}
