internal import Foundation
package import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing

/// Drafts: what was written of a referral, sealed under the case's key, and erased when it is old.
package struct DraftService: Sendable {
  let node: Node

  /// Works on a node.
  package init(node: Node) { self.node = node }

  private static let section = "draft"

  /// Keeps a draft.
  package func save(
    _ request: DraftSave,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> DraftLine {
    guard let policy = node.trust.view.policy else { throw NodeError(.policyUnknown) }
    let node = node
    let nowMs = node.trustedMs
    var random = SystemRandomNumberGenerator()
    let name = ReferralID(using: &random).text
    return try await NodeError.wrapping {
      let grants = try await node.store.read { try $0.grants([request.ask.grant]) }
      guard let grant = grants.first else { throw NodeError(.grantMissing) }
      let key = try CaseKeys.open(caseName: grant.caseName, presence: presence, node: node)
      let sealed = KeyBox.seal(
        Array(try JSONEncoder().encode(request.ask)),
        key: key,
        name: CaseKeys.name(grant.caseName, Self.section + "/" + name)
      )
      guard let warn = policy.timers[.draftWarn], let erase = policy.timers[.draftErase] else {
        throw NodeError(.policyUnknown)
      }
      try await node.store.change { transaction in
        try transaction.saveDraft(
          name: name,
          caseName: grant.caseName,
          grant: grant.index,
          sealed: sealed,
          atMs: nowMs,
          warnAtMs: policy.calendar.dueMs(warn, fromMs: nowMs),
          eraseAtMs: policy.calendar.dueMs(erase, fromMs: nowMs)
        )
      }
      guard let row = try await node.store.read({ try $0.draft(name) }) else {
        throw NodeError(.draftUnknown)
      }
      return row.line
    }
  }

  /// The drafts, without their content.
  package func list() async throws(NodeError) -> DraftList {
    let node = node
    return try await NodeError.wrapping {
      DraftList(drafts: try await node.store.read { try $0.drafts() }.map(\.line))
    }
  }

  /// Refers as the draft says; consent and content are judged now, as for any other.
  package func send(
    _ name: String,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> ReferResults {
    let node = node
    let found = try await NodeError.wrapping { try await node.store.read { try $0.draft(name) } }
    guard let draft = found else { throw NodeError(.draftUnknown) }
    let ask = try await NodeError.wrapping {
      let key = try CaseKeys.open(caseName: draft.caseName, presence: presence, node: node)
      let opened = try KeyBox.open(
        draft.sealed,
        key: key,
        name: CaseKeys.name(draft.caseName, Self.section + "/" + name)
      )
      return try JSONDecoder().decode(ReferAsk.self, from: Data(opened.copyBytes()))
    }
    let results = try await ReferralService(node: node).refer(
      ReferBatch(referrals: [ask]),
      presence
    )
    if results.results.allSatisfy({ $0.problem == nil }) {
      try await NodeError.wrapping {
        try await node.store.change { try $0.eraseDraft(draft.row) }
      }
    }
    return results
  }

  /// Throws a draft away.
  package func discard(_ name: String) async throws(NodeError) -> Done {
    let node = node
    return try await NodeError.wrapping {
      guard let draft = try await node.store.read({ try $0.draft(name) }) else {
        throw NodeError(.draftUnknown)
      }
      try await node.store.change { try $0.eraseDraft(draft.row) }
      return Done()
    }
  }
}

extension DraftRow {
  /// The draft as the local API lists it.
  var line: DraftLine {
    DraftLine(
      draft: name,
      case: caseName,
      grant: grantIndex,
      savedMs: atMs,
      eraseMs: eraseAtMs
    )
  }
}
