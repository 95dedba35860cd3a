/// Opens a case.
package struct CaseOpen: Codable, Hashable, Sendable {
  /// The desk that keeps it; must be unlocked and have a second holder or a paper key.
  package var desk: String
  /// The content: group, then field.
  package var sections: [String: [String: FieldValue]]

  /// Gathers the parts.
  package init(desk: String, sections: [String: [String: FieldValue]]) {
    self.desk = desk
    self.sections = sections
  }

  private enum CodingKeys: String, CodingKey {
    case desk, sections
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    desk = try fields.decode(String.self, forKey: .desk)
    sections = try fields.decode([String: [String: FieldValue]].self, forKey: .sections)
  }
}

/// A case that was opened.
package struct CaseOpened: Codable, Hashable, Sendable {
  /// Its id; it never leaves the node.
  package var `case`: String

  /// Gathers the parts.
  package init(`case`: String) {
    self.case = `case`
  }
}

/// The cases of the session's desks.
package struct CaseList: Codable, Hashable, Sendable {
  /// The newest first.
  package var cases: [CaseLine]
  /// Hand this back as `after` for the following page.
  package var next: String?

  /// Gathers the parts.
  package init(cases: [CaseLine], next: String? = nil) {
    self.cases = cases
    self.next = next
  }
}

/// A case without its content.
package struct CaseLine: Codable, Hashable, Sendable {
  /// Its id.
  package var `case`: String
  /// The desk that keeps it.
  package var desk: String
  /// When it was opened, Unix ms.
  package var openedMs: UInt64
  /// `open` or `closed`.
  package var state: String
  /// How many grants it has.
  package var grants: UInt32
  /// How many referrals it has.
  package var referrals: UInt32

  /// Gathers the parts.
  package init(
    `case`: String,
    desk: String,
    openedMs: UInt64,
    state: String,
    grants: UInt32,
    referrals: UInt32
  ) {
    self.case = `case`
    self.desk = desk
    self.openedMs = openedMs
    self.state = state
    self.grants = grants
    self.referrals = referrals
  }
}

/// A case, opened with the session's desks.
package struct CaseView: Codable, Hashable, Sendable {
  /// Its id.
  package var `case`: String
  /// The desk that keeps it.
  package var desk: String
  /// When it was opened, Unix ms.
  package var openedMs: UInt64
  /// `open` or `closed`.
  package var state: String
  /// The content: group, then field.
  package var sections: [String: [String: FieldValue]]
  /// Its grants, the oldest first.
  package var grants: [GrantView]
  /// Its referrals, the oldest first.
  package var referrals: [ReferralLine]
  /// The cases of her siblings here; never part of what is printed, exported or sent.
  package var siblings: [String]

  /// Gathers the parts.
  package init(
    `case`: String,
    desk: String,
    openedMs: UInt64,
    state: String,
    sections: [String: [String: FieldValue]],
    grants: [GrantView],
    referrals: [ReferralLine],
    siblings: [String] = []
  ) {
    self.case = `case`
    self.desk = desk
    self.openedMs = openedMs
    self.state = state
    self.sections = sections
    self.grants = grants
    self.referrals = referrals
    self.siblings = siblings
  }
}

/// How two cases belong together.
package enum CaseRelation: String, Codable, Sendable, CaseIterable {
  case sibling
}

/// Joins a case to another of this node, or takes them apart.
package struct CaseLink: Codable, Hashable, Sendable {
  /// The other case's id.
  package var other: String
  /// How they belong together.
  package var relation: CaseRelation

  /// Gathers the parts.
  package init(other: String, relation: CaseRelation = .sibling) {
    self.other = other
    self.relation = relation
  }

  private enum CodingKeys: String, CodingKey {
    case other, relation
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    other = try fields.decode(String.self, forKey: .other)
    relation = try fields.decodeIfPresent(CaseRelation.self, forKey: .relation) ?? .sibling
  }
}

/// The cases that a case is joined to.
package struct CaseLinks: Codable, Hashable, Sendable {
  /// The case's id.
  package var `case`: String
  /// The cases of her siblings.
  package var siblings: [String]

  /// Gathers the parts.
  package init(`case`: String, siblings: [String]) {
    self.case = `case`
    self.siblings = siblings
  }
}
