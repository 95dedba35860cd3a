/// Records what a survivor said yes and no to.
package struct ConsentRecord: Codable, Hashable, Sendable {
  /// The case's id.
  package var `case`: String
  /// What was agreed to, one for each recipient and purpose; may be empty.
  package var grants: [GrantAsk]
  /// How the consent was taken; required unless every grant is an exception.
  package var record: ConsentFacts?
  /// What was refused.
  package var refused: [RefusedAsk]
  /// Who is to learn nothing: agencies, `district:…`, `person:…`.
  package var denied: [String]
  /// What she wants to think about.
  package var deferred: [RefusedAsk]
  /// What she said to the policy's own questions, such as `statistics`; what is absent was not asked.
  package var answers: [String: Bool]

  /// Gathers the parts.
  package init(
    `case`: String,
    grants: [GrantAsk],
    record: ConsentFacts? = nil,
    refused: [RefusedAsk] = [],
    denied: [String] = [],
    deferred: [RefusedAsk] = [],
    answers: [String: Bool] = [:]
  ) {
    self.case = `case`
    self.grants = grants
    self.record = record
    self.refused = refused
    self.denied = denied
    self.deferred = deferred
    self.answers = answers
  }

  private enum CodingKeys: String, CodingKey {
    case `case`, grants, record, refused, denied, deferred, answers
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    `case` = try fields.decode(String.self, forKey: .case)
    grants = try fields.decode([GrantAsk].self, forKey: .grants)
    record = try fields.decodeIfPresent(ConsentFacts.self, forKey: .record)
    refused = try fields.decodeIfPresent([RefusedAsk].self, forKey: .refused) ?? []
    denied = try fields.decodeIfPresent([String].self, forKey: .denied) ?? []
    deferred = try fields.decodeIfPresent([RefusedAsk].self, forKey: .deferred) ?? []
    answers = try fields.decodeIfPresent([String: Bool].self, forKey: .answers) ?? [:]
  }
}

/// What `amonat consent record --from` reads: a ``ConsentRecord`` without its case.
package struct ConsentFile: Codable, Hashable, Sendable {
  /// What was agreed to; may be empty.
  package var grants: [GrantAsk]
  /// How the consent was taken.
  package var record: ConsentFacts?
  /// What was refused.
  package var refused: [RefusedAsk]
  /// Who is to learn nothing: agencies, `district:…`, `person:…`.
  package var denied: [String]
  /// What she wants to think about.
  package var deferred: [RefusedAsk]
  /// What she said to the policy's own questions, such as `statistics`; what is absent was not asked.
  package var answers: [String: Bool]

  /// Gathers the parts.
  package init(
    grants: [GrantAsk],
    record: ConsentFacts? = nil,
    refused: [RefusedAsk] = [],
    denied: [String] = [],
    deferred: [RefusedAsk] = [],
    answers: [String: Bool] = [:]
  ) {
    self.grants = grants
    self.record = record
    self.refused = refused
    self.denied = denied
    self.deferred = deferred
    self.answers = answers
  }

  private enum CodingKeys: String, CodingKey {
    case grants, record, refused, denied, deferred, answers
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    grants = try fields.decode([GrantAsk].self, forKey: .grants)
    record = try fields.decodeIfPresent(ConsentFacts.self, forKey: .record)
    refused = try fields.decodeIfPresent([RefusedAsk].self, forKey: .refused) ?? []
    denied = try fields.decodeIfPresent([String].self, forKey: .denied) ?? []
    deferred = try fields.decodeIfPresent([RefusedAsk].self, forKey: .deferred) ?? []
    answers = try fields.decodeIfPresent([String: Bool].self, forKey: .answers) ?? [:]
  }
}

