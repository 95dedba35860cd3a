/// A disclosure that somebody wants to make, or that has arrived.
public struct DisclosureRequest: Sendable {
  /// The kind of message.
  public var kind: MessageKind
  /// Who receives it.
  public var recipient: AgencyID
  /// What it is for.
  public var purpose: Purpose
  /// What it carries.
  public var groups: [FieldGroup]
  /// What it rests on.
  public var basis: Basis
  /// For a reply: whether `ref` is an open disclosure which the recipient of the reply made.
  public var answersOpenQuestion: Bool
  /// Agencies the survivor has denied; known at the sender only.
  public var deniedAgencies: [AgencyID]
  /// Where the register places the recipient; `nil` where that is not known.
  public var region: Code?
  /// What the register lets the recipient do in the mechanism.
  public var roles: [Code]

  /// Describes a disclosure.
  public init(
    kind: MessageKind,
    recipient: AgencyID,
    purpose: Purpose,
    groups: [FieldGroup],
    basis: Basis,
    answersOpenQuestion: Bool = false,
    deniedAgencies: [AgencyID] = [],
    region: Code? = nil,
    roles: [Code] = []
  ) {
    (self.kind, self.recipient, self.purpose) = (kind, recipient, purpose)
    (self.groups, self.basis) = (groups, basis)
    self.answersOpenQuestion = answersOpenQuestion
    self.deniedAgencies = deniedAgencies
    self.region = region
    self.roles = roles
  }
}

/// What a node knows of a grant: from its own record, or from the opened leaf of the sender's log.
public struct GrantFacts: Hashable, Sendable {
  /// The log that holds the grant.
  public var log: LogID
  /// The leaf's index in that log.
  public var index: UInt64
  /// The agency it was given for.
  public var peer: AgencyID
  /// The purpose it was given for.
  public var purpose: Purpose
  /// The groups it was given for.
  public var groups: [FieldGroup]
  /// What it rests on.
  public var basis: Basis
  /// The first moment at which it no longer holds, in Unix ms.
  public var untilMs: UInt64
  /// Whether a withdrawal of it is known here.
  public var isWithdrawn: Bool
  /// Whether the survivor allowed handing on.
  public var mayGoOnward: Bool
  /// Whether another offer already rests on it (attacks A2).
  public var offerUsed: Bool

  /// Gathers the facts.
  public init(
    log: LogID,
    index: UInt64,
    peer: AgencyID,
    purpose: Purpose,
    groups: [FieldGroup],
    basis: Basis,
    untilMs: UInt64,
    isWithdrawn: Bool = false,
    mayGoOnward: Bool = false,
    offerUsed: Bool = false
  ) {
    (self.log, self.index, self.peer, self.purpose) = (log, index, peer, purpose)
    (self.groups, self.basis, self.untilMs) = (groups, basis, untilMs)
    (self.isWithdrawn, self.mayGoOnward) = (isWithdrawn, mayGoOnward)
    self.offerUsed = offerUsed
  }
}

/// Why a disclosure may not happen.
public enum RefusalReason: Hashable, Sendable {
  /// Nothing covers it: no grant, or a reply to nothing.
  case noGrant
  /// The grant names another agency.
  case wrongRecipient
  /// The grant names another purpose.
  case wrongPurpose
  /// These groups were not granted.
  case groupsNotGranted([FieldGroup])
  /// The grant has run out.
  case expired
  /// The message claims another basis than its grant has.
  case basisNotAllowed
  /// The survivor has withdrawn.
  case withdrawn
  /// Another offer already rests on the grant: one grant, one person, one referral.
  case grantUsed
  /// The policy has no such disclosure, or not on that basis.
  case policyKind
  /// The policy has no such purpose, or the exception does not serve it.
  case policyPurpose
  /// The policy does not let that kind, purpose or exception carry these groups.
  case policyGroups
  /// The survivor has denied that agency.
  case survivorDeny
  /// The recipient is abroad, and the policy does not name it, or not for this.
  case foreignAgency
  /// Anonymous notes go to the statistics, and to nobody else.
  case notStatistics

  /// The registered code of the reason.
  public var code: String {
    switch self {
    case .noGrant: "no-grant"
    case .wrongRecipient: "wrong-recipient"
    case .wrongPurpose: "wrong-purpose"
    case .groupsNotGranted: "groups-not-granted"
    case .expired: "expired"
    case .basisNotAllowed: "basis-not-allowed"
    case .withdrawn: "withdrawn"
    case .grantUsed: "grant-used"
    case .policyKind: "policy-kind"
    case .policyPurpose: "policy-purpose"
    case .policyGroups: "policy-groups"
    case .survivorDeny: "survivor-deny"
    case .foreignAgency: "foreign-agency"
    case .notStatistics: "not-statistics"
    }
  }

