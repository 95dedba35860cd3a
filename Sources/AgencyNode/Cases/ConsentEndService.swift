internal import CanonicalBytes
internal import Foundation
package import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TransparencyLog

/// Consents that end on somebody else's word than the survivor's: revoked by who may, or found never
/// to have been one.
///
/// Source: domain §7.3; CNS-036 to CNS-039.
package struct ConsentEndService: Sendable {
  let node: Node

  /// Works on a node.
  package init(node: Node) { self.node = node }

  /// Longest name of a paper, in bytes.
  static let authorityBytes = 1_000

  /// Ends consents: the history, the log and every holder are told in one transaction.
  package func end(
    _ request: ConsentEnd,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> ConsentChanged {
    guard let kind = ConsentEndKind(rawValue: request.outcome) else {
      throw NodeError(
        .malformed,
        detail: "outcome: " + ConsentEndKind.allCases.map(\.rawValue).joined(separator: ", ")
      )
    }
    let view = node.trust.view
    guard let policy = view.policy else { throw NodeError(.policyUnknown) }
    guard let list = Code(kind.reasons).flatMap({ policy.list($0) }),
      Code(request.reason).map(list.contains) ?? false
    else { throw NodeError(.policy, detail: "reason") }
    let authority = request.authority ?? ""
    guard authority.utf8.count <= Self.authorityBytes else { throw NodeError(.tooLarge) }
    guard kind != .revoked || !authority.isEmpty else {
      throw NodeError(.consentFacts, reasons: ["authority-missing"])
    }
    let step: WithdrawalStep = kind.erases || request.erase ? .erase : .stop
    let node = node
    let (nowMs, atMs) = (node.trustedMs, node.clock.nowMs())
    return try await NodeError.wrapping {
      // The case must be open: nobody ends a consent in her place on a word.
      let opened = try await OpenedCase(request.case, presence, node)
      let loaded = try await ConsentDossier.load(opened, node)
      let held = try await node.store.read { try $0.grants(caseName: opened.name) }
      var dossier = loaded.dossier
      try dossier.catchUp(with: held, nowMs: nowMs)
      let grants = try Self.chosen(request.grants, of: held)
      try Self.note(
        grants,
        kind,
        reason: request.reason,
        authority: authority,
        actor: presence.user,
        atMs: atMs,
        in: &dossier
      )
      var people: [UInt64: NodeTransaction.Person] = [:]
      for grant in grants {
        if let key = try node.store.keyring.personKey(grant.person) {
          people[grant.index] = .init(
            id: grant.person,
            key: PersonalKey(key),
            subject: opened.name
          )
        }
      }
      let (known, kept, me) = (people, dossier, node.trust.me)
      let staff = NodeTransaction.Staff(
        actor: presence.user,
        desk: opened.line.desk,
        atMs: atMs
      )
      let ended = try await node.store.change { transaction -> [GrantEnding.Ended] in
        let ended = try grants.map { grant in
          try transaction.append(
            .consent,
            ConsentService.state(
              kind.rawValue,
              purpose: grant.purpose,
              peer: grant.peer,
              grant: (grant.index, grant.log),
              view: view
            ),
            staff: staff
          )
          let ended = try GrantEnding(
            step: step,
            groups: nil,
            view: view,
            me: me,
            nowMs: nowMs,
            atMs: atMs,
            staff: staff,
            actor: .sender
          ).apply(grant, person: known[grant.index], transaction)
          // Nothing more follows by itself: no voice is waited for.
          try transaction.closeStop(grant: grant.index)
          if kind.isIncident {
            try transaction.raise(
              .consentInvalid,
              log: grant.log,
              index: grant.index,
              peer: nil,
              atMs: atMs
            )
          }
          return ended
        }
        try kept.save(transaction, opened, over: loaded.sealed, atMs: atMs)
        try transaction.keepAnswer {
          let after = try grants.compactMap { try transaction.ownGrant($0.index) }
          return try LocalJSON.encode(WithdrawalService.changed(after, ended, nowMs: nowMs))
        }
        return ended
      }
      node.metrics.add(.withdrawals, ended.count)
      for entry in ended where entry.message != nil { node.lanes.wake(entry.peer) }
      // It has ended whatever the files do: what cannot be erased now is tried again.
      if step == .erase {
        do { try await ErasureService(node: node).carryOutOwn() } catch {
          node.lanes.wake(Maintenance.erasureLane)
        }
      }
      let after = try await node.store.read { try $0.grants(grants.map(\.index)) }
      return WithdrawalService.changed(after, ended, nowMs: nowMs)
    }
  }

  /// The grants that are meant; an exception is no consent, and ends in its own way (CNS-026).
  private static func chosen(_ named: [UInt64]?, of held: [OwnGrant]) throws -> [OwnGrant] {
    let consents = held.filter { grant in
      Basis(rawValue: grant.basis).map { $0 == .consent || $0 == .guardianConsent } ?? false
    }
    let grants = consents.filter { named?.contains($0.index) ?? true }
    guard !grants.isEmpty, named.map({ Set($0).isSubset(of: grants.map(\.index)) }) ?? true else {
      throw NodeError(.consentMissing)
    }
    return grants
  }

  /// Writes into the history what ends, question by question.
  private static func note(
    _ grants: [OwnGrant],
    _ kind: ConsentEndKind,
    reason: String,
    authority: String,
    actor: String,
    atMs: UInt64,
    in dossier: inout ConsentDossier
  ) throws {
    for grant in grants {
      let named = dossier.history.entries.last { $0.grant == grant.index }
      guard let question = named?.question else { throw NodeError(.stateNotAllowed) }
      let newest = dossier.history.entries.last { $0.question == question && $0.grant != nil }
      // An older grant ends with the one that renews it: the question is one.
      if newest?.grant == grant.index {
        try dossier.add(
          kind.step,
          to: question,
          atMs: atMs,
          actor: actor,
          grant: grant.index,
          reason: reason
        )
      }
      guard !authority.isEmpty,
        let leg = dossier.legs.firstIndex(where: { $0.grant == grant.index })
      else { continue }
      dossier.legs[leg].authority = authority
    }
  }
}
