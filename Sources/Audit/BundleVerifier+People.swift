internal import CanonicalBytes
internal import TransparencyLog

extension BundleVerifier {
  /// What the policy that the last event named says.
  private var policyRules: AuditPolicy? { lastPolicy.flatMap { trust.rules(of: $0.digest) } }

  private func number(_ actor: String?) -> UInt32? { actor.map(session.words.number) }

  // MARK: Exceptions, records, reviews

  /// A grant without her consent (AUD-048); after ``known(_:at:)``.
  mutating func exception(
    _ basis: String,
    _ event: LogEvent,
    _ staff: StaffPart,
    untilMs: UInt64,
    at index: UInt64
  ) {
    rules.exception(
      index,
      basis: basis,
      purpose: event.string(.purpose) ?? "",
      groups: event.strings(.groups) ?? [],
      actor: number(staff.actor),
      actor2: number(staff.actor2),
      timeMs: staff.timeMs,
      untilMs: untilMs,
      policy: policyRules
    )
  }

  mutating func countersign(_ event: LogEvent, _ staff: StaffPart, at index: UInt64) {
    guard let grant = event.integer(.grant) else { return }
    rules.countersign(grant, actor: number(staff.actor), timeMs: staff.timeMs, at: index)
  }

  mutating func review(_ event: LogEvent, _ staff: StaffPart, at index: UInt64) {
    guard let subject = staff.cause else { return }
    rules.review(
      subject,
      outcome: event.string(.outcome) ?? "",
      actor: number(staff.actor),
      timeMs: staff.timeMs,
      at: index
    )
  }

  /// What was said by telephone or handed over on paper (AUD-055).
  mutating func outside(_ event: LogEvent, _ staff: StaffPart, at index: UInt64) {
    known(event, at: index)
    let saidAtMs = event.integer(.from) ?? staff.timeMs
    guard saidAtMs <= staff.timeMs else {
      return emit(.eventMalformed, .error, index...index, ["peer"])
    }
    rules.outside(
      index,
      saidAtMs: saidAtMs,
      timeMs: staff.timeMs,
      actor: number(staff.actor),
      policy: policyRules
    )
    guard event.type == .verbal, let grant = event.integer(.grant), let said = scope(event) else {
      return
    }
    rules.judge(
      spoken: index,
      under: grant,
      peer: said.peer,
      purpose: said.purpose,
      groups: said.groups,
      saidAtMs: saidAtMs
    )
  }

  // MARK: Ends

  /// Time ran out: a grant, an exception without its second person, or an erasure receipt.
  mutating func expire(_ event: LogEvent, at index: UInt64) {
    guard let grant = event.integer(.grant) else { return }
    if event.equals(.kind, "erasure-receipt") {
      return rules.remark(.erasureReceiptLate, .warning, index...index, [String(grant)])
    }
    guard event.equals(.grantLog, logText) else { return }
    if event.equals(.kind, "grant") { rules.grants.expire(grant) }
    if event.equals(.kind, "exception") { rules.exceptionEnded(grant, at: index) }
  }

  /// A state of consent that no other type tells (AUD-058, AUD-059).
  mutating func consent(_ event: LogEvent, _ staff: StaffPart, at index: UInt64) {
    known(event, at: index)
    let ends: [(String, FindingCode)] = [
      ("revoked", .consentRevoked), ("invalidated", .consentInvalidated),
    ]
    let isOwnGrant = event.equals(.grantLog, logText)
    for (outcome, code) in ends where event.equals(.outcome, outcome) {
      rules.consentEnded(code, grant: isOwnGrant ? event.integer(.grant) : nil, at: index)
    }
    guard event.equals(.outcome, "own"), let grant = event.integer(.grant),
      let log = event.string(.grantLog)
    else { return }
    session.promises?.own(.init(log: log, index: grant), place(at: index, staff.timeMs))
  }

  /// A holder is told that a leg goes on: under a grant of its own, and until when that ends (AUD-063).
  mutating func renewal(_ event: LogEvent, _ peer: UInt32, at index: UInt64) {
    // Of all notices only a withdrawal names a grant.
    guard let number = event.integer(.grant), event.equals(.grantLog, logText),
      event.equals(.outcome, "renew") || event.equals(.outcome, "resume")
    else { return }
    guard let grant = rules.grants[number], number < index else {
      return rules.remark(.grantMissing, .error, index...index, [String(number)])
    }
    if grant.scope.peer != peer || grant.untilMs != event.integer(.until) {
      rules.remark(.grantScope, .error, index...index, [String(number)])
    }
  }

  /// A note about nobody names nobody, and goes to the statistics (AUD-064).
  mutating func anonymous(_ event: LogEvent, _ staff: StaffPart, at index: UInt64) {
    let isAboutNobody = !staff.isAboutPerson && staff.actor == nil && staff.desk == nil
    let carries = trust.rules(of: event.digest(.policy) ?? .zero)?.tally
    guard isAboutNobody, event.equals(.purpose, "statistics"),
      event.string(.peer).map(trust.keepsStatistics) ?? false,
      carries.map({ event.strings(.groups) == $0 }) ?? false
    else { return rules.remark(.anonymousMisused, .error, index...index) }
  }

  // MARK: Registers and policies

  /// A register or a policy is taken into use.
  mutating func adopt(_ event: LogEvent) {
    if let message = event.digest(.message) { adoptions?.insert(message) }
  }

  /// What an event rests on must have been taken into use before (AUD-057).
  mutating func adopted(_ digest: Digest32, at index: UInt64) {
    guard adoptions?.insert(digest).inserted == true else { return }
    rules.remark(.adoptionMissing, .warning, index...index)
  }

  // MARK: What agencies owe each other

  private func place(at index: UInt64, _ timeMs: UInt64) -> PromiseLedger.Place {
    .init(agency: ownNumber, bundle: name, log: logText, index: index, timeMs: timeMs)
  }

  /// A disclosure rests on a grant.
  func rest(_ event: LogEvent) {
    guard let promises = session.promises, let message = event.digest(.message),
      let grant = event.integer(.grant), let log = event.string(.grantLog)
    else { return }
    promises.rest(message, on: .init(log: log, index: grant))
    guard event.equals(.kind, "offer"), let purpose = event.string(.purpose),
      let basis = event.string(.basis), let rules = event.digest(.policy).flatMap(trust.rules(of:))
    else { return }
    promises.need(rules.ownConsentNeed(purpose: purpose, basis: basis), for: message)
  }

  /// A notice that asks for an erasure, answers one, or begins a service.
  func promise(_ event: LogEvent, _ sent: LogRules.Sent) {
    guard let promises = session.promises, let message = event.digest(.message) else { return }
    let here = place(at: sent.index, sent.timeMs)
    let isRecall = event.equals(.kind, "recall")
    if isRecall || (event.equals(.kind, "withdraw") && event.equals(.outcome, "erase")) {
      guard let byMs = trust.policy?.erasedByMs(sent.timeMs, isRecall: isRecall) else { return }
      return promises.ask(message, of: sent.peer, byMs: byMs, here)
    }
    guard let ref = event.digest(.ref) else { return }
    if event.equals(.kind, "erased") { promises.answer(ref, here) }
    if event.equals(.kind, "start") { promises.start(ref, here) }
  }

  /// A desk has opened something.
  func opened(_ event: LogEvent, _ staff: StaffPart, at index: UInt64) {
    guard let promises = session.promises, let message = event.digest(.message) else { return }
    promises.open(message, place(at: index, staff.timeMs))
  }
}
