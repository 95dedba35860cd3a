internal import CanonicalBytes
internal import Foundation
internal import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Trust

/// Makes supplements: further content under an offer's grant, and never a byte beside it.
struct SupplementMaker: Sendable {
  let node: Node

  /// The answer to a recipient's question.
  ///
  /// - Throws: ``NodeError`` `grant-missing` for groups that were not granted: that takes a new
  ///   consent; `state-not-allowed` where nothing was asked.
  func answer(
    _ name: String,
    content: [String: [String: FieldValue]],
    presence: SessionVault.Presence
  ) async throws -> OutboundDraft {
    guard let referral = try await node.store.read({ try $0.referral(name) }) else {
      throw NodeError(.referralUnknown)
    }
    guard referral.isSender else { throw NodeError(.wrongSide) }
    guard !content.isEmpty else { throw NodeError(.fieldMissing, detail: "content") }
    return try await make(referral, content: content, presence: presence)
  }

  /// Content for one referral of ours, decided, checked against the forms and sealed.
  func make(
    _ referral: ReferralRow,
    content: [String: [String: FieldValue]],
    presence: SessionVault.Presence
  ) async throws -> OutboundDraft {
    let view = node.trust.view
    guard let policy = view.policy else { throw NodeError(.policyUnknown) }
    let nowMs = node.trustedMs
    let found = try await node.store.read { try $0.grants([referral.grantIndex]) }
    guard let grant = found.first, let facts = grant.facts, let peer = AgencyID(grant.peer) else {
      throw NodeError(.grantMissing)
    }
    var parts: [(FieldGroup, CanonicalObject)] = []
    for (name, fields) in content.sorted(by: { $0.key < $1.key }) {
      guard let group = FieldGroup(name) else {
        throw NodeError(.overDisclosed, detail: "unknown-group")
      }
      parts.append((group, fields.canonical))
    }
    let decision = policy.decide(
      DisclosureRequest(
        kind: .supplement,
        recipient: peer,
        purpose: facts.purpose,
        groups: parts.map(\.0),
        basis: facts.basis,
        answersOpenQuestion: false,
        region: view.directory.agency(peer)?.region
      ),
      under: facts,
      atMs: nowMs
    )
    if case .refused(let reasons) = decision {
      throw NodeError(
        grant.stopped ? .consentFrozen : .grantMissing,
        detail: "this needs a new consent",
        reasons: reasons.map(\.code)
      )
    }
    for (group, part) in parts {
      try policy.check(content: part, of: group, granted: facts.groups)
    }
    let offer = try view.directory.sealing(to: peer, atMs: nowMs)
    let sealed = try ReferralService.seal(parts, peer: peer, offer: offer, node: node)
    let expires = min(
      nowMs + (policy.kind(.supplement)?.lifeMs ?? 0),
      grant.untilMs,
      offer.keys.map(\.latestMessageExpiryMs).min() ?? .max
    )
    return ReferralService(node: node).draft(
      sealed,
      .supplement,
      grant: grant,
      groups: parts.map(\.0),
      ref: referral.offer,
      expires: expires,
      actor: presence.user,
      desk: presence.deskNames.first
    )
  }
}

extension FieldValue {
  /// The value where it is one text or one code.
  var code: String? { if case .text(let text) = self { text } else { nil } }
}
