/// The types of events that a log holds.
///
/// Source: PROTOCOL §2; `Protocol/registries/event-types.md`.
public enum EventType: String, CaseIterable, Sendable {
  /// One leg of a consent, or of a lawful exception.
  case grant
  /// A sealed message leaves for a peer.
  case disclose
  /// A message without content leaves for a peer.
  case notify
  /// Something was said by telephone.
  case verbal
  /// Something was handed to a receiver outside the network.
  case outside
  /// A message of a peer was stored.
  case receive
  /// A message of a peer was refused.
  case refuse
  /// A grant ends.
  case withdraw
  /// A logged message was never sent; its number stays free of content.
  case cancel
  /// Content was destroyed.
  case erase
  /// A new card of this agency.
  case card
  /// A new link of this agency.
  case link
  /// A register was taken into use.
  case register
  /// A policy was taken into use.
  case policy
  /// Leaf 0 of every log but the first: which log it continues.
  case succeed
  /// A person said no.
  case consentRefused = "consent-refused"
  /// A desk opened sealed content.
  case open
  /// A desk printed content.
  case print
  /// Content or records were exported.
  case export
  /// A desk was unlocked, or the attempt failed.
  case unlock
  /// Something ran out.
  case expire
  /// The node came back from a backup.
  case restore
  /// Proof of a peer's contradiction is held.
  case evidence
  /// A count of refusals that made no event of their own.
  case refusals
  /// Nothing, so that growth tells nothing.
  case pad

  private static let names = allCases.map { (EventNames.pack($0.rawValue.utf8), $0) }

  init?(bytes: ArraySlice<UInt8>) {
    guard bytes.count <= 16 else { return nil }
    let name = EventNames.pack(bytes)
    for (known, type) in Self.names where known == name {
      self = type
      return
    }
    return nil
  }
}

/// A set of keys.
struct EventKeys: OptionSet {
  let rawValue: UInt64

  init(rawValue: UInt64) { self.rawValue = rawValue }

  init(_ keys: EventKey...) { rawValue = keys.reduce(0) { $0 | 1 << UInt64($1.rawValue) } }

  init(key: EventKey) { rawValue = 1 << UInt64(key.rawValue) }

  /// The first key in byte order.
  var first: EventKey? {
    EventKey(rawValue: UInt8(truncatingIfNeeded: rawValue.trailingZeroBitCount))
  }
}

/// Which keys a part must and may have.
struct EventSchema {
  let required: EventKeys
  let optional: EventKeys

  init(_ required: EventKeys, optional: EventKeys = []) {
    self.required = required
    self.optional = optional
  }

  static let staff = EventSchema(
    EventKeys(.person, .time),
    optional: EventKeys(.actor, .actor2, .cause, .desk)
  )
  static let personal = EventSchema(EventKeys(.subject), optional: EventKeys(.evidence))
  static let empty = EventSchema([])

  /// What every peer part has.
  private static let common = EventKeys(.index, .log, .realm, .type)
  private static let scope = EventKeys(.basis, .groups, .policy, .purpose, .register)
  private static let grantName = EventKeys(.grant, .grantLog)
  private static let notification = EventKeys(.expires, .kind, .message, .peer, .seq)

  /// The schema of a peer part.
  ///
  /// - Parameters:
  ///   - type: The type.
  ///   - isReply: A disclosure whose basis is `reply`.
  ///   - isOffer: A disclosure of kind `offer`.
  ///   - isWithdrawal: A notification of kind `withdraw`.
  ///   - isErasure: A notification of kind `erased`.
  /// - Returns: The exact keys.
  static func event(
    _ type: EventType,
    isReply: Bool,
    isOffer: Bool,
    isWithdrawal: Bool,
    isErasure: Bool = false
  ) -> EventSchema {
    let (required, optional) =
      type == .notify
      ? notification(isWithdrawal: isWithdrawal, isErasure: isErasure)
      : further(type, isReply: isReply, isOffer: isOffer)
    return EventSchema(common.union(required), optional: optional)
  }

  /// What a notification has beside the common keys: a withdrawal names its grant, and the first
  /// withdrawal where it was passed on; an erasure receipt says what is kept.
  private static func notification(
    isWithdrawal: Bool,
    isErasure: Bool
  ) -> (EventKeys, EventKeys) {
    if isWithdrawal {
      return (
        notification.union(grantName).union(EventKeys(.until)), EventKeys(.groups, .outcome, .ref)
      )
    }
    return (
      notification.union(EventKeys(.ref)),
      isErasure
        ? EventKeys(.backupsUntil, .code, .count, .groups, .outcome, .until) : EventKeys(.outcome)
    )
  }

  private static func further(
    _ type: EventType,
    isReply: Bool,
    isOffer: Bool
  ) -> (EventKeys, EventKeys) {
    switch type {
    case .grant: (scope.union(EventKeys(.onward, .peer, .until)), EventKeys(.renews))
    case .disclose:
      (
        scope.union(notification).union(isReply ? [] : grantName)
          .union(isOffer ? [] : EventKeys(.ref)), []
      )
    case .notify: notification(isWithdrawal: false, isErasure: false)
    case .verbal: (scope.union(EventKeys(.peer)), EventKeys(.grant))
    case .outside: (scope.union(EventKeys(.receiver)), EventKeys(.grant))
    case .receive, .refuse: (EventKeys(.message, .outcome, .peer), [])
    case .withdraw: (grantName.union(EventKeys(.until)), EventKeys(.groups))
    case .cancel: (EventKeys(.message, .peer, .seq), [])
    case .erase: (EventKeys(.backupsUntil, .cause, .targets), [])
    case .card, .link, .register, .policy: (EventKeys(.message), [])
    case .succeed: (EventKeys(.oldLog, .root, .size), [])
    case .consentRefused:
      (EventKeys(.groups, .policy, .purpose, .register), EventKeys(.peer))
    case .open, .print: (EventKeys(.groups), EventKeys(.message))
    case .export: (EventKeys(.kind), EventKeys(.groups, .message))
    case .unlock: (EventKeys(.outcome), [])
    case .expire: (EventKeys(.kind), EventKeys(.grant, .grantLog, .message))
    case .restore: (EventKeys(.kind), EventKeys(.size))
    case .evidence: (EventKeys(.kind, .message, .peer), [])
    case .refusals: (EventKeys(.code, .count, .from, .to), EventKeys(.peer))
    case .pad: ([], [])
    }
  }
}