/// One leg of a consent: one recipient, one purpose.
package struct GrantAsk: Codable, Hashable, Sendable {
  /// Who may receive.
  package var peer: String
  /// What for, a code of the policy.
  package var purpose: String
  /// Which service, a code of the policy; sealed.
  package var service: String?
  /// What may be sent, group codes.
  package var groups: [String]
  /// What it rests on: `consent`, `guardian-consent`, `onward` or an exception.
  package var basis: String
  /// The first moment at which it no longer holds, Unix ms; or give `days`.
  package var untilMs: UInt64?
  /// How long it holds; the policy's own term where neither is given.
  package var days: UInt32?
  /// Whether the recipient may hand on under it.
  package var onward: Bool
  /// For an exception: the other person's account name.
  package var second: String?
  /// For an exception: the article, order or decision; sealed, never logged.
  package var authority: String?
  /// For basis `onward`: the grant under which the data came here.
  package var parent: ParentGrant?
  /// For a recipient abroad: the country that her consent names; sealed, never logged.
  package var country: String?

  /// Gathers the parts.
  package init(
    peer: String,
    purpose: String,
    service: String? = nil,
    groups: [String],
    basis: String = "consent",
    untilMs: UInt64? = nil,
    days: UInt32? = nil,
    onward: Bool = false,
    second: String? = nil,
    authority: String? = nil,
    parent: ParentGrant? = nil,
    country: String? = nil
  ) {
    self.peer = peer
    self.purpose = purpose
    self.service = service
    self.groups = groups
    self.basis = basis
    self.untilMs = untilMs
    self.days = days
    self.onward = onward
    self.second = second
    self.authority = authority
    self.parent = parent
    self.country = country
  }

  private enum CodingKeys: String, CodingKey {
    case peer, purpose, service, groups, basis, untilMs, days, onward, second, authority, parent,
      country
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    peer = try fields.decode(String.self, forKey: .peer)
    purpose = try fields.decode(String.self, forKey: .purpose)
    service = try fields.decodeIfPresent(String.self, forKey: .service)
    groups = try fields.decode([String].self, forKey: .groups)
    basis = try fields.decodeIfPresent(String.self, forKey: .basis) ?? "consent"
    untilMs = try fields.decodeIfPresent(UInt64.self, forKey: .untilMs)
    days = try fields.decodeIfPresent(UInt32.self, forKey: .days)
    onward = try fields.decodeIfPresent(Bool.self, forKey: .onward) ?? false
    second = try fields.decodeIfPresent(String.self, forKey: .second)
    authority = try fields.decodeIfPresent(String.self, forKey: .authority)
    parent = try fields.decodeIfPresent(ParentGrant.self, forKey: .parent)
    country = try fields.decodeIfPresent(String.self, forKey: .country)
  }
}

/// A grant of another agency's log.
package struct ParentGrant: Codable, Hashable, Sendable {
  /// The log's name.
  package var log: String
  /// Its index there.
  package var grant: UInt64

  /// Gathers the parts.
  package init(log: String, grant: UInt64) {
    self.log = log
    self.grant = grant
  }

  private enum CodingKeys: String, CodingKey {
    case log, grant
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    log = try fields.decode(String.self, forKey: .log)
    grant = try fields.decode(UInt64.self, forKey: .grant)
  }
}

/// What a survivor said no to.
package struct RefusedAsk: Codable, Hashable, Sendable {
  /// To whom; absent means to anybody.
  package var peer: String?
  /// What for.
  package var purpose: String
  /// What; empty means anything.
  package var groups: [String]
  /// Why, a code of the policy.
  package var reason: String?

  /// Gathers the parts.
  package init(
    peer: String? = nil,
    purpose: String,
    groups: [String] = [],
    reason: String? = nil
  ) {
    self.peer = peer
    self.purpose = purpose
    self.groups = groups
    self.reason = reason
  }

  private enum CodingKeys: String, CodingKey {
    case peer, purpose, groups, reason
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    peer = try fields.decodeIfPresent(String.self, forKey: .peer)
    purpose = try fields.decode(String.self, forKey: .purpose)
    groups = try fields.decodeIfPresent([String].self, forKey: .groups) ?? []
    reason = try fields.decodeIfPresent(String.self, forKey: .reason)
  }
}
