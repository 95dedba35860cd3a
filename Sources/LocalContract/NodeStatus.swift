/// What `GET /v1/status` answers; needs no session and holds nothing of a person.
package struct NodeStatus: Codable, Hashable, Sendable {
  /// Whose node this is.
  package var agency: String
  /// SHA-256 of the first register, lower hex.
  package var realm: String
  /// The version of the node's program.
  package var version: String
  /// The node's own log.
  package var log: LogStatus
  /// The newest register held; absent before the first import.
  package var register: RegisterStatus?
  /// The policy in force; absent before the first import.
  package var policy: PolicyStatus?
  /// The node's own card; absent before the first signing.
  package var card: CardStatus?
  /// The desks, ascending by name.
  package var desks: [DeskStatus]
  /// The other members, ascending by id.
  package var peers: [PeerStatus]
  /// Totals by a fixed name, such as `queued`, `inbox` or `overdue`.
  package var counts: [String: UInt64]
  /// Registered codes of what a person should look at.
  package var warnings: [String]
  /// How the node stands in time.
  package var clock: ClockStatus?

  /// Gathers the parts.
  package init(
    agency: String,
    realm: String,
    version: String,
    log: LogStatus,
    register: RegisterStatus? = nil,
    policy: PolicyStatus? = nil,
    card: CardStatus? = nil,
    desks: [DeskStatus],
    peers: [PeerStatus],
    counts: [String: UInt64],
    warnings: [String],
    clock: ClockStatus? = nil
  ) {
    self.agency = agency
    self.realm = realm
    self.version = version
    self.log = log
    self.register = register
    self.policy = policy
    self.card = card
    self.desks = desks
    self.peers = peers
    self.counts = counts
    self.warnings = warnings
    self.clock = clock
  }
}

/// The state of the node's own log.
package struct LogStatus: Codable, Hashable, Sendable {
  /// Its name.
  package var origin: String
  /// Leaves under the newest checkpoint.
  package var size: UInt64
  /// The root of that checkpoint, lower hex.
  package var root: String

  /// Gathers the parts.
  package init(origin: String, size: UInt64, root: String) {
    self.origin = origin
    self.size = size
    self.root = root
  }
}

/// How old the register is.
package struct RegisterStatus: Codable, Hashable, Sendable {
  /// Its number, from 1.
  package var version: UInt32
  /// SHA-256 of its text, lower hex.
  package var sha256: String
  /// Whole days since it came into force.
  package var ageDays: UInt32
  /// When every node begins to warn, Unix ms.
  package var expiresMs: UInt64
  /// `current`, `warning` or `stale`.
  package var standing: String

  /// Gathers the parts.
  package init(
    version: UInt32,
    sha256: String,
    ageDays: UInt32,
    expiresMs: UInt64,
    standing: String
  ) {
    self.version = version
    self.sha256 = sha256
    self.ageDays = ageDays
    self.expiresMs = expiresMs
    self.standing = standing
  }
}

/// Which policy is in force.
package struct PolicyStatus: Codable, Hashable, Sendable {
  /// Its name.
  package var name: String
  /// Its number, from 1.
  package var version: UInt32
  /// SHA-256 of its file, lower hex.
  package var sha256: String

  /// Gathers the parts.
  package init(name: String, version: UInt32, sha256: String) {
    self.name = name
    self.version = version
    self.sha256 = sha256
  }
}

/// Which card is in force.
package struct CardStatus: Codable, Hashable, Sendable {
  /// Its number, from 1.
  package var serial: UInt64
  /// SHA-256 of its text, lower hex.
  package var sha256: String
  /// Until when it is current, Unix ms.
  package var expiresMs: UInt64

  /// Gathers the parts.
  package init(serial: UInt64, sha256: String, expiresMs: UInt64) {
    self.serial = serial
    self.sha256 = sha256
    self.expiresMs = expiresMs
  }
}

/// A desk of this node.
package struct DeskStatus: Codable, Hashable, Sendable {
  /// Its name.
  package var name: String
  /// The field groups it may open.
  package var groups: [String]
  /// Whether a session has it open now.
  package var unlocked: Bool
  /// The users who can unlock it.
  package var holders: [String]
  /// Whether a sealed paper key exists.
  package var paper: Bool

  /// Gathers the parts.
  package init(name: String, groups: [String], unlocked: Bool, holders: [String], paper: Bool) {
    self.name = name
    self.groups = groups
    self.unlocked = unlocked
    self.holders = holders
    self.paper = paper
  }
}

/// Another member, as this node sees it.
package struct PeerStatus: Codable, Hashable, Sendable {
  /// Its id.
  package var agency: String
  /// `active`, `suspended`, `retired`, `unknown` (no card held) or `quarantined`.
  package var state: String
  /// Since when something for it cannot be delivered, Unix ms.
  package var heldUpSinceMs: UInt64?
  /// The registered code of why.
  package var heldUpBecause: String?
  /// Messages waiting for it.
  package var queued: UInt64
  /// When it was last heard from, Unix ms.
  package var lastHeardMs: UInt64?

  /// Gathers the parts.
  package init(
    agency: String,
    state: String,
    heldUpSinceMs: UInt64? = nil,
    heldUpBecause: String? = nil,
    queued: UInt64,
    lastHeardMs: UInt64? = nil
  ) {
    self.agency = agency
    self.state = state
    self.heldUpSinceMs = heldUpSinceMs
    self.heldUpBecause = heldUpBecause
    self.queued = queued
    self.lastHeardMs = lastHeardMs
  }
}
