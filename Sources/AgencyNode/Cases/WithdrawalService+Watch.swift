internal import CanonicalBytes
package import LocalContract
internal import NodeStore
internal import ReferralModel
internal import TransparencyLog
internal import Trust

/// What must not be forgotten about a withdrawal: stops nobody confirmed, receipts that do not come.
extension WithdrawalService {
  /// What a node does unattended about withdrawals; no opened desk is needed.
  func watch() async throws(NodeError) {
    try await endHoldDowns()
    try await callAboutLate()
  }

  private func endHoldDowns() async throws(NodeError) {
    let node = node
    let view = node.trust.view
    guard let policy = view.policy else { return }
    let (nowMs, atMs) = (node.trustedMs, node.clock.nowMs())
    // What ends in an erasure goes by a time that something else bears out.
    let judgedMs = node.time.destroyingMs
    try await NodeError.wrapping {
      var wake: Set<String> = []
      for row in try await node.store.read({ try $0.openStops() }) {
        guard let channel = StopChannel(rawValue: row.channel) else { continue }
        let fate = policy.fate(
          of: OpenStop(sinceMs: row.sinceMs, channel: channel, coercion: false),
          atMs: judgedMs
        )
        guard fate != .waits else { continue }
        wake.formUnion(
          try await node.store.change { transaction in
            try Self.end(row, fate, transaction, view: view, node: node, nowMs: nowMs, atMs: atMs)
          }
        )
        if fate == .callsPeople { node.metrics.add(.withdrawalAlerts) }
      }
      for peer in wake { node.lanes.wake(peer) }
    }
  }

  private static func end(
    _ row: NodeReader.OpenStopRow,
    _ fate: OpenStopFate,
    _ transaction: NodeTransaction,
    view: TrustBook.View,
    node: Node,
    nowMs: UInt64,
    atMs: UInt64
  ) throws -> Set<String> {
    guard let grant = try transaction.ownGrant(row.grant) else { return [] }
    try transaction.closeStop(grant: row.grant)
    guard fate == .erases else {
      try transaction.raise(
        .stopUnconfirmed,
        log: grant.log,
        index: grant.index,
        peer: grant.peer,
        atMs: atMs
      )
      return []
    }
    let ended = try GrantEnding(
      step: .erase,
      groups: nil,
      view: view,
      me: node.trust.me,
      nowMs: nowMs,
      atMs: atMs,
      staff: .init(cause: grant.withdrawIndex, atMs: atMs),
      actor: .clock
    ).apply(grant, transaction)
    return ended.message == nil ? [] : [ended.peer]
  }

  private func callAboutLate() async throws(NodeError) {
    let node = node
    guard let policy = node.trust.view.policy else { return }
    let atMs = node.clock.nowMs()
    try await NodeError.wrapping {
      let log = node.store.identity.log
      let late = try await node.store.change { transaction in
        let late = try transaction.lateHolders(nowMs: atMs)
        for holder in late {
          try transaction.raise(
            .receiptLate,
            log: log,
            index: holder.grant,
            peer: holder.peer,
            atMs: atMs
          )
          // For the auditor, who counts them.
          try transaction.append(
            .expire,
            [
              .integer(.grant, holder.grant), .string(.grantLog, log),
              .string(.kind, "erasure-receipt"),
            ],
            staff: .init(atMs: atMs)
          )
        }
        return late.count
      }
      let allowed = policy.answerDueMs(of: .erase, fromMs: 0)
      let overdue = try await node.store.read {
        try $0.overdueErasures(askedBeforeMs: atMs - min(atMs, allowed))
      }
      if !overdue.isEmpty {
        try await node.store.change { transaction in
          for erasure in overdue {
            try transaction.raise(
              .erasureLate,
              log: erasure.log,
              index: erasure.index,
              peer: erasure.peer,
              atMs: atMs
            )
          }
        }
      }
      node.metrics.add(.withdrawalAlerts, late + overdue.count)
    }
  }

  /// Who holds something under the ended grants of a case, and what they have answered.
  package func holders(of name: String) async throws(NodeError) -> WithdrawalHolders {
    let node = node
    return try await NodeError.wrapping {
      guard try await node.store.read({ try $0.caseLine(name) }) != nil else {
        throw NodeError(.caseUnknown)
      }
      let lines = try await node.store.read { try $0.holders(caseName: name) }
      return WithdrawalHolders(
        case: name,
        holders: lines.map {
          WithdrawalHolder(
            grant: $0.grant,
            peer: $0.peer,
            step: $0.step,
            dueMs: $0.dueMs,
            erasedMs: $0.erasedAtMs,
            outcome: $0.kept,
            keptGroups: $0.keptGroups,
            keptClass: $0.keptClass,
            keptBasis: $0.keptBasis,
            keptUntilMs: $0.keptUntilMs,
            onward: $0.onward,
            backupsUntilMs: $0.backupsUntilMs
          )
        }
      )
    }
  }

  /// What people must look at.
  package func alerts() async throws(NodeError) -> AlertList {
    let node = node
    return try await NodeError.wrapping {
      AlertList(
        alerts: try await node.store.read { try $0.alerts() }.map {
          AlertView(
            alert: $0.id,
            kind: $0.kind,
            grant: $0.grant,
            grantLog: $0.grantLog,
            peer: $0.peer,
            sinceMs: $0.atMs
          )
        }
      )
    }
  }

  /// A person has dealt with an alert.
  package func settle(
    _ request: AlertSettle,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> AlertList {
    let node = node
    let atMs = node.clock.nowMs()
    try await NodeError.wrapping {
      guard try await node.store.change({ try $0.settleAlert(request.alert, atMs: atMs) }) else {
        throw NodeError(.notFound)
      }
    }
    return try await alerts()
  }
}
