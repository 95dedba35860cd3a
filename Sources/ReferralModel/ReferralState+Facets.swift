extension ReferralEvent {
  /// Whether it lets data flow, and so needs a live grant at that moment.
  var shares: Bool {
    switch self {
    case .submit, .answerInfo, .accept, .reopen: true
    case .answerCapacity, .discard, .deliver, .refuse, .giveUp, .acknowledge, .requestInfo,
      .waitlist, .redirect, .decline, .start, .complete, .loseContact, .recall, .stopSharing,
      .resumeSharing, .withdraw, .confirmErased, .expire, .dispute, .resolve, .close:
      false
    }
  }

  /// Whether it counts however late its message comes: what protects the survivor always does.
  var outranksOrder: Bool {
    switch self {
    case .recall, .stopSharing, .withdraw, .confirmErased: true
    case .answerCapacity, .submit, .discard, .deliver, .refuse, .giveUp, .acknowledge,
      .requestInfo, .answerInfo, .waitlist, .redirect, .accept, .decline, .start, .complete,
      .loseContact, .resumeSharing, .expire, .dispute, .resolve, .close, .reopen:
      false
    }
  }

  /// Whether people must look although it began here.
  var needsAttention: Bool {
    switch self {
    case .refuse, .giveUp, .expire, .withdraw, .dispute: true
    case .submit, .answerInfo, .accept, .reopen, .answerCapacity, .discard, .deliver, .acknowledge,
      .requestInfo, .waitlist, .redirect, .decline, .start, .complete, .loseContact, .recall,
      .stopSharing, .resumeSharing, .confirmErased, .resolve, .close:
      false
    }
  }
}

extension ReferralState {
  /// Whether anything may have left the sender.
  var hasLeft: Bool {
    switch self {
    case .capacityQuery, .draft, .discarded: false
    case .queued, .delivered, .acknowledged, .infoRequested, .waitlisted, .accepted, .inService,
      .completed, .declined, .lostContact, .redirectProposed, .recalled, .consentWithdrawn,
      .expired, .undeliverable, .refused, .disputed, .closed, .closedWithdrawn:
      true
    }
  }

  /// Whether the recipient's decision is still open, as far as is known here.
  var isUndecided: Bool {
    switch self {
    case .queued, .delivered, .undeliverable, .acknowledged, .infoRequested, .waitlisted: true
    case .capacityQuery, .draft, .discarded, .accepted, .inService, .completed, .declined,
      .lostContact, .redirectProposed, .recalled, .consentWithdrawn, .expired, .refused,
      .disputed, .closed, .closedWithdrawn:
      false
    }
  }
}
