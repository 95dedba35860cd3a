/// What the table says about one event in one state.
enum LifecycleMove: Hashable {
  /// Go there.
  case to(ReferralState)
  /// The other side is ahead of what has arrived here: follow it. Nobody here may jump so.
  case follow(ReferralState)
  /// The other side's erasure receipt has overtaken what it answers: remember it.
  case noteErased
  /// Known already, or overtaken by what happened: nothing changes.
  case stay
  /// A message that was overtaken changes nothing; a person here is told that it cannot happen.
  case stale
  /// Stop sharing.
  case freeze
  /// Share again.
  case thaw
  /// Back to where a dispute began.
  case resume
  /// It cannot happen.
  case refuse(LifecycleRefusal)
}

/// The whole table: every event in every state, nothing by default, so that a new state or event
/// does not compile until it has been decided.
///
/// It is long because it is complete. Source: domain §5.1, `Protocol/spec`.
enum LifecycleTable {
  static func move(_ state: ReferralState, _ event: ReferralEvent) -> LifecycleMove {
    switch event {
    case .answerCapacity: answerCapacity(state)
    case .submit: submit(state)
    case .discard: discard(state)
    case .deliver: deliver(state)
    case .refuse: refuse(state)
    case .giveUp: giveUp(state)
    case .acknowledge: acknowledge(state)
    case .requestInfo: requestInfo(state)
    case .answerInfo: answerInfo(state)
    case .waitlist: waitlist(state)
    case .redirect: redirect(state)
    case .accept: accept(state)
    case .decline: decline(state)
    case .start: start(state)
    case .complete: complete(state)
    case .loseContact: loseContact(state)
    case .recall: recall(state)
    case .stopSharing: stopSharing(state)
    case .resumeSharing: resumeSharing(state)
    case .withdraw: withdraw(state)
    case .confirmErased: confirmErased(state)
    case .expire: expire(state)
    case .dispute: dispute(state)
    case .resolve: resolve(state)
    case .close: close(state)
    case .reopen: reopen(state)
    }
  }

  private static func answerCapacity(_ state: ReferralState) -> LifecycleMove {
    switch state {
    case .capacityQuery: .to(.draft)
    case .draft, .queued, .delivered, .acknowledged, .infoRequested, .waitlisted, .accepted,
      .inService, .completed, .declined, .lostContact, .redirectProposed, .recalled,
      .consentWithdrawn, .expired, .undeliverable, .refused, .disputed, .closed, .closedWithdrawn:
      .stay
    case .discarded: .refuse(.late)
    }
  }

  private static func submit(_ state: ReferralState) -> LifecycleMove {
    switch state {
    case .draft: .to(.queued)
    case .queued, .delivered, .acknowledged, .infoRequested, .waitlisted, .accepted, .inService,
      .completed, .declined, .lostContact, .redirectProposed, .recalled, .consentWithdrawn,
      .expired,
      .undeliverable, .refused, .disputed, .closed, .closedWithdrawn:
      .stay
    case .capacityQuery, .discarded: .refuse(.notFromHere)
    }
  }

  private static func discard(_ state: ReferralState) -> LifecycleMove {
    switch state {
    case .capacityQuery, .draft: .to(.discarded)
    case .discarded: .stay
    case .queued, .delivered, .acknowledged, .infoRequested, .waitlisted, .accepted, .inService,
      .completed, .declined, .lostContact, .redirectProposed, .recalled, .consentWithdrawn,
      .expired,
      .undeliverable, .refused, .disputed, .closed, .closedWithdrawn:
      .refuse(.notFromHere)
    }
  }

  private static func deliver(_ state: ReferralState) -> LifecycleMove {
    switch state {
    case .queued, .undeliverable: .to(.delivered)
    case .delivered, .acknowledged, .infoRequested, .waitlisted, .accepted, .inService, .completed,
      .declined, .lostContact, .redirectProposed, .recalled, .consentWithdrawn, .expired, .disputed,
      .closed, .closedWithdrawn:
      .stay
    case .capacityQuery, .draft, .discarded, .refused: .refuse(.notFromHere)
    }
  }

