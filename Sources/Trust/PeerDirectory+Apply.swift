public import CanonicalBytes
public import ReferralModel
public import Sealing
public import TransparencyLog

extension PeerDirectory {
  /// Most desk keys kept for one agency; the ones that ended first go.
  static let deskKeyLimit = 1_024
  /// Most suspensions kept for one agency.
  static let suspensionLimit = 64

  /// Takes a note if it verifies and is newer than what is held (PROTOCOL §3 step 3).
  ///
  /// - Parameters:
  ///   - note: A register, suspension, card or link, whoever brought it.
  ///   - timeMs: When it was first seen, Unix ms; a restart passes the stored time.
  /// - Returns: What became of it.
  public mutating func apply(_ note: SignedNote, atMs timeMs: UInt64) -> NoteOutcome {
    do throws(TrustFailure) {
      let (type, object) = try NoteFields.statement(NoteSigners.text(note))
      switch type {
      case .register: return try applyRegister(note)
      case .suspension: return try applySuspension(Suspension(object: object), note)
      case .card: return try applyCard(Card(object: object), note, timeMs)
      case .link: return try applyLink(Link(object: object), note, timeMs)
      }
    } catch {
      return .refused(error)
    }
  }

  /// A person has compared the fingerprint of an agency's changed key.
  ///
  /// - Throws: ``TrustFailure/agencyUnknown``; ``TrustFailure/key`` if the register has another key.
  public mutating func confirmKey(
    of id: AgencyID,
    key: VerifyingKey
  ) throws(TrustFailure) {
    guard let entry = agency(id) else { throw .agencyUnknown }
    guard entry.key == key else { throw .key }
    unconfirmed.remove(id)
  }

  /// An agency's next log has begun, and the old one is closed at a size and root (R6).
  ///
  /// To be called when its `succeed` was seen under the key authorised for it, and again after a
  /// restart.
  ///
  /// - Throws: ``TrustFailure/cardUnknown``; ``TrustFailure/cardChain`` if it has succeeded already.
  public mutating func adoptNextLog(
    of id: AgencyID,
    closedSize: UInt64,
    root: Digest32
  ) throws(TrustFailure) {
    guard let card = cards[id]?.card, let old = card.logID, let next = card.nextLogID else {
      throw .cardUnknown
    }
    guard logs[old]?.standing == .current else { throw .cardChain }
    logs[old] = LogAuthority(
      agency: id,
      log: old,
      key: card.log.key,
      standing: .past(size: closedSize, root: root)
    )
    logs[next] = LogAuthority(agency: id, log: next, key: card.nextLog.key, standing: .current)
  }

  // MARK: - Register and suspension

  private mutating func applyRegister(_ note: SignedNote) throws(TrustFailure) -> NoteOutcome {
    switch try registers.apply(note) {
    case .same: return .same
    case .conflict(let held):
      return .evidence(NoteEvidence(type: .register, agency: nil, held: held, received: note))
    case .applied(let changed):
      unconfirmed.formUnion(changed)
      let entry = registers.newest
      return .applied(
        .register(
          version: entry.register.version,
          sha256: entry.sha256,
          unconfirmed: changed
        )
      )
    }
  }

  private mutating func applySuspension(
    _ suspension: Suspension,
    _ note: SignedNote
  ) throws(TrustFailure) -> NoteOutcome {
    guard suspension.realm == realm else { throw .realmOther }
    guard let named = registers.entry(sha256: suspension.register) else { throw .registerUnknown }
    guard agency(suspension.agency) != nil else { throw .agencyUnknown }
    let held = suspensions[suspension.agency] ?? []
    let sha256 = note.textHash
    if held.contains(where: { $0.sha256 == sha256 }) { return .same }
    // Again within 30 days needs the members' threshold: nobody is shut out by renewing (B13).
    let isRepeated = held.contains { $0.suspension.isNear(suspension) }
    let isSigned = registers.entries.contains { entry in
      guard entry.register.version >= named.register.version else { return false }
      let thresholds = entry.register.thresholds
      let needed = isRepeated ? max(thresholds.membership, thresholds.suspend) : thresholds.suspend
      return NoteSigners.count(note, of: entry.register) >= needed
    }
    guard isSigned else { throw .signatureMissing }
    let all = held + [HeldSuspension(suspension: suspension, note: note, sha256: sha256)]
    suspensions[suspension.agency] = Array(
      all.sorted { $0.suspension.untilMs < $1.suspension.untilMs }.suffix(Self.suspensionLimit)
    )
    return .applied(.suspension(agency: suspension.agency, sha256: sha256))
  }

  // MARK: - Card

  private mutating func applyCard(
    _ card: Card,
    _ note: SignedNote,
    _ timeMs: UInt64
  ) throws(TrustFailure) -> NoteOutcome {
    guard card.realm == realm else { throw .realmOther }
    guard let entry = agency(card.agency) else { throw .agencyUnknown }
    let sha256 = note.textHash
    let held = cards[card.agency]
    if let held {
      if held.sha256 == sha256 { return .same }
      if card.serial < held.card.serial { return .older }
    }
    guard card.serial >= entry.cardMin else { throw .serialOld }
    guard !unconfirmed.contains(card.agency) else { throw .needsConfirmation }
    try card.checkLines(note, agencyKey: entry.key)
    if let held {
      // The same number twice, or a successor of another text with the number that is held.
      let follows = card.serial == held.card.serial + 1
      if card.serial == held.card.serial || (follows && card.previous != held.sha256) {
        return .evidence(
          NoteEvidence(type: .card, agency: card.agency, held: held.note, received: note)
        )
      }
      try Self.checkChain(card, after: held.card)
    }
    try checkDistinct(card)
    cards[card.agency] = HeldCard(card: card, note: note, sha256: sha256, seenMs: timeMs)
    index(card)
    return .applied(.card(agency: card.agency, serial: card.serial, sha256: sha256))
  }

