/// Makes a plan: one survivor, several legs, each under a grant of its own.
package struct PlanNew: Codable, Hashable, Sendable {
  /// The case.
  package var `case`: String
  /// The legs.
  package var legs: [ReferAsk]

  /// Gathers the parts.
  package init(case name: String, legs: [ReferAsk]) { (self.case, self.legs) = (name, legs) }

  private enum CodingKeys: String, CodingKey { case `case`, legs }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    `case` = try fields.decode(String.self, forKey: .case)
    legs = try fields.decode([ReferAsk].self, forKey: .legs)
  }
}

/// Adds legs to a plan.
package struct PlanAdd: Codable, Hashable, Sendable {
  /// The legs.
  package var legs: [ReferAsk]

  /// Gathers the parts.
  package init(legs: [ReferAsk]) { self.legs = legs }

  private enum CodingKeys: String, CodingKey { case legs }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    legs = try fields.decode([ReferAsk].self, forKey: .legs)
  }
}

/// Takes one leg out of a plan; the others are not touched.
package struct PlanDrop: Codable, Hashable, Sendable {
  /// The leg's referral.
  package var referral: String
  /// Why, a code of the policy's list for a recall.
  package var reason: String

  /// Gathers the parts.
  package init(referral: String, reason: String) {
    (self.referral, self.reason) = (referral, reason)
  }

  private enum CodingKeys: String, CodingKey { case referral, reason }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    referral = try fields.decode(String.self, forKey: .referral)
    reason = try fields.decode(String.self, forKey: .reason)
  }
}

/// A plan, as only the lead agency sees it.
package struct PlanView: Codable, Hashable, Sendable {
  /// The plan's id.
  package var plan: String
  /// The case.
  package var `case`: String
  /// When it was made, Unix ms.
  package var createdMs: UInt64
  /// The legs.
  package var legs: [PlanLeg]
  /// How many legs have been taken on or ended, and how many there are that were not dropped.
  package var reached: UInt32
  /// See ``reached``.
  package var total: UInt32
  /// Legs of this call that were not taken, with the reason.
  package var refused: [ReferResult]

  /// Gathers the parts.
  package init(
    plan: String,
    case name: String,
    createdMs: UInt64,
    legs: [PlanLeg],
    reached: UInt32,
    total: UInt32,
    refused: [ReferResult] = []
  ) {
    (self.plan, self.case, self.createdMs, self.legs) = (plan, name, createdMs, legs)
    (self.reached, self.total, self.refused) = (reached, total, refused)
  }
}

/// One leg of a plan.
package struct PlanLeg: Codable, Hashable, Sendable {
  /// The referral.
  package var line: ReferralLine
  /// When it was dropped, Unix ms; absent while it belongs to the plan.
  package var droppedMs: UInt64?

  /// Gathers the parts.
  package init(line: ReferralLine, droppedMs: UInt64? = nil) {
    (self.line, self.droppedMs) = (line, droppedMs)
  }
}

/// The plans of a case.
package struct PlanList: Codable, Hashable, Sendable {
  /// The newest first.
  package var plans: [PlanView]

  /// Gathers the parts.
  package init(plans: [PlanView]) { self.plans = plans }
}

/// Corrects what a case says, here and at everybody who holds it.
package struct CaseAmend: Codable, Hashable, Sendable {
  /// Group, then field: each group as it is from now on.
  package var sections: [String: [String: FieldValue]]

  /// Gathers the parts.
  package init(sections: [String: [String: FieldValue]]) { self.sections = sections }

  private enum CodingKeys: String, CodingKey { case sections }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    sections = try fields.decode([String: [String: FieldValue]].self, forKey: .sections)
  }
}

/// To whom a correction goes.
package struct CaseAmended: Codable, Hashable, Sendable {
  /// The referrals whose recipients get it.
  package var referrals: [ReferralLine]
  /// Holders that do not: their grant has run out or was stopped.
  package var unreached: [HolderView]

  /// Gathers the parts.
  package init(referrals: [ReferralLine], unreached: [HolderView]) {
    (self.referrals, self.unreached) = (referrals, unreached)
  }
}

