/// Who moves a referral.
public enum ReferralActor: String, Sendable, CaseIterable {
  /// A person at the agency that refers.
  case sender
  /// A person at the agency that was asked.
  case recipient
  /// The survivor, through whoever listens.
  case survivor
  /// A timer.
  case clock
  /// A node, without a person.
  case machine
}

/// What happens to a referral.
///
/// The raw values stand in the log and in the interface.
public enum ReferralEvent: String, Sendable, CaseIterable, CustomStringConvertible {
  /// The recipient answered about its capacity.
  case answerCapacity = "answer-capacity"
  /// The draft is to be sent.
  case submit
  /// The draft is thrown away.
  case discard
  /// The recipient's node has given its receipt.
  case deliver
  /// The recipient's node has refused.
  case refuse
  /// The recipient's node could not be reached in time.
  case giveUp = "give-up"
  /// A person at the recipient has seen it.
  case acknowledge
  /// The recipient asks for something.
  case requestInfo = "request-info"
  /// The sender has answered what was asked.
  case answerInfo = "answer-info"
  /// The recipient would take it later.
  case waitlist
  /// The recipient names another purpose.
  case redirect
  /// The recipient takes it.
  case accept
  /// The recipient, or the survivor there, says no.
  case decline
  /// The service begins.
  case start
  /// The service has ended.
  case complete
  /// Nobody can reach the person.
  case loseContact = "lose-contact"
  /// The sender takes it back.
  case recall
  /// Stop sharing: at once, on anybody's word.
  case stopSharing = "stop-sharing"
  /// Share again, under a new consent.
  case resumeSharing = "resume-sharing"
  /// Erase and cancel: confirmed, or the hold-down has passed.
  case withdraw
  /// The recipient has erased and said so.
  case confirmErased = "confirm-erased"
  /// No person answered in time.
  case expire
  /// One side disputes.
  case dispute
  /// The supervisors have settled the dispute.
  case resolve
  /// The sender closes.
  case close
  /// The sender opens it again.
  case reopen

  /// The event as it stands in rows.
  public var description: String { rawValue }

  /// The message that tells the other side, if one does.
  public var message: MessageKind? {
    switch self {
    case .submit: .offer
    case .acknowledge: .acknowledge
    case .requestInfo: .infoRequest
    case .answerInfo: .supplement
    case .waitlist: .waitlist
    case .redirect: .redirect
    case .accept: .accept
    case .decline: .decline
    case .start: .start
    case .complete: .complete
    case .loseContact: .lostContact
    case .recall: .recall
    case .stopSharing, .withdraw: .withdraw
    case .confirmErased: .erased
    case .dispute: .dispute
    case .resolve: .resolve
    case .close: .close
    case .reopen: .reopen
    case .answerCapacity, .discard, .deliver, .refuse, .giveUp, .resumeSharing, .expire:
      nil
    }
  }

  /// Who may cause it.
  public var actors: [ReferralActor] {
    switch self {
    case .submit, .answerInfo, .recall, .resumeSharing, .reopen: [.sender]
    case .answerCapacity: [.recipient, .machine]
    case .discard, .close: [.sender, .clock]
    case .deliver, .refuse: [.machine]
    case .giveUp: [.clock, .machine]
    case .acknowledge, .requestInfo, .waitlist, .redirect, .accept, .start, .complete,
      .loseContact:
      [.recipient]
    case .decline: [.recipient, .survivor]
    case .stopSharing: [.sender, .recipient, .survivor, .machine]
    case .withdraw: [.sender, .recipient, .survivor, .clock]
    case .confirmErased: [.recipient, .machine]
    case .expire: [.clock]
    case .dispute, .resolve: [.sender, .recipient]
    }
  }
}
