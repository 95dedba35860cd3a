internal import CanonicalBytes
internal import Exchange
package import LocalContract
internal import NodeStore
internal import ReferralModel
internal import TransparencyLog

/// What happens after something is over: it is kept for the policy's time, or longer under a named class
/// with its legal ground, and is then erased without anybody doing anything.
///
/// Source: domain §5.1 (17) and §7.3; `Protocol/spec/11-referrals.md`, REF-034 to REF-036.
package struct RetentionService: Sendable {
  let node: Node

  /// Works on a node.
  package init(node: Node) { self.node = node }

  /// States of a sent referral after which its case may be closed.
  private static let over: [ReferralState] = [.closed, .closedWithdrawn, .discarded]

  /// Closes a case: its time begins.
  package func close(
    _ name: String,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> RecordKept {
    let node = node
    guard let policy = node.trust.view.policy else { throw NodeError(.policyUnknown) }
    let atMs = node.clock.nowMs()
    let rule = policy.retention(after: .caseClosed)
    let dueMs = atMs + (rule?.life.nominalMs ?? 0)
    return try await NodeError.wrapping {
      let opened = try await OpenedCase(name, presence, node)
      guard opened.line.state == "open" else { throw NodeError(.stateNotAllowed) }
      let closed = try await node.store.change {
        try $0.closeCase(
          name,
          over: Self.over.map(\.rawValue),
          keptClass: rule?.code.text,
          dueMs: dueMs,
          atMs: atMs
        )
      }
      guard closed else { throw NodeError(.stateNotAllowed, detail: "a referral is not over") }
      return RecordKept(
        id: name,
        keptClass: rule?.code.text,
        basis: rule?.basis.text,
        untilMs: rule.map { _ in dueMs }
      )
    }
  }

  /// Keeps a case, or a part of a received referral, under a class of the policy.
  package func keep(
    _ id: String,
    _ request: RecordKeep,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> RecordKept {
    let node = node
    guard let policy = node.trust.view.policy else { throw NodeError(.policyUnknown) }
    let atMs = node.clock.nowMs()
    guard let rule = Code(request.keptClass).flatMap({ policy.kept($0) }) else {
      throw NodeError(.policy, detail: "keptClass")
    }
    // Nothing is kept without the ground that the mechanism has named for it, nor for longer.
    guard rule.basis.text.utf8.elementsEqual(request.basis.utf8) else {
      throw NodeError(.policy, detail: "basis")
    }
    guard request.untilMs > atMs, request.untilMs - atMs <= rule.life.nominalMs else {
      throw NodeError(.policy, detail: "untilMs")
    }
    guard !presence.desks.isEmpty else { throw NodeError(.deskLocked) }
    return try await NodeError.wrapping {
      if request.received {
        try await Self.keepPart(of: id, request, presence, atMs: atMs, node)
      } else {
        let opened = try await OpenedCase(id, presence, node)
        guard request.groups.isEmpty else { throw NodeError(.malformed, detail: "groups") }
        try await node.store.change {
          try $0.holdCase(
            opened.name,
            keptClass: request.keptClass,
            basis: request.basis,
            untilMs: request.untilMs,
            actor: presence.user,
            atMs: atMs
          )
        }
      }
      return RecordKept(
        id: id,
        keptClass: request.keptClass,
        basis: request.basis,
        untilMs: request.untilMs
      )
    }
  }

  private static func keepPart(
    of id: String,
    _ request: RecordKeep,
    _ presence: SessionVault.Presence,
    atMs: UInt64,
    _ node: Node
  ) async throws {
    try await node.store.change { transaction in
      guard let referral = try transaction.referral(named: id), !referral.isSender else {
        throw NodeError(.referralUnknown)
      }
      guard !referral.erased else { throw NodeError(.stateNotAllowed, detail: "it is erased") }
      let held = Set(
        try transaction.storedEnvelopes(referral: referral.row)
          .flatMap { EnvelopeStripper.groups(in: $0) }.map(\.text)
      )
      let groups = request.groups.isEmpty ? held.sorted() : request.groups
      guard !groups.isEmpty, groups.allSatisfy(held.contains) else {
        throw NodeError(.malformed, detail: "groups")
      }
      try transaction.keepPart(
        referral: referral.row,
        keptClass: request.keptClass,
        basis: request.basis,
        groups: groups,
        untilMs: request.untilMs,
        actor: presence.user,
        atMs: atMs
      )
    }
  }

  /// What a node does unattended: counts the time of what is over, and erases what is due.
  ///
  /// By a time that something else bears out, and never while the clock is in doubt.
  func carryOut() async throws(NodeError) {
    let node = node
    guard node.clockWatch.doubt == nil, let policy = node.trust.view.policy else { return }
    let (atMs, judgedMs) = (node.clock.nowMs(), node.time.destroyingMs)
    let backupsUntilMs = atMs + policy.backupsMs
    let terms = RetentionStart.allCases.compactMap { start -> RetentionTerm? in
      guard let state = start.state, let rule = policy.retention(after: start) else { return nil }
      return RetentionTerm(
        state: state.rawValue,
        keptClass: rule.code.text,
        lifeMs: rule.life.nominalMs
      )
    }
    try await NodeError.wrapping {
      try await node.store.change { try $0.armRetention(terms) }
      for row in try await node.store.read({ try $0.retained(dueByMs: judgedMs) }) {
        if let referral = row.referral {
          try await Self.erase(
            referral,
            row,
            ownLifeMs: policy.ownConsentLifeMs,
            judgedMs: judgedMs,
            backupsUntilMs: backupsUntilMs,
            atMs: atMs,
            node
          )
        } else {
          try await Self.eraseCase(
            row,
            judgedMs: judgedMs,
            backupsUntilMs: backupsUntilMs,
            atMs: atMs,
            node
          )
        }
      }
    }
  }

  private static func erase(
    _ referral: Int64,
    _ row: RetentionRow,
    ownLifeMs: UInt64,
    judgedMs: UInt64,
    backupsUntilMs: UInt64,
    atMs: UInt64,
    _ node: Node
  ) async throws {
    let (plan, probes, events) = try await node.store.change { transaction in
      let held = Set(
        try transaction.storedEnvelopes(referral: referral)
          .flatMap { EnvelopeStripper.groups(in: $0) }
      ).sorted()
      let plan = ErasurePlan(
        held: held,
        taken: held,
        keeping: try transaction.keptParts(referral: referral).map {
          $0.part(ownUntilMs: judgedMs + ownLifeMs)
        },
        atMs: judgedMs
      )
      let found = try transaction.eraseReceived(
        referral: referral,
        groups: plan.erased.map(\.text),
        all: plan.kept.isEmpty,
        strip: { bytes, groups in
          EnvelopeStripper.strip(bytes, of: groups.compactMap { FieldGroup($0) })
        },
        atMs: atMs
      )
      return (plan, found.probes, found.events)
    }
    try await node.store.finishErasure(probes: probes)
    try await node.store.change { transaction in
      if !plan.erased.isEmpty {
        try transaction.logRetention(
          keptClass: row.keptClass,
          message: try transaction.referral(referral)?.offer,
          targets: events,
          backupsUntilMs: backupsUntilMs,
          atMs: atMs
        )
      }
      if let untilMs = plan.keptUntilMs {
        try transaction.postpone(
          retention: row.row,
          keptClass: plan.keptClass?.text ?? row.keptClass,
          toMs: untilMs
        )
      } else {
        try transaction.retentionDone(row.row, atMs: atMs)
      }
    }
    node.metrics.add(.erasures)
  }

  private static func eraseCase(
    _ row: RetentionRow,
    judgedMs: UInt64,
    backupsUntilMs: UInt64,
    atMs: UInt64,
    _ node: Node
  ) async throws {
    // Whose keys there are is asked before anything goes: after a kill in between the list stands in the
    // row.
    let persons = try node.store.keyring.persons(ofCase: row.name)
    let probes = try await node.store.change { transaction -> [[UInt8]]? in
      if let hold = try transaction.hold(ofCase: row.name, atMs: judgedMs) {
        try transaction.postpone(
          retention: row.row,
          keptClass: hold.keptClass,
          toMs: hold.untilMs
        )
        return nil
      }
      return try transaction.eraseCase(row.name, retention: row.row, persons: persons)
    }
    guard let probes else { return }
    try await node.store.finishErasure(probes: probes)
    try node.store.keyring.eraseCase(row.name)
    try node.store.keyring.erase([CodeWords.row(row.name)])
    let targets = try await node.store.read { reader in
      try reader.retained(dueByMs: judgedMs).first { $0.row == row.row }?.targets
    }
    try await node.store.change { transaction in
      try transaction.logRetention(
        keptClass: row.keptClass,
        message: nil,
        targets: targets ?? [],
        backupsUntilMs: backupsUntilMs,
        atMs: atMs
      )
      try transaction.retentionDone(row.row, atMs: atMs)
    }
    node.metrics.add(.erasures)
  }
}
