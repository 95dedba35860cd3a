internal import CanonicalBytes
internal import Foundation
package import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TransparencyLog

/// What comes after a consent: its end, its renewal, the recipient's own.
///
/// Source: domain §7.2; CNS-030 to CNS-036.
package struct ConsentLifeService: Sendable {
  let node: Node

  /// Works on a node.
  package init(node: Node) { self.node = node }

  /// A day, for counting down.
  private static let dayMs: Int64 = 86_400_000

  /// Grants that run out or have run out, and cases of which something is due.
  package func lapsed() async throws(NodeError) -> LapsedList {
    guard let policy = node.trust.view.policy else { throw NodeError(.policyUnknown) }
    let node = node
    let nowMs = node.trustedMs
    let warnings = policy.consent?.warnings ?? []
    let transition = policy.consent?.transition ?? []
    let ahead = warnings.map(\.nominalMs).max() ?? 0
    let dates = transition.map(\.nominalMs).max() ?? 0
    return try await NodeError.wrapping {
      let found = try await node.store.read { reader in
        let grants = try reader.lapsing(untilMs: nowMs + ahead)
        return (
          grants: grants, names: try reader.referrals(grants: grants.map(\.index)),
          dates: try reader.dueDates(untilMs: nowMs + dates)
        )
      }
      return LapsedList(
        grants: found.grants.map { grant in
          LapsedGrant(
            grant: grant.view(nowMs: nowMs, referral: found.names[grant.index]),
            daysLeft: Self.days(from: nowMs, to: grant.untilMs),
            warning: grant.untilMs <= nowMs
              ? "lapsed" : Self.mark(warnings, nowMs: nowMs, endMs: grant.untilMs)
          )
        },
        dates: found.dates.map { date in
          DueCase(
            case: date.caseName,
            dueMs: date.atMs,
            daysLeft: Self.days(from: nowMs, to: date.atMs),
            warning: Self.mark(transition, nowMs: nowMs, endMs: date.atMs)
          )
        }
      )
    }
  }

  /// The nearest of the marks that have been reached.
  static func mark(_ marks: [Span], nowMs: UInt64, endMs: UInt64) -> String {
    let left = endMs - min(nowMs, endMs)
    return marks.filter { left <= $0.nominalMs }.min { $0.nominalMs < $1.nominalMs }?.description
      ?? ""
  }

  /// Whole days, rounded down.
  static func days(from nowMs: UInt64, to endMs: UInt64) -> Int64 {
    let difference = Int64(clamping: endMs) - Int64(clamping: nowMs)
    let (days, rest) = difference.quotientAndRemainder(dividingBy: dayMs)
    return rest < 0 ? days - 1 : days
  }

  /// Asks again: a new grant that renews the old one, with a new taking of consent.
  package func renew(
    _ request: ConsentRenew,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> ConsentRecorded {
    let node = node
    let nowMs = node.trustedMs
    return try await NodeError.wrapping {
      guard let old = try await node.store.read({ try $0.grants([request.grant]).first }) else {
        throw NodeError(.grantMissing)
      }
      // What was taken back is not renewed: that is a new question (CNS-002).
      guard old.withdrawIndex == nil, !old.stopped else {
        throw NodeError(.consentFrozen, reasons: ["withdrawn"])
      }
      let again = try await askAgain(request, old, .renew, presence)
      let grants = try await node.store.read { try $0.grants([again.grant]) }
      return ConsentRecorded(
        grants: grants.map { $0.view(nowMs: nowMs) },
        receipt: again.receipt
      )
    }
  }

  /// What came of asking again.
  struct Again: Sendable {
    let grant: UInt64
    let receipt: String?
    /// What tells the holder.
    let message: Digest32?
  }

  /// A new grant that renews an old one: how she was asked, the event, and the leg under it.
  func askAgain(
    _ request: ConsentRenew,
    _ old: OwnGrant,
    _ step: WithdrawalStep,
    _ presence: SessionVault.Presence
  ) async throws -> Again {
    let view = node.trust.view
    guard let policy = view.policy else { throw NodeError(.policyUnknown) }
    let (nowMs, atMs) = (node.trustedMs, node.clock.nowMs())
    guard let basis = Basis(rawValue: old.basis), !basis.isException, basis != .onward else {
      throw NodeError(.policy, reasons: ["basis-not-allowed"])
    }
    let opened = try await OpenedCase(old.caseName, presence, node)
    let loaded = try await ConsentDossier.load(opened, node)
    var dossier = loaded.dossier
    let faults = policy.judge(request.record.circumstances)
    guard faults.isEmpty else {
      throw NodeError(.consentFacts, reasons: faults.map(\.rawValue))
    }
    try await ConsentService.checkAge(request.record, opened, dossier, policy, node)
    try dossier.take(request.record.circumstances, atMs: atMs, actor: presence.user)
    let before = dossier.legs.first { $0.grant == old.index }
    let decides = request.record.decidedBy == "self"
    let leg = try ConsentService.leg(
      GrantAsk(
        peer: old.peer,
        purpose: old.purpose,
        service: before?.service,
        groups: old.groups,
        basis: (decides ? Basis.consent : .guardianConsent).rawValue,
        days: request.days,
        onward: old.onward,
        country: request.country ?? before?.country
      ),
      caseName: opened.name,
      renews: old.index,
      actor: presence.user,
      second: nil,
      dossier: dossier,
      me: node.trust.me,
      view: view,
      policy: policy,
      nowMs: nowMs
    )
    let held = try await node.store.read { try $0.grants(caseName: opened.name) }
    try dossier.catchUp(with: held, nowMs: nowMs)
    try node.store.keyring.addPersonKeys([(leg.key.id, opened.name, leg.key.secret)])
    let notice = RenewalNotice(
      step: step,
      view: view,
      me: node.trust.me,
      actor: presence.user,
      nowMs: nowMs,
      atMs: atMs
    )
    let (kept, adultOn) = (dossier, request.record.adultOnMs)
    let again = try await node.store.change { transaction -> Again in
      // Looked at again: she may have stopped it, or let it be erased, in between.
      guard let now = try transaction.ownGrant(old.index), now.stopped == old.stopped,
        now.withdrawIndex == old.withdrawIndex, now.cut == old.cut
      else { throw NodeError(.consentFrozen, reasons: ["withdrawn"]) }
      let index = try transaction.grant(
        leg.draft,
        caseName: opened.name,
        staff: .init(actor: presence.user, desk: opened.line.desk, atMs: atMs),
        legWindowMs: old.legWindowMs
      )
      try transaction.fileRenewal(index, of: old.index)
      var dossier = kept
      dossier.legs.append(
        .init(
          grant: index,
          service: leg.ask.service,
          authority: nil,
          country: leg.ask.country,
          taking: dossier.takings.last?.id
        )
      )
      try dossier.agree(to: leg.question, atMs: atMs, actor: presence.user, grant: index)
      if let adultOn { try transaction.setDueDate(caseName: opened.name, atMs: adultOn) }
      try dossier.save(transaction, opened, over: loaded.sealed, atMs: atMs)
      if step == .resume {
        try transaction.closeStop(grant: old.index)
        try transaction.forgetHolders(grant: old.index, atMs: atMs)
      }
      return Again(
        grant: index,
        receipt: dossier.takings.last?.receipt,
        message: try notice.place(old, under: index, transaction)
      )
    }
    if again.message != nil { node.lanes.wake(old.peer) }
    return again
  }

  /// The recipient's own consent for a leg it carries out: from then on what keeps her safe here
  /// rests on her word to this agency, and does not end with the sender's grant.
  package func own(
    _ request: OwnConsent,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> OwnConsentTaken {
    let view = node.trust.view
    guard let policy = view.policy else { throw NodeError(.policyUnknown) }
    let circumstances = request.record.circumstances
    let faults = policy.judge(circumstances)
    guard faults.isEmpty else {
      throw NodeError(.consentFacts, reasons: faults.map(\.rawValue))
    }
    guard policy.consent?.mayKeep(request.answers) ?? true else {
      throw NodeError(.consentRefused, reasons: ["survivor-deny"])
    }
    let node = node
    let (nowMs, atMs) = (node.trustedMs, node.clock.nowMs())
    return try await NodeError.wrapping {
      guard let referral = try await node.store.read({ try $0.referral(request.referral) }) else {
        throw NodeError(.referralUnknown)
      }
      guard !referral.isSender, referral.frozenSinceMs == nil, !referral.erased else {
        throw NodeError(.stateNotAllowed)
      }
      let here: Set<String> = ["accepted", "in-service", "lost-contact"]
      guard here.contains(referral.state) else {
        throw NodeError(.stateNotAllowed, detail: referral.state)
      }
      // Her word cannot reach further than what she agreed to send here.
      guard !request.groups.isEmpty, Set(request.groups).isSubset(of: referral.groups) else {
        throw NodeError(.grantMissing, detail: "groups")
      }
      let name = try await CaseService(node: node).open(
        CaseOpen(desk: request.desk, sections: [:]),
        presence
      ).case
      let opened = try await OpenedCase(name, presence, node)
      var dossier = ConsentDossier()
      try dossier.take(circumstances, atMs: atMs, actor: presence.user)
      for (code, isYes) in request.answers.sorted(by: { $0.key < $1.key }) {
        try dossier.add(
          isYes ? .give : .refuse,
          to: .init(purpose: code),
          atMs: atMs,
          actor: presence.user
        )
        dossier.answers[code] = isYes
      }
      let kept = dossier
      try await node.store.change { transaction in
        guard let now = try transaction.referral(named: request.referral), here.contains(now.state)
        else { throw NodeError(.stateNotAllowed) }
        let index = try transaction.append(
          .consent,
          ConsentService.state(
            "own",
            purpose: referral.purpose,
            peer: referral.peer,
            grant: (referral.grantIndex, referral.grantLog),
            view: view
          ),
          staff: .init(actor: presence.user, desk: opened.line.desk, atMs: atMs)
        )
        try transaction.fileOwnConsent(
          referral: referral.row,
          caseName: name,
          index: index,
          groups: request.groups,
          untilMs: nowMs + policy.ownConsentLifeMs,
          actor: presence.user,
          atMs: nowMs
        )
        if let adultOn = circumstances.adultOnMs {
          try transaction.setDueDate(caseName: name, atMs: adultOn)
        }
        try kept.save(transaction, opened, over: nil, atMs: atMs)
      }
      return OwnConsentTaken(case: name, referral: request.referral)
    }
  }
}
