/// A mechanism's confidentiality and data-sharing protocol, as data.
///
/// Everything that people may want to change without a release stands here: purposes, field groups,
/// forms, code lists, timers, exceptions, labels. A value that exists is consistent: every code that
/// is used is defined, every label is there in every language, no timer is impossible.
///
/// Never changed once it exists, and shared: it is handed on for every message, and has thirty parts.
///
/// Source: DESIGN §2, domain §5–§7, `Protocol/schema/policy.schema.json`.
public final class Policy: Sendable {
  /// The policy's short name.
  public let name: Code
  /// Which edition this is, from 1.
  public let version: UInt64
  /// The languages every label has, the first being the fallback.
  public let languages: [Language]
  /// The policy's title.
  public let labels: Labels
  /// The field groups with their forms, at most 16.
  public let forms: [FieldForm]
  /// Kinds of grant and their longest lives.
  public let terms: [TermRule]
  /// The purposes, at most 16.
  public let purposes: [PurposeRule]
  /// The services.
  public let services: [ServiceRule]
  /// What people read for the bases that are not exceptions.
  public let bases: [Basis: Labels]
  /// The lawful exceptions.
  public let exceptions: [ExceptionRule]
  /// What each kind of message may carry.
  public let kinds: [KindRule]
  /// The priorities, the most pressing first.
  public let priorities: [PriorityRule]
  /// The clocks that do not depend on the priority.
  public let timers: [TimerName: Span]
  /// How consent is taken; a policy may leave it out.
  public let consent: ConsentRules?
  /// The rules of withdrawal.
  public let withdrawal: WithdrawalRule
  /// How logs are witnessed.
  public let witnessing: WitnessingRule
  /// The most pads between two legs of a plan.
  public let padLimit: UInt64
  /// What is left of a grant is told in steps of so much where a person has several recipients; absent:
  /// as it is (EVT-034).
  public let untilStep: Span?
  /// The working hours in which people answer.
  public let calendar: WorkCalendar
  /// What the mechanism's directory says of single agencies.
  public let offices: [AgencyID: Office]
  /// The code that a node gives when a clock, not a person, ends something.
  public let automatic: [TimerName: Code]
  /// The code lists.
  public let lists: [CodeList]
  /// For how long the policy before this one stays allowed beside it; absent: not at all (REG-013).
  public let overlap: Span?
  /// Who takes part, and the most each may see.
  public let roles: [RoleRule]
  /// What is read to people before they decide.
  public let notices: [NoticeRule]
  /// How long closed matters are kept.
  public let retention: [RetentionRule]
  /// What may be kept after a withdrawal.
  public let kept: [RetentionRule]
  /// Which foreign agencies may receive a return; absent: none.
  public let crossBorder: CrossBorderRule?
  /// The forms of the case document, which never leaves its node as such.
  public let sections: [FieldForm]
  /// Times that belong to no single referral; one that is absent does not run.
  public let periods: [PeriodName: Span]
  /// Positions by code, so that a decision looks nothing up twice.
  let index: PolicyIndex

  init(
    name: Code,
    version: UInt64,
    languages: [Language],
    labels: Labels,
    forms: [FieldForm],
    terms: [TermRule],
    purposes: [PurposeRule],
    services: [ServiceRule],
    bases: [Basis: Labels],
    exceptions: [ExceptionRule],
    kinds: [KindRule],
    priorities: [PriorityRule],
    timers: [TimerName: Span],
    consent: ConsentRules?,
    withdrawal: WithdrawalRule,
    witnessing: WitnessingRule,
    padLimit: UInt64,
    untilStep: Span?,
    calendar: WorkCalendar,
    offices: [AgencyID: Office],
    automatic: [TimerName: Code],
    lists: [CodeList],
    overlap: Span?,
    roles: [RoleRule],
    notices: [NoticeRule],
    retention: [RetentionRule],
    kept: [RetentionRule],
    crossBorder: CrossBorderRule?,
    sections: [FieldForm],
    periods: [PeriodName: Span],
    index: PolicyIndex
  ) {
    self.name = name
    self.version = version
    self.languages = languages
    self.labels = labels
    self.forms = forms
    self.terms = terms
    self.purposes = purposes
    self.services = services
    self.bases = bases
    self.exceptions = exceptions
    self.kinds = kinds
    self.priorities = priorities
    self.timers = timers
    self.consent = consent
    self.withdrawal = withdrawal
    self.witnessing = witnessing
    self.padLimit = padLimit
    self.untilStep = untilStep
    self.calendar = calendar
    self.offices = offices
    self.automatic = automatic
    self.lists = lists
    self.overlap = overlap
    self.roles = roles
    self.notices = notices
    self.retention = retention
    self.kept = kept
    self.crossBorder = crossBorder
    self.sections = sections
    self.periods = periods
    self.index = index
  }
}

