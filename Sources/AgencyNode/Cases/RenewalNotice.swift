internal import CanonicalBytes
internal import Exchange
internal import NodeStore
internal import ReferralModel
internal import Trust

/// Puts a leg under the grant that renews its old one, here and at its holder.
///
/// Source: `Protocol/spec/05-receipts.md`, WDR-017, WDR-018.
struct RenewalNotice {
  /// `resume` after a stop, else `renew`.
  let step: WithdrawalStep
  let view: TrustBook.View
  let me: AgencyID
  let actor: String
  let nowMs: UInt64
  let atMs: UInt64

  /// Puts the leg under the new grant.
  ///
  /// - Returns: The message that tells the holder; `nil` where nobody was ever sent a byte.
  func place(
    _ old: OwnGrant,
    under index: UInt64,
    _ transaction: NodeTransaction
  ) throws -> Digest32? {
    guard let grant = try transaction.ownGrant(index),
      let referral = try transaction.ownReferral(grant: old.index)
    else { return nil }
    let wasSent = try transaction.wasSent(old.index)
    // What still waits to be sent rests on the grant it was made under.
    guard wasSent || step == .resume else { return nil }
    try transaction.renew(referral: referral.row, under: grant)
    if step == .resume, let renewed = try transaction.referral(referral.row) {
      var effects = InboundEffects()
      try InboundEffects.move(
        renewed,
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
    guard wasSent, let peer = AgencyID(old.peer) else { return nil }
    let envelope = EnvelopeSealer.notify(
      realm: view.directory.realm,
      sender: me,
      recipient: peer
    )
    try transaction.queue(
      OutboundDraft(
        peer: old.peer,
        kind: MessageKind.withdraw.rawValue,
        message: envelope.id,
        envelope: envelope.bytes,
        grant: .init(index: grant.index, log: grant.log, untilMs: grant.untilMs),
        ref: referral.offer,
        expiresMs: nowMs + (view.policy?.kind(.withdraw)?.lifeMs ?? 0),
        outcome: step.rawValue,
        actor: actor,
        atMs: atMs
      ),
      referral: referral.row
    )
    return envelope.id
  }
}
