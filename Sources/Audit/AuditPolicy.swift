internal import ReferralModel
internal import TransparencyLog

/// What an auditor needs of one policy: its times, and what each exception allows.
///
/// Source: AUD-008, AUD-048, AUD-053 to AUD-056.
struct AuditPolicy {
  /// How many cosignatures settle.
  let quorum: Quorum
  /// What a note about nobody carries; `nil` where there are none.
  let tally: [String]?
  private let calendar: WorkCalendar
  private let recordWithin: Span?
  private let reviewWithin: Span?
  private let holdDown: Span
  private let receiptWithin: Span?
  private let recallWithin: Span?
  private let exceptions: [String: ExceptionRule]
  private let narrow: Set<String>

  init(_ policy: Policy) {
    quorum = Quorum(
      agencies: Int(clamping: policy.witnessing.quorum),
      sectors: Int(clamping: policy.witnessing.sectors),
      f: 1
    )
    tally = policy.kind(.tally).map { $0.groups.map(\.text) }
    calendar = policy.calendar
    recordWithin = policy.consent?.recordWithin
    reviewWithin = policy.consent?.reviewWithin
    holdDown = policy.withdrawal.holdDown
    receiptWithin = policy.timers[.withdrawalReceipt]
    recallWithin = policy.timers[.recallErase]
    narrow = Set(policy.consent?.narrow.map(\.purpose.text) ?? [])
    exceptions = Dictionary(policy.exceptions.map { ($0.basis.rawValue, $0) }) { first, _ in first }
  }

  /// The last moment to record what was said or handed over; a day where the policy says nothing
  /// (EVT-032).
  func recordByMs(_ saidAtMs: UInt64) -> UInt64 {
    recordWithin.map { calendar.dueMs($0, fromMs: saidAtMs) } ?? saidAtMs &+ LogRules.dayMs
  }

  /// The last moment for somebody else to look; for an exception without a time of its own, its life.
  func reviewByMs(_ basis: String?, fromMs: UInt64) -> UInt64? {
    (reviewWithin ?? basis.flatMap { exceptions[$0]?.life }).map {
      calendar.dueMs($0, fromMs: fromMs)
    }
  }

  /// The last moment for the second person of an exception, who must be there at once where the policy
  /// gives no time.
  func secondByMs(_ basis: String, fromMs: UInt64) -> UInt64 {
    exceptions[basis]?.secondWithin.map { calendar.dueMs($0, fromMs: fromMs) } ?? fromMs
  }

  /// The longest life of an exception, in milliseconds.
  func lifeMs(_ basis: String) -> UInt64? { exceptions[basis]?.life.nominalMs }

  /// Whether an exception may be used for a purpose and these groups.
  func allows(_ basis: String, purpose: String, groups: [String]) -> Bool {
    guard let rule = exceptions[basis] else { return false }
    let allowed = Set(rule.groups.map(\.text))
    return rule.purposes.contains { $0.text == purpose } && allowed.isSuperset(of: groups)
  }

  /// When a recipient must have its own consent for a service (REF-011).
  func ownConsentNeed(purpose: String, basis: String) -> OwnConsentNeed {
    if narrow.contains(purpose) { return .never }
    return exceptions[basis]?.ownWithin.map { .within($0) } ?? .before
  }

  /// The last moment for the erasure receipt of a holder that was told to erase.
  func erasedByMs(_ askedAtMs: UInt64, isRecall: Bool) -> UInt64? {
    if isRecall { return recallWithin.map { calendar.dueMs($0, fromMs: askedAtMs) } }
    let (start, overflow) = askedAtMs.addingReportingOverflow(holdDown.nominalMs)
    return overflow ? nil : receiptWithin.map { calendar.dueMs($0, fromMs: start) }
  }
}
