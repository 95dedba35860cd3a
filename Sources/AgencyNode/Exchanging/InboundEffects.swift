internal import CanonicalBytes
internal import Exchange
internal import NodeStore
internal import ReferralModel
internal import Trust

/// What an accepted message changes here, inside the transaction that stores it.
struct InboundEffects {
  /// The referral it belongs to.
  var referral: Int64?
  /// Whether an answer was queued for its sender.
  var queuedAnswer = false
  /// Other peers for whom something was queued.
  var wake: Set<String> = []
  /// Whether something is to be erased now.
  var erasureWanted = false

  static func apply(
    _ item: CheckedItem,
    _ transaction: NodeTransaction,
    view: TrustBook.View,
    row: Int64,
    clocks: ClockMemo,
    nowMs: UInt64,
    atMs: UInt64
  ) throws -> InboundEffects {
    switch item.body {
    case .disclosure(let disclosure):
      return try disclosed(
        item,
        disclosure,
        transaction,
        view: view,
        row: row,
        clocks: clocks,
        nowMs: nowMs,
        atMs: atMs
      )
    case .notification(let notification):
      return try notified(
        item,
        notification,
        transaction,
        view: view,
        row: row,
        nowMs: nowMs,
        atMs: atMs
      )
    }
  }

  private static func disclosed(
    _ item: CheckedItem,
    _ disclosure: CheckedItem.Disclosure,
    _ transaction: NodeTransaction,
    view: TrustBook.View,
    row: Int64,
    clocks: ClockMemo,
    nowMs: UInt64,
    atMs: UInt64
  ) throws -> InboundEffects {
    var effects = InboundEffects()
    // The priority is sealed; the life of the message says how pressing it may be at most.
    let priority = view.policy?.priority(expiresInMs: item.expiresMs - min(nowMs, item.expiresMs))
    if item.kind == .offer, case .proven(let proof) = item.grant, let grant = disclosure.grant {
      var random = SystemRandomNumberGenerator()
      effects.referral = try transaction.openReferral(
        name: ReferralID(using: &random).text,
        isSender: false,
        peer: row,
        grant: PeerGrant(
          log: grant.log.text,
          index: grant.index,
          purpose: proof.facts.purpose.text,
          basis: proof.facts.basis.rawValue,
          groups: proof.facts.groups.map(\.text),
          untilMs: proof.facts.untilMs,
          onward: proof.facts.mayGoOnward
        ),
        offer: item.id,
        state: ReferralState.delivered.rawValue,
        priority: priority?.code.text,
        atMs: atMs
      )
      if let policy = view.policy, let priority, let referral = effects.referral {
        var mover = ReferralMover(
          transaction,
          view: view,
          policy: policy,
          nowMs: nowMs,
          atMs: atMs,
          clocks: clocks
        )
        try mover.arrived(referral, from: item.peer.text, priority: priority)
      }
    } else if let ref = item.ref {
      effects.referral =
        try transaction.referral(offer: ref, peer: item.peer.text)?.row
        ?? transaction.ownDisclosure(peer: row, message: ref)?.referral
      // What was asked for has come: the decision runs on.
      if item.kind == .supplement, let found = effects.referral,
        let referral = try transaction.referral(found),
        referral.state == ReferralState.infoRequested.rawValue
      {
        try move(
          referral,
          .answerInfo,
          by: .sender,
          code: nil,
          seq: item.seq,
          transaction,
          view: view,
          nowMs: nowMs,
          atMs: atMs,
          into: &effects
        )
      }
    }
    return effects
  }

