/// What an auditor may find: the codes of chapter 12.
package enum FindingCode: String, Sendable, CaseIterable {
  case bundleMalformed = "bundle-malformed"
  case bundleTruncated = "bundle-truncated"
  case bundleUnsupported = "bundle-unsupported"
  case bundleAltered = "bundle-altered"
  case realmOther = "realm-other"
  case registerRefused = "register-refused"
  case cardRefused = "card-refused"
  case leafMismatch = "leaf-mismatch"
  case rootMismatch = "root-mismatch"
  case checkpointSignature = "checkpoint-signature"
  case cosignatureInvalid = "cosignature-invalid"
  case logForked = "log-forked"
  case logClosed = "log-closed"
  case succeedMisplaced = "succeed-misplaced"
  case eventUnopened = "event-unopened"
  case eventMalformed = "event-malformed"
  case indexMismatch = "index-mismatch"
  case policyMissing = "policy-missing"
  case registerUnknown = "register-unknown"
  case agencyUnknown = "agency-unknown"
  case timeDecreasing = "time-decreasing"
  case grantMissing = "grant-missing"
  case grantNotInBundle = "grant-not-in-bundle"
  case grantWithdrawn = "grant-withdrawn"
  case grantExpired = "grant-expired"
  case grantScope = "grant-scope"
  case grantUsedTwice = "grant-used-twice"
  case seqGap = "seq-gap"
  case seqReused = "seq-reused"
  case receiptMissing = "receipt-missing"
  case receiptMismatch = "receipt-mismatch"
  case receiptNotFinal = "receipt-not-final"
  case counterpartMissing = "counterpart-missing"
  case agencyAbsent = "agency-absent"
  case eraseWithoutCause = "erase-without-cause"
  case eraseNotDone = "erase-not-done"
  case personUnopenedWithoutErase = "person-unopened-without-erase"
  case staffSamePerson = "staff-same-person"
  case exceptionUsed = "exception-used"
  case exceptionTooLong = "exception-too-long"
  case exceptionScope = "exception-scope"
  case secondPersonLate = "second-person-late"
  case secondPersonMissing = "second-person-missing"
  case reviewMissing = "review-missing"
  case reviewLate = "review-late"
  case reviewIncident = "review-incident"
  case reviewerSamePerson = "reviewer-same-person"
  case recordLate = "record-late"
  case erasureReceiptLate = "erasure-receipt-late"
  case erasureReceiptMissing = "erasure-receipt-missing"
  case expireMissing = "expire-missing"
  case adoptionMissing = "adoption-missing"
  case withdrawMissing = "withdraw-missing"
  case consentRevoked = "consent-revoked"
  case consentInvalidated = "consent-invalidated"
  case ownConsentMissing = "own-consent-missing"
  case useAfterEnd = "use-after-end"
  case anonymousMisused = "anonymous-misused"
  case notSettled = "not-settled"
  case quorumOne = "quorum-one"

  /// Whether the rest of the bundle could not be judged: exit status 2 (AUD-061).
  package var stopsReading: Bool {
    switch self {
    case .bundleMalformed, .bundleTruncated, .bundleUnsupported, .realmOther, .registerRefused,
      .cardRefused:
      true
    default: false
    }
  }
}

/// How grave a finding is.
package enum Severity: String, Sendable, Comparable, CaseIterable {
  /// Ordinary, but people should know.
  case note
  /// Should not be; may have an innocent cause.
  case warning
  /// Breaks a rule or a proof.
  case error

  private var rank: Int {
    switch self {
    case .note: 0
    case .warning: 1
    case .error: 2
    }
  }

  /// Orders by gravity.
  package static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }
}

/// One thing an auditor should know, in words of the protocol only: nothing of a person.
package struct Finding: Sendable, Equatable {
  /// What it is.
  package let code: FindingCode
  /// How grave.
  package let severity: Severity
  /// The bundle's name, as the caller gave it.
  package let bundle: String
  /// The line it was found on, from 1; `nil` where it is of no single line.
  package let line: UInt64?
  /// Where that line, or the field at fault, begins, in bytes from 0.
  package let offset: UInt64?
  /// The leaf or leaves it is about.
  package let leaves: ClosedRange<UInt64>?
  /// What the sentence names: agencies, numbers, words of the format.
  package let details: [String]

  /// Puts a finding together.
  package init(
    _ code: FindingCode,
    _ severity: Severity,
    bundle: String,
    line: UInt64? = nil,
    offset: UInt64? = nil,
    leaves: ClosedRange<UInt64>? = nil,
    details: [String] = []
  ) {
    self.code = code
    self.severity = severity
    self.bundle = bundle
    self.line = line
    self.offset = offset
    self.leaves = leaves
    self.details = details
  }
}