/// Who has what, why, and until when.
package struct HolderList: Codable, Hashable, Sendable {
  /// The case.
  package var `case`: String
  /// The holders.
  package var holders: [HolderView]

  /// Gathers the parts.
  package init(case name: String, holders: [HolderView]) {
    (self.case, self.holders) = (name, holders)
  }
}

/// One holder of a case's data.
package struct HolderView: Codable, Hashable, Sendable {
  /// The agency.
  package var peer: String
  /// The referral under which it holds them.
  package var referral: String
  /// What for.
  package var purpose: String
  /// The basis.
  package var basis: String
  /// The groups that were sent.
  package var groups: [String]
  /// Until when, Unix ms.
  package var untilMs: UInt64
  /// Where the referral stands.
  package var state: String
  /// Whether sharing is stopped.
  package var frozen: Bool
  /// When it said that it has erased them, Unix ms.
  package var erasedMs: UInt64?
  /// What it keeps all the same; absent where it keeps nothing.
  package var kept: KeptView?

  /// Gathers the parts.
  package init(
    peer: String,
    referral: String,
    purpose: String,
    basis: String,
    groups: [String],
    untilMs: UInt64,
    state: String,
    frozen: Bool,
    erasedMs: UInt64? = nil,
    kept: KeptView? = nil
  ) {
    self.kept = kept
    (self.peer, self.referral, self.purpose, self.basis) = (peer, referral, purpose, basis)
    (self.groups, self.untilMs, self.state) = (groups, untilMs, state)
    (self.frozen, self.erasedMs) = (frozen, erasedMs)
  }
}

/// What a holder keeps after an erasure, why, and until when.
package struct KeptView: Codable, Hashable, Sendable {
  /// `kept-by-law` or `kept-own-consent`.
  package var outcome: String
  /// The groups.
  package var groups: [String]
  /// The class of what a law keeps, a code of the policy.
  package var keptClass: String?
  /// The legal ground of that class.
  package var basis: String?
  /// Until when, Unix ms.
  package var untilMs: UInt64?

  /// Gathers the parts.
  package init(
    outcome: String,
    groups: [String],
    keptClass: String? = nil,
    basis: String? = nil,
    untilMs: UInt64? = nil
  ) {
    (self.outcome, self.groups, self.keptClass) = (outcome, groups, keptClass)
    (self.basis, self.untilMs) = (basis, untilMs)
  }
}

/// Keeps what has been written of a referral, without sending it.
package struct DraftSave: Codable, Hashable, Sendable {
  /// The referral as it would be made.
  package var ask: ReferAsk

  /// Gathers the parts.
  package init(ask: ReferAsk) { self.ask = ask }

  private enum CodingKeys: String, CodingKey { case ask }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    ask = try fields.decode(ReferAsk.self, forKey: .ask)
  }
}

/// A draft without its content.
package struct DraftLine: Codable, Hashable, Sendable {
  /// The draft's id.
  package var draft: String
  /// The case.
  package var `case`: String
  /// The grant.
  package var grant: UInt64
  /// When it was written, Unix ms.
  package var savedMs: UInt64
  /// When it is erased, Unix ms.
  package var eraseMs: UInt64

  /// Gathers the parts.
  package init(draft: String, case name: String, grant: UInt64, savedMs: UInt64, eraseMs: UInt64) {
    (self.draft, self.case, self.grant) = (draft, name, grant)
    (self.savedMs, self.eraseMs) = (savedMs, eraseMs)
  }
}

/// The drafts of this node.
package struct DraftList: Codable, Hashable, Sendable {
  /// The oldest first.
  package var drafts: [DraftLine]

  /// Gathers the parts.
  package init(drafts: [DraftLine]) { self.drafts = drafts }
}
