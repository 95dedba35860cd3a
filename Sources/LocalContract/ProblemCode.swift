/// The codes of the local API, in the order of their registry.
///
/// Source: `Protocol/registries/error-codes.md`, Local API.
package enum ProblemCode: String, CaseIterable, Sendable {
  /// The request is not what the API describes.
  case malformed
  /// A field the API does not know.
  case unknownField = "unknown-field"
  /// A limit is exceeded.
  case tooLarge = "too-large"
  /// No such path.
  case notFound = "not-found"
  /// No such method here.
  case methodNotAllowed = "method-not-allowed"
  /// No session, or it has ended; log in again.
  case sessionUnknown = "session-unknown"
  /// The passphrase does not open the key.
  case passphraseWrong = "passphrase-wrong"
  /// Shorter than the least length.
  case passphraseWeak = "passphrase-weak"
  /// Not her code word, or too many tries.
  case codeWordWrong = "code-word-wrong"
  /// No such user.
  case userUnknown = "user-unknown"
  /// The name is taken.
  case userExists = "user-exists"
  /// This user may not do this.
  case notAllowed = "not-allowed"
  /// No unlocked desk may do this; unlock one.
  case deskLocked = "desk-locked"
  /// No such desk.
  case deskUnknown = "desk-unknown"
  /// A desk has neither a second holder nor a paper key.
  case secondHolderMissing = "second-holder-missing"
  /// An exception needs another person.
  case secondPersonMissing = "second-person-missing"
  /// The agency key must be unlocked by a person.
  case agencyKeyLocked = "agency-key-locked"
  /// No such case, or not for this desk.
  case caseUnknown = "case-unknown"
  /// No such referral.
  case referralUnknown = "referral-unknown"
  /// No grant covers this recipient, purpose, groups and time.
  case grantMissing = "grant-missing"
  /// No consent is recorded, or it was withdrawn or has run out.
  case consentMissing = "consent-missing"
  /// The survivor has said no to exactly this.
  case consentRefused = "consent-refused"
  /// Consent was not taken as the policy asks.
  case consentFacts = "consent-facts"
  /// The service begins on her word to this agency, which is not recorded yet.
  case ownConsentMissing = "own-consent-missing"
  /// A withdrawal is in force.
  case consentFrozen = "consent-frozen"
  /// The referral's state does not allow this.
  case stateNotAllowed = "state-not-allowed"
  /// Only the other side may do this.
  case wrongSide = "wrong-side"
  /// The referral was recalled, withdrawn, closed or has expired.
  case tooLate = "too-late"
  /// Something else must come first.
  case tooEarly = "too-early"
  /// It was done before.
  case alreadyDone = "already-done"
  /// No such plan.
  case planUnknown = "plan-unknown"
  /// No such draft.
  case draftUnknown = "draft-unknown"
  /// The content holds fields outside the groups.
  case overDisclosed = "over-disclosed"
  /// The policy requires a field.
  case fieldMissing = "field-missing"
  /// The policy does not allow this.
  case policy
  /// No policy is loaded, or not the one named.
  case policyUnknown = "policy-unknown"
  /// No register is loaded, or not the one named.
  case registerUnknown = "register-unknown"
  /// No such member.
  case agencyUnknown = "agency-unknown"
  /// The recipient is suspended or retired.
  case member
  /// Two histories of the recipient's log are held: nothing is disclosed to it.
  case logForked = "log-forked"
  /// No valid card of the recipient is held.
  case cardUnknown = "card-unknown"
  /// The recipient's desk keys have run out.
  case deskKeyGone = "desk-key-gone"
  /// Not sealed to a courier key of this node.
  case courierKeyGone = "courier-key-gone"
  /// Changed, cut, of another realm, or from no member of the register.
  case sealBroken = "seal-broken"
  /// The sender is not the owner of the log that speaks in it.
  case notYours = "not-yours"
  /// Its checkpoint is not signed by the sender's log.
  case origin
  /// A log of the sender that was closed has grown.
  case logClosed = "log-closed"
  /// Its checkpoint contradicts what this node has accepted.
  case inconsistent
  /// The key was used with another request.
  case idempotencyConflict = "idempotency-conflict"
  /// It was carried out, and its answer was lost with the process: look before asking again.
  case answerLost = "answer-lost"
  /// Something else changed it first.
  case conflict
  /// Too much at once.
  case busy
  /// Nothing was changed.
  case storageFull = "storage-full"
  /// The state cannot be read; the node stops.
  case storageUnreadable = "storage-unreadable"
  /// The checkpoint guard is missing or behind; a new log must be opened.
  case logGuard = "log-guard"
  /// A step of the setup is missing.
  case notConfigured = "not-configured"
  /// The node is stopping.
  case shuttingDown = "shutting-down"
  /// A fault in the program; the log has its place.
  case `internal`

  /// The HTTP status that goes with it.
  package var status: Int {
    switch self {
    case .malformed, .unknownField: 400
    case .sessionUnknown: 401
    case .passphraseWrong, .codeWordWrong, .notAllowed, .deskLocked, .agencyKeyLocked: 403
    case .notFound, .userUnknown, .deskUnknown, .caseUnknown, .referralUnknown, .agencyUnknown,
      .planUnknown, .draftUnknown:
      404
    case .methodNotAllowed: 405
    case .userExists, .secondHolderMissing, .secondPersonMissing, .grantMissing, .consentMissing,
      .consentRefused, .consentFrozen, .ownConsentMissing, .stateNotAllowed, .policyUnknown,
      .registerUnknown, .member,
      .logForked, .cardUnknown, .deskKeyGone, .idempotencyConflict, .answerLost, .conflict,
      .wrongSide, .tooLate, .tooEarly, .alreadyDone, .courierKeyGone, .logClosed, .inconsistent:
      409
    case .tooLarge: 413
    case .passphraseWeak, .consentFacts, .overDisclosed, .fieldMissing, .policy, .sealBroken,
      .notYours, .origin:
      422
    case .busy: 429
    case .storageUnreadable, .internal: 500
    case .logGuard, .notConfigured, .shuttingDown: 503
    case .storageFull: 507
    }
  }

  /// Whether the same call may succeed later, or once something named has changed.
  package var mayRetry: Bool {
    switch self {
    case .malformed, .unknownField, .tooLarge, .notFound, .methodNotAllowed, .userUnknown,
      .userExists, .deskUnknown, .caseUnknown, .referralUnknown, .consentRefused, .stateNotAllowed,
      .idempotencyConflict, .answerLost, .wrongSide, .tooLate, .alreadyDone, .planUnknown,
      .draftUnknown, .courierKeyGone, .sealBroken, .notYours, .logClosed:
      false
    case .sessionUnknown, .passphraseWrong, .passphraseWeak, .codeWordWrong, .notAllowed,
      .deskLocked,
      .secondHolderMissing, .secondPersonMissing, .agencyKeyLocked, .grantMissing, .consentMissing,
      .consentFacts, .consentFrozen, .ownConsentMissing, .overDisclosed, .fieldMissing, .policy,
      .policyUnknown,
      .registerUnknown, .agencyUnknown, .member, .logForked, .cardUnknown, .deskKeyGone, .conflict,
      .busy, .storageFull, .storageUnreadable, .logGuard, .notConfigured, .shuttingDown, .internal,
      .tooEarly, .origin, .inconsistent:
      true
    }
  }

  /// One English sentence; not API.
  package var title: String {
    switch self {
    case .malformed: "The request is not what the API describes."
    case .unknownField: "A field the API does not know."
    case .tooLarge: "A limit is exceeded."
    case .notFound: "No such path."
    case .methodNotAllowed: "No such method here."
    case .sessionUnknown: "No session, or it has ended; log in again."
    case .passphraseWrong: "The passphrase does not open the key."
    case .passphraseWeak: "Shorter than the least length."
    case .codeWordWrong: "Not her code word, or too many tries."
    case .userUnknown: "No such user."
    case .userExists: "The name is taken."
    case .notAllowed: "This user may not do this."
    case .deskLocked: "No unlocked desk may do this; unlock one."
    case .deskUnknown: "No such desk."
    case .secondHolderMissing: "A desk has neither a second holder nor a paper key."
    case .secondPersonMissing: "An exception needs another person."
    case .agencyKeyLocked: "The agency key must be unlocked by a person."
    case .caseUnknown: "No such case, or not for this desk."
    case .referralUnknown: "No such referral."
    case .grantMissing: "No grant covers this recipient, purpose, groups and time."
    case .consentMissing: "No consent is recorded, or it was withdrawn or has run out."
    case .consentRefused: "The survivor has said no to exactly this."
    case .consentFacts: "Consent was not taken as the policy asks."
    case .ownConsentMissing:
      "The service begins on her word to this agency: record it first, with consent own, then start."
    case .consentFrozen: "A withdrawal is in force."
    case .stateNotAllowed: "The referral's state does not allow this."
    case .wrongSide: "Only the other side may do this."
    case .tooLate: "The referral was recalled, withdrawn, closed or has expired."
    case .tooEarly: "Something else must come first."
    case .alreadyDone: "It was done before."
    case .planUnknown: "No such plan."
    case .draftUnknown: "No such draft."
    case .overDisclosed: "The content holds fields outside the groups."
    case .fieldMissing: "The policy requires a field."
    case .policy: "The policy does not allow this."
    case .policyUnknown: "No policy is loaded, or not the one named."
    case .registerUnknown: "No register is loaded, or not the one named."
    case .agencyUnknown: "No such member."
    case .member: "The recipient is suspended or retired."
    case .logForked: "Two histories of the recipient's log are held."
    case .cardUnknown: "No valid card of the recipient is held."
    case .deskKeyGone: "The recipient's desk keys have run out."
    case .courierKeyGone: "Not sealed to a courier key of this node."
    case .sealBroken: "Changed, cut, of another realm, or from no member."
    case .notYours: "The sender is not the owner of the log that speaks in it."
    case .origin: "Its checkpoint is not signed by the sender's log."
    case .logClosed: "A closed log of the sender has grown."
    case .inconsistent: "Its checkpoint contradicts what this node has accepted."
    case .idempotencyConflict: "The key was used with another request."
    case .answerLost: "It was carried out, and its answer was lost: look before asking again."
    case .conflict: "Something else changed it first."
    case .busy: "Too much at once."
    case .storageFull: "Nothing was changed."
    case .storageUnreadable: "The state cannot be read; the node stops."
    case .logGuard: "The checkpoint guard is missing or behind; a new log must be opened."
    case .notConfigured: "A step of the setup is missing."
    case .shuttingDown: "The node is stopping."
    case .internal: "A fault in the program; the log has its place."
    }
  }
}
