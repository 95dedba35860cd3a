/// The grants that now stand in the log.
package struct ConsentRecorded: Codable, Hashable, Sendable {
  /// In the order asked for.
  package var grants: [GrantView]
  /// The number of the receipt, where consent was taken.
  package var receipt: String?

  /// Gathers the parts.
  package init(grants: [GrantView], receipt: String? = nil) {
    self.grants = grants
    self.receipt = receipt
  }
}

/// The consents of a case.
package struct ConsentList: Codable, Hashable, Sendable {
  /// The case's id.
  package var `case`: String
  /// The oldest first.
  package var grants: [GrantView]
  /// What was refused.
  package var refused: [RefusedAsk]
  /// Agencies that are to learn nothing.
  package var denied: [String]
  /// How consent was last taken; absent where no unlocked desk may see it.
  package var record: ConsentFacts?

  /// Gathers the parts.
  package init(
    `case`: String,
    grants: [GrantView],
    refused: [RefusedAsk],
    denied: [String],
    record: ConsentFacts? = nil
  ) {
    self.case = `case`
    self.grants = grants
    self.refused = refused
    self.denied = denied
    self.record = record
  }
}

/// One grant and where it stands.
package struct GrantView: Codable, Hashable, Sendable {
  /// Its index in the node's log: its name.
  package var grant: UInt64
  /// That log's name.
  package var log: String
  /// The case's id.
  package var `case`: String?
  /// Who may receive.
  package var peer: String
  /// What for.
  package var purpose: String
  /// What may be sent.
  package var groups: [String]
  /// What it rests on.
  package var basis: String
  /// The first moment at which it no longer holds, Unix ms.
  package var untilMs: UInt64
  /// Whether the recipient may hand on under it.
  package var onward: Bool
  /// `in-force`, `stopped`, `withdrawn` or `expired`.
  package var state: String
  /// The referral that uses it.
  package var referral: String?
  /// For an exception: by when the other person must have confirmed, Unix ms.
  package var secondByMs: UInt64?

  /// Gathers the parts.
  package init(
    grant: UInt64,
    log: String,
    `case`: String? = nil,
    peer: String,
    purpose: String,
    groups: [String],
    basis: String,
    untilMs: UInt64,
    onward: Bool,
    state: String,
    referral: String? = nil,
    secondByMs: UInt64? = nil
  ) {
    self.grant = grant
    self.log = log
    self.case = `case`
    self.peer = peer
    self.purpose = purpose
    self.groups = groups
    self.basis = basis
    self.untilMs = untilMs
    self.onward = onward
    self.state = state
    self.referral = referral
    self.secondByMs = secondByMs
  }
}

/// What a stop or a withdrawal set in motion.
package struct ConsentChanged: Codable, Hashable, Sendable {
  /// The grants that changed.
  package var grants: [GrantView]
  /// The ids of the messages that tell the recipients, lower hex.
  package var messages: [String]
  /// The referrals that were frozen or cancelled.
  package var referrals: [String]

  /// Gathers the parts.
  package init(grants: [GrantView], messages: [String], referrals: [String]) {
    self.grants = grants
    self.messages = messages
    self.referrals = referrals
  }
}