  private static func refuse(_ state: ReferralState) -> LifecycleMove {
    switch state {
    case .queued, .undeliverable: .to(.refused)
    case .recalled, .consentWithdrawn, .expired, .refused, .closed, .closedWithdrawn: .stay
    case .capacityQuery, .draft, .discarded, .delivered, .acknowledged, .infoRequested, .waitlisted,
      .accepted, .inService, .completed, .declined, .lostContact, .redirectProposed, .disputed:
      .refuse(.notFromHere)
    }
  }

  private static func giveUp(_ state: ReferralState) -> LifecycleMove {
    switch state {
    case .queued: .to(.undeliverable)
    case .delivered, .acknowledged, .infoRequested, .waitlisted, .accepted, .inService, .completed,
      .declined, .lostContact, .redirectProposed, .recalled, .consentWithdrawn, .expired,
      .undeliverable, .refused, .disputed, .closed, .closedWithdrawn:
      .stay
    case .capacityQuery, .draft, .discarded: .refuse(.notFromHere)
    }
  }

  private static func acknowledge(_ state: ReferralState) -> LifecycleMove {
    switch state {
    case .queued, .delivered, .undeliverable: .to(.acknowledged)
    case .acknowledged, .infoRequested, .waitlisted, .accepted, .inService, .completed, .declined,
      .lostContact, .redirectProposed, .disputed:
      .stay
    case .recalled, .consentWithdrawn, .expired, .closed, .closedWithdrawn: .refuse(.late)
    case .capacityQuery, .draft, .discarded, .refused: .refuse(.notFromHere)
    }
  }

  private static func requestInfo(_ state: ReferralState) -> LifecycleMove {
    switch state {
    case .queued, .delivered, .acknowledged, .waitlisted, .undeliverable: .to(.infoRequested)
    case .infoRequested: .stay
    case .accepted, .inService, .completed, .declined, .lostContact, .redirectProposed: .stale
    case .recalled, .consentWithdrawn, .expired, .closed, .closedWithdrawn: .refuse(.late)
    case .capacityQuery, .draft, .discarded, .refused, .disputed: .refuse(.notFromHere)
    }
  }

  private static func answerInfo(_ state: ReferralState) -> LifecycleMove {
    switch state {
    case .infoRequested: .to(.acknowledged)
    case .acknowledged: .stay
    case .waitlisted, .accepted, .inService, .completed, .declined, .lostContact, .redirectProposed:
      .stale
    case .recalled, .consentWithdrawn, .expired, .closed, .closedWithdrawn: .refuse(.late)
    case .capacityQuery, .draft, .discarded, .queued, .delivered, .undeliverable, .refused,
      .disputed:
      .refuse(.notFromHere)
    }
  }

  private static func waitlist(_ state: ReferralState) -> LifecycleMove {
    switch state {
    case .queued, .delivered, .acknowledged, .infoRequested, .undeliverable: .to(.waitlisted)
    case .waitlisted: .stay
    case .accepted, .inService, .completed, .declined, .lostContact, .redirectProposed: .stale
    case .recalled, .consentWithdrawn, .expired, .closed, .closedWithdrawn: .refuse(.late)
    case .capacityQuery, .draft, .discarded, .refused, .disputed: .refuse(.notFromHere)
    }
  }

  private static func redirect(_ state: ReferralState) -> LifecycleMove {
    switch state {
    case .queued, .delivered, .acknowledged, .infoRequested, .waitlisted, .undeliverable:
      .to(.redirectProposed)
    case .accepted, .inService, .completed, .declined, .lostContact: .stale
    case .redirectProposed: .stay
    case .recalled, .consentWithdrawn, .expired, .closed, .closedWithdrawn: .refuse(.late)
    case .capacityQuery, .draft, .discarded, .refused, .disputed: .refuse(.notFromHere)
    }
  }

