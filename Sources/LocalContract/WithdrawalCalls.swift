/// Stops sharing at once, on anybody's word.
package struct ConsentStop: Codable, Hashable, Sendable {
  /// The case's id.
  package var `case`: String
  /// Which grants; absent means all of the case.
  package var grants: [UInt64]?
  /// Which groups of them; absent means all.
  package var groups: [String]?
  /// How the word came: `in-person`, `telephone`, `hotline`, `third-party`.
  package var channel: String
  /// Whether she may have been forced: then nothing but a freeze ever follows by itself.
  package var coercion: Bool

  /// Gathers the parts.
  package init(
    `case`: String,
    grants: [UInt64]? = nil,
    groups: [String]? = nil,
    channel: String,
    coercion: Bool = false
  ) {
    self.case = `case`
    self.grants = grants
    self.groups = groups
    self.channel = channel
    self.coercion = coercion
  }

  private enum CodingKeys: String, CodingKey {
    case `case`, grants, groups, channel, coercion
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    `case` = try fields.decode(String.self, forKey: .case)
    grants = try fields.decodeIfPresent([UInt64].self, forKey: .grants)
    groups = try fields.decodeIfPresent([String].self, forKey: .groups)
    channel = try fields.decode(String.self, forKey: .channel)
    coercion = try fields.decodeIfPresent(Bool.self, forKey: .coercion) ?? false
  }
}

/// Erases and cancels, once the survivor has confirmed.
package struct ConsentWithdraw: Codable, Hashable, Sendable {
  /// The case's id.
  package var `case`: String
  /// Which grants; absent means all of the case.
  package var grants: [UInt64]?
  /// Which groups of them; absent means all.
  package var groups: [String]?
  /// How it was confirmed: `in-person`, `code-word` or `call-back`.
  package var confirmation: String
  /// For `code-word`: the word.
  package var codeWord: String?
  /// Whether she may have been forced: then only a freeze, without a sign to anybody.
  package var coercion: Bool

  /// Gathers the parts.
  package init(
    `case`: String,
    grants: [UInt64]? = nil,
    groups: [String]? = nil,
    confirmation: String,
    codeWord: String? = nil,
    coercion: Bool = false
  ) {
    self.case = `case`
    self.grants = grants
    self.groups = groups
    self.confirmation = confirmation
    self.codeWord = codeWord
    self.coercion = coercion
  }

  private enum CodingKeys: String, CodingKey {
    case `case`, grants, groups, confirmation, codeWord, coercion
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    `case` = try fields.decode(String.self, forKey: .case)
    grants = try fields.decodeIfPresent([UInt64].self, forKey: .grants)
    groups = try fields.decodeIfPresent([String].self, forKey: .groups)
    confirmation = try fields.decode(String.self, forKey: .confirmation)
    codeWord = try fields.decodeIfPresent(String.self, forKey: .codeWord)
    coercion = try fields.decodeIfPresent(Bool.self, forKey: .coercion) ?? false
  }
}

/// Ends a consent that the survivor has not taken back herself.
package struct ConsentEnd: Codable, Hashable, Sendable {
  /// The case's id.
  package var `case`: String
  /// Which grants; absent means all of the case that rest on consent.
  package var grants: [UInt64]?
  /// `revoked` or `invalidated`.
  package var outcome: String
  /// Why, a code of the policy's list `revocation` or `invalidity`.
  package var reason: String
  /// The paper it rests on; needed for `revoked`.
  package var authority: String?
  /// For `revoked`: whether what was shared is erased as well; `invalidated` always erases.
  package var erase: Bool

  /// Gathers the parts.
  package init(
    `case`: String,
    grants: [UInt64]? = nil,
    outcome: String,
    reason: String,
    authority: String? = nil,
    erase: Bool = false
  ) {
    self.case = `case`
    self.grants = grants
    self.outcome = outcome
    self.reason = reason
    self.authority = authority
    self.erase = erase
  }

  private enum CodingKeys: String, CodingKey {
    case `case`, grants, outcome, reason, authority, erase
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    `case` = try fields.decode(String.self, forKey: .case)
    grants = try fields.decodeIfPresent([UInt64].self, forKey: .grants)
    outcome = try fields.decode(String.self, forKey: .outcome)
    reason = try fields.decode(String.self, forKey: .reason)
    authority = try fields.decodeIfPresent(String.self, forKey: .authority)
    erase = try fields.decodeIfPresent(Bool.self, forKey: .erase) ?? false
  }
}

