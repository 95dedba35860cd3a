/// What is done while a clock runs.
public enum TimerStep: String, Sendable, CaseIterable {
  /// Those who must act are reminded.
  case remind
  /// Their deputy is told.
  case deputy
  /// The sender is told to try the next provider.
  case nextProvider = "next-provider"
  /// The time is over.
  case breach
  /// Nobody has answered in all the time that the decision had.
  case expire
}

/// A clock that was started: when it runs out, and what is done on the way.
///
/// A pure value, made again from the policy whenever it is looked at. Source: domain §5.2.
public struct TimerSchedule: Hashable, Sendable {
  /// One thing to do.
  public struct Entry: Hashable, Sendable {
    /// What.
    public let step: TimerStep
    /// When, in Unix ms.
    public let atMs: UInt64
  }

  /// When it was started, in Unix ms.
  public let startMs: UInt64
  /// When it runs out, in Unix ms, standing still counted in.
  public let dueMs: UInt64
  /// What is done, in the order of time; the last is ``TimerStep/breach`` or ``TimerStep/expire``.
  public let entries: [Entry]

  /// The entry with this number; `nil` when everything was done.
  public func entry(_ number: Int) -> Entry? {
    entries.indices.contains(number) ? entries[number] : nil
  }
}

extension TimerName {
  /// Whom the clock waits for.
  public enum Waiting: Sendable {
    case sender
    case recipient
    /// Both, or nobody: no side is late.
    case nobody
  }

  /// Whom the clock waits for.
  public var waitsFor: Waiting {
    switch self {
    case .delivery, .acknowledge, .decide, .contact, .waitlistReview, .activePing, .recallErase,
      .withdrawalReceipt:
      .recipient
    case .info, .replan, .redirect, .draftWarn, .draftErase: .sender
    case .capacity, .autoClose, .lostContact, .holdDown, .dispute, .reopen: .nobody
    }
  }

  /// Whether people are reminded before it runs out.
  var reminds: Bool {
    switch self {
    case .acknowledge, .decide, .contact, .info, .replan, .redirect, .waitlistReview, .dispute: true
    case .capacity, .draftWarn, .draftErase, .delivery, .activePing, .autoClose, .lostContact,
      .recallErase, .withdrawalReceipt, .holdDown, .reopen:
      false
    }
  }

  /// Whether it starts again when it has run out.
  public var repeats: Bool { self == .waitlistReview || self == .activePing }
}

extension Policy {
  /// The schedule of a clock.
  ///
  /// - Parameters:
  ///   - timer: The clock.
  ///   - priority: The referral's priority.
  ///   - times: The service's own times, where it has some.
  ///   - agency: Whose working hours count: the agency that is waited for.
  ///   - startMs: When it was started, in Unix ms.
  ///   - stoodMs: How long it has stood still since, in milliseconds.
  /// - Returns: `nil` for an unknown priority.
  public func schedule(
    of timer: TimerName,
    priority: Code,
    times: AnswerTimes? = nil,
    agency: AgencyID? = nil,
    startMs: UInt64,
    stoodMs: UInt64 = 0
  ) -> TimerSchedule? {
    guard let rule = self.priority(priority) else { return nil }
    let answers = times ?? rule.times
    let hours = calendar(of: agency)
    func at(_ span: Span) -> UInt64 {
      let (sum, overflow) = hours.dueMs(span, fromMs: startMs).addingReportingOverflow(stoodMs)
      return overflow ? UInt64.max : sum
    }
    let span: Span? =
      switch timer {
      case .acknowledge: answers.acknowledge
      case .decide: answers.decide
      case .contact: answers.contact
      default: self.span(of: timer, priority: priority)
      }
    guard let span else { return nil }
    let dueMs = at(span)
    var entries: [TimerSchedule.Entry] = []
    func add(_ step: TimerStep, _ atMs: UInt64) {
      entries.append(.init(step: step, atMs: atMs))
    }
    if timer.reminds {
      for percent in rule.remindPercent {
        let part = (dueMs - min(startMs, dueMs)) / 100 * percent
        // Nobody is reminded at night of something that is counted in working days.
        let moment = startMs + part
        add(.remind, span.unit == .workingDays ? hours.openMs(atOrAfter: moment) : moment)
      }
    }
    if timer == .acknowledge { add(.deputy, min(at(rule.deputyAfter), dueMs)) }
    if timer == .acknowledge || timer == .decide {
      add(.nextProvider, at(rule.nextProviderAfter))
    }
    add(.breach, dueMs)
    if timer == .acknowledge { add(.expire, max(at(answers.decide), dueMs)) }
    if timer == .decide { add(.expire, dueMs) }
    let last = entries.last?.atMs ?? dueMs
    // A stable order: equal times keep the order in which they were written.
    let sorted = entries.enumerated().filter { $0.element.atMs <= last }
      .sorted { ($0.element.atMs, $0.offset) < ($1.element.atMs, $1.offset) }.map(\.element)
    return TimerSchedule(startMs: startMs, dueMs: dueMs, entries: sorted)
  }

  /// The working hours of an agency; the policy's own where it has none of its own.
  public func calendar(of agency: AgencyID?) -> WorkCalendar {
    agency.flatMap { offices[$0]?.hours } ?? calendar
  }

  /// The priority that a node reckons with while the offer is still sealed: the most pressing whose
  /// messages may wait as long as this one still may.
  ///
  /// It errs towards haste: a message that was long on its way looks more pressing, never less.
  public func priority(expiresInMs leftMs: UInt64) -> PriorityRule? {
    priorities.first { $0.messageLife.nominalMs >= leftMs } ?? priorities.last
  }
}

extension AnswerTimes {
  /// Reads what ``text`` wrote; `nil` for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: " ").compactMap { Span(String($0)) }
    guard parts.count == 3 else { return nil }
    (acknowledge, decide, contact) = (parts[0], parts[1], parts[2])
  }

  /// Three spans, such as `1h 4h 24h`: what a node may keep in the clear of a sealed service.
  public var text: String { "\(acknowledge) \(decide) \(contact)" }
}

extension WorkCalendar {
  /// The first moment at or after `ms` at which people work.
  public func openMs(atOrAfter ms: UInt64) -> UInt64 {
    guard let none = Span(0, .workingDays) else { return ms }
    return dueMs(none, fromMs: ms)
  }

  /// Whether people work at that moment.
  public func isOpen(atMs ms: UInt64) -> Bool { openMs(atOrAfter: ms) == ms }
}
