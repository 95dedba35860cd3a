/// The clocks of a referral.
///
/// How long each runs is said by the policy. Source: domain §5.1 and §5.2.
public enum TimerName: String, Sendable, CaseIterable, CustomStringConvertible {
  /// An answer about capacity is valid this long.
  case capacity
  /// A draft is about to be erased.
  case draftWarn = "draft-warn"
  /// A draft is erased.
  case draftErase = "draft-erase"
  /// The recipient's node takes the message; by priority.
  case delivery
  /// A person has seen the offer; by priority.
  case acknowledge
  /// The recipient has decided; by priority.
  case decide
  /// The survivor has been contacted; by priority.
  case contact
  /// The sender has answered a question.
  case info
  /// The recipient looks again at a waiting referral.
  case waitlistReview = "waitlist-review"
  /// The recipient says "still active", without content.
  case activePing = "active-ping"
  /// A completed referral closes by itself.
  case autoClose = "auto-close"
  /// The sender has made a new plan after a no.
  case replan
  /// The referral of a person nobody can reach is closed.
  case lostContact = "lost-contact"
  /// The sender has answered a redirect.
  case redirect
  /// The recipient has erased what was recalled.
  case recallErase = "recall-erase"
  /// The recipient has answered a withdrawal with an erasure receipt.
  case withdrawalReceipt = "withdrawal-receipt"
  /// A stop that nobody confirmed turns into erasure.
  case holdDown = "hold-down"
  /// The supervisors have settled a dispute.
  case dispute
  /// A closed referral can no longer be opened again.
  case reopen

  /// Timers that the policy lists under `timers`; the others follow the priority or the withdrawal.
  static let listed: [TimerName] = allCases.filter {
    switch $0 {
    case .delivery, .acknowledge, .decide, .contact, .holdDown: false
    case .capacity, .draftWarn, .draftErase, .info, .waitlistReview, .activePing, .autoClose,
      .replan, .lostContact, .redirect, .recallErase, .withdrawalReceipt, .dispute, .reopen:
      true
    }
  }

  /// The name as it stands in rows.
  public var description: String { rawValue }
}
