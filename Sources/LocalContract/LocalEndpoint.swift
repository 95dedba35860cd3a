/// Every call of the local API: its method and its path.
///
/// Source: `Protocol/openapi/local.yaml`, where the raw values' paths stand word for word.
package enum LocalEndpoint: String, CaseIterable, Sendable {
  /// Answers ``NodeStatus``; needs no session.
  case status = "GET /v1/status"
  /// ``UserAdd`` → ``UserAdded``; the first user needs no session.
  case addUser = "POST /v1/users"
  /// ``UserRoles`` → ``UserRoles``.
  case setRoles = "POST /v1/users/roles"
  /// ``Unlock`` → ``Session``.
  case unlock = "POST /v1/unlock"
  /// Ends the session → ``Done``.
  case lock = "POST /v1/lock"
  /// ``DeskAdd`` → ``DeskAdded``.
  case addDesk = "POST /v1/desks"
  /// Answers ``CardView``.
  case card = "GET /v1/card"
  /// ``CardSign`` → ``CardView``.
  case signCard = "POST /v1/card/sign"
  /// Answers ``RegisterView``.
  case register = "GET /v1/register"
  /// ``NotesImport`` → ``RegisterView``.
  case importRegister = "POST /v1/register/import"
  /// Answers the policy file itself.
  case policy = "GET /v1/policy"
  /// ``NotesImport`` → ``NotesImported``.
  case importPeers = "POST /v1/peers/import"
  /// Answers ``HelloNotes``.
  case hello = "GET /v1/hello"
  /// Answers ``DueList``.
  case due = "GET /v1/due"
  /// ``CaseOpen`` → ``CaseOpened``.
  case openCase = "POST /v1/cases"
  /// Answers ``CaseList``; takes `after`.
  case cases = "GET /v1/cases"
  /// Answers ``CaseView``.
  case showCase = "GET /v1/cases/{id}"
  /// ``CaseAmend`` → ``CaseAmended``.
  case amendCase = "POST /v1/cases/{id}/amend"
  /// Answers ``HolderList``.
  case holders = "GET /v1/cases/{id}/holders"
  /// ``ConsentRecord`` → ``ConsentRecorded``.
  case recordConsent = "POST /v1/consents"
  /// Answers ``ConsentList``; takes `case`.
  case consents = "GET /v1/consents"
  /// ``ExceptionAsk`` → ``ConsentRecorded``.
  case useException = "POST /v1/consents/exception"
  /// ``Countersign`` → ``GrantView``.
  case countersign = "POST /v1/consents/countersign"
  /// ``ConsentRenew`` → ``ConsentRecorded``.
  case renewConsent = "POST /v1/consents/renew"
  /// ``OwnConsent`` → ``OwnConsentTaken``.
  case ownConsent = "POST /v1/consents/own"
  /// Answers ``LapsedList``.
  case lapsed = "GET /v1/consents/lapsed"
  /// Answers ``ConsentStory``; takes `case`.
  case consentStory = "GET /v1/consents/story"
  /// Answers ``ReviewList``.
  case reviews = "GET /v1/reviews"
  /// ``ReviewDone`` → ``ReviewItem``.
  case review = "POST /v1/reviews"
  /// ``OutsideAsk`` → ``OutsideRecorded``.
  case recordOutside = "POST /v1/outside"
  /// ``CasePaper`` → ``CaseView``.
  case paper = "POST /v1/papers"
  /// ``ContactOpen`` → ``ContactOpened``.
  case openContact = "POST /v1/contacts"
  /// Answers ``ContactView``.
  case showContact = "GET /v1/contacts/{id}"
  /// ``ContactCheck`` → ``ContactChecked``.
  case checkContact = "POST /v1/contacts/check"
  /// ``ContactConvert`` → ``CaseOpened``.
  case convertContact = "POST /v1/contacts/convert"
  /// ``AnonymousAdd`` → ``Done``.
  case addAnonymous = "POST /v1/anonymous"
  /// Answers ``AnonymousTable``.
  case anonymous = "GET /v1/anonymous"
  /// Answers ``AnonymousReceived``.
  case anonymousReceived = "GET /v1/anonymous/received"
  /// ``JourneyAsk`` → ``JourneyLine``.
  case journey = "POST /v1/journeys"
  /// ``JourneyArrived`` → ``JourneyLine``.
  case journeyArrived = "POST /v1/journeys/arrived"
  /// Answers ``JourneyList``.
  case journeys = "GET /v1/journeys"
  /// ``ConsentStop`` → ``ConsentChanged``.
  case stop = "POST /v1/consents/stop"
  /// ``ConsentWithdraw`` → ``ConsentChanged``.
  case withdraw = "POST /v1/consents/withdraw"
  /// ``ConsentEnd`` → ``ConsentChanged``.
  case endConsent = "POST /v1/consents/end"
  /// ``ConsentResume`` → ``ConsentChanged``.
  case resume = "POST /v1/consents/resume"
  /// ``CodeWordSet`` → ``Done``.
  case setCodeWord = "POST /v1/consents/code-word"
  /// Answers ``WithdrawalHolders``; takes `case`.
  case withdrawalHolders = "GET /v1/consents/holders"
  /// ``ReceivedStop`` → ``Done``.
  case stopReceived = "POST /v1/received/stop"
  /// ``HandOn`` → ``ReferResult``.
  case handOn = "POST /v1/received/hand-on"
  /// Answers ``AlertList``.
  case alerts = "GET /v1/alerts"
  /// ``AlertSettle`` → ``AlertList``.
  case settleAlert = "POST /v1/alerts/settle"
  /// Closes a case → ``RecordKept``.
  case closeCase = "POST /v1/cases/{id}/close"
  /// Answers ``CaseLinks``.
  case siblings = "GET /v1/grants/{id}/siblings"
  /// ``CaseLink`` → ``CaseLinks``.
  case linkCase = "POST /v1/cases/{id}/siblings"
  /// ``CaseLink`` → ``CaseLinks``.
  case unlinkCase = "POST /v1/cases/{id}/siblings/remove"
  /// ``RecordKeep`` → ``RecordKept``.
  case keepRecord = "POST /v1/kept/{id}"
  /// ``ReferBatch`` → ``ReferResults``.
  case refer = "POST /v1/referrals"
  /// Answers ``ReferralList``; takes `box`, `state`, `after`.
  case referrals = "GET /v1/referrals"
  /// Answers ``ReferralView``.
  case showReferral = "GET /v1/referrals/{id}"
  /// ``ReferralAct`` → ``ReferralLine``; see ``ReferralAction``.
  case act = "POST /v1/referrals/{id}/{action}"
  /// ``PlanNew`` → ``PlanView``.
  case newPlan = "POST /v1/plans"
  /// Answers ``PlanList``; takes `case`.
  case plans = "GET /v1/plans"
  /// Answers ``PlanView``.
  case showPlan = "GET /v1/plans/{id}"
  /// ``PlanAdd`` → ``PlanView``.
  case addLegs = "POST /v1/plans/{id}/legs"
  /// ``PlanDrop`` → ``PlanView``.
  case dropLeg = "POST /v1/plans/{id}/drop"
  /// ``DraftSave`` → ``DraftLine``.
  case saveDraft = "POST /v1/drafts"
  /// Answers ``DraftList``.
  case drafts = "GET /v1/drafts"
  /// Sends it → ``ReferResults``.
  case sendDraft = "POST /v1/drafts/{id}/send"
  /// Throws it away → ``Done``.
  case discardDraft = "POST /v1/drafts/{id}/discard"
  /// ``CapacityAsk`` → ``CapacityLine``.
  case askCapacity = "POST /v1/capacity/questions"
  /// Answers ``CapacityView``.
  case capacity = "GET /v1/capacity"
  /// ``CapacitySet`` → ``CapacityView``.
  case setCapacity = "POST /v1/capacity/settings"
  /// ``CapacityReply`` → ``CapacityLine``.
  case answerCapacity = "POST /v1/capacity/questions/{id}/answer"
  /// Answers ``CourierList``.
  case courier = "GET /v1/courier"
  /// ``CourierOut`` → ``CourierParcel``.
  case courierOut = "POST /v1/courier/out"
  /// A parcel's bytes → ``CourierTaken``; needs no session.
  case courierIn = "POST /v1/courier/in"
  /// ``AuditExport`` → ``AuditExported``, or the bundle itself.
  case exportAudit = "POST /v1/audit/export"
  /// Answers ``ClockStatus``; needs no session.
  case clock = "GET /v1/clock"
  /// ``ClockDecide`` → ``ClockStatus``.
  case decideClock = "POST /v1/clock"
  /// Answers Prometheus text.
  case metrics = "GET /metrics"
  /// Answers ``Health``: 200, or 503.
  case health = "GET /healthz"

  /// `GET` or `POST`.
  package var method: String { String(rawValue.prefix { $0 != " " }) }

  /// The path with its `{…}` parts, as in the OpenAPI document.
  package var template: String { String(rawValue.drop { $0 != " " }.dropFirst()) }

  /// Whether a call needs a session's token.
  package var needsSession: Bool {
    switch self {
    case .status, .addUser, .unlock, .addDesk, .card, .signCard, .register, .importRegister,
      .policy, .importPeers, .hello, .exportAudit, .courierIn, .clock, .metrics, .health:
      false
    case .useException, .countersign, .renewConsent, .ownConsent, .endConsent, .lapsed,
      .consentStory, .reviews, .review, .recordOutside, .paper, .openContact, .showContact,
      .checkContact, .convertContact, .addAnonymous, .anonymous, .anonymousReceived, .journey,
      .journeyArrived, .journeys:
      true
    case .setRoles, .lock, .decideClock, .openCase, .cases, .showCase, .recordConsent, .consents,
      .stop,
      .withdraw, .resume, .setCodeWord, .withdrawalHolders, .stopReceived, .handOn, .alerts,
      .settleAlert, .refer, .referrals, .showReferral, .act, .due, .amendCase, .holders, .newPlan,
      .plans, .showPlan, .addLegs, .dropLeg, .saveDraft, .drafts, .sendDraft, .discardDraft,
      .askCapacity, .capacity, .setCapacity, .answerCapacity, .closeCase, .keepRecord, .siblings,
      .linkCase, .unlinkCase, .courier, .courierOut:
      true
    }
  }

  /// Whether an answer is kept under an `Idempotency-Key`.
  ///
  /// Not those that hold a secret of a person (a token, a paper key) or a whole bundle; repeating
  /// these calls harms nothing.
  package var keepsAnswer: Bool {
    switch self {
    case .openCase, .recordConsent, .stop, .withdraw, .refer, .act, .importRegister, .importPeers,
      .useException, .countersign, .renewConsent, .ownConsent, .endConsent, .review, .recordOutside,
      .paper,
      .openContact, .convertContact, .addAnonymous, .journey, .journeyArrived:
      true
    case .lapsed, .consentStory, .reviews, .showContact, .checkContact, .anonymous,
      .anonymousReceived, .journeys, .resume, .setCodeWord, .withdrawalHolders, .stopReceived,
      .handOn, .alerts, .settleAlert, .closeCase, .keepRecord, .siblings, .linkCase,
      .unlinkCase:
      false
    case .status, .addUser, .setRoles, .unlock, .lock, .addDesk, .card, .signCard, .register,
      .policy,
      .hello, .cases, .showCase, .consents, .referrals, .showReferral, .exportAudit, .clock,
      .decideClock,
      .metrics, .health, .due, .amendCase, .holders, .newPlan, .plans, .showPlan, .addLegs,
      .dropLeg, .saveDraft, .drafts, .sendDraft, .discardDraft, .askCapacity, .capacity,
      .setCapacity, .answerCapacity, .courier, .courierOut, .courierIn:
      false
    }
  }

  /// Longest request body, in bytes.
  package var bodyBytes: Int {
    self == .courierIn ? LocalLimits.parcelBytes : LocalLimits.requestBytes
  }

  /// The path of one thing, with a query.
  ///
  /// - Returns: `nil` where a part is not made of letters, digits, dots and hyphens.
  package func path(id: String = "", action: String = "", query: [(String, String)] = []) -> String?
  {
    guard Self.isPlain(id), Self.isPlain(action) else { return nil }
    var parts: [String] = []
    for part in template.split(separator: "/") {
      switch part {
      case "{id}": parts.append(id)
      case "{action}": parts.append(action)
      default: parts.append(String(part))
      }
    }
    guard !parts.contains("") else { return nil }
    var path = "/" + parts.joined(separator: "/")
    for (position, entry) in query.enumerated() {
      guard Self.isPlain(entry.0), Self.isPlain(entry.1) else { return nil }
      path += (position == 0 ? "?" : "&") + entry.0 + "=" + entry.1
    }
    return path
  }

  private static func isPlain(_ text: String) -> Bool {
    text.utf8.allSatisfy {
      switch $0 {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "-"): true
      default: false
      }
    }
  }
}