  private static func accept(_ state: ReferralState) -> LifecycleMove {
    switch state {
    case .queued, .delivered, .acknowledged, .infoRequested, .waitlisted, .undeliverable:
      .to(.accepted)
    case .accepted: .stay
    case .inService, .completed, .lostContact: .stale
    case .recalled, .consentWithdrawn, .expired, .closed, .closedWithdrawn: .refuse(.late)
    case .capacityQuery, .draft, .discarded, .declined, .redirectProposed, .refused, .disputed:
      .refuse(.notFromHere)
    }
  }

  private static func decline(_ state: ReferralState) -> LifecycleMove {
    switch state {
    case .queued, .delivered, .acknowledged, .infoRequested, .waitlisted, .redirectProposed,
      .undeliverable:
      .to(.declined)
    case .declined: .stay
    case .recalled, .consentWithdrawn, .expired, .closed, .closedWithdrawn: .refuse(.late)
    case .capacityQuery, .draft, .discarded, .accepted, .inService, .completed, .lostContact,
      .refused, .disputed:
      .refuse(.notFromHere)
    }
  }

  private static func start(_ state: ReferralState) -> LifecycleMove {
    switch state {
    case .queued, .delivered, .acknowledged, .infoRequested, .waitlisted, .undeliverable:
      .follow(.inService)
    case .accepted, .lostContact: .to(.inService)
    case .inService: .stay
    case .completed: .stale
    case .recalled, .consentWithdrawn, .expired, .closed, .closedWithdrawn: .refuse(.late)
    case .capacityQuery, .draft, .discarded, .declined, .redirectProposed, .refused, .disputed:
      .refuse(.notFromHere)
    }
  }

  private static func complete(_ state: ReferralState) -> LifecycleMove {
    switch state {
    case .queued, .delivered, .acknowledged, .infoRequested, .waitlisted, .accepted, .lostContact,
      .undeliverable:
      .follow(.completed)
    case .inService: .to(.completed)
    case .completed: .stay
    case .recalled, .consentWithdrawn, .expired, .closed, .closedWithdrawn: .refuse(.late)
    case .capacityQuery, .draft, .discarded, .declined, .redirectProposed, .refused, .disputed:
      .refuse(.notFromHere)
    }
  }

  private static func loseContact(_ state: ReferralState) -> LifecycleMove {
    switch state {
    case .queued, .delivered, .acknowledged, .infoRequested, .waitlisted, .undeliverable:
      .follow(.lostContact)
    case .accepted, .inService: .to(.lostContact)
    case .completed: .stale
    case .lostContact: .stay
    case .recalled, .consentWithdrawn, .expired, .closed, .closedWithdrawn: .refuse(.late)
    case .capacityQuery, .draft, .discarded, .declined, .redirectProposed, .refused, .disputed:
      .refuse(.notFromHere)
    }
  }

  private static func recall(_ state: ReferralState) -> LifecycleMove {
    switch state {
    case .queued, .delivered, .acknowledged, .infoRequested, .waitlisted, .accepted, .inService,
      .completed, .declined, .lostContact, .redirectProposed, .expired, .undeliverable, .disputed:
      .to(.recalled)
    case .closed: .follow(.recalled)
    case .recalled, .consentWithdrawn, .refused, .closedWithdrawn: .stay
    case .capacityQuery, .draft, .discarded: .refuse(.notFromHere)
    }
  }

  private static func stopSharing(_ state: ReferralState) -> LifecycleMove {
    switch state {
    case .capacityQuery, .draft, .queued, .delivered, .acknowledged, .infoRequested, .waitlisted,
      .accepted, .inService, .completed, .declined, .lostContact, .redirectProposed, .recalled,
      .expired, .undeliverable, .refused, .disputed, .closed:
      .freeze
    case .discarded, .consentWithdrawn, .closedWithdrawn: .stay
    }
  }

  private static func resumeSharing(_ state: ReferralState) -> LifecycleMove {
    switch state {
    case .capacityQuery, .draft, .queued, .delivered, .acknowledged, .infoRequested, .waitlisted,
      .accepted, .inService, .completed, .declined, .lostContact, .redirectProposed, .recalled,
      .expired, .undeliverable, .refused, .disputed, .closed:
      .thaw
    case .consentWithdrawn, .closedWithdrawn: .refuse(.late)
    case .discarded: .refuse(.notFromHere)
    }
  }

