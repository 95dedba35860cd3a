internal import CanonicalBytes
internal import Exchange
internal import NodeStore
internal import ReferralModel
internal import Trust

/// A withdrawal that has arrived: freeze at once, pass on, and know when to erase.
///
/// No human and no unlocked desk is needed. Source: `Protocol/spec/05-receipts.md`, WDR-005, WDR-010
/// to WDR-013.
struct InboundWithdrawal {
  let item: CheckedItem
  let notification: CheckedItem.Notification
  let view: TrustBook.View
  let me: AgencyID
  let row: Int64
  let nowMs: UInt64
  let atMs: UInt64

  private var step: WithdrawalStep {
    notification.outcome.flatMap { WithdrawalStep(rawValue: $0.text) } ?? .stop
  }

  private var groups: [String]? {
    notification.groups.isEmpty ? nil : notification.groups.map(\.text)
  }

  /// What must be true as soon as the message is stored: frozen, remembered, told.
  func apply(_ transaction: NodeTransaction, into effects: inout InboundEffects) throws {
    guard let grant = notification.withdrawn else { return }
    if grant.log.agency == me {
      return try stopped(grant, transaction, into: &effects)
    }
    guard step.ends else { return try goesOn(grant, transaction, into: &effects) }
    let offer = try transaction.offer(peer: row, log: grant.log.text, index: grant.index)
    let referral = try offer.flatMap { try transaction.referral($0.referral) }
    effects.referral = referral?.row
    try entomb(grant, transaction)
    guard let referral, groups == nil else { return }
    try InboundEffects.move(
      referral,
      .stopSharing,
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

  private func entomb(
    _ grant: CheckedItem.GrantName,
    _ transaction: NodeTransaction
  ) throws {
    let today = try transaction.withdrawals(
      ofLog: grant.log.text,
      peer: row,
      sinceMs: atMs - min(atMs, Self.dayMs)
    )
    let known = try transaction.tombstone(peer: row, log: grant.log.text, index: grant.index)
    let verdict = view.policy?.judge(
      WithdrawalArrival(
        step: step,
        senderIsActive: view.directory.isActive(item.peer, atMs: nowMs),
        withdrawalsToday: today + (known == nil ? 1 : 0)
      ),
      atMs: atMs
    )
    try transaction.entomb(
      peer: row,
      log: grant.log.text,
      index: grant.index,
      untilMs: notification.untilMs ?? item.expiresMs,
      message: item.id,
      groups: groups,
      asked: step == .erase,
      // Without a policy nobody has said how long to wait: only people may.
      eraseAfterMs: verdict?.erasesAfterMs,
      atMs: atMs
    )
    if step == .erase {
      try transaction.noteAsk(
        peer: row,
        log: grant.log.text,
        index: grant.index,
        message: item.id,
        kind: item.kind.rawValue,
        isWhole: groups == nil
      )
    }
    if verdict?.callsPeople ?? true {
      try transaction.raise(
        .withdrawalFlood,
        log: grant.log.text,
        index: grant.index,
        peer: item.peer.text,
        atMs: atMs
      )
    }
  }

  /// The time over which withdrawals of one log are counted (WDR-013), in ms.
  static let dayMs: UInt64 = 86_400_000

  /// Passes the withdrawal on to everybody to whom something was handed under that grant.
  ///
  /// Called when the message has its RECEIVE event, which is the cause of ours.
  func passOn(cause: UInt64, _ transaction: NodeTransaction) throws -> Set<String> {
    guard let grant = notification.withdrawn, grant.log.agency != me, step.ends else {
      return []
    }
    let root = item.ref ?? item.id
    var wake: Set<String> = []
    var told = 0
    for own in try transaction.onwardGrants(peer: row, log: grant.log.text, index: grant.index) {
      let touched = groups.map { taken in own.groups.filter(taken.contains) }
      if let touched, touched.isEmpty { continue }
      guard try transaction.passOn(root: root, grant: own.index) else { continue }
      let ended = try GrantEnding(
        step: step,
        // Nothing that was handed on is left: then it is the whole grant.
        groups: touched.flatMap { Set($0) == Set(own.groups) ? nil : $0 },
        view: view,
        me: me,
        nowMs: nowMs,
        atMs: atMs,
        staff: .init(cause: cause, atMs: atMs),
        // Her word, whoever passes it on.
        actor: .survivor,
        root: root
      ).apply(own, transaction)
      if ended.message != nil { told += 1 }
      wake.insert(ended.peer)
    }
    if told > 0 {
      try transaction.countTold(peer: row, log: grant.log.text, index: grant.index, told)
    }
    return wake
  }

  /// The recipient heard it first: sharing under our own grant stops, on that word, and no more.
  private func stopped(
    _ grant: CheckedItem.GrantName,
    _ transaction: NodeTransaction,
    into effects: inout InboundEffects
  ) throws {
    guard step.ends, let named = try transaction.ownGrant(grant.index),
      named.log == grant.log.text, named.peer == item.peer.text,
      // Her word crossed a renewal on its way: it is the leg that she means.
      let own = try transaction.newest(of: named)
    else { return }
    effects.referral = try transaction.ownReferral(grant: own.index)?.row
    guard !own.stopped else { return }
    let ended = try GrantEnding(
      step: .stop,
      groups: groups,
      view: view,
      me: me,
      nowMs: nowMs,
      atMs: atMs,
      staff: .init(cause: nil, atMs: atMs),
      actor: .machine
    ).apply(own, transaction)
    if groups == nil {
      try transaction.openStop(
        grant: own.index,
        channel: StopChannel.thirdParty.rawValue,
        atMs: atMs
      )
    }
    effects.wake.insert(ended.peer)
  }

  /// She has given a new consent: what is here and was not to be erased goes on under the grant that
  /// the message names, and opens again where it was stopped; the old one's tombstone stays.
  private func goesOn(
    _ grant: CheckedItem.GrantName,
    _ transaction: NodeTransaction,
    into effects: inout InboundEffects
  ) throws {
    guard let untilMs = notification.untilMs, untilMs > nowMs,
      view.directory.isActive(item.peer, atMs: nowMs), let offer = item.ref,
      let referral = try transaction.referral(offer: offer, peer: item.peer.text),
      !referral.isSender, !referral.erased,
      // A renewal undoes no stop: whoever has heard one here has heard it after she agreed (WDR-018).
      step == .resume || referral.frozenSinceMs == nil,
      // An older renewal that comes late says nothing any more.
      referral.grantLog != grant.log.text || referral.grantIndex < grant.index
    else { return }
    effects.referral = referral.row
    let known = try transaction.tombstone(
      peer: row,
      log: referral.grantLog,
      index: referral.grantIndex
    )
    guard !(known?.asked ?? false),
      try !transaction.isWithdrawn(peer: row, log: grant.log.text, index: grant.index, groups: [])
    else { return }
    try transaction.renew(
      received: referral.row,
      log: grant.log.text,
      index: grant.index,
      untilMs: untilMs
    )
    guard step == .resume, let open = try transaction.referral(referral.row) else { return }
    try InboundEffects.move(
      open,
      .resumeSharing,
      by: .sender,
      code: nil,
      transaction,
      view: view,
      nowMs: nowMs,
      atMs: atMs,
      into: &effects
    )
  }
}
