/// Asks for an account for a person at this node.
package struct UserAdd: Codable, Hashable, Sendable {
  /// The account name; never the name of a survivor.
  package var name: String
  /// Opens the account's key; at least ``LocalLimits/passphraseScalars`` long.
  package var passphrase: String
  /// What the person does here: codes of the policy's roles of persons.
  ///
  /// An exception asks for two of them.
  package var roles: [String]

  /// Gathers the parts.
  package init(name: String, passphrase: String, roles: [String] = []) {
    self.name = name
    self.passphrase = passphrase
    self.roles = roles
  }

  private enum CodingKeys: String, CodingKey {
    case name, passphrase, roles
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    name = try fields.decode(String.self, forKey: .name)
    passphrase = try fields.decode(String.self, forKey: .passphrase)
    roles = try fields.decodeIfPresent([String].self, forKey: .roles) ?? []
  }
}

/// An account that was made.
package struct UserAdded: Codable, Hashable, Sendable {
  /// The account name.
  package var name: String

  /// Gathers the parts.
  package init(name: String) {
    self.name = name
  }
}

/// Says what a person does here from now on.
package struct UserRoles: Codable, Hashable, Sendable {
  /// The account name.
  package var name: String
  /// Codes of the policy's roles of persons, instead of those before.
  package var roles: [String]

  /// Gathers the parts.
  package init(name: String, roles: [String]) {
    (self.name, self.roles) = (name, roles)
  }

  private enum CodingKeys: String, CodingKey {
    case name, roles
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    name = try fields.decode(String.self, forKey: .name)
    roles = try fields.decode([String].self, forKey: .roles)
  }
}

/// Asks for a session with the desks of a user open.
package struct Unlock: Codable, Hashable, Sendable {
  /// The account name.
  package var user: String
  /// The account's passphrase, or the paper key of a desk.
  package var passphrase: String

  /// Gathers the parts.
  package init(user: String, passphrase: String) {
    self.user = user
    self.passphrase = passphrase
  }

  private enum CodingKeys: String, CodingKey {
    case user, passphrase
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    user = try fields.decode(String.self, forKey: .user)
    passphrase = try fields.decode(String.self, forKey: .passphrase)
  }
}

/// An open session.
package struct Session: Codable, Hashable, Sendable {
  /// The bearer token; ends with the node, a lock or the idle time.
  package var token: String
  /// Whose session it is.
  package var user: String
  /// The desks that are open.
  package var desks: [String]
  /// After this much idle time the session ends.
  package var expiresInSeconds: UInt32

  /// Gathers the parts.
  package init(token: String, user: String, desks: [String], expiresInSeconds: UInt32) {
    self.token = token
    self.user = user
    self.desks = desks
    self.expiresInSeconds = expiresInSeconds
  }
}

/// Asks for a desk, with keys for this and the next two epochs.
package struct DeskAdd: Codable, Hashable, Sendable {
  /// Its name, unique in the agency.
  package var name: String
  /// The field groups it may open.
  package var groups: [String]
  /// The users who will be able to unlock it; at least two, or one and a paper key.
  package var holders: [String]
  /// Whether to make a paper key.
  package var paper: Bool

  /// Gathers the parts.
  package init(name: String, groups: [String], holders: [String], paper: Bool = false) {
    self.name = name
    self.groups = groups
    self.holders = holders
    self.paper = paper
  }

  private enum CodingKeys: String, CodingKey {
    case name, groups, holders, paper
  }

  package init(from decoder: any Decoder) throws {
    let fields = try decoder.onlyFields(CodingKeys.self)
    name = try fields.decode(String.self, forKey: .name)
    groups = try fields.decode([String].self, forKey: .groups)
    holders = try fields.decode([String].self, forKey: .holders)
    paper = try fields.decodeIfPresent(Bool.self, forKey: .paper) ?? false
  }
}

/// A desk that was made; peers know of it once the next card is signed.
package struct DeskAdded: Codable, Hashable, Sendable {
  /// Its name.
  package var desk: String
  /// The ids of its keys, lower hex, in the order of their epochs.
  package var keyIDs: [String]
  /// The paper key, shown this once: print it, seal it, put it away.
  package var paperKey: String?

  /// Gathers the parts.
  package init(desk: String, keyIDs: [String], paperKey: String? = nil) {
    self.desk = desk
    self.keyIDs = keyIDs
    self.paperKey = paperKey
  }
}

/// The answer where there is nothing to say.
package struct Done: Codable, Hashable, Sendable {
  /// Gathers the parts.
  package init() {}
}