/// Positions by code.
struct PolicyIndex: Sendable {
  var groups: [FieldGroup: Int] = [:]
  var purposes: [Purpose: Int] = [:]
  var services: [Code: Int] = [:]
  var priorities: [Code: Int] = [:]
  var lists: [Code: Int] = [:]
  var kinds: [MessageKind: Int] = [:]
  var exceptions: [Basis: Int] = [:]
  var sections: [FieldGroup: Int] = [:]
}

extension Policy {
  /// The form of a group.
  public func form(_ group: FieldGroup) -> FieldForm? { index.groups[group].map { forms[$0] } }

  /// The form of a section of the case document.
  public func section(_ code: FieldGroup) -> FieldForm? {
    index.sections[code].map { sections[$0] }
  }

  /// How long something is kept from a start on; `nil` where the policy does not say.
  public func retention(after start: RetentionStart) -> RetentionRule? {
    retention.first { $0.after.contains(start) }
  }

  /// What may be kept after a withdrawal, by its code.
  public func kept(_ code: Code) -> RetentionRule? { kept.first { $0.code == code } }

  /// Who decides for a person of an age band; a policy that asks for ages has a rule for each.
  public func age(band: Code) -> AgeRule? {
    consent?.ages.first { $0.bands.contains(band) }
  }

  /// The rule of a purpose.
  public func purpose(_ purpose: Purpose) -> PurposeRule? {
    index.purposes[purpose].map { purposes[$0] }
  }

  /// The rule of a service.
  public func service(_ code: Code) -> ServiceRule? { index.services[code].map { services[$0] } }

  /// The services of a purpose, in the policy's order.
  public func services(of purpose: Purpose) -> [ServiceRule] {
    services.filter { $0.purpose == purpose }
  }

  /// The rule of a priority.
  public func priority(_ code: Code) -> PriorityRule? {
    index.priorities[code].map { priorities[$0] }
  }

  /// The rule of a message kind; a policy that exists has one for each.
  public func kind(_ kind: MessageKind) -> KindRule? { index.kinds[kind].map { kinds[$0] } }

  /// The rule of an exception.
  public func exception(_ basis: Basis) -> ExceptionRule? {
    index.exceptions[basis].map { exceptions[$0] }
  }

  /// A code list by name.
  public func list(_ name: Code) -> CodeList? { index.lists[name].map { lists[$0] } }

  /// Whether a message of that kind may have that outcome; kinds without outcomes must have none.
  public func admits(outcome: Code?, of kind: MessageKind) -> Bool {
    guard let rule = self.kind(kind) else { return false }
    guard let outcome else { return rule.outcomes.isEmpty }
    return rule.outcomes.contains { list($0)?.contains(outcome) ?? false }
  }

  /// How long a clock runs.
  ///
  /// - Parameters:
  ///   - timer: The clock.
  ///   - priority: The referral's priority; a service may have its own times for it.
  ///   - service: The referral's service, where it is known.
  /// - Returns: `nil` for an unknown priority.
  public func span(of timer: TimerName, priority: Code, service: Code? = nil) -> Span? {
    guard let rule = self.priority(priority) else { return nil }
    let times = service.flatMap { self.service($0)?.timers[priority] } ?? rule.times
    return switch timer {
    case .acknowledge: times.acknowledge
    case .decide: times.decide
    case .contact: times.contact
    case .delivery: rule.messageLife
    case .holdDown: withdrawal.holdDown
    case .capacity, .draftWarn, .draftErase, .info, .waitlistReview, .activePing, .autoClose,
      .replan, .lostContact, .redirect, .recallErase, .withdrawalReceipt, .dispute, .reopen:
      timers[timer]
    }
  }

  /// When a clock that starts at `fromMs` runs out, in Unix ms, by the policy's working hours.
  ///
  /// - Returns: `nil` for an unknown priority.
  public func dueMs(
    of timer: TimerName,
    priority: Code,
    service: Code? = nil,
    fromMs: UInt64
  ) -> UInt64? {
    span(of: timer, priority: priority, service: service).map {
      calendar.dueMs($0, fromMs: fromMs)
    }
  }

  /// Whether a message of that kind is in time: `now < expires ≤ now + the kind's life`.
  ///
  /// Source: PROTOCOL §3, step 15.
  public func isTimely(_ kind: MessageKind, expiresMs: UInt64, nowMs: UInt64) -> Bool {
    guard let rule = self.kind(kind), nowMs < expiresMs else { return false }
    return expiresMs - nowMs <= rule.lifeMs
  }

  /// The two limits of the life-cycle that are the policy's.
  public var lifecycleLimits: LifecycleLimits {
    LifecycleLimits(
      holdDownMs: withdrawal.holdDown.nominalMs,
      reopenMs: timers[.reopen]?.nominalMs ?? 0
    )
  }

  /// The groups as bits; `nil` if one of them is unknown.
  func mask(_ groups: [FieldGroup]) -> GroupMask? {
    var mask = GroupMask()
    for group in groups {
      guard let position = index.groups[group] else { return nil }
      mask.insert(index: position)
    }
    return mask
  }
}
