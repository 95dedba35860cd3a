internal import CanonicalBytes
internal import Exchange
internal import NodeStore
internal import ReferralModel
internal import Trust

/// Carries out what is to be erased: here for others, and what this node keeps of its own.
///
/// A receipt leaves only after the files were looked through. One erasure that cannot be finished
/// never delays another.
struct ErasureService: Sendable {
  let node: Node

  /// How long old copies of this node's files may still exist, in ms.
  var backupMs: UInt64 { node.trust.view.policy?.backupsMs ?? Policy.longestSpanMs }

  func carryOut() async throws(NodeError) {
    // A hold-down has passed only by a time that something else bears out.
    let (now, judgedMs) = (node.clock.nowMs(), node.time.destroyingMs)
    let due = try await NodeError.wrapping {
      try await node.store.read { try $0.dueErasures(nowMs: judgedMs) }
    }
    var failed: NodeError?
    for erasure in due {
      do { try await carryOut(erasure, nowMs: now) } catch { failed = failed ?? error }
    }
    do { try await carryOutOwn() } catch { failed = failed ?? error }
    if let failed { throw failed }
  }

  private func carryOut(
    _ erasure: NodeReader.DueErasure,
    nowMs: UInt64
  ) async throws(NodeError) {
    let node = node
    guard AgencyID(erasure.peer) != nil else { return }
    try await NodeError.wrapping {
      let ownLifeMs = node.trust.view.policy?.ownConsentLifeMs ?? 0
      let (plan, probes, events) = try await node.store.change { transaction in
        try Self.destroy(erasure, transaction, ownLifeMs: ownLifeMs, nowMs: nowMs)
      }
      // Looked for in the files before anybody is told that it is gone.
      try await node.store.finishErasure(probes: probes)
      let (view, me, backupMs) = (node.trust.view, node.trust.me, self.backupMs)
      // Looking through the files takes a while: what is logged now is dated now.
      try await node.store.change { transaction in
        let atMs = node.clock.nowMs()
        try Self.answer(
          erasure,
          plan: plan,
          events: events,
          transaction,
          view: view,
          me: me,
          backupsUntilMs: atMs + backupMs,
          nowMs: atMs
        )
      }
      node.metrics.add(.erasures)
      node.lanes.wake(erasure.peer)
    }
  }

  private static func destroy(
    _ erasure: NodeReader.DueErasure,
    _ transaction: NodeTransaction,
    ownLifeMs: UInt64,
    nowMs: UInt64
  ) throws -> (plan: ErasurePlan, probes: [[UInt8]], events: [UInt64]) {
    let row = try transaction.peer(erasure.peer)
    guard
      let offer = try transaction.offer(peer: row, log: erasure.log, index: erasure.index)
    else {
      return (ErasurePlan(held: [], taken: [], keeping: [], atMs: nowMs), [], [])
    }
    let held = Set(
      try transaction.storedEnvelopes(referral: offer.referral)
        .flatMap { EnvelopeStripper.groups(in: $0) }
    ).sorted()
    let parts = try transaction.keptParts(referral: offer.referral).map {
      $0.part(ownUntilMs: nowMs + ownLifeMs)
    }
    let plan = ErasurePlan(
      held: held,
      taken: erasure.groups.map { $0.compactMap { FieldGroup($0) } } ?? held,
      keeping: parts,
      atMs: nowMs
    )
    let found = try transaction.eraseReceived(
      referral: offer.referral,
      groups: plan.erased.map(\.text),
      all: erasure.groups == nil && plan.kept.isEmpty,
      strip: { bytes, groups in
        EnvelopeStripper.strip(bytes, of: groups.compactMap { FieldGroup($0) })
      },
      atMs: nowMs
    )
    return (plan, found.probes, found.events)
  }

