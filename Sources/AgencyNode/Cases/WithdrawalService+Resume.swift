internal import CanonicalBytes
internal import Exchange
internal import Foundation
package import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TransparencyLog
internal import Trust

extension WithdrawalService {
  /// Shares again: a new consent makes a grant that renews the stopped one, and its holder thaws.
  ///
  /// What was withdrawn for good cannot be resumed: then a new referral is made.
  package func resume(
    _ request: ConsentResume,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> ConsentChanged {
    let node = node
    let (view, me) = (node.trust.view, node.trust.me)
    guard let policy = view.policy else { throw NodeError(.policyUnknown) }
    let (nowMs, atMs) = (node.trustedMs, node.clock.nowMs())
    return try await NodeError.wrapping {
      // She is here, and her case is open: nobody resumes on a word.
      _ = try CaseKeys.open(caseName: request.case, presence: presence, node: node)
      guard
        let old = try await node.store.read({ try $0.grants(caseName: request.case) })
          .first(where: { $0.index == request.grant })
      else { throw NodeError(.consentMissing) }
      guard old.stopped, try await !node.store.read({ try $0.isEnding(old.index) }) else {
        throw NodeError(.stateNotAllowed, detail: "it is not stopped, or it is being erased")
      }
      let untilMs =
        nowMs
        + (request.days.map { UInt64($0) * 86_400_000 }
          ?? Purpose(old.purpose).flatMap { policy.purpose($0)?.lifeMs } ?? 0)
      try Self.admit(old, untilMs: untilMs, actor: presence.user, policy: policy, nowMs: nowMs)
      let (id, secret) = (Randomness.bytes(16), Randomness.digest())
      try node.store.keyring.addPersonKeys([(id: id, caseName: old.caseName, key: secret)])
      let message = try await node.store.change { transaction -> Digest32? in
        let index = try transaction.grant(
          GrantDraft(
            peer: old.peer,
            purpose: old.purpose,
            basis: old.basis,
            groups: old.groups,
            onward: old.onward,
            untilMs: untilMs,
            register: view.registerHash,
            policy: view.policyHash,
            renews: old.index,
            person: .init(id: id, key: PersonalKey(secret), subject: old.caseName)
          ),
          caseName: old.caseName,
          staff: .init(actor: presence.user, desk: presence.deskNames.first, atMs: atMs)
        )
        return try Self.thaw(
          old,
          under: index,
          transaction,
          view: view,
          me: me,
          actor: presence.user,
          nowMs: nowMs,
          atMs: atMs
        )
      }
      if message != nil { node.lanes.wake(old.peer) }
      let after = try await node.store.read { try $0.grants(caseName: request.case) }
      return ConsentChanged(
        grants: after.map { $0.view(nowMs: nowMs) },
        messages: [message?.hex].compactMap(\.self),
        referrals: []
      )
    }
  }

  private static func admit(
    _ old: OwnGrant,
    untilMs: UInt64,
    actor: String,
    policy: Policy,
    nowMs: UInt64
  ) throws {
    guard let peer = AgencyID(old.peer), let purpose = Purpose(old.purpose),
      let basis = Basis(rawValue: old.basis), let user = UserName(actor),
      // What was handed on, and what an exception allowed, is not hers alone to renew here.
      basis == .consent || basis == .guardianConsent
    else { throw NodeError(.policy, detail: "basis") }
    let admission = policy.admit(
      GrantRequest(
        peer: peer,
        purpose: purpose,
        groups: old.groups.compactMap { FieldGroup($0) },
        basis: basis,
        untilMs: untilMs,
        onward: old.onward,
        actor: user
      ),
      atMs: nowMs
    )
    if case .refused(let reasons) = admission {
      throw NodeError(.policy, reasons: reasons.map(\.rawValue))
    }
  }

  private static func thaw(
    _ old: OwnGrant,
    under index: UInt64,
    _ transaction: NodeTransaction,
    view: TrustBook.View,
    me: AgencyID,
    actor: String,
    nowMs: UInt64,
    atMs: UInt64
  ) throws -> Digest32? {
    try transaction.closeStop(grant: old.index)
    try transaction.forgetHolders(grant: old.index, atMs: atMs)
    guard let grant = try transaction.ownGrant(index),
      let referral = try transaction.ownReferral(grant: old.index)
    else { return nil }
    try transaction.renew(referral: referral.row, under: grant)
    if let renewed = try transaction.referral(referral.row) {
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
    guard try transaction.wasSent(old.index), let peer = AgencyID(old.peer) else { return nil }
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
        outcome: WithdrawalStep.resume.rawValue,
        actor: actor,
        atMs: atMs
      ),
      referral: referral.row
    )
    return envelope.id
  }
}
