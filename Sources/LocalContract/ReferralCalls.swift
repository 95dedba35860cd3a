/// Refers, once or up to ``LocalLimits/batch`` times in one call.
package struct ReferBatch: Codable, Hashable, Sendable {
  /// The referrals; each stands or falls by itself.
  package var referrals: [ReferAsk]
  /// Whether only to say if it may be sent, and why not.
  package var dryRun: Bool
  /// When to answer.
  package var wait: ReferWait

  /// Gathers the parts.
  package init(referrals: [ReferAsk], dryRun: Bool = false, wait: ReferWait = .queued) {
    self.referrals = referrals
    self.dryRun = dryRun
    self.wait = wait
  }

  private enum CodingKeys: String, CodingKey {
    case referrals, dryRun, wait
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    referrals = try fields.decode([ReferAsk].self, forKey: .referrals)
    dryRun = try fields.decodeIfPresent(Bool.self, forKey: .dryRun) ?? false
    wait = try fields.decodeIfPresent(ReferWait.self, forKey: .wait) ?? .queued
  }
}

/// One referral: one grant, one service.
package struct ReferAsk: Codable, Hashable, Sendable {
  /// The grant's index.
  package var grant: UInt64
  /// Which service, a code of the policy; absent means the grant's own.
  package var service: String?
  /// `emergency`, `urgent` or `routine`.
  package var urgency: String
  /// What to send: group, then field; the groups after `need` wait for acceptance.
  package var content: [String: [String: FieldValue]]?
  /// Whether granted groups that `content` leaves out come from the case.
  package var fromCase: Bool
  /// After how many days it is void; the policy's own time where absent.
  package var expiresDays: UInt32?
  /// The referral that this one takes the place of: declined, redirected, expired, undeliverable.
  package var replaces: String?

  /// Gathers the parts.
  package init(
    grant: UInt64,
    service: String? = nil,
    urgency: String = "routine",
    content: [String: [String: FieldValue]]? = nil,
    fromCase: Bool = false,
    expiresDays: UInt32? = nil,
    replaces: String? = nil
  ) {
    self.grant = grant
    self.service = service
    self.urgency = urgency
    self.content = content
    self.fromCase = fromCase
    self.expiresDays = expiresDays
    self.replaces = replaces
  }

  private enum CodingKeys: String, CodingKey {
    case grant, service, urgency, content, fromCase, expiresDays, replaces
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    grant = try fields.decode(UInt64.self, forKey: .grant)
    service = try fields.decodeIfPresent(String.self, forKey: .service)
    urgency = try fields.decodeIfPresent(String.self, forKey: .urgency) ?? "routine"
    content = try fields.decodeIfPresent([String: [String: FieldValue]].self, forKey: .content)
    fromCase = try fields.decodeIfPresent(Bool.self, forKey: .fromCase) ?? false
    expiresDays = try fields.decodeIfPresent(UInt32.self, forKey: .expiresDays)
    replaces = try fields.decodeIfPresent(String.self, forKey: .replaces)
  }
}

/// What became of one referral of a batch.
package struct ReferResult: Codable, Hashable, Sendable {
  /// The node's own id of it.
  package var referral: String?
  /// The id of the offer, lower hex.
  package var message: String?
  /// Where it stands.
  package var state: String?
  /// Who receives it.
  package var peer: String?
  /// What for.
  package var purpose: String?
  /// What is, or would be, sent in all.
  package var groups: [String]?
  /// Every reason against it, registered codes, where it may not be sent.
  package var reasons: [String]?
  /// Why it was not taken.
  package var problem: Problem?
  /// Whom to call at once, where the priority asks for it.
  package var telephone: String?

  /// Gathers the parts.
  package init(
    referral: String? = nil,
    message: String? = nil,
    state: String? = nil,
    peer: String? = nil,
    purpose: String? = nil,
    groups: [String]? = nil,
    reasons: [String]? = nil,
    problem: Problem? = nil,
    telephone: String? = nil
  ) {
    self.referral = referral
    self.message = message
    self.state = state
    self.peer = peer
    self.purpose = purpose
    self.groups = groups
    self.reasons = reasons
    self.problem = problem
    self.telephone = telephone
  }
}

/// The answers of a batch.
package struct ReferResults: Codable, Hashable, Sendable {
  /// In the order asked for.
  package var results: [ReferResult]

  /// Gathers the parts.
  package init(results: [ReferResult]) {
    self.results = results
  }
}
