/// Every key of an event's parts, in byte order of their names.
///
/// Source: `Protocol/registries/event-types.md`.
public enum EventKey: UInt8, CaseIterable, Sendable {
  /// Who acted: a pseudonym of a user of this node.
  case actor
  /// The second person of a two-person act.
  case actor2
  /// When the last backup that holds the erased will be gone, Unix ms.
  case backupsUntil
  /// On what a disclosure rests: consent, an exception, onward or reply.
  case basis
  /// The index of the event that this one follows from.
  case cause
  /// An error code.
  case code
  /// How many times.
  case count
  /// The desk that acted.
  case desk
  /// SHA-256 of what shows the consent.
  case evidence
  /// Until when a message may be accepted, Unix ms.
  case expires
  /// Start of a span, Unix ms.
  case from
  /// The index of a grant.
  case grant
  /// The log of that grant.
  case grantLog
  /// Field groups.
  case groups
  /// The index of this event.
  case index
  /// The kind of a message or act.
  case kind
  /// The log of this event.
  case log
  /// An envelope id, or the SHA-256 of a text.
  case message
  /// The log that went before.
  case oldLog
  /// Whether onward sharing is allowed, 0 or 1.
  case onward
  /// How it ended.
  case outcome
  /// The other agency.
  case peer
  /// Whether the event is about a person, 0 or 1.
  case person
  /// SHA-256 of the policy.
  case policy
  /// The coarse purpose.
  case purpose
  /// SHA-256 of register version 1.
  case realm
  /// The class of a receiver outside the network.
  case receiver
  /// The message that this one refers to.
  case ref
  /// SHA-256 of the register.
  case register
  /// The index of the grant that this one renews.
  case renews
  /// A tree root.
  case root
  /// The number of a message to one recipient.
  case seq
  /// A tree size.
  case size
  /// The case's pseudonym.
  case subject
  /// Ranges of event indices.
  case targets
  /// When, by this node's clock, Unix ms.
  case time
  /// End of a span, Unix ms.
  case to
  /// The type of the event.
  case type
  /// Until when a grant lasts, Unix ms.
  case until

  /// The name in the text.
  public var name: String {
    switch self {
    case .actor: "actor"
    case .actor2: "actor2"
    case .backupsUntil: "backups_until"
    case .basis: "basis"
    case .cause: "cause"
    case .code: "code"
    case .count: "count"
    case .desk: "desk"
    case .evidence: "evidence"
    case .expires: "expires"
    case .from: "from"
    case .grant: "grant"
    case .grantLog: "grant_log"
    case .groups: "groups"
    case .index: "index"
    case .kind: "kind"
    case .log: "log"
    case .message: "message"
    case .oldLog: "old_log"
    case .onward: "onward"
    case .outcome: "outcome"
    case .peer: "peer"
    case .person: "person"
    case .policy: "policy"
    case .purpose: "purpose"
    case .realm: "realm"
    case .receiver: "receiver"
    case .ref: "ref"
    case .register: "register"
    case .renews: "renews"
    case .root: "root"
    case .seq: "seq"
    case .size: "size"
    case .subject: "subject"
    case .targets: "targets"
    case .time: "time"
    case .to: "to"
    case .type: "type"
    case .until: "until"
    }
  }

  /// What its value looks like.
  var grammar: EventGrammar {
    switch self {
    case .backupsUntil, .cause, .count, .expires, .from, .grant, .index, .renews, .seq, .size,
      .time, .to, .until:
      .integer
    case .onward, .person: .flag
    case .message, .policy, .realm, .ref, .register, .root, .evidence: .digest
    case .peer: .agency
    case .log, .grantLog, .oldLog: .log
    case .groups: .codes
    case .targets: .ranges
    case .actor, .actor2, .desk: .local
    case .subject: .pseudonym
    case .type: .type
    case .basis, .code, .kind, .outcome, .purpose, .receiver: .code
    }
  }
}
