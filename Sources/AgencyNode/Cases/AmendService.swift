internal import CanonicalBytes
package import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import Trust

/// Corrections that reach every holder of what is corrected; and who the holders are.
package struct AmendService: Sendable {
  let node: Node

  /// Works on a node.
  package init(node: Node) { self.node = node }

  /// Replaces groups of a case, and sends each to everybody who holds it under a grant that lives.
  package func amend(
    _ name: String,
    _ request: CaseAmend,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> CaseAmended {
    guard let policy = node.trust.view.policy else { throw NodeError(.policyUnknown) }
    guard !request.sections.isEmpty else { throw NodeError(.fieldMissing, detail: "sections") }
    let node = node
    let (nowMs, atMs) = (node.trustedMs, node.clock.nowMs())
    return try await NodeError.wrapping {
      guard try await node.store.read({ try $0.caseLine(name) }) != nil else {
        throw NodeError(.caseUnknown)
      }
      let key = try CaseKeys.open(caseName: name, presence: presence, node: node)
      var sealed: [(section: String, bytes: [UInt8])] = []
      for (section, fields) in request.sections.sorted(by: { $0.key < $1.key }) {
        guard let group = FieldGroup(section) else {
          throw NodeError(.overDisclosed, detail: "unknown-group")
        }
        let content = fields.canonical
        try policy.check(content: content, of: group, granted: [group])
        sealed.append(
          (
            section,
            KeyBox.seal(content.encoded, key: key, name: CaseKeys.name(name, section))
          )
        )
      }
      var messages: [(draft: OutboundDraft, row: Int64, waits: Bool)] = []
      let holdings = try await node.store.read { try $0.holdings(caseName: name) }
      for item in holdings where item.erasedAtMs == nil {
        // What waits for acceptance is corrected too, though nobody holds it yet.
        let groups = Set(item.waits ? item.referral.groups : item.reach)
        let content = request.sections.filter { groups.contains($0.key) }
        guard !content.isEmpty, item.referral.mayBeAmended(nowMs: nowMs) else { continue }
        do {
          let draft = try await SupplementMaker(node: node).make(
            item.referral,
            content: content,
            presence: presence
          )
          messages.append((draft, item.referral.row, item.waits))
        } catch is TrustFailure {
          // It cannot be sealed to: no card, none of its keys, no right. The others are told all the same.
          continue
        } catch let error as NodeError
          where [.grantMissing, .consentFrozen, .deskKeyGone].contains(error.code)
        {
          continue
        }
      }
      let (entries, sections) = (messages, sealed)
      let queued = try await node.store.change { transaction -> Set<Int64> in
        for section in sections {
          try transaction.setSection(
            caseName: name,
            section: section.section,
            sealed: section.bytes,
            atMs: atMs
          )
        }
        var queued: Set<Int64> = []
        for entry in entries {
          // Looked at again: an acceptance may have come since, and nothing is held back after it.
          guard let referral = try transaction.referral(entry.row),
            referral.mayBeAmended(nowMs: nowMs)
          else { continue }
          try transaction.queue(
            entry.draft,
            referral: entry.row,
            held: entry.waits && !referral.isAccepted
          )
          queued.insert(entry.row)
        }
        return queued
      }
      for peer in Set(messages.map(\.draft.peer)) { node.lanes.wake(peer) }
      return CaseAmended(
        referrals: holdings.map(\.referral).filter { queued.contains($0.row) }
          .map { $0.line(nowMs: nowMs) },
        unreached: holdings.filter { holding in
          holding.erasedAtMs == nil && !queued.contains(holding.referral.row)
            && holding.groups.contains { request.sections[$0] != nil }
        }.map(\.view)
      )
    }
  }

  /// Who has what, why, and until when.
  package func holders(
    _ name: String,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> HolderList {
    let node = node
    return try await NodeError.wrapping {
      guard try await node.store.read({ try $0.caseLine(name) }) != nil else {
        throw NodeError(.caseUnknown)
      }
      // Only for desks that may open the case.
      _ = try CaseKeys.open(caseName: name, presence: presence, node: node)
      return HolderList(
        case: name,
        holders: try await node.store.read { try $0.holdings(caseName: name) }
          .filter { !$0.groups.isEmpty }.map(\.view)
      )
    }
  }
}

extension ReferralRow {
  /// Whether the recipient has said that it takes her; a dispute stands where it began.
  fileprivate var isAccepted: Bool {
    ReferralState(rawValue: disputedFrom ?? state)?.isAccepted ?? false
  }

  /// Whether a correction may still be sent under it.
  fileprivate func mayBeAmended(nowMs: UInt64) -> Bool {
    guard frozenSinceMs == nil, untilMs > nowMs, let state = ReferralState(rawValue: state) else {
      return false
    }
    switch state {
    case .queued, .delivered, .acknowledged, .infoRequested, .waitlisted, .accepted, .inService,
      .completed, .lostContact, .disputed:
      return true
    case .capacityQuery, .draft, .discarded, .declined, .redirectProposed, .recalled,
      .consentWithdrawn, .expired, .undeliverable, .refused, .closed, .closedWithdrawn:
      return false
    }
  }
}

extension NodeReader.Holding {
  /// The holder as the local API shows it.
  fileprivate var view: HolderView {
    HolderView(
      peer: referral.peer,
      referral: referral.name,
      purpose: referral.purpose,
      basis: referral.basis,
      groups: groups,
      untilMs: referral.untilMs,
      state: referral.state,
      frozen: referral.frozenSinceMs != nil,
      erasedMs: erasedAtMs,
      kept: kept.map {
        KeptView(
          outcome: $0.outcome,
          groups: $0.groups,
          keptClass: $0.keptClass,
          basis: $0.basis,
          untilMs: $0.untilMs
        )
      }
    )
  }
}
