internal import CanonicalBytes
internal import Exchange
internal import NodeStore
internal import ReferralModel
internal import Trust

/// Ends one of our grants, whoever asked: a person here, the clock, or a withdrawal to be passed on.
///
/// Everything in the transaction it is given: the WITHDRAW event, the death of what waits, the
/// referral's freeze, the message to the holder, and what the holder owes.
struct GrantEnding {
  let step: WithdrawalStep
  /// Which groups; `nil` for all.
  let groups: [String]?
  let view: TrustBook.View
  let me: AgencyID
  let nowMs: UInt64
  let atMs: UInt64
  /// Who, or what, caused it.
  let staff: NodeTransaction.Staff
  /// Who moves the referral.
  let actor: ReferralActor
  /// The first message of a withdrawal that is passed on.
  var root: Digest32?

  /// What has ended.
  struct Ended: Sendable {
    let peer: String
    let referral: String?
    /// The message that tells the holder; `nil` for a peer that was never sent a byte.
    let message: Digest32?
  }

  /// Ends a grant.
  ///
  /// `person`: Whose the WITHDRAW event is, while her key exists.
  func apply(
    _ grant: OwnGrant,
    person: NodeTransaction.Person? = nil,
    _ transaction: NodeTransaction
  ) throws -> Ended {
    let referral = try transaction.ownReferral(grant: grant.index)
    try transaction.stop(grant.index, groups: groups, atMs: atMs)
    let isNews = groups.map { !$0.allSatisfy(grant.cut.contains) } ?? (grant.withdrawIndex == nil)
    if isNews {
      _ = try transaction.withdraw(grant, groups: groups, staff: staff, person: person)
    }
    if step == .erase {
      try transaction.closeStop(grant: grant.index)
      try transaction.wantOwnErasure(grant: grant.index, groups: groups)
    }
    // A group that is taken back leaves the rest of the referral as it is.
    if let referral, groups == nil {
      var effects = InboundEffects()
      try InboundEffects.move(
        referral,
        step == .stop ? .stopSharing : .withdraw,
        by: actor,
        code: nil,
        transaction,
        view: view,
        nowMs: nowMs,
        atMs: atMs,
        into: &effects
      )
    }
    guard try transaction.wasSent(grant.index), let peer = AgencyID(grant.peer) else {
      return Ended(peer: grant.peer, referral: referral?.name, message: nil)
    }
    let message = try tell(peer, of: grant, referral: referral?.row, transaction)
    return Ended(peer: grant.peer, referral: referral?.name, message: message)
  }

  /// Queues the message that tells a holder.
  private func tell(
    _ peer: AgencyID,
    of grant: OwnGrant,
    referral: Int64?,
    _ transaction: NodeTransaction
  ) throws -> Digest32 {
    let envelope = EnvelopeSealer.notify(
      realm: view.directory.realm,
      sender: me,
      recipient: peer
    )
    try transaction.queue(
      OutboundDraft(
        peer: grant.peer,
        kind: MessageKind.withdraw.rawValue,
        message: envelope.id,
        envelope: envelope.bytes,
        groups: groups?.sorted() ?? [],
        grant: .init(index: grant.index, log: grant.log, untilMs: grant.untilMs),
        ref: root,
        expiresMs: nowMs + (view.policy?.kind(.withdraw)?.lifeMs ?? Policy.longestMessageMs),
        outcome: step.rawValue,
        actor: staff.actor,
        atMs: atMs
      ),
      referral: referral
    )
    try transaction.addHolder(
      grant: grant.index,
      peer: grant.peer,
      withdraw: envelope.id,
      step: step.rawValue,
      dueMs: view.policy?.answerDueMs(of: step, fromMs: atMs) ?? atMs
    )
    return envelope.id
  }
}