/// Shares again, under a new consent.
package struct ConsentResume: Codable, Hashable, Sendable {
  /// The case's id.
  package var `case`: String
  /// The grant that was stopped.
  package var grant: UInt64
  /// How long the new one holds; the policy's own term where absent.
  package var days: UInt32?
  /// How the new consent was taken.
  package var record: ConsentFacts

  /// Gathers the parts.
  package init(`case`: String, grant: UInt64, days: UInt32? = nil, record: ConsentFacts) {
    self.case = `case`
    self.grant = grant
    self.days = days
    self.record = record
  }

  private enum CodingKeys: String, CodingKey { case `case`, grant, days, record }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    `case` = try fields.decode(String.self, forKey: .case)
    grant = try fields.decode(UInt64.self, forKey: .grant)
    days = try fields.decodeIfPresent(UInt32.self, forKey: .days)
    record = try fields.decode(ConsentFacts.self, forKey: .record)
  }
}

/// Sets the code word by which a person is known again.
package struct CodeWordSet: Codable, Hashable, Sendable {
  /// The case's id.
  package var `case`: String
  /// The word that she chose.
  package var codeWord: String

  /// Gathers the parts.
  package init(`case`: String, codeWord: String) {
    self.case = `case`
    self.codeWord = codeWord
  }

  private enum CodingKeys: String, CodingKey { case `case`, codeWord }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    `case` = try fields.decode(String.self, forKey: .case)
    codeWord = try fields.decode(String.self, forKey: .codeWord)
  }
}

/// Stops sharing at an agency that received: its sender and everybody further on are told.
package struct ReceivedStop: Codable, Hashable, Sendable {
  /// The referral's id here.
  package var referral: String
  /// How the word came: `in-person`, `telephone`, `hotline`, `third-party`.
  package var channel: String

  /// Gathers the parts.
  package init(referral: String, channel: String) {
    self.referral = referral
    self.channel = channel
  }

  private enum CodingKeys: String, CodingKey { case referral, channel }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    referral = try fields.decode(String.self, forKey: .referral)
    channel = try fields.decode(String.self, forKey: .channel)
  }
}

/// Keeps a part of a received referral beyond its withdrawal, under a class of the policy.
package struct KeepPart: Codable, Hashable, Sendable {
  /// The referral's id here.
  package var referral: String
  /// The class, a code of the policy's kept records.
  package var keptClass: String
  /// Which groups.
  package var groups: [String]

  /// Gathers the parts.
  package init(referral: String, keptClass: String, groups: [String]) {
    self.referral = referral
    self.keptClass = keptClass
    self.groups = groups
  }

  private enum CodingKeys: String, CodingKey { case referral, keptClass, groups }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    referral = try fields.decode(String.self, forKey: .referral)
    keptClass = try fields.decode(String.self, forKey: .keptClass)
    groups = try fields.decode([String].self, forKey: .groups)
  }
}

/// Hands a received referral on to another agency, under the survivor's first consent.
package struct HandOn: Codable, Hashable, Sendable {
  /// The referral's id here.
  package var referral: String
  /// To whom.
  package var peer: String
  /// What for, a code of the policy.
  package var purpose: String
  /// Which service, a code of the policy; absent means the one that was asked for here.
  package var service: String?
  /// What is handed on; not more than was received.
  package var groups: [String]
  /// How long it holds; as long as the first consent where absent.
  package var days: UInt32?
  /// `emergency`, `urgent` or `routine`.
  package var urgency: String

  /// Gathers the parts.
  package init(
    referral: String,
    peer: String,
    purpose: String,
    service: String? = nil,
    groups: [String],
    days: UInt32? = nil,
    urgency: String = "routine"
  ) {
    self.referral = referral
    self.peer = peer
    self.purpose = purpose
    self.service = service
    self.groups = groups
    self.days = days
    self.urgency = urgency
  }

  private enum CodingKeys: String, CodingKey {
    case referral, peer, purpose, service, groups, days, urgency
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    referral = try fields.decode(String.self, forKey: .referral)
    peer = try fields.decode(String.self, forKey: .peer)
    purpose = try fields.decode(String.self, forKey: .purpose)
    service = try fields.decodeIfPresent(String.self, forKey: .service)
    groups = try fields.decode([String].self, forKey: .groups)
    days = try fields.decodeIfPresent(UInt32.self, forKey: .days)
    urgency = try fields.decodeIfPresent(String.self, forKey: .urgency) ?? "routine"
  }
}

/// Settles an alert: a person has dealt with it.
package struct AlertSettle: Codable, Hashable, Sendable {
  /// The alert's number.
  package var alert: Int64

  /// Gathers the parts.
  package init(alert: Int64) { self.alert = alert }

  private enum CodingKeys: String, CodingKey { case alert }

  package init(from decoder: any Decoder) throws {
    alert = try decoder.onlyFields(CodingKeys.self).decode(Int64.self, forKey: .alert)
  }
}
