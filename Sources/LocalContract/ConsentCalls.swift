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
  /// Agencies that are to learn nothing.
  package var denied: [String]

  /// Gathers the parts.
  package init(
    `case`: String,
    grants: [GrantAsk],
    record: ConsentFacts? = nil,
    refused: [RefusedAsk] = [],
    denied: [String] = []
  ) {
    self.case = `case`
    self.grants = grants
    self.record = record
    self.refused = refused
    self.denied = denied
  }

  private enum CodingKeys: String, CodingKey {
    case `case`, grants, record, refused, denied
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    `case` = try fields.decode(String.self, forKey: .case)
    grants = try fields.decode([GrantAsk].self, forKey: .grants)
    record = try fields.decodeIfPresent(ConsentFacts.self, forKey: .record)
    refused = try fields.decodeIfPresent([RefusedAsk].self, forKey: .refused) ?? []
    denied = try fields.decodeIfPresent([String].self, forKey: .denied) ?? []
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
  /// Agencies that are to learn nothing.
  package var denied: [String]

  /// Gathers the parts.
  package init(
    grants: [GrantAsk],
    record: ConsentFacts? = nil,
    refused: [RefusedAsk] = [],
    denied: [String] = []
  ) {
    self.grants = grants
    self.record = record
    self.refused = refused
    self.denied = denied
  }

  private enum CodingKeys: String, CodingKey {
    case grants, record, refused, denied
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    grants = try fields.decode([GrantAsk].self, forKey: .grants)
    record = try fields.decodeIfPresent(ConsentFacts.self, forKey: .record)
    refused = try fields.decodeIfPresent([RefusedAsk].self, forKey: .refused) ?? []
    denied = try fields.decodeIfPresent([String].self, forKey: .denied) ?? []
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
    parent: ParentGrant? = nil
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
  }

  private enum CodingKeys: String, CodingKey {
    case peer, purpose, service, groups, basis, untilMs, days, onward, second, authority, parent
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

/// How consent was taken, after ISO/IEC TS 27560; kept here, sealed.
package struct ConsentFacts: Codable, Hashable, Sendable {
  /// The id and version of the notice that was explained.
  package var notice: String
  /// The language it was explained in.
  package var language: String
  /// `read`, `read-aloud`, `audio`, `pictogram` or `sign`.
  package var mode: String
  /// `self`, `guardian`, `advocate` or `court`.
  package var decidedBy: String
  /// `adult`, `child` or `doubtful`.
  package var capacity: String
  /// Who interpreted; absent where nobody did.
  package var interpreter: String?
  /// Whether the person said in their own words what they agreed to.
  package var teachBack: Bool
  /// `signature`, `thumb-mark`, `oral-witnessed`, `oral-remote` or `assent`.
  package var expression: String
  /// `paper`, `digital` or `withheld-safety`.
  package var receipt: String
  /// Who witnessed an oral consent.
  package var witness: String?

  /// Gathers the parts.
  package init(
    notice: String,
    language: String,
    mode: String,
    decidedBy: String,
    capacity: String,
    interpreter: String? = nil,
    teachBack: Bool,
    expression: String,
    receipt: String,
    witness: String? = nil
  ) {
    self.notice = notice
    self.language = language
    self.mode = mode
    self.decidedBy = decidedBy
    self.capacity = capacity
    self.interpreter = interpreter
    self.teachBack = teachBack
    self.expression = expression
    self.receipt = receipt
    self.witness = witness
  }

  private enum CodingKeys: String, CodingKey {
    case notice, language, mode, decidedBy, capacity, interpreter, teachBack, expression, receipt,
      witness
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    notice = try fields.decode(String.self, forKey: .notice)
    language = try fields.decode(String.self, forKey: .language)
    mode = try fields.decode(String.self, forKey: .mode)
    decidedBy = try fields.decode(String.self, forKey: .decidedBy)
    capacity = try fields.decode(String.self, forKey: .capacity)
    interpreter = try fields.decodeIfPresent(String.self, forKey: .interpreter)
    teachBack = try fields.decode(Bool.self, forKey: .teachBack)
    expression = try fields.decode(String.self, forKey: .expression)
    receipt = try fields.decode(String.self, forKey: .receipt)
    witness = try fields.decodeIfPresent(String.self, forKey: .witness)
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
