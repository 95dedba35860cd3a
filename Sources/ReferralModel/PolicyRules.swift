/// How much harm a leak of a field can do.
///
/// Source: domain §4.
public enum SensitivityClass: String, Sendable, CaseIterable, Comparable {
  /// Public.
  case c0 = "C0"
  /// Operational, no person.
  case c1 = "C1"
  /// Pseudonymous envelope.
  case c2 = "C2"
  /// Identity and contact.
  case c3 = "C3"
  /// Protection data.
  case c4 = "C4"
  /// Threatens a life if leaked.
  case c5 = "C5"

  /// Orders by harm.
  public static func < (left: SensitivityClass, right: SensitivityClass) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// One code of a list, with what people read.
public struct CodeEntry: Hashable, Sendable {
  /// The code.
  public let code: Code
  /// What people read.
  public let labels: Labels
  /// The same thing in other code lists, where the mechanism has confirmed one.
  public let crosswalk: [Crosswalk: String]
}

/// A foreign standard that codes may be matched with.
///
/// Source: domain §2 and §6.5.
public enum Crosswalk: String, Sendable, CaseIterable {
  /// Human Trafficking Case Data Standard.
  case htcds
  /// International Classification of Trafficking in Persons.
  case ictip
  /// Human Services Data Specification.
  case hsds
}

/// A list of codes, such as the reasons to decline.
public struct CodeList: Hashable, Sendable {
  /// The name of the list.
  public let code: Code
  /// What people read above the list.
  public let labels: Labels
  /// The codes, in the order in which people see them.
  public let entries: [CodeEntry]
  /// The codes, for look-ups.
  let members: Set<Code>

  /// Whether its codes are defined elsewhere in the policy, which then names no list of its own.
  var isDerived: Bool { labels.texts.isEmpty }

  /// Whether the list holds a code.
  public func contains(_ code: Code) -> Bool { members.contains(code) }

  init(code: Code, labels: Labels, entries: [CodeEntry]) {
    (self.code, self.labels, self.entries) = (code, labels, entries)
    members = Set(entries.map(\.code))
  }
}

/// How long a grant of a kind may live at most; nothing is open-ended.
///
/// Source: domain §7.2.
public struct TermRule: Hashable, Sendable {
  /// The kind of grant, such as `single` or `plan`.
  public let code: Code
  /// The longest life.
  public let life: Span
  /// What people read.
  public let labels: Labels
}

/// What may be disclosed for one purpose.
public struct PurposeRule: Hashable, Sendable {
  /// The purpose.
  public let code: Purpose
  /// The groups a grant for it may hold, ascending.
  public let groups: [FieldGroup]
  /// Whether a survivor may be asked to allow handing on.
  public let mayGoOnward: Bool
  /// The kinds of grant it allows.
  public let terms: [Code]
  /// The longest life of a grant for it, in milliseconds.
  public let lifeMs: UInt64
  /// What people read.
  public let labels: Labels
  /// The groups, as bits.
  let mask: GroupMask
}

/// A service people are referred to; which one is sealed, only its purpose is not.
public struct ServiceRule: Hashable, Sendable {
  /// The service.
  public let code: Code
  /// The purpose it belongs to.
  public let purpose: Purpose
  /// What people read.
  public let labels: Labels
  /// Timers that differ from the priority's, by priority.
  let timers: [Code: AnswerTimes]

