/// Asks again before, or after, a grant runs out.
package struct ConsentRenew: Codable, Hashable, Sendable {
  /// The grant that is renewed.
  package var grant: UInt64
  /// How long the new one holds; the policy's term where absent.
  package var days: UInt32?
  /// How she was asked.
  package var record: ConsentFacts
  /// The country, for a recipient abroad.
  package var country: String?

  /// Gathers the parts.
  package init(
    grant: UInt64,
    days: UInt32? = nil,
    record: ConsentFacts,
    country: String? = nil
  ) {
    self.grant = grant
    self.days = days
    self.record = record
    self.country = country
  }

  private enum CodingKeys: String, CodingKey {
    case grant, days, record, country
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    grant = try fields.decode(UInt64.self, forKey: .grant)
    days = try fields.decodeIfPresent(UInt32.self, forKey: .days)
    record = try fields.decode(ConsentFacts.self, forKey: .record)
    country = try fields.decodeIfPresent(String.self, forKey: .country)
  }
}

/// The recipient's own consent for a leg it carries out.
package struct OwnConsent: Codable, Hashable, Sendable {
  /// The referral's local name.
  package var referral: String
  /// The desk that keeps the case.
  package var desk: String
  /// How it was taken.
  package var record: ConsentFacts
  /// Which of the groups that were sent here stay open on her word to us; at least one.
  package var groups: [String]
  /// What she said to the policy's questions; what is absent is no.
  package var answers: [String: Bool]

  /// Gathers the parts.
  package init(
    referral: String,
    desk: String,
    record: ConsentFacts,
    groups: [String],
    answers: [String: Bool] = [:]
  ) {
    self.referral = referral
    self.desk = desk
    self.record = record
    self.groups = groups
    self.answers = answers
  }

  private enum CodingKeys: String, CodingKey {
    case referral, desk, record, groups, answers
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    referral = try fields.decode(String.self, forKey: .referral)
    desk = try fields.decode(String.self, forKey: .desk)
    record = try fields.decode(ConsentFacts.self, forKey: .record)
    groups = try fields.decode([String].self, forKey: .groups)
    answers = try fields.decodeIfPresent([String: Bool].self, forKey: .answers) ?? [:]
  }
}

/// The case that was opened for it.
package struct OwnConsentTaken: Codable, Hashable, Sendable {
  /// The case's id.
  package var `case`: String
  /// The referral's local name.
  package var referral: String

  /// Gathers the parts.
  package init(
    `case`: String,
    referral: String
  ) {
    self.case = `case`
    self.referral = referral
  }
}

/// Grants that run out or have run out, and dates that come.
package struct LapsedList: Codable, Hashable, Sendable {
  /// The earliest end first.
  package var grants: [LapsedGrant]
  /// Cases of which something is due, the earliest first.
  package var dates: [DueCase]

  /// Gathers the parts.
  package init(
    grants: [LapsedGrant],
    dates: [DueCase]
  ) {
    self.grants = grants
    self.dates = dates
  }
}

/// A grant to be asked about again.
package struct LapsedGrant: Codable, Hashable, Sendable {
  /// The grant.
  package var grant: GrantView
  /// Whole days until its end; negative once it is over.
  package var daysLeft: Int64
  /// `lapsed`, or the warning that has been reached, such as `7d`.
  package var warning: String

  /// Gathers the parts.
  package init(
    grant: GrantView,
    daysLeft: Int64,
    warning: String
  ) {
    self.grant = grant
    self.daysLeft = daysLeft
    self.warning = warning
  }
}

/// A case of which something is due; open it to see what.
package struct DueCase: Codable, Hashable, Sendable {
  /// The case's id.
  package var `case`: String
  /// When, Unix ms.
  package var dueMs: UInt64
  /// Whole days until then; negative once it is over.
  package var daysLeft: Int64
  /// The mark that has been reached, such as `60d`.
  package var warning: String

  /// Gathers the parts.
  package init(
    `case`: String,
    dueMs: UInt64,
    daysLeft: Int64,
    warning: String
  ) {
    self.case = `case`
    self.dueMs = dueMs
    self.daysLeft = daysLeft
    self.warning = warning
  }
}

/// What was asked and answered in a case, in order.
package struct ConsentStory: Codable, Hashable, Sendable {
  /// The case's id.
  package var `case`: String
  /// Whether the entries follow from each other and nothing was changed.
  package var whole: Bool
  /// The oldest first.
  package var entries: [ConsentEntry]
  /// What she last said to the policy's own questions.
  package var answers: [String: Bool]

  /// Gathers the parts.
  package init(
    `case`: String,
    whole: Bool,
    entries: [ConsentEntry],
    answers: [String: Bool]
  ) {
    self.case = `case`
    self.whole = whole
    self.entries = entries
    self.answers = answers
  }
}

/// One thing that happened to a question.
package struct ConsentEntry: Codable, Hashable, Sendable {
  /// From 1.
  package var sequence: UInt64
  /// When, Unix ms.
  package var atMs: UInt64
  /// Who wrote it down.
  package var actor: String?
  /// What happened.
  package var step: String
  /// Where the question stood after it.
  package var state: String
  /// The recipient, where there is one.
  package var peer: String?
  /// The purpose, or the policy's question.
  package var purpose: String
  /// The grant it made or ended.
  package var grant: UInt64?
  /// Why not, a code of the policy.
  package var reason: String?

  /// Gathers the parts.
  package init(
    sequence: UInt64,
    atMs: UInt64,
    actor: String? = nil,
    step: String,
    state: String,
    peer: String? = nil,
    purpose: String,
    grant: UInt64? = nil,
    reason: String? = nil
  ) {
    self.sequence = sequence
    self.atMs = atMs
    self.actor = actor
    self.step = step
    self.state = state
    self.peer = peer
    self.purpose = purpose
    self.grant = grant
    self.reason = reason
  }
}
