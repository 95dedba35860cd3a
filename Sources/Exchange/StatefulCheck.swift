package import ReferralModel

/// Steps 12 to 17 for one item, in this order; the first failure gives the code.
///
/// Source: PROTOCOL §3; `Protocol/spec/04-exchange.md`, EXC-112 to EXC-123.
package enum StatefulCheck {
  /// Judges an item.
  ///
  /// - Parameters:
  ///   - item: What ``StatelessCheck`` passed.
  ///   - state: The receiver's memory, inside the transaction that will write the answer.
  ///   - me: This node's agency.
  ///   - nowMs: T, in Unix ms.
  /// - Returns: What to do with it.
  /// - Throws: What the state throws; never because of the item.
  package static func judge<State: ReceiverState>(
    _ item: CheckedItem,
    state: borrowing State,
    me: AgencyID,
    nowMs: UInt64
  ) throws(State.Failure) -> ItemVerdict<State.Answer> {
    if let answer = try state.answer(to: item.id) { return .repeated(answer) }
    if let other = try state.message(withSeq: item.seq, from: item.peer), other != item.id {
      return .seqReused(by: other)
    }
    switch item.body {
    case .notification(let notification):
      if let code = grantFailure(of: notification, item, me) { return .refuse(code) }
    case .disclosure(let disclosure):
      if let code = try failure(of: disclosure, item, state, me, nowMs) { return .refuse(code) }
    }
    if item.kind != .withdraw {
      let longest = try state.longestLifeMs(of: item.kind)
      // The sender's clock may be ahead: what it sends with the whole life must not be refused for it.
      guard nowMs < item.expiresMs,
        item.expiresMs - nowMs <= longest + ExchangeLimits.clockAheadMs
      else {
        return .refuse(.expired)
      }
    }
    if let code = try deskFailure(item.envelope, state) { return .refuse(code) }
    guard item.envelope.blobs.isEmpty else { return .refuse(.blobsWanted) }
    return .accept
  }

  /// Step 13 for a notification: nothing rests on a grant, and a grant is withdrawn by its owner, or
  /// at its owner by the agency that received under it.
  private static func grantFailure(
    of notification: CheckedItem.Notification,
    _ item: CheckedItem,
    _ me: AgencyID
  ) -> ItemCode? {
    guard case .absent = item.grant else { return .grant }
    if let owner = notification.withdrawn?.log.agency, owner != item.peer, owner != me {
      return .grant
    }
    return nil
  }

  /// Steps 13 and 14 for a disclosure.
  private static func failure<State: ReceiverState>(
    of disclosure: CheckedItem.Disclosure,
    _ item: CheckedItem,
    _ state: borrowing State,
    _ me: AgencyID,
    _ nowMs: UInt64
  ) throws(State.Failure) -> ItemCode? {
    let (isReply, isTally) = (disclosure.basis == .reply, disclosure.basis == .anonymous)
    guard isTally == (item.kind == .tally), isReply == (item.kind == .reply) else { return .grant }
    var facts: GrantFacts?
    if isReply {
      guard case .absent = item.grant, disclosure.grant == nil, let ref = item.ref,
        try state.isOwnOpenDisclosure(ref, to: item.peer)
      else { return .grant }
    } else if isTally {
      guard case .absent = item.grant, disclosure.grant == nil, item.ref == nil else {
        return .grant
      }
    } else {
      guard let name = disclosure.grant, case .proven(let proof) = item.grant,
        covers(proof.facts, disclosure, me: me, nowMs: nowMs)
      else { return .grant }
      if try state.isWithdrawn(name, disclosure.groups) { return .withdrawn }
      if try isUsedElsewhere(name, proof, item, state) { return .grantUsed }
      facts = proof.facts
    }
    let request = DisclosureRequest(
      kind: item.kind,
      recipient: me,
      purpose: disclosure.purpose,
      groups: disclosure.groups,
      basis: disclosure.basis,
      answersOpenQuestion: isReply
    )
    guard
      let decision = try state.decide(
        request,
        under: facts,
        policy: disclosure.policy,
        atMs: nowMs
      )
    else {
      return try state.hasOutlived(policy: disclosure.policy, atMs: nowMs)
        ? .policy : .policyUnknown
    }
    guard case .refused(let reasons) = decision else { return nil }
    // What a reply may carry stands in place of a grant (EXC-118).
    if isReply, case .policyGroups? = reasons.first { return .grant }
    return reasons.first.flatMap { ItemCode(rawValue: $0.check) } ?? .policy
  }

  private static func covers(
    _ grant: GrantFacts,
    _ disclosure: CheckedItem.Disclosure,
    me: AgencyID,
    nowMs: UInt64
  ) -> Bool {
    grant.peer == me && grant.purpose == disclosure.purpose && grant.basis == disclosure.basis
      && grant.untilMs > nowMs && disclosure.groups.allSatisfy(grant.groups.contains)
  }

  /// One grant, one person, one referral: a second offer, or a message that belongs to another one.
  private static func isUsedElsewhere<State: ReceiverState>(
    _ name: CheckedItem.GrantName,
    _ proof: CheckedItem.GrantProof,
    _ item: CheckedItem,
    _ state: borrowing State
  ) throws(State.Failure) -> Bool {
    let offer = try state.offer(on: name)
    if item.kind == .offer { return offer != nil }
    guard let ref = item.ref else { return true }
    if offer == ref { return false }
    guard let renews = proof.renews else { return true }
    let renewed = CheckedItem.GrantName(log: name.log, index: renews)
    return try state.offer(on: renewed) != ref
  }

  /// Step 16: every key is held, and no desk is handed what its card does not give it.
  private static func deskFailure<State: ReceiverState>(
    _ envelope: CheckedEnvelope,
    _ state: borrowing State
  ) throws(State.Failure) -> ItemCode? {
    let groups = envelope.groups
    var allowed: [[FieldGroup]] = []
    for stanza in envelope.stanzas {
      guard let deskGroups = try state.deskGroups(ofKey: stanza.keyID) else { return .deskKeyGone }
      allowed.append(deskGroups)
    }
    for (stanza, deskGroups) in zip(envelope.stanzas, allowed) {
      for group in stanza.groups {
        guard deskGroups.contains(group), groups.contains(group) else { return .desk }
      }
    }
    // A row that nobody can open would be receipted and lost (ENV-005).
    for group in groups where !envelope.stanzas.contains(where: { $0.groups.contains(group) }) {
      return .desk
    }
    return nil
  }
}