  private static func withdraw(_ state: ReferralState) -> LifecycleMove {
    switch state {
    case .capacityQuery, .draft: .to(.closedWithdrawn)
    case .queued, .delivered, .acknowledged, .infoRequested, .waitlisted, .accepted, .inService,
      .completed, .declined, .lostContact, .redirectProposed, .recalled, .expired, .undeliverable,
      .refused, .disputed, .closed:
      .to(.consentWithdrawn)
    case .discarded, .consentWithdrawn, .closedWithdrawn: .stay
    }
  }

  private static func confirmErased(_ state: ReferralState) -> LifecycleMove {
    switch state {
    case .recalled: .to(.closed)
    case .consentWithdrawn: .to(.closedWithdrawn)
    case .queued, .delivered, .acknowledged, .infoRequested, .waitlisted, .accepted, .inService,
      .completed, .declined, .lostContact, .redirectProposed, .expired, .undeliverable, .disputed,
      .closed:
      .noteErased
    case .closedWithdrawn: .stay
    case .capacityQuery, .draft, .discarded, .refused: .refuse(.notFromHere)
    }
  }

  private static func expire(_ state: ReferralState) -> LifecycleMove {
    switch state {
    case .delivered, .acknowledged, .infoRequested, .waitlisted, .redirectProposed: .to(.expired)
    case .accepted, .inService, .completed, .declined, .lostContact, .recalled, .consentWithdrawn,
      .expired, .undeliverable, .refused, .disputed, .closed, .closedWithdrawn:
      .stay
    case .capacityQuery, .draft, .discarded, .queued: .refuse(.notFromHere)
    }
  }

  private static func dispute(_ state: ReferralState) -> LifecycleMove {
    switch state {
    case .delivered, .acknowledged, .infoRequested, .waitlisted, .accepted, .inService, .completed,
      .declined, .lostContact, .redirectProposed, .recalled, .expired:
      .to(.disputed)
    case .disputed: .stay
    case .closed, .closedWithdrawn: .refuse(.late)
    case .capacityQuery, .draft, .discarded, .queued, .consentWithdrawn, .undeliverable, .refused:
      .refuse(.notFromHere)
    }
  }

  private static func resolve(_ state: ReferralState) -> LifecycleMove {
    switch state {
    case .disputed: .resume
    case .queued, .delivered, .acknowledged, .infoRequested, .waitlisted, .accepted, .inService,
      .completed, .declined, .lostContact, .redirectProposed, .recalled, .consentWithdrawn,
      .expired,
      .undeliverable, .refused, .closed, .closedWithdrawn:
      .stay
    case .capacityQuery, .draft, .discarded: .refuse(.notFromHere)
    }
  }

  private static func close(_ state: ReferralState) -> LifecycleMove {
    switch state {
    case .queued, .delivered, .acknowledged, .infoRequested, .waitlisted: .follow(.closed)
    case .accepted, .inService, .completed, .declined, .lostContact, .redirectProposed, .expired,
      .undeliverable, .refused, .disputed:
      .to(.closed)
    case .recalled: .stale
    case .closed, .closedWithdrawn: .stay
    case .capacityQuery, .draft, .discarded, .consentWithdrawn: .refuse(.notFromHere)
    }
  }

  private static func reopen(_ state: ReferralState) -> LifecycleMove {
    switch state {
    case .closed: .to(.acknowledged)
    case .acknowledged: .stay
    case .infoRequested, .waitlisted, .accepted, .inService, .completed: .stale
    case .closedWithdrawn: .refuse(.late)
    case .capacityQuery, .draft, .discarded, .queued, .delivered, .declined, .lostContact,
      .redirectProposed, .recalled, .consentWithdrawn, .expired, .undeliverable, .refused,
      .disputed:
      .refuse(.notFromHere)
    }
  }
}