  /// The code of the check that a recipient answers with (PROTOCOL §3, steps 13 and 14).
  public var check: String {
    switch self {
    case .noGrant, .wrongRecipient, .wrongPurpose, .groupsNotGranted, .expired, .basisNotAllowed,
      .survivorDeny:
      "grant"
    case .withdrawn: "withdrawn"
    case .grantUsed: "grant-used"
    case .notStatistics: "not-statistics"
    case .policyKind, .policyPurpose, .policyGroups, .foreignAgency: "policy"
    }
  }
}

/// Whether a disclosure may happen.
public enum Decision: Hashable, Sendable {
  /// It may.
  case allowed
  /// It may not, for all of these reasons, in the order in which a recipient checks.
  case refused([RefusalReason])

  /// Whether it may.
  public var isAllowed: Bool { self == .allowed }

  /// The code a recipient answers with; `nil` when allowed.
  public var check: String? {
    guard case .refused(let reasons) = self else { return nil }
    return reasons.first?.check
  }
}

extension Policy {
  /// Decides on a disclosure: the same rule at the sender, at the recipient and in a dry run.
  ///
  /// - Parameters:
  ///   - request: What is to be disclosed.
  ///   - grant: The grant it names; `nil` where there is none, as for a reply.
  ///   - nowMs: The time, in Unix ms.
  /// - Returns: Every reason against it; nothing is allowed by default.
  ///
  /// Source: PROTOCOL §3, steps 13 and 14; DESIGN §1, promise 1.
  public func decide(
    _ request: DisclosureRequest,
    under grant: GrantFacts?,
    atMs nowMs: UInt64
  ) -> Decision {
    if request.kind == .tally || request.basis == .anonymous {
      return decideTally(request, under: grant)
    }
    var reasons: [RefusalReason] = []
    if request.basis == .reply {
      if !request.answersOpenQuestion || grant != nil { reasons.append(.noGrant) }
    } else if let grant {
      judge(request, under: grant, atMs: nowMs, into: &reasons)
    } else {
      reasons.append(.noGrant)
    }
    if request.deniedAgencies.contains(request.recipient) { reasons.append(.survivorDeny) }
    judgeByPolicy(request, into: &reasons)
    return reasons.isEmpty ? .allowed : .refused(reasons)
  }

  /// The role of the agency that counts, and the purpose it counts for.
  public static let statistics = "statistics"

  /// A note about nobody: it rests on no grant, carries what its kind has and nothing else, and goes to
  /// the statistics only (EXC-127).
  private func decideTally(_ request: DisclosureRequest, under grant: GrantFacts?) -> Decision {
    guard let rule = kind(.tally), request.kind == .tally, request.basis == .anonymous,
      rule.bases.contains(.anonymous), grant == nil
    else { return .refused([.policyKind]) }
    guard request.purpose.text == Self.statistics else { return .refused([.policyPurpose]) }
    guard request.groups.sorted() == rule.groups.sorted() else { return .refused([.policyGroups]) }
    guard request.roles.contains(where: { $0.text == Self.statistics }) else {
      return .refused([.notStatistics])
    }
    return .allowed
  }

  /// Step 13: what the survivor, or the exception, allowed.
  private func judge(
    _ request: DisclosureRequest,
    under grant: GrantFacts,
    atMs nowMs: UInt64,
    into reasons: inout [RefusalReason]
  ) {
    if grant.peer != request.recipient { reasons.append(.wrongRecipient) }
    if grant.purpose != request.purpose { reasons.append(.wrongPurpose) }
    if !request.groups.allSatisfy(grant.groups.contains) {
      reasons.append(.groupsNotGranted(request.groups.filter { !grant.groups.contains($0) }))
    }
    if grant.untilMs <= nowMs { reasons.append(.expired) }
    if grant.basis != request.basis { reasons.append(.basisNotAllowed) }
    if grant.isWithdrawn { reasons.append(.withdrawn) }
    if request.kind == .offer, grant.offerUsed { reasons.append(.grantUsed) }
  }

  /// Step 14: what the policy allows, whatever was granted.
  private func judgeByPolicy(
    _ request: DisclosureRequest,
    into reasons: inout [RefusalReason]
  ) {
    guard let kind = kind(request.kind), request.kind.isDisclosure,
      kind.bases.contains(request.basis)
    else { return reasons.append(.policyKind) }
    guard let purpose = purpose(request.purpose) else { return reasons.append(.policyPurpose) }
    if isAbroad(request.region) {
      let isHerWord = !request.basis.isException && request.basis != .onward
      let isNamed = foreignAgency(request.recipient, for: request.purpose) != nil
      if !isHerWord || !isNamed { reasons.append(.foreignAgency) }
    }
    var allowed = kind.mask
    // What answers a question is bounded by the kind alone.
    if request.basis != .reply { allowed = allowed.intersection(purpose.mask) }
    if request.basis.isException {
      guard let exception = exception(request.basis),
        exception.purposes.contains(request.purpose)
      else { return reasons.append(.policyPurpose) }
      allowed = allowed.intersection(exception.mask)
    }
    guard !request.groups.isEmpty, let mask = mask(request.groups), mask.isSubset(of: allowed)
    else { return reasons.append(.policyGroups) }
  }
}
