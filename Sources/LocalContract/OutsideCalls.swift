/// Something said by telephone, or handed over on paper.
package struct OutsideAsk: Codable, Hashable, Sendable {
  /// The case's id.
  package var `case`: String
  /// `verbal` to a member, `outside` to anybody else.
  package var kind: String
  /// The agency's id; or a class of receivers of the policy.
  package var receiver: String
  /// What for.
  package var purpose: String
  /// What was said or handed over, group codes.
  package var groups: [String]
  /// The grant it rests on; needed for `verbal`.
  package var grant: UInt64?
  /// For `outside`: that she was asked about exactly this and said yes.
  package var agreed: Bool
  /// When, Unix ms; now where absent.
  package var saidAtMs: UInt64?
  /// To whom, in words; sealed in the case.
  package var to: String?
  /// Whether a slip is printed: then that is logged too.
  package var paper: Bool

  /// Gathers the parts.
  package init(
    `case`: String,
    kind: String,
    receiver: String,
    purpose: String,
    groups: [String],
    grant: UInt64? = nil,
    agreed: Bool = false,
    saidAtMs: UInt64? = nil,
    to: String? = nil,
    paper: Bool = false
  ) {
    self.case = `case`
    self.kind = kind
    self.receiver = receiver
    self.purpose = purpose
    self.groups = groups
    self.grant = grant
    self.agreed = agreed
    self.saidAtMs = saidAtMs
    self.to = to
    self.paper = paper
  }

  private enum CodingKeys: String, CodingKey {
    case `case`, kind, receiver, purpose, groups, grant, agreed, saidAtMs, to, paper
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    `case` = try fields.decode(String.self, forKey: .case)
    kind = try fields.decode(String.self, forKey: .kind)
    receiver = try fields.decode(String.self, forKey: .receiver)
    purpose = try fields.decode(String.self, forKey: .purpose)
    groups = try fields.decode([String].self, forKey: .groups)
    grant = try fields.decodeIfPresent(UInt64.self, forKey: .grant)
    agreed = try fields.decodeIfPresent(Bool.self, forKey: .agreed) ?? false
    saidAtMs = try fields.decodeIfPresent(UInt64.self, forKey: .saidAtMs)
    to = try fields.decodeIfPresent(String.self, forKey: .to)
    paper = try fields.decodeIfPresent(Bool.self, forKey: .paper) ?? false
  }
}

/// What stands in the log now.
package struct OutsideRecorded: Codable, Hashable, Sendable {
  /// The index of the event.
  package var item: UInt64
  /// Whether it was recorded later than the policy allows.
  package var late: Bool
  /// When it was said or handed over, Unix ms.
  package var saidAtMs: UInt64
  /// For a slip: the service that is needed, a code of the policy.
  package var service: String?
  /// For a slip: the languages she speaks, codes of the policy.
  package var languages: [String]

  /// Gathers the parts.
  package init(
    item: UInt64,
    late: Bool,
    saidAtMs: UInt64,
    service: String? = nil,
    languages: [String]
  ) {
    self.item = item
    self.late = late
    self.saidAtMs = saidAtMs
    self.service = service
    self.languages = languages
  }
}

/// A case on paper or in a file.
package struct CasePaper: Codable, Hashable, Sendable {
  /// The case's id.
  package var `case`: String
  /// Which groups; empty means all that the desk may open.
  package var groups: [String]
  /// `print` or `export`.
  package var kind: String

  /// Gathers the parts.
  package init(
    `case`: String,
    groups: [String] = [],
    kind: String
  ) {
    self.case = `case`
    self.groups = groups
    self.kind = kind
  }

  private enum CodingKeys: String, CodingKey {
    case `case`, groups, kind
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    `case` = try fields.decode(String.self, forKey: .case)
    groups = try fields.decodeIfPresent([String].self, forKey: .groups) ?? []
    kind = try fields.decode(String.self, forKey: .kind)
  }
}