  /// The service's own times for a priority, where it has some.
  public func times(_ priority: Code) -> AnswerTimes? { timers[priority] }
}

/// By when people must answer.
public struct AnswerTimes: Hashable, Sendable {
  /// A person has seen the offer.
  public let acknowledge: Span
  /// The recipient has decided.
  public let decide: Span
  /// The survivor has been contacted.
  public let contact: Span
}

/// The times and duties of one priority.
///
/// Source: domain §5.2.
public struct PriorityRule: Hashable, Sendable {
  /// The priority, such as `urgent`.
  public let code: Code
  /// By when people must answer.
  public let times: AnswerTimes
  /// How long an offer may wait for its recipient's node.
  public let messageLife: Span
  /// When the deputy is told.
  public let deputyAfter: Span
  /// When the sender should try the next provider.
  public let nextProviderAfter: Span
  /// When reminders go out, in percent of the time that is running.
  public let remindPercent: [UInt64]
  /// Whether the recipient's telephone number is shown at once.
  public let telephone: Bool
  /// Whether the Coordinator is told of what is late: an id and a code.
  public let coordinator: Bool
  /// The window within which the legs of a plan leave at random times.
  public let legWindow: Span
  /// What people read.
  public let labels: Labels
}

/// What the mechanism's directory says of one agency.
///
/// Source: domain §6.4.
public struct Office: Hashable, Sendable {
  /// Its working hours, where they are not the policy's.
  public let hours: WorkCalendar?
  /// The telephone that is answered when there is danger now.
  public let telephone: String?
}

/// What a message of one kind may carry.
public struct KindRule: Hashable, Sendable {
  /// The kind.
  public let kind: MessageKind
  /// The longest time from sending to expiry, in milliseconds.
  public let lifeMs: UInt64
  /// The groups it may carry; empty for notices.
  public let groups: [FieldGroup]
  /// The bases it may rest on; empty for notices.
  public let bases: Set<Basis>
  /// The lists one code of which stands in its `outcome`; empty: it has no outcome.
  public let outcomes: [Code]
  /// What people read.
  public let labels: Labels
  /// The groups, as bits.
  let mask: GroupMask
}

/// What one lawful exception allows, and who must stand for it.
///
/// Source: domain §7.4.
public struct ExceptionRule: Hashable, Sendable {
  /// The exception.
  public let basis: Basis
  /// How many different persons must name themselves.
  public let persons: UInt64
  /// How much later the second person may follow; absent: at once.
  public let secondWithin: Span?
  /// How much later than the start of the service the recipient's own consent may follow; absent: not
  /// at all, it comes first.
  public let ownWithin: Span?
  /// The longest life, at most 72 hours.
  public let life: Span
  /// The most it may disclose, ascending.
  public let groups: [FieldGroup]
  /// What it may be used for.
  public let purposes: Set<Purpose>
  /// The roles of the first and the second person; empty: any two persons.
  public let roles: [Code]
  /// What people read.
  public let labels: Labels
  /// The groups, as bits.
  let mask: GroupMask

  /// Whether these persons may use it: each of the two roles is held by another of them.
  ///
  /// - Parameters:
  ///   - first: The roles of who uses it.
  ///   - second: The roles of who stands by it; `nil` while nobody does.
  /// - Returns: Whether they may; with nobody beside, whether somebody could still make it so.
  ///
  /// Source: CNS-047.
  public func admits(first: [Code], second: [Code]?) -> Bool {
    guard roles.count == 2 else {
      return roles.allSatisfy { first.contains($0) || second?.contains($0) ?? true }
    }
    return [(roles[0], roles[1]), (roles[1], roles[0])].contains { mine, other in
      first.contains(mine) && second?.contains(other) ?? true
    }
  }
}

/// The rules of withdrawal.
///
/// Source: PROTOCOL §4.
public struct WithdrawalRule: Hashable, Sendable {
  /// After how long an unconfirmed stop turns into erasure.
  public let holdDown: Span
  /// Above this many withdrawals a day from one log, nodes freeze only and call people.
  public let dailyRate: UInt64
}

/// How logs are witnessed.
///
/// Source: PROTOCOL §5, K2 and K6.
public struct WitnessingRule: Hashable, Sendable {
  /// Distinct agencies that must have cosigned.
  public let quorum: UInt64
  /// Distinct sectors they must come from.
  public let sectors: UInt64
  /// The rhythm of published checkpoints.
  public let heartbeat: Span
  /// Above this age a settled checkpoint is flagged.
  public let settledLimit: Span
}

/// A set of field groups, as bits in the policy's order.
struct GroupMask: Hashable, Sendable {
  var bits: UInt16 = 0

  func isSubset(of other: GroupMask) -> Bool { bits & ~other.bits == 0 }
  func intersection(_ other: GroupMask) -> GroupMask { GroupMask(bits: bits & other.bits) }
  mutating func insert(index: Int) { bits |= 1 << UInt16(index) }
}
