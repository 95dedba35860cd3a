internal import CanonicalBytes
internal import ReferralModel
internal import TransparencyLog

/// An opening whose event has been read, which is half of checking it (step 8); the other half is
/// ``isIncluded(size:root:)`` (step 11).
struct OpenedEvent {
  let event: LogEvent
  let opening: EventOpening

  /// Reads the event; `nil` for what is not canonical or has keys other than those of its type.
  init?(_ opening: EventOpening) {
    guard let event = try? LogEvent(parsing: opening.event) else { return nil }
    self.event = event
    self.opening = opening
  }

  /// Whether the event stands at the index it names.
  func isIncluded(size: UInt64, root: Digest32) -> Bool {
    MerkleProof.verifyInclusion(
      leafHash: opening.leafHash,
      index: event.index,
      size: size,
      path: opening.path,
      root: root
    )
  }
}

/// What a disclose or notify event says, as values of the domain.
struct Claims {
  let realm: Digest32
  let peer: AgencyID
  let message: Digest32
  let kind: MessageKind
  let seq: UInt64
  let expiresMs: UInt64
  let ref: Digest32?
  let groups: [FieldGroup]
  let grant: CheckedItem.GrantName?
  let body: CheckedItem.Body

  /// - Throws: ``ItemCode/notLogged`` for another type, and for a value outside its grammar.
  init(_ event: LogEvent) throws(ItemCode) {
    let isDisclosure = event.type == .disclose
    guard isDisclosure || event.type == .notify,
      let peer = event.string(.peer).flatMap({ AgencyID($0) }),
      let message = event.digest(.message),
      let kind = event.string(.kind).flatMap({ MessageKind(rawValue: $0) }),
      kind.isDisclosure == isDisclosure, let seq = event.integer(.seq), seq > 0,
      let expiresMs = event.integer(.expires)
    else { throw .notLogged }
    realm = event.realm
    (self.peer, self.message, self.kind) = (peer, message, kind)
    (self.seq, self.expiresMs) = (seq, expiresMs)
    ref = event.digest(.ref)
    // Written or not, a reference is one (the codec has checked which keys there are).
    guard ref != nil || event.string(.ref) == nil else { throw .notLogged }
    grant = try Self.grant(event)
    if isDisclosure {
      let disclosure = try Self.disclosure(event, grant)
      groups = disclosure.groups
      body = .disclosure(disclosure)
    } else {
      groups = []
      body = .notification(try Self.notification(event, kind, grant))
    }
  }

  private static func grant(_ event: LogEvent) throws(ItemCode) -> CheckedItem.GrantName? {
    switch (event.string(.grantLog), event.integer(.grant)) {
    case (nil, nil): return nil
    case (let name?, let index?):
      guard let log = LogID(name) else { throw .notLogged }
      return CheckedItem.GrantName(log: log, index: index)
    default: throw .notLogged
    }
  }

  private static func disclosure(
    _ event: LogEvent,
    _ grant: CheckedItem.GrantName?
  ) throws(ItemCode) -> CheckedItem.Disclosure {
    guard let basis = event.string(.basis).flatMap({ Basis(rawValue: $0) }),
      let purpose = event.string(.purpose).flatMap({ Purpose($0) }),
      let groups = event.fieldGroups, let policy = event.digest(.policy),
      let register = event.digest(.register)
    else { throw .notLogged }
    return CheckedItem.Disclosure(
      basis: basis,
      purpose: purpose,
      groups: groups,
      policy: policy,
      register: register,
      grant: grant
    )
  }

  private static func notification(
    _ event: LogEvent,
    _ kind: MessageKind,
    _ grant: CheckedItem.GrantName?
  ) throws(ItemCode) -> CheckedItem.Notification {
    let outcome = event.string(.outcome).flatMap { Code($0) }
    let groups = event.strings(.groups) == nil ? [] : event.fieldGroups
    let keptClass = event.string(.code).flatMap { Code($0) }
    let keptBasis = event.string(.basis).flatMap { Code($0) }
    guard outcome != nil || event.string(.outcome) == nil,
      keptClass != nil || event.string(.code) == nil,
      keptBasis != nil || event.string(.basis) == nil,
      (kind == .withdraw) == (grant != nil), let groups
    else { throw .notLogged }
    return CheckedItem.Notification(
      outcome: outcome,
      withdrawn: grant,
      untilMs: event.integer(.until),
      groups: groups,
      keptClass: keptClass,
      keptBasis: keptBasis,
      onwardCount: event.integer(.count),
      backupsUntilMs: event.integer(.backupsUntil)
    )
  }
}

extension CheckedItem.GrantProof {
  /// Reads a grant event; `nil` for another type, another realm, or values outside their grammar.
  init?(_ opened: OpenedEvent, realm: Digest32, log: LogID) {
    let event = opened.event
    guard event.type == .grant, event.realm == realm,
      let peer = event.string(.peer).flatMap({ AgencyID($0) }),
      let purpose = event.string(.purpose).flatMap({ Purpose($0) }),
      let basis = event.string(.basis).flatMap({ Basis(rawValue: $0) }),
      let groups = event.fieldGroups, let until = event.integer(.until),
      let onward = event.integer(.onward)
    else { return nil }
    self.init(
      event: event,
      opening: opened.opening,
      facts: GrantFacts(
        log: log,
        index: event.index,
        peer: peer,
        purpose: purpose,
        groups: groups,
        basis: basis,
        untilMs: until,
        mayGoOnward: onward == 1
      ),
      renews: event.integer(.renews)
    )
  }
}

extension LogEvent {
  /// The groups as values of the domain; `nil` where a word is not one.
  fileprivate var fieldGroups: [FieldGroup]? {
    guard let words = strings(.groups) else { return nil }
    let groups = words.compactMap { FieldGroup($0) }
    return groups.count == words.count ? groups : nil
  }
}