  private static func notified(
    _ item: CheckedItem,
    _ notification: CheckedItem.Notification,
    _ transaction: NodeTransaction,
    view: TrustBook.View,
    row: Int64,
    nowMs: UInt64,
    atMs: UInt64
  ) throws -> InboundEffects {
    var effects = InboundEffects()
    if item.kind == .withdraw {
      try InboundWithdrawal(
        item: item,
        notification: notification,
        view: view,
        me: item.envelope.recipient,
        row: row,
        nowMs: nowMs,
        atMs: atMs
      ).apply(transaction, into: &effects)
      return effects
    }
    if item.kind == .erased, let ref = item.ref {
      _ = try transaction.erased(
        peer: item.peer.text,
        withdraw: ref,
        answer: .init(
          outcome: notification.outcome?.text,
          keptGroups: notification.groups.map(\.text),
          keptClass: notification.keptClass?.text,
          keptBasis: notification.keptBasis?.text,
          keptUntilMs: notification.untilMs,
          onward: notification.onwardCount ?? 0,
          backupsUntilMs: notification.backupsUntilMs
        ),
        atMs: atMs
      )
      if let referral = try transaction.ownReferral(withdraw: ref) {
        effects.referral = referral.row
        try move(
          referral,
          .confirmErased,
          by: .recipient,
          code: nil,
          seq: item.seq,
          transaction,
          view: view,
          nowMs: nowMs,
          atMs: atMs,
          into: &effects
        )
      }
      return effects
    }
    if let ref = item.ref,
      try CapacityDesk.received(
        item,
        ref: ref,
        outcome: notification.outcome?.text,
        transaction,
        view: view,
        row: row,
        nowMs: nowMs,
        atMs: atMs,
        into: &effects
      )
    {
      return effects
    }
    guard let ref = item.ref,
      let referral = try transaction.referral(offer: ref, peer: item.peer.text)
    else { return effects }
    effects.referral = referral.row
    if item.kind == .stillActive, let policy = view.policy, referral.isSender,
      referral.state == ReferralState.inService.rawValue
    {
      let mover = ReferralMover(transaction, view: view, policy: policy, nowMs: nowMs, atMs: atMs)
      try mover.arm(.activePing, referral)
    }
    guard let event = ReferralEvent.allCases.first(where: { $0.message == item.kind }) else {
      return effects
    }
    try move(
      referral,
      event,
      by: referral.isSender ? .recipient : .sender,
      code: notification.outcome?.text,
      seq: item.seq,
      message: item.id,
      transaction,
      view: view,
      nowMs: nowMs,
      atMs: atMs,
      into: &effects
    )
    // Only what has moved it says something: a late one, or one that contradicts, does not (REF-003).
    if item.kind == .waitlist, let dayMs = notification.untilMs,
      referral.state != ReferralState.waitlisted.rawValue,
      try transaction.referral(referral.row)?.state == ReferralState.waitlisted.rawValue
    {
      try transaction.setExpected(referral: referral.row, atMs: dayMs)
    }
    return effects
  }

  /// Moves a referral by the life-cycle table and carries out what follows from it.
  static func move(
    _ referral: ReferralRow,
    _ event: ReferralEvent,
    by actor: ReferralActor,
    code: String?,
    seq: UInt64? = nil,
    message: Digest32? = nil,
    _ transaction: NodeTransaction,
    view: TrustBook.View,
    nowMs: UInt64,
    atMs: UInt64,
    into effects: inout InboundEffects
  ) throws {
    guard let policy = view.policy else { return }
    var mover = ReferralMover(
      transaction,
      view: view,
      policy: policy,
      nowMs: nowMs,
      atMs: atMs
    )
    do {
      try mover.move(referral, event, by: actor, code: code, seq: seq, message: message)
    } catch let refusal as LifecycleRefusal {
      guard seq != nil else { return }
      try mover.contradicted(referral, by: event, because: refusal)
    }
    effects.take(mover)
  }

  /// Takes over what a mover has queued.
  mutating func take(_ mover: ReferralMover) {
    wake.formUnion(mover.wake)
    if mover.erasureWanted { erasureWanted = true }
  }
}

extension ReferralRow {
  /// Where this leg stands, as the life-cycle knows it.
  var lifecycle: ReferralLifecycle? {
    guard let state = ReferralState(rawValue: state) else { return nil }
    return ReferralLifecycle(
      side: isSender ? .sender : .recipient,
      state: state,
      sinceMs: sinceMs,
      frozenSinceMs: frozenSinceMs,
      disputedFrom: disputedFrom.flatMap { ReferralState(rawValue: $0) },
      heardSeq: heardSeq,
      peerErased: peerErased
    )
  }
}
