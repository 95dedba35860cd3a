/// A grant that somebody wants to record.
public struct GrantRequest: Sendable {
  /// The agency it is for.
  public var peer: AgencyID
  /// The purpose it is for.
  public var purpose: Purpose
  /// The groups it is for.
  public var groups: [FieldGroup]
  /// What it rests on.
  public var basis: Basis
  /// The first moment at which it no longer holds, in Unix ms.
  public var untilMs: UInt64
  /// Whether handing on is asked for.
  public var onward: Bool
  /// Who records it.
  public var actor: UserName
  /// The second person, for an exception.
  public var second: UserName?
  /// Agencies the survivor has denied.
  public var deniedAgencies: [AgencyID]
  /// For basis `onward`: the grant under which the data came here.
  public var parent: GrantFacts?

  /// Describes a grant.
  public init(
    peer: AgencyID,
    purpose: Purpose,
    groups: [FieldGroup],
    basis: Basis,
    untilMs: UInt64,
    onward: Bool = false,
    actor: UserName,
    second: UserName? = nil,
    deniedAgencies: [AgencyID] = [],
    parent: GrantFacts? = nil
  ) {
    (self.peer, self.purpose, self.groups, self.basis) = (peer, purpose, groups, basis)
    (self.untilMs, self.onward, self.actor, self.second) = (untilMs, onward, actor, second)
    (self.deniedAgencies, self.parent) = (deniedAgencies, parent)
  }
}

/// Why a grant may not be recorded.
public enum GrantRefusal: String, Sendable, Hashable, CaseIterable {
  /// The policy has no such purpose, or the exception does not serve it.
  case policyPurpose = "policy-purpose"
  /// No groups, unknown groups, or more than the purpose or the exception may have.
  case policyGroups = "policy-groups"
  /// A reply needs no grant and never gets one.
  case basisNotAllowed = "basis-not-allowed"
  /// It would be over before it begins.
  case expired
  /// It would live longer than the policy allows.
  case lifeTooLong = "life-too-long"
  /// Handing on is not possible for that purpose or basis.
  case onwardNotAllowed = "onward-not-allowed"
  /// The parent grant does not cover it.
  case parentTooNarrow = "parent-too-narrow"
  /// The exception needs a second person, now.
  case secondPersonMissing = "second-person-missing"
  /// The second person is the first.
  case secondPersonSame = "second-person-same"
  /// The survivor has denied that agency.
  case survivorDeny = "survivor-deny"
}

/// Whether a grant may be recorded.
public enum Admission: Hashable, Sendable {
  /// It may. A second person must still follow by this time (Unix ms), if one is given.
  case admitted(secondPersonByMs: UInt64?)
  /// It may not, for all of these reasons.
  case refused([GrantRefusal])
}

extension Policy {
  /// Decides whether a grant may be recorded: the scope and the life of what can be asked for.
  ///
  /// - Parameters:
  ///   - request: The grant.
  ///   - nowMs: The time, in Unix ms.
  /// - Returns: Every reason against it; nothing is admitted by default.
  ///
  /// Source: domain §7.1–§7.4, PROTOCOL §2.
  public func admit(_ request: GrantRequest, atMs nowMs: UInt64) -> Admission {
    var reasons: [GrantRefusal] = []
    let exception = exception(request.basis)
    guard request.basis != .reply, request.basis != .anonymous,
      exception != nil || !request.basis.isException
    else { return .refused([.basisNotAllowed]) }
    guard let purpose = purpose(request.purpose),
      exception?.purposes.contains(request.purpose) ?? true
    else { return .refused([.policyPurpose]) }
    var allowed = purpose.mask
    if let exception { allowed = allowed.intersection(exception.mask) }
    if request.groups.isEmpty || !(mask(request.groups)?.isSubset(of: allowed) ?? false) {
      reasons.append(.policyGroups)
    }
    let lifeMs = exception?.life.nominalMs ?? purpose.lifeMs
    if request.untilMs <= nowMs {
      reasons.append(.expired)
    } else if request.untilMs - nowMs > lifeMs {
      reasons.append(.lifeTooLong)
    }
    // One step only: what was handed on is not handed on again, and an exception never.
    if request.onward, exception != nil || request.basis == .onward || !purpose.mayGoOnward {
      reasons.append(.onwardNotAllowed)
    }
    if request.basis == .onward, !covers(request, request.parent, atMs: nowMs) {
      reasons.append(.parentTooNarrow)
    }
    if request.deniedAgencies.contains(request.peer) { reasons.append(.survivorDeny) }
    var secondByMs: UInt64?
    if let exception {
      if let second = request.second {
        if second == request.actor { reasons.append(.secondPersonSame) }
      } else if let within = exception.secondWithin {
        secondByMs = calendar.dueMs(within, fromMs: nowMs)
      } else {
        reasons.append(.secondPersonMissing)
      }
    }
    return reasons.isEmpty ? .admitted(secondPersonByMs: secondByMs) : .refused(reasons)
  }

  /// Whether the grant under which data came here allows handing these groups on.
  private func covers(_ request: GrantRequest, _ parent: GrantFacts?, atMs nowMs: UInt64) -> Bool {
    guard let parent, parent.mayGoOnward, !parent.isWithdrawn, !parent.basis.isException else {
      return false
    }
    return parent.untilMs > nowMs && request.untilMs <= parent.untilMs
      && request.groups.allSatisfy(parent.groups.contains)
  }
}
