/// Referrals without their content.
package struct ReferralList: Codable, Hashable, Sendable {
  /// The newest first.
  package var referrals: [ReferralLine]
  /// Hand this back as `after` for the following page.
  package var next: String?

  /// Gathers the parts.
  package init(referrals: [ReferralLine], next: String? = nil) {
    self.referrals = referrals
    self.next = next
  }
}

/// A referral without its content.
package struct ReferralLine: Codable, Hashable, Sendable {
  /// The node's own id of it.
  package var referral: String
  /// The id of the offer, lower hex.
  package var message: String
  /// `in` or `out`.
  package var box: String
  /// The other agency.
  package var peer: String
  /// What for.
  package var purpose: String
  /// `emergency`, `urgent` or `routine`; absent where it is still sealed.
  package var urgency: String?
  /// Where it stands.
  package var state: String
  /// Whether a withdrawal has stopped it for now.
  package var frozen: Bool
  /// The last outcome or reason, a code.
  package var outcome: String?
  /// When it was made or received, Unix ms.
  package var createdMs: UInt64
  /// When it last changed, Unix ms.
  package var changedMs: UInt64
  /// By when somebody must act, Unix ms.
  package var dueMs: UInt64?
  /// Whether that time has passed.
  package var overdue: Bool
  /// Until when the grant holds, Unix ms.
  package var untilMs: UInt64
  /// On the waiting list: the day on which a place is expected, Unix ms.
  package var expectedMs: UInt64?

  /// Gathers the parts.
  package init(
    referral: String,
    message: String,
    box: String,
    peer: String,
    purpose: String,
    urgency: String? = nil,
    state: String,
    frozen: Bool = false,
    outcome: String? = nil,
    createdMs: UInt64,
    changedMs: UInt64,
    dueMs: UInt64? = nil,
    overdue: Bool = false,
    untilMs: UInt64,
    expectedMs: UInt64? = nil
  ) {
    self.expectedMs = expectedMs
    self.referral = referral
    self.message = message
    self.box = box
    self.peer = peer
    self.purpose = purpose
    self.urgency = urgency
    self.state = state
    self.frozen = frozen
    self.outcome = outcome
    self.createdMs = createdMs
    self.changedMs = changedMs
    self.dueMs = dueMs
    self.overdue = overdue
    self.untilMs = untilMs
  }

  private enum CodingKeys: String, CodingKey {
    case referral, message, box, peer, purpose, urgency, state, frozen, outcome, createdMs,
      changedMs, dueMs, overdue, untilMs, expectedMs
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    referral = try fields.decode(String.self, forKey: .referral)
    message = try fields.decode(String.self, forKey: .message)
    box = try fields.decode(String.self, forKey: .box)
    peer = try fields.decode(String.self, forKey: .peer)
    purpose = try fields.decode(String.self, forKey: .purpose)
    urgency = try fields.decodeIfPresent(String.self, forKey: .urgency)
    state = try fields.decode(String.self, forKey: .state)
    frozen = try fields.decodeIfPresent(Bool.self, forKey: .frozen) ?? false
    outcome = try fields.decodeIfPresent(String.self, forKey: .outcome)
    createdMs = try fields.decode(UInt64.self, forKey: .createdMs)
    changedMs = try fields.decode(UInt64.self, forKey: .changedMs)
    dueMs = try fields.decodeIfPresent(UInt64.self, forKey: .dueMs)
    overdue = try fields.decodeIfPresent(Bool.self, forKey: .overdue) ?? false
    untilMs = try fields.decode(UInt64.self, forKey: .untilMs)
    expectedMs = try fields.decodeIfPresent(UInt64.self, forKey: .expectedMs)
  }
}

/// A referral, opened as far as the session's desks may.
package struct ReferralView: Codable, Hashable, Sendable {
  /// What everybody at the node may see.
  package var line: ReferralLine
  /// The case's id; only at the sender.
  package var `case`: String?
  /// The grant's index in the sender's log.
  package var grant: UInt64
  /// That log's name.
  package var grantLog: String
  /// What it rests on.
  package var basis: String
  /// What the grant allows.
  package var groups: [String]
  /// Whether the recipient may hand on.
  package var onward: Bool
  /// What the session's desks could open: group, then field.
  package var content: [String: [String: FieldValue]]
  /// The groups that are here and stay closed to this session.
  package var sealed: [String]
  /// What may be done with it now.
  package var actions: [String]
  /// What happened, the oldest first.
  package var history: [ReferralMoment]

  /// Gathers the parts.
  package init(
    line: ReferralLine,
    `case`: String? = nil,
    grant: UInt64,
    grantLog: String,
    basis: String,
    groups: [String],
    onward: Bool,
    content: [String: [String: FieldValue]],
    sealed: [String],
    actions: [String],
    history: [ReferralMoment]
  ) {
    self.line = line
    self.case = `case`
    self.grant = grant
    self.grantLog = grantLog
    self.basis = basis
    self.groups = groups
    self.onward = onward
    self.content = content
    self.sealed = sealed
    self.actions = actions
    self.history = history
  }
}

/// One thing that happened to a referral.
package struct ReferralMoment: Codable, Hashable, Sendable {
  /// When, by this node's clock, Unix ms.
  package var atMs: UInt64
  /// The message kind.
  package var kind: String
  /// `in` or `out`.
  package var box: String
  /// The message's id, lower hex.
  package var message: String?
  /// Who did it, where it was somebody here.
  package var actor: String?
  /// The outcome or reason, a code.
  package var outcome: String?
  /// `waiting`, `received`, `refused` or `final`.
  package var receipt: String?

  /// Gathers the parts.
  package init(
    atMs: UInt64,
    kind: String,
    box: String,
    message: String? = nil,
    actor: String? = nil,
    outcome: String? = nil,
    receipt: String? = nil
  ) {
    self.atMs = atMs
    self.kind = kind
    self.box = box
    self.message = message
    self.actor = actor
    self.outcome = outcome
    self.receipt = receipt
  }
}

/// What a move of a referral needs besides its name.
package struct ReferralAct: Codable, Hashable, Sendable {
  /// Why, a code of the policy: for ask, waitlist, redirect, decline, lost, recall, close, dispute
  /// and resolve.
  package var reason: String?
  /// How it went, a code of the policy: for complete.
  package var outcome: String?
  /// When a place is expected, Unix ms: for waitlist.
  package var expectedMs: UInt64?
  /// What answers the question: group, then field; for answer.
  package var content: [String: [String: FieldValue]]?

  /// Gathers the parts.
  package init(
    reason: String? = nil,
    outcome: String? = nil,
    expectedMs: UInt64? = nil,
    content: [String: [String: FieldValue]]? = nil
  ) {
    self.reason = reason
    self.outcome = outcome
    self.expectedMs = expectedMs
    self.content = content
  }

  private enum CodingKeys: String, CodingKey {
    case reason, outcome, expectedMs, content
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    reason = try fields.decodeIfPresent(String.self, forKey: .reason)
    outcome = try fields.decodeIfPresent(String.self, forKey: .outcome)
    expectedMs = try fields.decodeIfPresent(UInt64.self, forKey: .expectedMs)
    content = try fields.decodeIfPresent([String: [String: FieldValue]].self, forKey: .content)
  }
}
