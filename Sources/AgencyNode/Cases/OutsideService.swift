internal import CanonicalBytes
internal import Foundation
package import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TransparencyLog

/// What happens outside the wire: said by telephone, handed over on paper, printed, exported.
///
/// Source: domain §6.3; CNS-050 to CNS-057.
package struct OutsideService: Sendable {
  let node: Node

  /// Works on a node.
  package init(node: Node) { self.node = node }

  /// Longest name of a receiver, in bytes.
  static let receiverBytes = 300

  /// Records something said or handed over.
  package func record(
    _ request: OutsideAsk,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> OutsideRecorded {
    let view = node.trust.view
    guard let policy = view.policy else { throw NodeError(.policyUnknown) }
    guard (request.to?.utf8.count ?? 0) <= Self.receiverBytes else { throw NodeError(.tooLarge) }
    let node = node
    let (nowMs, atMs) = (node.trustedMs, node.clock.nowMs())
    let saidAtMs = request.saidAtMs ?? nowMs
    guard saidAtMs <= nowMs else { throw NodeError(.malformed, detail: "saidAtMs") }
    return try await NodeError.wrapping {
      let opened = try await OpenedCase(request.case, presence, node)
      let loaded = try await ConsentDossier.load(opened, node)
      let scope =
        switch request.kind {
        case "verbal":
          try await verbal(request, opened: opened, policy: policy, saidAtMs: saidAtMs)
        case "outside":
          try outside(request, dossier: loaded.dossier, policy: policy)
        default: throw NodeError(.malformed, detail: "kind: verbal or outside")
        }
      let limit = policy.consent.map { policy.calendar.dueMs($0.recordWithin, fromMs: saidAtMs) }
      // A policy without a limit has no late record that anybody could excuse.
      let late = limit.map { nowMs > $0 } ?? (nowMs > saidAtMs)
      let reviewByMs =
        policy.consent.map { policy.calendar.dueMs($0.reviewWithin, fromMs: nowMs) } ?? nowMs
      var fields: [EventField] = [
        .string(.basis, EventBasis.said(scope.basis)), .integer(.from, saidAtMs),
        .strings(.groups, request.groups.sorted()), .digest(.policy, view.policyHash),
        .string(.purpose, request.purpose), .digest(.register, view.registerHash),
      ]
      if let grant = request.grant { fields.append(.integer(.grant, grant)) }
      let isVerbal = request.kind == "verbal"
      fields.append(.string(isVerbal ? .peer : .receiver, request.receiver))
      let (id, secret) = (Randomness.bytes(16), Randomness.digest())
      try node.store.keyring.addPersonKeys([(id, opened.name, secret)])
      let (said, before) = (fields, loaded.dossier)
      let index = try await node.store.change { transaction -> UInt64 in
        let staff = NodeTransaction.Staff(
          actor: presence.user,
          desk: opened.line.desk,
          atMs: atMs
        )
        let index = try transaction.recordOutside(
          isVerbal ? .verbal : .outside,
          said,
          caseName: opened.name,
          receiver: request.receiver,
          purpose: request.purpose,
          groups: request.groups,
          saidAtMs: saidAtMs,
          late: late,
          reviewByMs: reviewByMs,
          staff: staff,
          person: .init(id: id, key: PersonalKey(secret), subject: opened.name)
        )
        if request.paper {
          try transaction.append(.print, [.strings(.groups, request.groups.sorted())], staff: staff)
        }
        var dossier = before
        if let to = request.to { dossier.receivers.append(.init(item: index, to: to)) }
        if !isVerbal {
          try dossier.agree(
            to: .init(peer: "receiver:" + request.receiver, purpose: request.purpose),
            atMs: atMs,
            actor: presence.user
          )
        }
        try dossier.save(transaction, opened, over: loaded.sealed, atMs: atMs)
        return index
      }
      let need = try await CaseService(node: node).sections(opened.name, presence)["need"] ?? [:]
      return OutsideRecorded(
        item: index,
        late: late,
        saidAtMs: saidAtMs,
        service: Self.text(need["service"]),
        languages: Self.codes(need["languages"])
      )
    }
  }

  /// What was said to a member: only what a grant covered at that moment, or an exception.
  private func verbal(
    _ request: OutsideAsk,
    opened: OpenedCase,
    policy: Policy,
    saidAtMs: UInt64
  ) async throws -> (basis: String, Void) {
    guard let number = request.grant,
      let grant = try await node.store.read({ try $0.grants([number]) }).first,
      grant.caseName == opened.name, let facts = grant.facts, let peer = AgencyID(request.receiver)
    else { throw NodeError(.grantMissing) }
    var reasons: [String] = []
    if facts.peer != peer { reasons.append("wrong-recipient") }
    if facts.purpose.text != request.purpose { reasons.append("wrong-purpose") }
    if request.groups.isEmpty || !request.groups.allSatisfy(grant.groups.contains) {
      reasons.append("groups-not-granted")
    }
    // Judged at the moment of saying; what was taken back since then may still be written down.
    if facts.untilMs <= saidAtMs { reasons.append("expired") }
    if grant.atMs > saidAtMs { reasons.append("no-grant") }
    if facts.isWithdrawn { reasons.append("withdrawn") }
    guard reasons.isEmpty else { throw NodeError(.grantMissing, reasons: reasons) }
    return (grant.basis, ())
  }

  /// What is handed to somebody outside: she was asked about exactly this, and nobody is denied.
  private func outside(
    _ request: OutsideAsk,
    dossier: ConsentDossier,
    policy: Policy
  ) throws -> (basis: String, Void) {
    guard let rules = policy.consent,
      rules.receivers.contains(where: { $0.code.text == request.receiver })
    else { throw NodeError(.policy, detail: "receiver") }
    guard let purpose = Purpose(request.purpose).flatMap({ policy.purpose($0) }) else {
      throw NodeError(.policy, detail: "purpose")
    }
    let allowed = purpose.groups.map(\.text)
    guard !request.groups.isEmpty, request.groups.allSatisfy(allowed.contains),
      Set(request.groups).count == request.groups.count
    else { throw NodeError(.policy, detail: "groups") }
    guard request.agreed, let taken = dossier.latest else {
      throw NodeError(.consentMissing, reasons: ["no-grant"])
    }
    let question = ConsentQuestionKey(
      peer: "receiver:" + request.receiver,
      purpose: request.purpose
    )
    let refused = [question, .init(purpose: request.purpose)].contains {
      dossier.history.state(of: $0) == .refused
    }
    // The police by any road need the question about the police answered with yes (CNS-053).
    let untold =
      Code(request.receiver).map { policy.consent?.mayTell($0, dossier.answers) == false } ?? true
    let named = dossier.denials.contains { denial in request.to.map(denial.bars(user:)) ?? false }
    // Where a caregiver is suspected the family is told nothing, by no road (CNS-019).
    let suspected =
      taken.caregiverSuspect
      && (Code(request.receiver).map { policy.consent?.isFamily($0) ?? false } ?? false)
    guard !refused, !untold, !named, !suspected else {
      throw NodeError(.consentRefused, reasons: ["survivor-deny"])
    }
    return ((taken.decidedBy == "self" ? Basis.consent : .guardianConsent).rawValue, ())
  }

  /// A case on paper or in a file: logged before it is shown.
  package func paper(
    _ request: CasePaper,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> CaseView {
    guard ["print", "export"].contains(request.kind) else {
      throw NodeError(.malformed, detail: "kind: print or export")
    }
    var view = try await CaseService(node: node).show(request.case, presence)
    // Paper travels.
    view.siblings = []
    if !request.groups.isEmpty {
      guard request.groups.allSatisfy({ view.sections[$0] != nil }) else {
        throw NodeError(.grantMissing, reasons: ["groups-not-granted"])
      }
      view.sections = view.sections.filter { request.groups.contains($0.key) }
    }
    let groups = view.sections.keys.sorted()
    guard !groups.isEmpty else { throw NodeError(.fieldMissing) }
    let (node, atMs, desk) = (node, node.clock.nowMs(), view.desk)
    try await NodeError.wrapping {
      try await node.store.change { transaction in
        let staff = NodeTransaction.Staff(actor: presence.user, desk: desk, atMs: atMs)
        if request.kind == "print" {
          try transaction.append(.print, [.strings(.groups, groups)], staff: staff)
        } else {
          try transaction.append(
            .export,
            [.string(.kind, "case"), .strings(.groups, groups)],
            staff: staff
          )
        }
      }
    }
    return view
  }

  private static func text(_ value: FieldValue?) -> String? {
    guard case .text(let text) = value else { return nil }
    return text
  }

  private static func codes(_ value: FieldValue?) -> [String] {
    guard case .codes(let codes) = value else { return [] }
    return codes
  }
}
