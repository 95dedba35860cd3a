internal import CanonicalBytes
internal import ReferralModel
internal import Sealing
internal import TransparencyLog

extension BundleVerifier {
  /// The rules of an event's type (AUD-042 to AUD-059).
  mutating func apply(_ event: LogEvent, _ staff: StaffPart, at index: UInt64) {
    switch event.type {
    case .grant: grant(event, staff, at: index)
    case .disclose: disclose(event, staff, at: index)
    case .notify:
      guard let sent = sequenced(event, staff, isDisclosure: false, at: index) else { return }
      send(event, sent)
      promise(event, sent)
      renewal(event, sent.peer, at: index)
    case .cancel:
      let cancelled = sequenced(event, staff, isDisclosure: false, at: index)
      guard let cancelled, let message = event.digest(.message) else { return }
      rules.cancel(message)
      rules.cause(at: index)
      session.promises?.cancel(message)
      session.messages?.cancel(
        message,
        at: MessageRecord.Taken(
          recipient: cancelled.peer,
          sender: ownNumber,
          bundle: name,
          log: logText,
          index: index,
          timeMs: 0
        )
      )
    case .withdraw:
      withdraw(event, staff, at: index)
      rules.cause(at: index)
    case .receive:
      rules.cause(at: index)
      receive(event, staff, at: index)
    case .refuse: receive(event, staff, at: index)
    case .expire:
      rules.cause(at: index)
      expire(event, at: index)
    case .erase:
      let targets = (event.strings(.targets) ?? []).compactMap(LineBytes.indexRange)
      rules.erase(at: index, cause: event.integer(.cause) ?? staff.cause, targets: targets)
    case .consentRefused: known(event, at: index)
    case .verbal, .outside: outside(event, staff, at: index)
    case .consent: consent(event, staff, at: index)
    case .countersign: countersign(event, staff, at: index)
    case .review: review(event, staff, at: index)
    case .register, .policy: adopt(event)
    case .open: opened(event, staff, at: index)
    case .succeed: succeed(event, at: index)
    case .restore:
      rules.cause(at: index)
      rules.restored()
    default: break
    }
  }

  /// A log that follows another ends that one where it says, once and at its start (AUD-050).
  private mutating func succeed(_ event: LogEvent, at index: UInt64) {
    guard let head, index == 0, head.log.number > 1, let old = event.string(.oldLog),
      LineBytes.same(old, "\(head.agency.text)/amonat/log/\(head.log.number - 1)"),
      let size = event.integer(.size), let root = event.digest(.root)
    else { return emit(.succeedMisplaced, .error, index...index) }
    if let final = session.finals[old] {
      if final.size > size {
        emit(.logClosed, .error, index...index, [old, String(size), String(final.size)])
      } else if final.size == size, final.root != root {
        emit(.logForked, .error, index...index, [old, String(size), final.bundle])
      }
    }
    session.ended[old] = (size, root, name)
  }

  private mutating func grant(_ event: LogEvent, _ staff: StaffPart, at index: UInt64) {
    known(event, at: index)
    guard let scope = scope(event), let untilMs = event.integer(.until) else {
      return emit(.eventMalformed, .error, index...index, ["peer"])
    }
    rules.grants.add(index, scope, untilMs: untilMs)
    if let renewed = event.integer(.renews) {
      session.promises?.renew(.init(log: logText, index: renewed), by: index)
    }
    guard let text = event.text(.basis), EventBasis.isException(text),
      let basis = event.string(.basis)
    else { return }
    exception(basis, event, staff, untilMs: untilMs, at: index)
  }

  private mutating func disclose(_ event: LogEvent, _ staff: StaffPart, at index: UInt64) {
    known(event, at: index)
    guard let sent = sequenced(event, staff, isDisclosure: true, at: index) else { return }
    if event.has(.grant) {
      judgeGrant(event, staff, at: index)
    } else if event.equals(.basis, "anonymous") {
      anonymous(event, staff, at: index)
    }
    send(event, sent)
    rest(event)
  }

  /// AUD-042, AUD-043.
  private mutating func judgeGrant(_ event: LogEvent, _ staff: StaffPart, at index: UInt64) {
    guard let grantIndex = event.integer(.grant), let scope = scope(event) else {
      return emit(.eventMalformed, .error, index...index, ["peer"])
    }
    let isOffer = event.equals(.kind, "offer")
    if event.equals(.grantLog, logBytes.span) {
      guard let grant = rules.grants[grantIndex], grantIndex < index else {
        return rules.remark(.grantMissing, .error, index...index, [String(grantIndex)])
      }
      rules.judge(
        disclosure: index,
        under: grant,
        scope: scope,
        timeMs: staff.timeMs,
        offeredBefore: isOffer && rules.grants.offer(grantIndex)
      )
      return
    }
    let log = event.string(.grantLog) ?? ""
    let key = AuditSession.PastGrant(log: log, index: grantIndex)
    if let withdrawn = session.withdrawals[key] {
      rules.remark(
        .grantWithdrawn,
        .error,
        index...index,
        [String(grantIndex), String(withdrawn)]
      )
    }
    guard let past = session.grants[log] else {
      return rules.remark(.grantNotInBundle, .note, index...index, [String(grantIndex), log])
    }
    // A withdrawal in the earlier log lies before everything here.
    guard let grant = past[grantIndex] else {
      return rules.remark(.grantMissing, .error, index...index, [String(grantIndex)])
    }
    rules.judge(
      disclosure: index,
      under: grant,
      scope: scope,
      timeMs: staff.timeMs,
      // The same offer again, logged in this log because no answer came to the one before.
      offeredBefore: isOffer && !isSentBefore(event)
        && session.grants[log]?.offer(grantIndex) == true
    )
  }