/// What a person may do with a referral: the last part of its path.
///
/// Source: domain §5.1; `Protocol/registries/kinds.md`.
package enum ReferralAction: String, CaseIterable, Sendable {
  /// A person at the recipient has seen it.
  case ack
  /// The recipient takes it.
  case accept
  /// The recipient, or the survivor there, says no; needs a reason.
  case decline
  /// The recipient asks for something before deciding; needs a reason.
  case ask
  /// The sender answers what was asked, within the grant.
  case answer
  /// The recipient would take it later; needs a reason and the day expected.
  case waitlist
  /// The recipient names another purpose; it forwards nothing.
  case redirect
  /// The recipient cannot reach the person; needs a reason.
  case lost
  /// The service has begun.
  case start
  /// The service has ended; needs an outcome.
  case complete
  /// The sender takes it back; needs a reason.
  case recall
  /// Confirm at the recipient's desk an erasure that the sender asked for.
  case erase
  /// The sender closes it; needs a reason.
  case close
  /// The sender opens a closed one again, under a grant that still holds.
  case reopen
  /// Either side disputes; needs a reason.
  case dispute
  /// The supervisors have settled the dispute; needs how.
  case resolve

  /// Whether the sender, not the recipient, does this.
  package var isSenders: Bool {
    switch self {
    case .recall, .close, .answer, .reopen: true
    case .ack, .accept, .decline, .start, .complete, .erase, .ask, .waitlist, .redirect, .lost,
      .dispute, .resolve:
      false
    }
  }
}

/// When a call that refers is answered.
package enum ReferWait: String, Codable, CaseIterable, Sendable {
  /// As soon as the referrals are durable.
  case queued
  /// When the recipients' receipts are stored, or the wait is over.
  case receipt
}

/// Which referrals a list holds.
package enum ReferralBox: String, CaseIterable, Sendable {
  /// Received.
  case incoming = "in"
  /// Sent.
  case outgoing = "out"
}