  private static func answer(
    _ erasure: NodeReader.DueErasure,
    plan: ErasurePlan,
    events: [UInt64],
    _ transaction: NodeTransaction,
    view: TrustBook.View,
    me: AgencyID,
    backupsUntilMs: UInt64,
    nowMs: UInt64
  ) throws {
    guard let peer = AgencyID(erasure.peer) else { return }
    let row = try transaction.peer(erasure.peer)
    if !events.isEmpty {
      _ = try transaction.logErasure(
        targets: events,
        cause: erasure.receiveIndex,
        backupsUntilMs: backupsUntilMs,
        staff: .init(atMs: nowMs)
      )
    }
    // More was asked while the files were looked through: the next round erases that too, and answers.
    guard
      try transaction.askedGroups(peer: row, log: erasure.log, index: erasure.index)
        == erasure.groups
    else { return }
    let referral = try transaction.offer(
      peer: row,
      log: erasure.log,
      index: erasure.index
    )?.referral
    let asks = try transaction.takeAsks(peer: row, log: erasure.log, index: erasure.index)
    // A group that went leaves the rest of the referral as it is.
    if let referral, erasure.groups == nil {
      // What was recalled ends as closed, what was withdrawn as withdrawn.
      let moves: [(ReferralEvent, ReferralActor)] = [
        (.withdraw, .sender), (.confirmErased, .machine),
      ]
      for (event, actor) in moves
      where event != .withdraw || asks.contains(where: { $0.isWhole && !$0.isRecall }) {
        guard let found = try transaction.referral(referral) else { continue }
        var effects = InboundEffects()
        try InboundEffects.move(
          found,
          event,
          by: actor,
          code: nil,
          transaction,
          view: view,
          nowMs: nowMs,
          atMs: nowMs,
          into: &effects
        )
      }
    }
    // After a stop half-way there is nothing left to plan for, and it was erased all the same.
    let outcome =
      plan.outcome == .nothingHeld && !events.isEmpty ? ErasurePlan.Outcome.erased : plan.outcome
    for ask in asks {
      let envelope = EnvelopeSealer.notify(
        realm: view.directory.realm,
        sender: me,
        recipient: peer
      )
      let queued = try transaction.queue(
        OutboundDraft(
          peer: erasure.peer,
          kind: MessageKind.erased.rawValue,
          message: envelope.id,
          envelope: envelope.bytes,
          groups: plan.kept.map(\.text),
          ref: ask.message,
          expiresMs: nowMs + (view.policy?.kind(.erased)?.lifeMs ?? Policy.longestMessageMs),
          outcome: outcome.rawValue,
          atMs: nowMs
        ),
        referral: referral
      )
      try transaction.describeErasure(
        outbound: queued,
        backupsUntilMs: backupsUntilMs,
        onward: erasure.told,
        keptClass: plan.keptClass?.text,
        keptBasis: try plan.keptClass.flatMap { keptClass in
          // What was kept before its ground was written down has that of its class (REF-035).
          let written = try referral.map(transaction.keptParts(referral:))?.first {
            $0.keptClass == keptClass.text
          }?.basis
          return written ?? view.policy?.kept(keptClass)?.basis.text
        },
        keptUntilMs: plan.keptUntilMs
      )
    }
    try transaction.settleTombstone(
      peer: erasure.peer,
      log: erasure.log,
      index: erasure.index,
      atMs: nowMs
    )
  }

  /// Destroys what this node keeps of its own ended grants: the personal keys, so that their events
  /// say nothing of anybody, and the sealed bytes that were sent.
  func carryOutOwn() async throws(NodeError) {
    let node = node
    let backupMs = self.backupMs
    try await NodeError.wrapping {
      for own in try await node.store.read({ try $0.ownErasures() }) {
        let probes = try await node.store.change {
          try $0.eraseSent(grant: own.grant, groups: own.groups)
        }
        try await node.store.finishErasure(probes: probes)
        let grant = try await node.store.read { try $0.grants([own.grant]) }.first
        if let grant, own.groups == nil { try node.store.keyring.erasePersonKeys([grant.person]) }
        try await node.store.change { transaction in
          if let grant, own.groups == nil, let cause = grant.withdrawIndex {
            let atMs = node.clock.nowMs()
            _ = try transaction.logErasure(
              targets: [grant.index, cause],
              cause: cause,
              backupsUntilMs: atMs + backupMs,
              staff: .init(atMs: atMs)
            )
          }
          try transaction.ownErasureDone(grant: own.grant, groups: own.groups)
        }
      }
    }
  }
}

extension KeptRow {
  /// The part as an erasure is planned with it.
  ///
  /// `ownUntilMs`: Until when at least a part is kept for a person who is here on her own word.
  func part(ownUntilMs: UInt64) -> KeptPart {
    KeptPart(
      ground: keptClass.flatMap { Code($0) }.map { .law($0) } ?? .ownConsent,
      groups: groups.compactMap { FieldGroup($0) },
      untilMs: isHere ? max(untilMs, ownUntilMs) : untilMs
    )
  }
}