  /// Whether an earlier log of the agency left this message without an answer.
  private func isSentBefore(_ event: LogEvent) -> Bool {
    event.digest(.message).map { session.unanswered.contains($0) } ?? false
  }

  private mutating func withdraw(_ event: LogEvent, _ staff: StaffPart, at index: UInt64) {
    // Single groups that are taken back leave the grant standing for the others (WDR-016).
    guard let grant = event.integer(.grant), !event.has(.groups) else { return }
    if event.equals(.grantLog, logBytes.span) {
      rules.grants.withdraw(grant, at: index)
      if rules.people.withdrawnMs[grant] == nil { rules.people.withdrawnMs[grant] = staff.timeMs }
    } else if let log = event.string(.grantLog) {
      let key = AuditSession.PastGrant(log: log, index: grant)
      if session.withdrawals[key] == nil { session.withdrawals[key] = index }
    }
  }

  /// Recipient, purpose, policy and groups, as numbers; after ``known(_:at:)``.
  func scope(_ event: LogEvent) -> GrantTable.Scope? {
    guard let peer = event.text(.peer), let purpose = event.text(.purpose),
      let policy = lastPolicy, let groups = event.text(.groups), let mask = session.groups(groups)
    else { return nil }
    return GrantTable.Scope(
      peer: session.words.number(peer),
      purpose: session.words.number(purpose),
      policy: policy.number,
      groups: mask
    )
  }

  /// The policy, register and peer that an event names are in the bundle (AUD-008).
  mutating func known(_ event: LogEvent, at index: UInt64) {
    if let policy = event.digest(.policy) {
      if policy != lastPolicy?.digest {
        lastPolicy = (policy, session.policy(policy), trust.policies.contains(policy))
        if lastPolicy?.isHere == true { adopted(policy, at: index) }
      }
      if lastPolicy?.isHere != true { rules.remark(.policyMissing, .error, index...index) }
    }
    if let register = event.digest(.register), register != lastRegister {
      if trust.hasRegister(register) {
        lastRegister = register
        adopted(register, at: index)
      } else {
        rules.remark(.registerUnknown, .error, index...index)
      }
    }
    if let peer = event.text(.peer) { member(session.words.number(peer), at: index) }
  }

  private mutating func member(_ number: UInt32, at index: UInt64) {
    guard !members.contains(number) else { return }
    let peer = session.words.text(number)
    if trust.isMember(peer) {
      members.insert(number)
    } else {
      rules.remark(.agencyUnknown, .error, index...index, [peer])
    }
  }

  // MARK: Messages

  /// Judges the sequence number of a disclose, notify or cancel event (AUD-044).
  private mutating func sequenced(
    _ event: LogEvent,
    _ staff: StaffPart,
    isDisclosure: Bool,
    at index: UInt64
  ) -> LogRules.Sent? {
    guard let peer = event.text(.peer), let seq = event.integer(.seq), let head else {
      return nil
    }
    let number = session.words.number(peer)
    if event.type != .disclose { member(number, at: index) }
    rules.sequence(seq, to: number, at: index, firstKnown: head.log.number == 1)
    return LogRules.Sent(
      index: index,
      peer: number,
      seq: seq,
      timeMs: staff.timeMs,
      expiresMs: event.integer(.expires) ?? 0,
      isDisclosure: isDisclosure
    )
  }

  private mutating func send(_ event: LogEvent, _ sent: LogRules.Sent) {
    guard let message = event.digest(.message) else { return }
    answerable = Answerable(message: message, sent: sent)
    viewed = false
    session.messages?.send(
      message,
      MessageRecord.Sent(
        sender: ownNumber,
        recipient: sent.peer,
        bundle: name,
        log: logText,
        index: sent.index,
        timeMs: sent.timeMs,
        expiresMs: sent.expiresMs
      )
    )
  }

  private mutating func receive(_ event: LogEvent, _ staff: StaffPart, at index: UInt64) {
    guard let peer = event.text(.peer) else { return }
    let number = session.words.number(peer)
    member(number, at: index)
    guard let messages = session.messages, let message = event.digest(.message) else { return }
    messages.take(
      message,
      MessageRecord.Taken(
        recipient: ownNumber,
        sender: number,
        bundle: name,
        log: logText,
        index: index,
        timeMs: staff.timeMs
      )
    )
  }
}
