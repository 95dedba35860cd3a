/// What an envelope says: with content (`disclose`) or without any (`notify`).
///
/// Source: PROTOCOL §2, attacks A4.
public enum MessageKind: String, Sendable, CaseIterable, CustomStringConvertible {
  /// Opens a referral: the need, and no identity.
  case offer
  /// Further groups under the offer's grant.
  case supplement
  /// An answer to a disclosure this very peer made.
  case reply
  /// A person at the recipient has seen the offer.
  case acknowledge
  /// The recipient takes the referral.
  case accept
  /// The recipient, or the survivor there, says no, with a reason.
  case decline
  /// The service has begun.
  case start
  /// The service has ended, with an outcome.
  case complete
  /// The sender closes the referral.
  case close
  /// The sender takes the referral back.
  case recall
  /// Consent is withdrawn: stop, then erase.
  case withdraw
  /// What was erased, and what is kept.
  case erased
  /// The recipient asks for something before deciding.
  case infoRequest = "info-request"
  /// The recipient would take it later.
  case waitlist
  /// The recipient names another purpose; it forwards nothing.
  case redirect
  /// The recipient cannot reach the person.
  case lostContact = "lost-contact"
  /// One side disputes what the other says.
  case dispute
  /// The supervisors have settled what was disputed.
  case resolve
  /// The sender opens a closed referral again.
  case reopen
  /// The recipient still serves the person; no content.
  case stillActive = "still-active"
  /// Asks whether there is a place, before anything about a person is said.
  case capacityQuery = "capacity-query"
  /// Answers that: yes, later, no, or not for such a person.
  case capacityAnswer = "capacity-answer"
  /// Tells the Coordinator that something is late or disputed: an id and a code.
  case overdue
  /// One adult who refused everything, as codes, to the statistics; about nobody that can be found.
  case tally

  /// Whether a policy must have a rule for it; a kind without a rule is not sent and not taken.
  public var isRequired: Bool {
    switch self {
    case .resolve, .reopen, .stillActive, .capacityQuery, .capacityAnswer, .overdue, .tally: false
    case .offer, .supplement, .reply, .acknowledge, .accept, .decline, .start, .complete, .close,
      .recall, .withdraw, .erased, .infoRequest, .waitlist, .redirect, .lostContact, .dispute:
      true
    }
  }

  /// Whether the message carries sealed content and so needs a grant (or an open question to answer).
  public var isDisclosure: Bool {
    switch self {
    case .offer, .supplement, .reply, .tally: true
    case .acknowledge, .accept, .decline, .start, .complete, .close, .recall, .withdraw, .erased,
      .infoRequest, .waitlist, .redirect, .lostContact, .dispute, .resolve, .reopen, .stillActive,
      .capacityQuery, .capacityAnswer, .overdue:
      false
    }
  }

  /// The code as it stands in events.
  public var description: String { rawValue }
}

/// The steps of a withdrawal, as they stand in the `outcome` of a `withdraw` message.
///
/// Source: PROTOCOL §4, DESIGN §6.
public enum WithdrawalStep: String, Sendable, CaseIterable {
  /// Stop sharing: freeze at once, on anybody's word, reversible.
  case stop
  /// Erase and cancel: confirmed, or the hold-down has passed.
  case erase
  /// Share again: she has given a new consent, which renews the grant that was stopped.
  case resume
  /// Go on: she has given a new consent, which renews a grant that was not stopped.
  case renew

  /// Whether it takes something away; the others put the referral under a new grant.
  public var ends: Bool {
    switch self {
    case .stop, .erase: true
    case .resume, .renew: false
    }
  }
}
