internal import CanonicalBytes
package import LocalContract
internal import NodeStore
internal import ReferralModel

/// What is late, what waits, and why.
package struct DueService: Sendable {
  let node: Node

  /// Works on a node.
  package init(node: Node) { self.node = node }

  /// Everything with a running clock: the late ones first, then by time.
  package func list() async throws(NodeError) -> DueList {
    let node = node
    let nowMs = node.trustedMs
    guard let policy = node.trust.view.policy else { throw NodeError(.policyUnknown) }
    let me = node.trust.me.text
    return try await NodeError.wrapping {
      let found = try await node.store.read { reader in
        (
          clocks: try reader.clocks(), drafts: try reader.drafts(),
          watched: try reader.watched(), unasked: try reader.withoutOwnConsent(),
          retained: try reader.retained(
            dueByMs: policy.periods[.retentionWarning].map { nowMs + $0.nominalMs } ?? .max
          )
        )
      }
      var items = found.clocks.compactMap {
        Self.item($0, policy: policy, me: me, nowMs: nowMs)
      }
      items += found.drafts.map { draft in
        DueItem(
          timer: TimerName.draftErase.rawValue,
          id: draft.name,
          state: ReferralState.draft.rawValue,
          dueMs: draft.eraseAtMs,
          late: draft.eraseAtMs <= nowMs,
          side: "us",
          why: "people"
        )
      }
      items += found.unasked.compactMap { Self.ownConsent($0, policy: policy, nowMs: nowMs) }
      items += found.retained.map { row in
        DueItem(
          timer: DueItem.retention,
          id: row.name,
          box: row.referral.map { _ in "in" },
          state: ReferralState.closed.rawValue,
          dueMs: row.dueMs,
          late: row.dueMs <= nowMs,
          side: "nobody",
          why: "people"
        )
      }
      items.sort { ($0.late ? 0 : 1, $0.dueMs, $0.id) < ($1.late ? 0 : 1, $1.dueMs, $1.id) }
      return DueList(
        atMs: nowMs,
        clock: node.clockWatch.doubt?.rawValue,
        items: items,
        watched: found.watched.map {
          WatchedItem(peer: $0.peer, ref: $0.ref.hex, code: $0.code, atMs: $0.atMs)
        }
      )
    }
  }

  /// A service that began in an emergency, before she could be asked (REF-011).
  private static func ownConsent(
    _ referral: ReferralRow,
    policy: Policy,
    nowMs: UInt64
  ) -> DueItem? {
    let need = policy.ownConsentNeed(
      purpose: Purpose(referral.purpose),
      basis: Basis(rawValue: referral.basis)
    )
    guard case .within(let span) = need else { return nil }
    let dueMs = referral.sinceMs + span.nominalMs
    return DueItem(
      timer: DueItem.ownConsent,
      id: referral.name,
      box: "in",
      peer: referral.peer,
      purpose: referral.purpose,
      urgency: referral.priority,
      state: referral.state,
      dueMs: dueMs,
      late: dueMs <= nowMs,
      side: "us",
      why: "people"
    )
  }

  /// One clock, as people read it.
  static func item(
    _ line: NodeReader.ClockLine,
    policy: Policy,
    me: String,
    nowMs: UInt64
  ) -> DueItem? {
    let (timer, referral) = (line.timer, line.referral)
    guard let name = TimerName(rawValue: timer.name) else { return nil }
    let rule =
      referral.priority.flatMap { Code($0) }.flatMap { policy.priority($0) }
      ?? policy.priorities.last
    let awaited: String? =
      switch name.waitsFor {
      case .sender: referral.isSender ? me : referral.peer
      case .recipient: referral.isSender ? referral.peer : me
      case .nobody: nil
      }
    let standing = timer.pausedMs.map { nowMs - min($0, nowMs) } ?? 0
    guard let rule,
      let schedule = policy.schedule(
        of: name,
        priority: rule.code,
        times: referral.times.flatMap { AnswerTimes($0) },
        agency: awaited.flatMap { AgencyID($0) },
        startMs: timer.startedMs,
        stoodMs: timer.stoodMs + timer.darkMs + standing
      )
    else { return nil }
    let due = name == .waitlistReview ? referral.expectedMs ?? schedule.dueMs : schedule.dueMs
    let late = timer.pausedMs == nil && due <= nowMs
    let side = awaited.map { $0 == me ? "us" : "them" } ?? "nobody"
    var why = "people"
    var sinceMs: UInt64?
    let hours = policy.calendar(of: awaited.flatMap { AgencyID($0) })
    if referral.frozenSinceMs != nil {
      (why, sinceMs) = ("stopped", referral.frozenSinceMs)
    } else if timer.cause == "info" {
      (why, sinceMs) = ("question", timer.pausedMs)
    } else if timer.cause == "dark"
      || side == "them" && nowMs > line.heardAtMs + TimerService.darkAfterMs(policy)
    {
      (why, sinceMs) = ("dark", line.heardAtMs)
    } else if side == "them", !hours.isOpen(atMs: nowMs) {
      (why, sinceMs) = ("hours", hours.openMs(atOrAfter: nowMs))
    }
    let isUrgentCall =
      rule.telephone && referral.isSender && referral.lifecycle?.state.isOpen == true
    return DueItem(
      timer: timer.name,
      id: referral.name,
      box: referral.isSender ? "out" : "in",
      peer: referral.peer,
      purpose: referral.purpose,
      urgency: referral.priority,
      state: referral.state,
      dueMs: due,
      late: late,
      side: side,
      why: why,
      sinceMs: sinceMs,
      darkMs: timer.darkMs + (timer.cause == "dark" ? standing : 0),
      telephone: isUrgentCall
        ? AgencyID(referral.peer).flatMap { policy.offices[$0]?.telephone } : nil
    )
  }
}

extension ReferralState {
  /// Whether the recipient's people have not yet decided.
  fileprivate var isOpen: Bool {
    switch self {
    case .queued, .delivered, .acknowledged, .infoRequested, .waitlisted: true
    default: false
    }
  }
}
