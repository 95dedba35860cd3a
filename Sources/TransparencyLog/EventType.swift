/// The types of events that a log holds.
///
/// Source: PROTOCOL §2; `Protocol/registries/event-types.md`.
public enum EventType: String, CaseIterable, Sendable {
  /// One leg of a consent, or of a lawful exception.
  case grant
  /// The second person of an exception, who may follow.
  case countersign
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
  /// A desk key was made, or its private half destroyed.
  case deskKey = "desk-key"
  /// Something ran out.
  case expire
  /// The node came back from a backup.
  case restore
  /// Proof of a peer's contradiction is held.
  case evidence
  /// A count of refusals that made no event of their own.
  case refusals
  /// Somebody who did not grant it has looked at an exception, or at a late record.
  case review
  /// A state of consent that is no grant, refusal or withdrawal.
  case consent
  /// Nothing, so that growth tells nothing.
  case pad

  private static let names = allCases.map { (EventNames.pack(Array($0.rawValue.utf8).span), $0) }

  /// The type of a name; `nil` if it is not registered.
  init?(_ name: Span<UInt8>) {
    guard name.count <= 16 else { return nil }
    let name = EventNames.pack(name)
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
  let allowed: EventKeys

  init(_ required: EventKeys, optional: EventKeys = []) {
    self.required = required
    allowed = required.union(optional)
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
  /// What an erasure receipt says of what is kept, and of whom it was passed on to (WDR-022).
  private static let kept = EventKeys(.backupsUntil, .count, .groups, .until)

  private static let grant = peer(
    scope.union(EventKeys(.onward, .peer, .until)),
    optional: EventKeys(.renews)
  )
  private static let reply = peer(scope.union(notification).union(EventKeys(.ref)))
  /// A note about nobody, or a contradiction that is told after its keys: no grant and no ref.
  private static let replyOffer = peer(scope.union(notification))
  private static let offer = peer(scope.union(notification).union(grantName))
  private static let further = peer(
    scope.union(notification).union(grantName).union(EventKeys(.ref))
  )
  private static let notify = peer(
    notification.union(EventKeys(.ref)),
    optional: EventKeys(.outcome)
  )
  private static let notifyWithdraw = peer(
    notification.union(grantName).union(EventKeys(.until)),
    optional: EventKeys(.groups, .outcome, .ref)
  )
  private static let notifyErased = peer(
    notification.union(EventKeys(.ref)),
    optional: kept.union(EventKeys(.basis, .code, .outcome))
  )
  /// With the day on which a place is expected (REF-038).
  private static let notifyWaitlist = peer(
    notification.union(EventKeys(.ref)),
    optional: EventKeys(.outcome, .until)
  )
  private static let countersign = peer(EventKeys(.grant))
  private static let deskKey = peer(EventKeys(.message, .outcome))
  private static let verbal = peer(
    scope.union(EventKeys(.peer)),
    optional: EventKeys(.from, .grant)
  )
  private static let outside = peer(
    scope.union(EventKeys(.receiver)),
    optional: EventKeys(.from, .grant)
  )
  private static let answer = peer(EventKeys(.message, .outcome, .peer))
  private static let withdraw = peer(
    grantName.union(EventKeys(.until)),
    optional: EventKeys(.groups)
  )
  private static let cancel = peer(EventKeys(.message, .peer, .seq))
  private static let erase = peer(EventKeys(.backupsUntil, .cause, .targets))
  private static let statement = peer(EventKeys(.message))
  private static let succeed = peer(EventKeys(.oldLog, .root, .size))
  private static let consentRefused = peer(
    EventKeys(.groups, .policy, .purpose, .register),
    optional: EventKeys(.peer)
  )
  private static let look = peer(EventKeys(.groups), optional: EventKeys(.message))
  private static let export = peer(EventKeys(.kind), optional: EventKeys(.groups, .message))
  private static let unlock = peer(EventKeys(.outcome))
  private static let expire = peer(
    EventKeys(.kind),
    optional: EventKeys(.code, .grant, .grantLog, .message)
  )
  private static let restore = peer(EventKeys(.kind), optional: EventKeys(.size))
  private static let evidence = peer(EventKeys(.kind, .message, .peer))
  private static let refusals = peer(
    EventKeys(.code, .count, .from, .to),
    optional: EventKeys(.peer)
  )
  private static let review = peer(EventKeys(.outcome), optional: EventKeys(.grant))
  private static let consent = peer(
    EventKeys(.outcome, .policy, .purpose, .register),
    optional: EventKeys(.grant, .grantLog, .peer)
  )
  private static let pad = peer([])

  private static func peer(_ required: EventKeys, optional: EventKeys = []) -> EventSchema {
    EventSchema(common.union(required), optional: optional)
  }

  /// The schema of a peer part: by its type, and for some types by its basis or kind.
  static func event(_ type: EventType, _ fields: EventFields) -> EventSchema {
    switch type {
    case .grant: grant
    case .disclose:
      fields.equals(.basis, EventWords.anonymous.span)
        ? replyOffer
        : fields.equals(.basis, EventWords.reply.span)
          ? (fields.equals(.kind, EventWords.offer.span) ? replyOffer : reply)
          : fields.equals(.kind, EventWords.offer.span) ? offer : further
    case .notify:
      fields.equals(.kind, EventWords.withdraw.span)
        ? notifyWithdraw
        : fields.equals(.kind, EventWords.erased.span)
          ? notifyErased : fields.equals(.kind, EventWords.waitlist.span) ? notifyWaitlist : notify
    case .countersign: countersign
    case .deskKey: deskKey
    case .verbal: verbal
    case .outside: outside
    case .receive, .refuse: answer
    case .withdraw: withdraw
    case .cancel: cancel
    case .erase: erase
    case .card, .link, .register, .policy: statement
    case .succeed: succeed
    case .consentRefused: consentRefused
    case .open, .print: look
    case .export: export
    case .unlock: unlock
    case .expire: expire
    case .restore: restore
    case .evidence: evidence
    case .refusals: refusals
    case .review: review
    case .consent: consent
    case .pad: pad
    }
  }
}

/// The words that decide what an event must hold.
enum EventWords {
  static let erased = Array("erased".utf8)
  static let offer = Array("offer".utf8)
  static let reply = Array("reply".utf8)
  static let anonymous = Array("anonymous".utf8)
  static let guardianConsent = Array("guardian-consent".utf8)
  static let tally = Array("tally".utf8)
  static let statistics = Array("statistics".utf8)
  static let withdraw = Array("withdraw".utf8)
  static let waitlist = Array("waitlist".utf8)
}
