/// Asks the node to make its next card and link from its desks, signed by the agency's key.
package struct CardSign: Codable, Hashable, Sendable {
  /// The officer's passphrase for the agency's key.
  package var passphrase: String
  /// The text of the agency's key file; absent where the node keeps one.
  package var keyFile: String?
  /// Whether the node keeps the key file from now on, still under the passphrase.
  package var keep: Bool
  /// Where peers can dial, `https://host:port`; empty means "I dial out".
  package var endpoints: [String]
  /// Members that store parcels for this node.
  package var via: [String]
  /// How long the card is current; 365 where absent, at most 400.
  package var days: UInt32?

  /// Gathers the parts.
  package init(
    passphrase: String,
    keyFile: String? = nil,
    keep: Bool = false,
    endpoints: [String] = [],
    via: [String] = [],
    days: UInt32? = nil
  ) {
    self.passphrase = passphrase
    self.keyFile = keyFile
    self.keep = keep
    self.endpoints = endpoints
    self.via = via
    self.days = days
  }

  private enum CodingKeys: String, CodingKey {
    case passphrase, keyFile, keep, endpoints, via, days
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    passphrase = try fields.decode(String.self, forKey: .passphrase)
    keyFile = try fields.decodeIfPresent(String.self, forKey: .keyFile)
    keep = try fields.decodeIfPresent(Bool.self, forKey: .keep) ?? false
    endpoints = try fields.decodeIfPresent([String].self, forKey: .endpoints) ?? []
    via = try fields.decodeIfPresent([String].self, forKey: .via) ?? []
    days = try fields.decodeIfPresent(UInt32.self, forKey: .days)
  }
}

/// The node's own card and link.
package struct CardView: Codable, Hashable, Sendable {
  /// Whose card.
  package var agency: String
  /// Its number, from 1.
  package var serial: UInt64
  /// SHA-256 of its text, lower hex.
  package var sha256: String
  /// Until when it is current, Unix ms.
  package var expiresMs: UInt64
  /// The desks in it.
  package var desks: [CardDesk]
  /// Where peers can dial; empty means "I dial out".
  package var endpoints: [String]
  /// Members that store parcels for this node.
  package var via: [String]
  /// The card's note.
  package var card: String
  /// The link's note.
  package var link: String

  /// Gathers the parts.
  package init(
    agency: String,
    serial: UInt64,
    sha256: String,
    expiresMs: UInt64,
    desks: [CardDesk],
    endpoints: [String],
    via: [String],
    card: String,
    link: String
  ) {
    self.agency = agency
    self.serial = serial
    self.sha256 = sha256
    self.expiresMs = expiresMs
    self.desks = desks
    self.endpoints = endpoints
    self.via = via
    self.card = card
    self.link = link
  }
}

/// A desk as the card shows it.
package struct CardDesk: Codable, Hashable, Sendable {
  /// Its name.
  package var name: String
  /// The field groups it may open.
  package var groups: [String]
  /// The ids of its keys, lower hex.
  package var keyIDs: [String]
  /// The end of its last key, Unix ms.
  package var untilMs: UInt64

  /// Gathers the parts.
  package init(name: String, groups: [String], keyIDs: [String], untilMs: UInt64) {
    self.name = name
    self.groups = groups
    self.keyIDs = keyIDs
    self.untilMs = untilMs
  }
}

/// Hands notes to the node: registers, suspensions, cards, links.
package struct NotesImport: Codable, Hashable, Sendable {
  /// The notes, in any order; registers are applied by version.
  package var notes: [String]
  /// A policy file, base64; only with a register that names its hash.
  package var policy: String?

  /// Gathers the parts.
  package init(notes: [String], policy: String? = nil) {
    self.notes = notes
    self.policy = policy
  }

  private enum CodingKeys: String, CodingKey {
    case notes, policy
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    notes = try fields.decode([String].self, forKey: .notes)
    policy = try fields.decodeIfPresent(String.self, forKey: .policy)
  }
}

