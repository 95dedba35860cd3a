/// Where a referral stands.
///
/// The raw values stand in the database.
///
/// Source: domain §5.1.
public enum ReferralState: String, Sendable, CaseIterable, CustomStringConvertible {
  /// The sender asked for capacity, without any personal data.
  case capacityQuery = "capacity-query"
  /// A caseworker is writing it.
  case draft
  /// Thrown away before it was sent.
  case discarded
  /// Waits for transmission, or for the receipt.
  case queued
  /// The recipient's node has it, with a receipt.
  case delivered
  /// A named person at the recipient has seen it.
  case acknowledged
  /// The recipient asked for something before deciding.
  case infoRequested = "info-requested"
  /// The recipient would take it later.
  case waitlisted
  /// The recipient takes it.
  case accepted
  /// The service has begun.
  case inService = "in-service"
  /// The service has ended.
  case completed
  /// The recipient, or the survivor there, said no.
  case declined
  /// Nobody can reach the person.
  case lostContact = "lost-contact"
  /// The recipient named another purpose; nothing was forwarded.
  case redirectProposed = "redirect-proposed"
  /// The sender took it back; the recipient is to erase it.
  case recalled
  /// The survivor withdrew, confirmed; the recipient is to erase it.
  case consentWithdrawn = "consent-withdrawn"
  /// No person answered in time.
  case expired
  /// The recipient's node could not be reached in time.
  case undeliverable
  /// The recipient's node refused the message.
  case refused
  /// One side disputes what the other says; the supervisors settle it.
  case disputed
  /// Over; retention runs.
  case closed
  /// Over after a withdrawal; the erasure receipt is here.
  case closedWithdrawn = "closed-withdrawn"

  /// The state as it stands in rows.
  public var description: String { rawValue }

  /// Whether the recipient has said that it takes her: what an offer holds back has left.
  ///
  /// A dispute stands where it began, and is none of these.
  public var isAccepted: Bool {
    switch self {
    case .accepted, .inService, .completed, .lostContact: true
    case .capacityQuery, .draft, .discarded, .queued, .delivered, .acknowledged, .infoRequested,
      .waitlisted, .declined, .redirectProposed, .recalled, .consentWithdrawn, .expired,
      .undeliverable, .refused, .disputed, .closed, .closedWithdrawn:
      false
    }
  }

  /// Whether nothing more happens by itself.
  public var isFinal: Bool {
    switch self {
    case .discarded, .closed, .closedWithdrawn: true
    case .capacityQuery, .draft, .queued, .delivered, .acknowledged, .infoRequested, .waitlisted,
      .accepted, .inService, .completed, .declined, .lostContact, .redirectProposed, .recalled,
      .consentWithdrawn, .expired, .undeliverable, .refused, .disputed:
      false
    }
  }

  /// The clocks that run while a referral stands here.
  public var timers: [TimerName] {
    switch self {
    case .capacityQuery: [.capacity]
    case .draft: [.draftWarn, .draftErase]
    case .queued: [.delivery]
    case .delivered: [.acknowledge]
    case .acknowledged: [.decide]
    case .infoRequested: [.decide, .info]
    case .waitlisted: [.waitlistReview]
    case .accepted: [.contact]
    case .inService: [.activePing]
    case .completed: [.autoClose]
    case .declined, .expired, .undeliverable, .refused: [.replan]
    case .lostContact: [.lostContact]
    case .redirectProposed: [.redirect]
    case .recalled: [.recallErase]
    case .consentWithdrawn: [.withdrawalReceipt]
    case .disputed: [.dispute]
    case .discarded, .closed, .closedWithdrawn: []
    }
  }
}
