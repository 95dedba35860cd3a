internal import CanonicalBytes
internal import Foundation
package import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TransparencyLog
internal import Trust

/// Consent is taken, leg by leg; what was refused is written down beside what was allowed.
extension ConsentService {
  /// One leg, admitted by the policy and ready to be logged.
  struct Leg: Sendable {
    let ask: GrantAsk
    let draft: GrantDraft
    let key: (id: [UInt8], secret: Digest32)
    let secondByMs: UInt64?

    /// The question it answers.
    var question: ConsentQuestionKey {
      ConsentQuestionKey(peer: ask.peer, purpose: ask.purpose, service: ask.service)
    }
  }

  /// Records a consent: each leg is admitted by the policy and becomes a grant event of its own;
  /// refusals are events too, so that an auditor can see that "no" exists.
  ///
  /// What the policy does not allow is counted, by recipient, as a refused move is (EXC-010).
  package func record(
    _ request: ConsentRecord,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> ConsentRecorded {
    do throws(NodeError) {
      return try await taken(request, presence)
    } catch {
      if error.code == .policy {
        let (node, atMs) = (node, node.clock.nowMs())
        let directory = node.trust.view.directory
        let peers = Set(request.grants.compactMap { AgencyID($0.peer) })
          .filter { directory.agency($0) != nil }
        try await NodeError.wrapping {
          try await node.store.change { transaction in
            for peer in peers.sorted() {
              try transaction.countRefusal(peer: peer.text, code: "own-policy", atMs: atMs)
            }
          }
        }
      }
      throw error
    }
  }

  private func taken(
    _ request: ConsentRecord,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> ConsentRecorded {
    guard request.grants.count <= Self.grantLimit, request.refused.count <= Self.grantLimit,
      request.deferred.count <= Self.grantLimit, request.denied.count <= Self.grantLimit
    else { throw NodeError(.tooLarge) }
    let view = node.trust.view
    guard let policy = view.policy else { throw NodeError(.policyUnknown) }
    let node = node
    let (nowMs, atMs) = (node.trustedMs, node.clock.nowMs())
    return try await NodeError.wrapping {
      let opened = try await OpenedCase(request.case, presence, node)
      guard opened.line.state != "closed" else { throw NodeError(.stateNotAllowed) }
      guard opened.line.state != ContactService.state else {
        throw NodeError(.stateNotAllowed, detail: "a contact becomes a case first")
      }
      let loaded = try await ConsentDossier.load(opened, node)
      var dossier = loaded.dossier
      guard dossier.isWhole else { throw NodeError(.conflict, detail: "consent-history-broken") }
      try Self.note(request, policy: policy, actor: presence.user, atMs: atMs, in: &dossier)
      if let facts = request.record {
        try await Self.checkAge(facts, opened, dossier, policy, node)
      }
      let legs = try request.grants.map { ask in
        try Self.leg(
          ask,
          caseName: opened.name,
          renews: nil,
          actor: presence.user,
          second: nil,
          dossier: dossier,
          me: node.trust.me,
          view: view,
          policy: policy,
          nowMs: nowMs
        )
      }
      let answers = dossier.answers.merging(request.answers) { $1 }
      let barred = policy.consent?.refused(by: answers) ?? []
      for leg in legs { try Self.contradicts(leg, request, dossier, barred: barred) }
      // First the keys, then the events: an orphan key is harmless, a leaf without its salt is not.
      try node.store.keyring.addPersonKeys(
        legs.map { ($0.key.id, opened.name, $0.key.secret) }
      )
      let held = try await node.store.read { try $0.grants(caseName: opened.name) }
      try dossier.catchUp(with: held, nowMs: nowMs)
      let (kept, adultOn) = (dossier, request.record?.adultOnMs)
      let staff = NodeTransaction.Staff(
        actor: presence.user,
        desk: opened.line.desk,
        atMs: atMs
      )
      // Two recipients who compare the numbers of their legs must not find neighbours (B10).
      let recipients = Set(legs.map(\.draft.peer)).count
      var random = SystemRandomNumberGenerator()
      let steps = LegOrder.steps(
        count: legs.count,
        padLimit: recipients > 1 ? policy.padLimit : 0,
        using: &random
      )
      let indices = try await node.store.change { transaction -> [UInt64] in
        var dossier = kept
        try Self.log(request, view: view, staff: staff, transaction, in: &dossier)
        var placed = [UInt64](repeating: 0, count: legs.count)
        for step in steps {
          let leg = legs[step.place]
          try transaction.appendPads(step.pads)
          let index = try transaction.grant(
            leg.draft,
            caseName: opened.name,
            staff: staff,
            recipients: recipients
          )
          placed[step.place] = index
          dossier.legs.append(
            .init(
              grant: index,
              service: leg.ask.service,
              authority: leg.ask.authority,
              country: leg.ask.country,
              taking: dossier.takings.last?.id
            )
          )
          try dossier.agree(
            to: leg.question,
            atMs: atMs,
            actor: presence.user,
            grant: index
          )
        }
        let indices = placed
        if let adultOn { try transaction.setDueDate(caseName: opened.name, atMs: adultOn) }
        try dossier.save(transaction, opened, over: loaded.sealed, atMs: atMs)
        try transaction.keepAnswer {
          try LocalJSON.encode(
            ConsentRecorded(
              grants: try indices.compactMap { try transaction.ownGrant($0)?.view(nowMs: nowMs) },
              receipt: dossier.takings.last?.receipt
            )
          )
        }
        return indices
      }
      let grants = try await node.store.read { try $0.grants(indices) }
      return ConsentRecorded(
        grants: grants.map { $0.view(nowMs: nowMs) },
        receipt: kept.takings.last?.receipt
      )
    }
  }

  /// Refuses to take for an adult whom the case's own need says is a child (CNS-018).
  ///
  /// The need keeps the band of the day it was written: from the day of coming of age that was taken down with a
  /// child's consent, she is asked as a grown person (CNS-035).
  static func checkAge(
    _ facts: ConsentFacts,
    _ opened: OpenedCase,
    _ dossier: ConsentDossier,
    _ policy: Policy,
    _ node: Node
  ) async throws {
    guard facts.capacity.utf8.elementsEqual("adult".utf8), let rules = policy.consent,
      let need = policy.kind(.offer)?.groups.first?.text
    else { return }
    if let adultOn = dossier.adultOnMs, adultOn <= node.trustedMs { return }
    let name = opened.name
    let sections = try await node.store.read { try $0.sections(caseName: name) }
    guard let sealed = sections.first(where: { $0.section == need })?.sealed else { return }
    let fields = try CaseService.fields(opened.open(sealed, as: need))
    guard let band = fields["age-band"]?.code.flatMap({ Code($0) }),
      rules.age(band)?.isChild == true
    else { return }
    throw NodeError(.consentFacts, reasons: [ConsentFault.ageContradicts.rawValue])
  }

  /// Takes in how consent was taken, who is to learn nothing, and what was said beside the legs.
  private static func note(
    _ request: ConsentRecord,
    policy: Policy,
    actor: String,
    atMs: UInt64,
    in dossier: inout ConsentDossier
  ) throws {
    if let facts = request.record {
      let faults = policy.judge(facts.circumstances)
      guard faults.isEmpty else {
        throw NodeError(.consentFacts, reasons: faults.map(\.rawValue))
      }
      try dossier.take(facts.circumstances, atMs: atMs, actor: actor)
    }
    for text in request.denied {
      guard let denial = Denial(text) else { throw NodeError(.malformed, detail: "denied") }
      if !dossier.denied.contains(denial.text) { dossier.denied.append(denial.text) }
    }
    guard dossier.denied.count <= Self.grantLimit else { throw NodeError(.tooLarge) }
    let known = policy.consent?.questions.map(\.code.text) ?? []
    for answer in request.answers.keys where !known.contains(answer) {
      throw NodeError(.policy, detail: "answers")
    }
  }

  /// A leg that the same person refused in the same breath, with a no to a question of the policy
  /// (CNS-028), or has refused before without being asked again.
  private static func contradicts(
    _ leg: Leg,
    _ request: ConsentRecord,
    _ dossier: ConsentDossier,
    barred: [Purpose]
  ) throws {
    let refusedNow = request.refused.contains { no in
      no.purpose == leg.ask.purpose && (no.peer.map { $0 == leg.ask.peer } ?? true)
        && (no.groups.isEmpty || no.groups.contains(where: leg.ask.groups.contains))
    }
    let stands: Set<ConsentState> = [.refused, .withdrawn, .revoked, .invalidated]
    let refusedBefore =
      stands.contains(dossier.history.state(of: leg.question))
      || stands.contains(dossier.history.state(of: .init(purpose: leg.ask.purpose)))
    let isBarred = Purpose(leg.ask.purpose).map(barred.contains) ?? false
    guard refusedNow || isBarred || (refusedBefore && request.record == nil) else { return }
    throw NodeError(.consentRefused, reasons: ["survivor-deny"])
  }

  /// The events and entries of what was refused, put off, or answered beside the legs.
  private static func log(
    _ request: ConsentRecord,
    view: TrustBook.View,
    staff: NodeTransaction.Staff,
    _ transaction: NodeTransaction,
    in dossier: inout ConsentDossier
  ) throws {
    let (actor, atMs) = (staff.actor, staff.atMs)
    for no in request.refused {
      try transaction.append(.consentRefused, refusal(no, view: view), staff: staff)
      let key = ConsentQuestionKey(peer: no.peer, purpose: no.purpose)
      // Who has said yes takes it back instead; a narrower no beside a yes stands in the log only.
      let isNarrower = request.grants.contains { $0.peer == no.peer && $0.purpose == no.purpose }
      if !isNarrower, !dossier.history.state(of: key).permits {
        try dossier.add(.refuse, to: key, atMs: atMs, actor: actor, reason: no.reason)
      }
    }
    dossier.refused += request.refused
    for later in request.deferred {
      try transaction.append(
        .consent,
        state("deferred", purpose: later.purpose, peer: later.peer, view: view),
        staff: staff
      )
      try dossier.add(
        .postpone,
        to: .init(peer: later.peer, purpose: later.purpose),
        atMs: atMs,
        actor: actor
      )
    }
    for (code, isYes) in request.answers.sorted(by: { $0.key < $1.key }) {
      let key = ConsentQuestionKey(purpose: code)
      if isYes {
        try dossier.agree(to: key, atMs: atMs, actor: actor)
      } else {
        let permits = dossier.history.state(of: key).permits
        try dossier.add(permits ? .withdraw : .refuse, to: key, atMs: atMs, actor: actor)
      }
      dossier.answers[code] = isYes
    }
  }

  /// Judges one leg, and makes it ready to be logged.
  static func leg(
    _ ask: GrantAsk,
    caseName: String,
    renews: UInt64?,
    actor: String,
    second: String?,
    dossier: ConsentDossier,
    me: AgencyID,
    view: TrustBook.View,
    policy: Policy,
    nowMs: UInt64,
    isException: Bool = false
  ) throws -> Leg {
    guard let peer = AgencyID(ask.peer), let agency = view.directory.agency(peer) else {
      throw NodeError(.agencyUnknown, detail: ask.peer)
    }
    // What she tells this agency it may use; a grant is for somebody else.
    guard peer != me else { throw NodeError(.malformed, detail: "peer") }
    guard let purpose = Purpose(ask.purpose), let basis = Basis(rawValue: ask.basis),
      let user = UserName(actor)
    else { throw NodeError(.policy, detail: "purpose or basis") }
    guard basis.isException == isException else {
      throw NodeError(.policy, detail: "an exception has a call of its own")
    }
    let groups = ask.groups.compactMap { FieldGroup($0) }
    guard groups.count == ask.groups.count else { throw NodeError(.policy, detail: "groups") }
    if let service = ask.service {
      guard let rule = Code(service).flatMap({ policy.service($0) }), rule.purpose == purpose else {
        throw NodeError(.policy, detail: "service")
      }
    }
    // Where nobody says how long: the shortest kind of grant that the purpose has.
    let terms = policy.purpose(purpose)?.terms ?? []
    let term =
      policy.exception(basis)?.life.nominalMs
      ?? policy.terms.filter { terms.contains($0.code) }.map(\.life.nominalMs).min() ?? 0
    let (days, overflow) = UInt64(ask.days ?? 0).multipliedReportingOverflow(by: 86_400_000)
    guard !overflow else { throw NodeError(.malformed, detail: "days") }
    var untilMs = ask.untilMs ?? nowMs + (ask.days == nil ? term : days)
    // A child's consent ends when the child comes of age, unless somebody asked for another day.
    if ask.untilMs == nil, let latest = dossier.latest, latest.isChild, let end = latest.adultOnMs {
      untilMs = min(untilMs, max(end, nowMs + 1))
    }
    let request = GrantRequest(
      peer: peer,
      purpose: purpose,
      groups: groups,
      basis: basis,
      untilMs: untilMs,
      onward: ask.onward,
      actor: user,
      second: second.flatMap { UserName($0) },
      deniedAgencies: dossier.denials.contains { $0.bars(peer, region: agency.region) }
        ? [peer] : []
    )
    let faults = policy.judge(
      request,
      taken: dossier.latest,
      region: agency.region,
      country: ask.country
    )
    guard faults.isEmpty else {
      throw NodeError(.consentFacts, reasons: faults.map(\.rawValue))
    }
    let secondByMs: UInt64?
    switch policy.admit(request, atMs: nowMs) {
    case .admitted(let by): secondByMs = by
    case .refused(let reasons):
      throw NodeError(
        reasons.contains(.survivorDeny)
          ? .consentRefused
          : reasons.contains(.secondPersonMissing) ? .secondPersonMissing : .policy,
        reasons: reasons.map(\.rawValue)
      )
    }
    let (id, secret) = (Randomness.bytes(16), Randomness.digest())
    let evidence = dossier.latest?.evidence.flatMap { Digest32(hex: $0) }
    return Leg(
      ask: ask,
      draft: GrantDraft(
        peer: ask.peer,
        purpose: ask.purpose,
        basis: ask.basis,
        groups: ask.groups,
        onward: ask.onward,
        untilMs: untilMs,
        register: view.registerHash,
        policy: view.policyHash,
        renews: renews,
        person: .init(
          id: id,
          key: PersonalKey(secret),
          subject: caseName,
          evidence: isException ? nil : evidence
        )
      ),
      key: (id, secret),
      secondByMs: secondByMs
    )
  }

  /// The fields of a `consent` event.
  static func state(
    _ outcome: String,
    purpose: String,
    peer: String? = nil,
    grant: (index: UInt64, log: String)? = nil,
    view: TrustBook.View
  ) -> [EventField] {
    var fields: [EventField] = [
      .string(.outcome, outcome), .digest(.policy, view.policyHash), .string(.purpose, purpose),
      .digest(.register, view.registerHash),
    ]
    if let peer { fields.append(.string(.peer, peer)) }
    if let grant {
      fields.append(.integer(.grant, grant.index))
      fields.append(.string(.grantLog, grant.log))
    }
    return fields
  }

  /// The fields of a `consent-refused` event.
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
}