/// What each note did.
package struct NotesImported: Codable, Hashable, Sendable {
  /// One entry for each note, in the order given.
  package var outcomes: [NoteOutcome]

  /// Gathers the parts.
  package init(outcomes: [NoteOutcome]) {
    self.outcomes = outcomes
  }
}

/// What one note did.
package struct NoteOutcome: Codable, Hashable, Sendable {
  /// `register`, `suspension`, `card`, `link` or `unknown`.
  package var type: String
  /// Whose card or link it is, or who is suspended.
  package var agency: String?
  /// Its version or serial.
  package var number: UInt64?
  /// `applied`, `same` or `refused`.
  package var result: String
  /// The registered code, where refused.
  package var code: String?

  /// Gathers the parts.
  package init(
    type: String,
    agency: String? = nil,
    number: UInt64? = nil,
    result: String,
    code: String? = nil
  ) {
    self.type = type
    self.agency = agency
    self.number = number
    self.result = result
    self.code = code
  }
}

/// The newest register held.
package struct RegisterView: Codable, Hashable, Sendable {
  /// Its number, from 1.
  package var version: UInt32
  /// SHA-256 of its text, lower hex.
  package var sha256: String
  /// SHA-256 of version 1, lower hex.
  package var realm: String
  /// From when on it is meant to hold, Unix ms.
  package var notBeforeMs: UInt64
  /// When every node begins to warn, Unix ms.
  package var expiresMs: UInt64
  /// `current`, `warning` or `stale`.
  package var standing: String
  /// The policy in force; absent where its file is not held.
  package var policy: PolicyStatus?
  /// The names of the key holders.
  package var commissioners: [String]
  /// How many of them a change needs: membership, policy, root, suspend.
  package var thresholds: [String: UInt32]
  /// The members, ascending by id.
  package var members: [MemberView]
  /// Every version's note, the first first.
  package var notes: [String]

  /// Gathers the parts.
  package init(
    version: UInt32,
    sha256: String,
    realm: String,
    notBeforeMs: UInt64,
    expiresMs: UInt64,
    standing: String,
    policy: PolicyStatus? = nil,
    commissioners: [String],
    thresholds: [String: UInt32],
    members: [MemberView],
    notes: [String]
  ) {
    self.version = version
    self.sha256 = sha256
    self.realm = realm
    self.notBeforeMs = notBeforeMs
    self.expiresMs = expiresMs
    self.standing = standing
    self.policy = policy
    self.commissioners = commissioners
    self.thresholds = thresholds
    self.members = members
    self.notes = notes
  }
}

/// A member as the register lists it.
package struct MemberView: Codable, Hashable, Sendable {
  /// Its id.
  package var agency: String
  /// What it is called, by language.
  package var names: [String: String]
  /// `state`, `ngo`, `international` or `oversight`.
  package var sector: String
  /// `national`, `regional` or `local`.
  package var level: String
  /// Where it works, a code.
  package var region: String
  /// What it does in the mechanism, codes.
  package var roles: [String]
  /// `active`, `suspended` or `retired`.
  package var status: String
  /// When a suspension by note lapses, Unix ms; absent where none holds.
  package var suspendedUntilMs: UInt64?

  /// Gathers the parts.
  package init(
    agency: String,
    names: [String: String],
    sector: String,
    level: String,
    region: String,
    roles: [String],
    status: String,
    suspendedUntilMs: UInt64? = nil
  ) {
    self.agency = agency
    self.names = names
    self.sector = sector
    self.level = level
    self.region = region
    self.roles = roles
    self.status = status
    self.suspendedUntilMs = suspendedUntilMs
  }
}

/// The notes that a stranger needs of this node: registers, card, link.
package struct HelloNotes: Codable, Hashable, Sendable {
  /// The notes.
  package var notes: [String]

  /// Gathers the parts.
  package init(notes: [String]) {
    self.notes = notes
  }
}
