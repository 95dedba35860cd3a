/// Uses a lawful exception: two persons, the least data, a short life.
package struct ExceptionAsk: Codable, Hashable, Sendable {
  /// The case's id.
  package var `case`: String
  /// The leg; its basis is the exception.
  package var grant: GrantAsk
  /// What happened, in words; sealed in the case, never logged.
  package var reason: String
  /// Whether she has been told; otherwise she is told as soon as it is safe.
  package var survivorTold: Bool
  /// The session token of the second person, who is there now.
  package var second: String?

  /// Gathers the parts.
  package init(
    `case`: String,
    grant: GrantAsk,
    reason: String,
    survivorTold: Bool = false,
    second: String? = nil
  ) {
    self.case = `case`
    self.grant = grant
    self.reason = reason
    self.survivorTold = survivorTold
    self.second = second
  }

  private enum CodingKeys: String, CodingKey {
    case `case`, grant, reason, survivorTold, second
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    `case` = try fields.decode(String.self, forKey: .case)
    grant = try fields.decode(GrantAsk.self, forKey: .grant)
    reason = try fields.decode(String.self, forKey: .reason)
    survivorTold = try fields.decodeIfPresent(Bool.self, forKey: .survivorTold) ?? false
    second = try fields.decodeIfPresent(String.self, forKey: .second)
  }
}

/// The second person stands by an exception that another has used.
package struct Countersign: Codable, Hashable, Sendable {
  /// The exception's grant.
  package var grant: UInt64

  /// Gathers the parts.
  package init(
    grant: UInt64
  ) {
    self.grant = grant
  }

  private enum CodingKeys: String, CodingKey {
    case grant
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    grant = try fields.decode(UInt64.self, forKey: .grant)
  }
}

/// What somebody else must look at.
package struct ReviewList: Codable, Hashable, Sendable {
  /// What waits first, then what is done; the oldest first.
  package var items: [ReviewItem]

  /// Gathers the parts.
  package init(
    items: [ReviewItem]
  ) {
    self.items = items
  }
}

/// One thing to look at: an exception, or something outside the network.
package struct ReviewItem: Codable, Hashable, Sendable {
  /// The index of its event: its name.
  package var item: UInt64
  /// `exception`, `verbal` or `outside`.
  package var kind: String
  /// The case's id.
  package var `case`: String
  /// The recipient, or the class of receiver.
  package var receiver: String
  /// What for.
  package var purpose: String
  /// What was disclosed, or could be.
  package var groups: [String]
  /// The exception's code.
  package var basis: String?
  /// Who did it.
  package var actor: String
  /// Who stands by it.
  package var second: String?
  /// When, Unix ms.
  package var atMs: UInt64
  /// By when it must be looked at, Unix ms.
  package var reviewByMs: UInt64
  /// `waiting`, `overdue`, `in-order` or `incident`.
  package var state: String
  /// What is wrong with it: `second-missing`, `lapsed`, `late`.
  package var flags: [String]
  /// Who looked.
  package var reviewer: String?

  /// Gathers the parts.
  package init(
    item: UInt64,
    kind: String,
    `case`: String,
    receiver: String,
    purpose: String,
    groups: [String],
    basis: String? = nil,
    actor: String,
    second: String? = nil,
    atMs: UInt64,
    reviewByMs: UInt64,
    state: String,
    flags: [String],
    reviewer: String? = nil
  ) {
    self.item = item
    self.kind = kind
    self.case = `case`
    self.receiver = receiver
    self.purpose = purpose
    self.groups = groups
    self.basis = basis
    self.actor = actor
    self.second = second
    self.atMs = atMs
    self.reviewByMs = reviewByMs
    self.state = state
    self.flags = flags
    self.reviewer = reviewer
  }
}

/// Somebody who did not do it has looked at it.
package struct ReviewDone: Codable, Hashable, Sendable {
  /// The item's name.
  package var item: UInt64
  /// `in-order` or `incident`.
  package var outcome: String

  /// Gathers the parts.
  package init(
    item: UInt64,
    outcome: String
  ) {
    self.item = item
    self.outcome = outcome
  }

  private enum CodingKeys: String, CodingKey {
    case item, outcome
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    item = try fields.decode(UInt64.self, forKey: .item)
    outcome = try fields.decode(String.self, forKey: .outcome)
  }
}
