/// The rules about what people do without her consent, or outside the network: AUD-048, AUD-053 to
/// AUD-058.
///
/// They run for those few events only.
extension LogRules {
  // MARK: Exceptions

  /// An exception grant (AUD-048), by the policy that it names; `nil` where that cannot be read.
  mutating func exception(
    _ index: UInt64,
    basis: String,
    purpose: String,
    groups: [String],
    actor: UInt32?,
    actor2: UInt32?,
    timeMs: UInt64,
    untilMs: UInt64,
    policy: AuditPolicy?
  ) {
    remark(.exceptionUsed, .note, index...index, [basis])
    let lifeMs = min(policy?.lifeMs(basis) ?? Self.exceptionMs, Self.exceptionMs)
    if untilMs > timeMs &+ lifeMs { remark(.exceptionTooLong, .error, index...index) }
    if policy?.allows(basis, purpose: purpose, groups: groups) == false {
      remark(.exceptionScope, .error, index...index, [basis])
    }
    people.looks[index] = PeopleLedger.Look(
      doers: [actor, actor2].compactMap { $0 },
      byMs: policy?.reviewByMs(basis, fromMs: timeMs)
    )
    guard let actor else { return remark(.staffSamePerson, .error, index...index) }
    if let actor2 {
      if actor == actor2 { remark(.staffSamePerson, .error, index...index) }
    } else {
      let byMs = policy?.secondByMs(basis, fromMs: timeMs) ?? timeMs &+ Self.dayMs
      people.waiting[index] = PeopleLedger.Waiting(actor: actor, byMs: byMs)
    }
  }

  /// A second person's event for an exception grant (AUD-048, AUD-053).
  mutating func countersign(
    _ grant: UInt64,
    actor: UInt32?,
    timeMs: UInt64,
    at index: UInt64
  ) {
    guard let waiting = people.waiting[grant], let actor else { return }
    guard actor != waiting.actor else {
      return remark(.staffSamePerson, .error, index...index)
    }
    people.waiting[grant] = nil
    people.looks[grant]?.doers.append(actor)
    if timeMs > waiting.byMs {
      remark(.secondPersonLate, .warning, index...index, [String(grant)])
    }
  }

  /// An exception that the log ends because nobody came (AUD-053, AUD-058).
  mutating func exceptionEnded(_ grant: UInt64, at index: UInt64) {
    people.waiting[grant]?.isEnded = true
    people.ended[grant] = index
  }

  // MARK: Outside the network

  /// Something said by telephone or handed over, and when (AUD-055).
  mutating func outside(
    _ index: UInt64,
    saidAtMs: UInt64,
    timeMs: UInt64,
    actor: UInt32?,
    policy: AuditPolicy?
  ) {
    guard timeMs > policy?.recordByMs(saidAtMs) ?? saidAtMs &+ Self.dayMs else { return }
    remark(.recordLate, .warning, index...index)
    people.looks[index] = PeopleLedger.Look(
      doers: actor.map { [$0] } ?? [],
      byMs: policy?.reviewByMs(nil, fromMs: timeMs)
    )
  }

  /// What was said to a member, against the grant it names, at the moment of saying (AUD-055).
  mutating func judge(
    spoken index: UInt64,
    under number: UInt64,
    peer: UInt32,
    purpose: UInt32,
    groups: UInt128,
    saidAtMs: UInt64
  ) {
    let details = [String(number)]
    guard let grant = grants[number], number < index else {
      return remark(.grantMissing, .error, index...index, details)
    }
    // The policy may have changed since: what was agreed to counts.
    let said = GrantTable.Scope(
      peer: peer,
      purpose: purpose,
      policy: grant.scope.policy,
      groups: groups
    )
    if !grant.scope.covers(said) { remark(.grantScope, .error, index...index, details) }
    if saidAtMs >= grant.untilMs { remark(.grantExpired, .error, index...index, details) }
    if let end = grant.withdrawnAt, let endMs = people.withdrawnMs[number], endMs <= saidAtMs {
      remark(.grantWithdrawn, .error, index...index, details + [String(end)])
    }
  }

  // MARK: Reviews

  /// Somebody has looked at an exception or a late record (AUD-054).
  mutating func review(
    _ subject: UInt64,
    outcome: String,
    actor: UInt32?,
    timeMs: UInt64,
    at index: UInt64
  ) {
    if outcome == "incident" { remark(.reviewIncident, .note, index...index, [String(subject)]) }
    guard let look = people.looks[subject] else { return }
    if let actor, look.doers.contains(actor) {
      return remark(.reviewerSamePerson, .error, index...index, [String(subject)])
    }
    people.looks[subject] = nil
    if let byMs = look.byMs, timeMs > byMs {
      remark(.reviewLate, .warning, index...index, [String(subject)])
    }
  }

  // MARK: Consents that ended badly

  /// A consent that an agency or a court took back, or that never was one (AUD-058).
  mutating func consentEnded(_ code: FindingCode, grant: UInt64?, at index: UInt64) {
    remark(code, .note, index...index)
    if let grant { people.ended[grant] = index }
  }

  // MARK: At the end

  /// What is still owed when the bundle was made.
  mutating func finishPeople(nowMs: UInt64) {
    for (index, waiting) in people.waiting.sorted(by: { $0.key < $1.key })
    where nowMs > waiting.byMs {
      remark(.secondPersonMissing, waiting.isEnded ? .warning : .error, index...index)
    }
    for (index, look) in people.looks.sorted(by: { $0.key < $1.key })
    where look.byMs.map({ nowMs > $0 }) ?? false {
      remark(.reviewMissing, .warning, index...index)
    }
    for (grant, index) in people.ended.sorted(by: { $0.value < $1.value })
    where grants[grant].map({ $0.withdrawnAt == nil }) ?? false {
      remark(.withdrawMissing, .error, index...index, [String(grant)])
    }
    // A day, so that a node that was off when it ran out has had time to say so.
    for index in grants.unended(beforeMs: lastTimeMs - min(lastTimeMs, Self.dayMs)) {
      remark(.expireMissing, .warning, index...index)
    }
  }
}
