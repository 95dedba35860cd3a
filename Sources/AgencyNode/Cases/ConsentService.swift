internal import CanonicalBytes
internal import Exchange
internal import Foundation
package import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TransparencyLog
internal import Trust

/// Consent: recorded leg by leg, stopped on anybody's word, erased when the person confirms.
package struct ConsentService: Sendable {
  let node: Node

  /// Works on a node.
  package init(node: Node) { self.node = node }

  /// Most grants in one record.
  static let grantLimit = 64

  /// What the case keeps of a consent, sealed: the record, the refusals, the denials.
  private struct Kept: Codable {
    var record: ConsentFacts?
    var refused: [RefusedAsk] = []
    var denied: [String] = []
  }

  /// Records a consent: each leg is admitted by the policy and becomes a grant event of its own;
  /// refusals are events too, so that an auditor can see that "no" exists.
  package func record(
    _ request: ConsentRecord,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> ConsentRecorded {
    guard request.grants.count <= Self.grantLimit else { throw NodeError(.tooLarge) }
    let view = node.trust.view
    guard let policy = view.policy else { throw NodeError(.policyUnknown) }
    let node = node
    let (nowMs, atMs) = (node.trustedMs, node.clock.nowMs())
    return try await NodeError.wrapping {
      let name = request.case
      guard let line = try await node.store.read({ try $0.caseLine(name) }) else {
        throw NodeError(.caseUnknown)
      }
      let key = try CaseKeys.open(caseName: name, presence: presence, node: node)
      let held = try await kept(name, key: key)
      let denied = Set(held.denied + request.denied)
      var drafts: [(draft: GrantDraft, staff: NodeTransaction.Staff)] = []
      var keys: [(id: [UInt8], caseName: String, key: Digest32)] = []
      for ask in request.grants {
        let admitted = try Self.admit(
          ask,
          actor: presence.user,
          denied: denied,
          policy: policy,
          nowMs: nowMs
        )
        guard view.directory.agency(admitted.peer) != nil else {
          throw NodeError(.agencyUnknown, detail: ask.peer)
        }
        let id = Randomness.bytes(16)
        let secret = Randomness.digest()
        keys.append((id, name, secret))
        drafts.append(
          (
            GrantDraft(
              peer: ask.peer,
              purpose: ask.purpose,
              basis: ask.basis,
              groups: ask.groups,
              onward: ask.onward,
              untilMs: admitted.untilMs,
              register: view.registerHash,
              policy: view.policyHash,
              person: .init(id: id, key: PersonalKey(secret), subject: name)
            ),
            NodeTransaction.Staff(
              actor: presence.user,
              second: ask.second,
              desk: line.desk,
              atMs: atMs
            )
          )
        )
      }
      // First the keys, then the events: an orphan key is harmless, a leaf without its salt is not.
      try node.store.keyring.addPersonKeys(keys)
      let kept = Kept(
        record: request.record ?? held.record,
        refused: held.refused + request.refused,
        denied: denied.sorted()
      )
      let sealed = KeyBox.seal(
        Array(try JSONEncoder().encode(kept)),
        key: key,
        name: CaseKeys.name(name, CaseService.consentSection)
      )
      let (entries, refused) = (drafts, request.refused)
      let indices = try await node.store.change { transaction -> [UInt64] in
        try transaction.setSection(
          caseName: name,
          section: CaseService.consentSection,
          sealed: sealed,
          atMs: atMs
        )
        for no in refused {
          try transaction.append(
            .consentRefused,
            Self.refusal(no, view: view),
            staff: .init(actor: presence.user, desk: line.desk, atMs: atMs)
          )
        }
        let indices = try entries.map { entry in
          try transaction.grant(entry.draft, caseName: name, staff: entry.staff)
        }
        try transaction.keepAnswer {
          try LocalJSON.encode(
            ConsentRecorded(
              grants: try indices.compactMap { try transaction.ownGrant($0)?.view(nowMs: nowMs) }
            )
          )
        }
        return indices
      }
      let grants = try await node.store.read { try $0.grants(indices) }
      return ConsentRecorded(grants: grants.map { $0.view(nowMs: nowMs) })
    }
  }

  /// The consents of a case.
  package func list(
    _ name: String,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> ConsentList {
    let node = node
    let nowMs = node.trustedMs
    return try await NodeError.wrapping {
      guard try await node.store.read({ try $0.caseLine(name) }) != nil else {
        throw NodeError(.caseUnknown)
      }
      let key = try CaseKeys.open(caseName: name, presence: presence, node: node)
      let held = try await kept(name, key: key)
      let grants = try await node.store.read { try $0.grants(caseName: name) }
      return ConsentList(
        case: name,
        grants: grants.map { $0.view(nowMs: nowMs) },
        refused: held.refused,
        denied: held.denied,
        record: held.record
      )
    }
  }

  private static func admit(
    _ ask: GrantAsk,
    actor: String,
    denied: Set<String>,
    policy: Policy,
    nowMs: UInt64
  ) throws -> (peer: AgencyID, untilMs: UInt64) {
    guard let peer = AgencyID(ask.peer) else { throw NodeError(.agencyUnknown) }
    guard let purpose = Purpose(ask.purpose), let basis = Basis(rawValue: ask.basis),
      let user = UserName(actor)
    else { throw NodeError(.policy, detail: "purpose or basis") }
    let groups = ask.groups.compactMap { FieldGroup($0) }
    guard groups.count == ask.groups.count else { throw NodeError(.policy, detail: "groups") }
    let untilMs = ask.untilMs ?? nowMs + UInt64(ask.days ?? 30) * 86_400_000
    let request = GrantRequest(
      peer: peer,
      purpose: purpose,
      groups: groups,
      basis: basis,
      untilMs: untilMs,
      onward: ask.onward,
      actor: user,
      second: ask.second.flatMap { UserName($0) },
      deniedAgencies: denied.compactMap { AgencyID($0) }
    )
    switch policy.admit(request, atMs: nowMs) {
    case .admitted: return (peer, untilMs)
    case .refused(let reasons):
      throw NodeError(
        reasons.contains(.survivorDeny)
          ? .consentRefused
          : reasons.contains(.secondPersonMissing) ? .secondPersonMissing : .policy,
        reasons: reasons.map(\.rawValue)
      )
    }
  }

  private static func refusal(_ no: RefusedAsk, view: TrustBook.View) -> [EventField] {
    // No groups named means all that the purpose could have had.
    let all = Purpose(no.purpose).flatMap { view.policy?.purpose($0)?.groups.map(\.text) } ?? []
    var fields: [EventField] = [
      .digest(.policy, view.policyHash), .string(.purpose, no.purpose),
      .digest(.register, view.registerHash),
      .strings(.groups, (no.groups.isEmpty ? all : no.groups).sorted()),
    ]
    if let peer = no.peer { fields.append(.string(.peer, peer)) }
    return fields
  }

  private func kept(_ name: String, key: borrowing GuardedSecret) async throws -> Kept {
    let sections = try await node.store.read { try $0.sections(caseName: name) }
    guard let found = sections.first(where: { $0.section == CaseService.consentSection }) else {
      return Kept()
    }
    let opened = try KeyBox.open(
      found.sealed,
      key: key,
      name: CaseKeys.name(name, CaseService.consentSection)
    )
    return try JSONDecoder().decode(Kept.self, from: Data(opened.copyBytes()))
  }
}