  /// No log is forgotten, reopened or given another key (R6, CRD-012 to CRD-014).
  private static func checkChain(_ card: Card, after held: Card) throws(TrustFailure) {
    guard card.log.number >= held.log.number, card.witness.number >= held.witness.number else {
      throw .cardChain
    }
    for past in held.pastLogs where !card.pastLogs.contains(past) { throw .cardChain }
    if card.log.number == held.log.number {
      guard card.log.key == held.log.key, card.pastLogs == held.pastLogs else { throw .cardChain }
    } else {
      guard
        card.pastLogs.contains(where: {
          $0.number == held.log.number && $0.key == held.log.key
        })
      else { throw .cardChain }
    }
    if card.witness.number == held.witness.number, card.witness.key != held.witness.key {
      throw .cardChain
    }
  }

  /// Every key stands under one name only, in the register and in all cards (CRD-004).
  ///
  /// Only keys that are proven to be held are compared across agencies: a desk or courier key is
  /// proven by nothing, so copying one into a card must not keep its owner's card out. Their key ids
  /// name agency and desk, so a copy gains nothing.
  private func checkDistinct(_ card: Card) throws(TrustFailure) {
    var inRegister = Set(register.agencies.map(\.key))
    inRegister.formUnion(register.commissioners.map(\.key))
    for (name, key) in card.signingKeys {
      guard !inRegister.contains(key) else { throw .keyNotDistinct }
      if let other = keyNames[key], !other.utf8.elementsEqual(name.utf8) { throw .keyNotDistinct }
    }
  }

  private mutating func index(_ card: Card) {
    for (name, key) in card.signingKeys { keyNames[key] = name }
    for past in card.pastLogs {
      setLog(card, past.number, past.key, .past(size: past.size, root: past.root))
    }
    // A `succeed` seen before outlives a card that does not know of it yet.
    if let log = card.logID, case .past? = logs[log]?.standing {
    } else {
      setLog(card, card.log.number, card.log.key, .current)
      setLog(card, card.nextLog.number, card.nextLog.key, .next)
    }
    for desk in card.desks {
      for key in desk.keys {
        let keyID = DeskKey.keyID(
          agency: card.agency,
          desk: desk.name,
          publicKey: key.publicKey.bytes
        )
        deskKeys[keyID] = DeskKeyOwner(
          agency: card.agency,
          desk: desk.name,
          groups: desk.groups,
          notAfterMs: key.notAfterMs
        )
      }
    }
    tidyDeskKeys(of: card)
  }

  private mutating func setLog(
    _ card: Card,
    _ number: UInt32,
    _ key: VerifyingKey,
    _ standing: LogAuthority.Standing
  ) {
    guard let log = LogID(agency: card.agency, number: number) else { return }
    logs[log] = LogAuthority(agency: card.agency, log: log, key: key, standing: standing)
  }

  /// Gives keys of earlier cards their desk's present groups, and drops the oldest beyond the limit.
  private mutating func tidyDeskKeys(of card: Card) {
    let groups = Dictionary(uniqueKeysWithValues: card.desks.map { ($0.name, $0.groups) })
    var mine = deskKeys.filter { $0.value.agency == card.agency }
      .sorted { $0.value.notAfterMs > $1.value.notAfterMs }
    for (keyID, _) in mine.dropFirst(Self.deskKeyLimit) { deskKeys[keyID] = nil }
    mine = Array(mine.prefix(Self.deskKeyLimit))
    for (keyID, owner) in mine {
      guard let present = groups[owner.desk], present != owner.groups else { continue }
      deskKeys[keyID] = DeskKeyOwner(
        agency: owner.agency,
        desk: owner.desk,
        groups: present,
        notAfterMs: owner.notAfterMs
      )
    }
  }

  // MARK: - Link

  private mutating func applyLink(
    _ link: Link,
    _ note: SignedNote,
    _ timeMs: UInt64
  ) throws(TrustFailure) -> NoteOutcome {
    guard link.realm == realm else { throw .realmOther }
    guard agency(link.agency) != nil else { throw .agencyUnknown }
    guard let card = cards[link.agency] else { throw .cardUnknown }
    let sha256 = note.textHash
    let held = links[link.agency]
    if let held {
      if held.sha256 == sha256 { return .same }
      if link.serial < held.link.serial { return .older }
    }
    guard link.card == card.sha256 else { throw .cardUnknown }
    // The next log's key speaks too: a person has authorised both in the card.
    let logs = [
      (card.card.logName(card.card.log.number), card.card.log.key),
      (card.card.logName(card.card.nextLog.number), card.card.nextLog.key),
    ]
    guard logs.contains(where: { NoteSigners.isSigned(note, name: $0.0, key: $0.1) }) else {
      throw .signatureMissing
    }
    if let held, link.serial == held.link.serial {
      return .evidence(
        NoteEvidence(type: .link, agency: link.agency, held: held.note, received: note)
      )
    }
    links[link.agency] = HeldLink(link: link, note: note, sha256: sha256, seenMs: timeMs)
    pins.set(link.tls.map { Hash256.of($0) }, of: link.agency)
    return .applied(.link(agency: link.agency, serial: link.serial, sha256: sha256))
  }
}
