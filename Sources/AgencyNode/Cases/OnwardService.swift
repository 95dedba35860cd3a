internal import CanonicalBytes
internal import Foundation
package import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TransparencyLog
internal import Trust

/// Hands a received referral on, under the consent that the survivor gave to the first agency.
///
/// The grant is this node's own, with basis `onward`; its cause is the RECEIVE event of the offer. A
/// withdrawal of the first consent passes through it without a human. Source: attacks C16,
/// `Protocol/spec/11-referrals.md`, REF-020.
package struct OnwardService: Sendable {
  let node: Node

  /// Works on a node.
  package init(node: Node) { self.node = node }

  /// Hands on: checks the first consent, opens a case of its own, records the grant, refers.
  package func handOn(
    _ request: HandOn,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> ReferResult {
    guard let desk = presence.deskNames.first else { throw NodeError(.deskLocked) }
    let node = node
    let view = node.trust.view
    guard let policy = view.policy else { throw NodeError(.policyUnknown) }
    let nowMs = node.trustedMs
    let name = request.referral
    let referral = try await NodeError.wrapping {
      try await node.store.read { try $0.referral(name) }
    }
    guard let referral else { throw NodeError(.referralUnknown) }
    guard !referral.isSender, referral.frozenSinceMs == nil, !referral.erased,
      let state = ReferralState(rawValue: referral.state), Self.states.contains(state)
    else {
      throw NodeError(
        referral.frozenSinceMs == nil ? .stateNotAllowed : .consentFrozen,
        detail: referral.state
      )
    }
    let untilMs = request.days.map { nowMs + UInt64($0) * 86_400_000 } ?? referral.untilMs
    let peer = try admit(
      request,
      of: referral,
      untilMs: untilMs,
      actor: presence.user,
      policy: policy,
      view: view,
      nowMs: nowMs
    )
    // Opening is an event, whoever it is opened for.
    let held = try await ReferralActions(node: node).show(name, presence).content
    let content = held.filter { request.groups.contains($0.key) }
    for group in request.groups where content[group] == nil {
      throw NodeError(.fieldMissing, detail: group)
    }
    let opened = try await CaseService(node: node).open(
      CaseOpen(desk: desk, sections: content),
      presence
    )
    let grant = try await record(
      request,
      of: referral,
      peer: peer,
      untilMs: untilMs,
      caseName: opened.case,
      actor: presence.user,
      desk: desk,
      view: view
    )
    let results = try await ReferralService(node: node).refer(
      ReferBatch(
        referrals: [
          ReferAsk(
            grant: grant,
            service: request.service,
            urgency: request.urgency,
            content: content
          )
        ]
      ),
      presence
    ).results
    guard let result = results.first else { throw NodeError(.internal) }
    return result
  }

  /// Where a referral stands when its recipient may hand it on: it is the recipient's to carry out.
  private static let states: Set<ReferralState> = [.accepted, .inService, .completed, .lostContact]

  private func admit(
    _ request: HandOn,
    of referral: ReferralRow,
    untilMs: UInt64,
    actor: String,
    policy: Policy,
    view: TrustBook.View,
    nowMs: UInt64
  ) throws(NodeError) -> AgencyID {
    guard let peer = AgencyID(request.peer), peer != node.trust.me,
      view.directory.agency(peer) != nil
    else { throw NodeError(.agencyUnknown, detail: request.peer) }
    let groups = request.groups.compactMap { FieldGroup($0) }
    guard let purpose = Purpose(request.purpose), let user = UserName(actor),
      groups.count == request.groups.count
    else { throw NodeError(.policy, detail: "purpose or groups") }
    let admission = policy.admit(
      GrantRequest(
        peer: peer,
        purpose: purpose,
        groups: groups,
        basis: .onward,
        untilMs: untilMs,
        actor: user,
        parent: referral.parentFacts(recipient: node.trust.me)
      ),
      atMs: nowMs
    )
    if case .refused(let reasons) = admission {
      throw NodeError(.policy, reasons: reasons.map(\.rawValue))
    }
    return peer
  }

  private func record(
    _ request: HandOn,
    of referral: ReferralRow,
    peer: AgencyID,
    untilMs: UInt64,
    caseName: String,
    actor: String,
    desk: String,
    view: TrustBook.View
  ) async throws(NodeError) -> UInt64 {
    let node = node
    let atMs = node.clock.nowMs()
    return try await NodeError.wrapping {
      let (id, secret) = (Randomness.bytes(16), Randomness.digest())
      try node.store.keyring.addPersonKeys([(id: id, caseName: caseName, key: secret)])
      return try await node.store.change { transaction -> UInt64 in
        // Looked at again inside the transaction: a withdrawal may have come in between.
        let row = try transaction.peer(referral.peer)
        guard let now = try transaction.referral(referral.row), now.frozenSinceMs == nil,
          try !transaction.isWithdrawn(
            peer: row,
            log: now.grantLog,
            index: now.grantIndex,
            groups: request.groups
          ),
          let cause = try transaction.receiveIndex(
            ofOffer: referral.offer,
            referral: referral.row
          )
        else { throw NodeError(.consentFrozen) }
        let grant = try transaction.grant(
          GrantDraft(
            peer: peer.text,
            purpose: request.purpose,
            basis: Basis.onward.rawValue,
            groups: request.groups,
            onward: false,
            untilMs: untilMs,
            register: view.registerHash,
            policy: view.policyHash,
            person: .init(id: id, key: PersonalKey(secret), subject: caseName)
          ),
          caseName: caseName,
          staff: .init(actor: actor, desk: desk, cause: cause, atMs: atMs)
        )
        try transaction.linkOnward(
          grant: grant,
          peer: referral.peer,
          parentLog: now.grantLog,
          parentIndex: now.grantIndex
        )
        return grant
      }
    }
  }
}

extension ReferralRow {
  /// The grant under which a referral came here, as an onward grant is admitted under it.
  func parentFacts(recipient: AgencyID) -> GrantFacts? {
    guard !isSender, let log = LogID(grantLog), let purpose = Purpose(purpose),
      let basis = Basis(rawValue: basis)
    else { return nil }
    return GrantFacts(
      log: log,
      index: grantIndex,
      peer: recipient,
      purpose: purpose,
      groups: groups.compactMap { FieldGroup($0) },
      basis: basis,
      untilMs: untilMs,
      isWithdrawn: frozenSinceMs != nil,
      mayGoOnward: mayGoOnward
    )
  }
}
