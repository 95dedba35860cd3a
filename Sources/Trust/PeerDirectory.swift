public import CanonicalBytes
public import ReferralModel
internal import Sealing
public import TransparencyLog

/// Everything a node knows of the members: the newest register, suspensions, cards, links and pins.
///
/// A value: the node keeps one, applies notes to a copy, stores them, and puts the copy in its place.
/// Notes are parsed once; what an exchange asks for is one look into a dictionary. After a restart the
/// stored notes are applied again in the order in which they came, each with the time it was seen.
/// Source: PROTOCOL §3 steps 2 to 5 and §6.
public struct PeerDirectory: Sendable {
  /// All register versions.
  public internal(set) var registers: RegisterChain
  var cards: [AgencyID: HeldCard] = [:]
  var links: [AgencyID: HeldLink] = [:]
  var suspensions: [AgencyID: [HeldSuspension]] = [:]
  var logs: [LogID: LogAuthority] = [:]
  var deskKeys: [Digest32: DeskKeyOwner] = [:]
  /// Every Ed25519 key of the cards, with the one name it may have.
  var keyNames: [VerifyingKey: String] = [:]
  var pins = PinTable()
  /// The keys that a person has still to confirm.
  var unconfirmed: Set<AgencyID> = []

  struct HeldSuspension: Sendable {
    let suspension: Suspension
    let note: SignedNote
    let sha256: Digest32
  }

  /// Starts with version 1 of the register, whose hash a person has compared.
  ///
  /// - Throws: ``TrustFailure``.
  public init(founding note: SignedNote) throws(TrustFailure) {
    registers = try RegisterChain(founding: note)
  }

  /// The realm.
  public var realm: Digest32 { registers.realm }
  /// The newest register.
  public var register: Register { registers.newest.register }
  /// The policy in force, by the newest register.
  public var policy: Register.PolicyReference { register.policy }

  /// The register entry of a member.
  public func agency(_ id: AgencyID) -> Agency? { register.agency(id) }

  /// The newest card of an agency.
  public func card(of id: AgencyID) -> HeldCard? { cards[id] }

  /// The newest link of an agency.
  public func link(of id: AgencyID) -> HeldLink? { links[id] }

  /// Agencies whose changed key a person has to confirm, ascending.
  public var awaitingConfirmation: [AgencyID] { unconfirmed.sorted() }

  /// The suspensions that hold or will hold at a time, Unix ms: what is handed on to peers (REG-025).
  public func suspensionNotes(atMs timeMs: UInt64) -> [SignedNote] {
    suspensions.sorted { $0.key < $1.key }.flatMap(\.value)
      .filter { timeMs < $0.suspension.untilMs }.map(\.note)
  }
}

// MARK: - Lookups of an exchange

extension PeerDirectory {
  /// Whose certificate this is.
  ///
  /// It is listed by exactly one agency, in a link not more than 30 days past its time. After that its
  /// owner says hello again (attack B16).
  ///
  /// - Throws: ``TrustFailure/unpinned``.
  public func agency(
    forCertificateDER der: [UInt8],
    atMs timeMs: UInt64
  ) throws(TrustFailure) -> AgencyID {
    guard der.count <= NodeCertificate.limitBytes, let owner = pins.owner(of: Hash256.of(der)),
      let link = links[owner], timeMs <= link.currentUntilMs + TrustLimits.graceMs
    else { throw .unpinned }
    return owner
  }

  /// Where an agency stands at a time, Unix ms.
  public func standing(of id: AgencyID, atMs timeMs: UInt64) -> AgencyStanding {
    guard let entry = agency(id) else { return .unknown }
    switch entry.status {
    case .retired: return .retired
    case .suspended: return .suspended(untilMs: nil)
    case .active: break
    }
    let until = (suspensions[id] ?? []).filter { $0.suspension.covers(timeMs) }
      .map(\.suspension.untilMs).max()
    return until.map { .suspended(untilMs: $0) } ?? .active
  }

  /// Whether an agency may exchange at a time, Unix ms; otherwise only withdrawals and erasure
  /// receipts pass, and only freeze.
  public func isActive(_ id: AgencyID, atMs timeMs: UInt64) -> Bool {
    standing(of: id, atMs: timeMs) == .active
  }

  /// Who may speak for an origin.
  public func logAuthority(_ log: LogID) -> LogAuthority? { logs[log] }

  /// Who may speak for an origin as it stands on a checkpoint.
  public func logAuthority(origin: String) -> LogAuthority? {
    LogID(origin).flatMap { logs[$0] }
  }

  /// The log an agency writes now.
  public func currentLog(of id: AgencyID) -> LogAuthority? {
    cards[id]?.card.logID.flatMap { logs[$0] }.flatMap { authority in
      if authority.standing == .current { return authority }
      return cards[id]?.card.nextLogID.flatMap { logs[$0] }
    }
  }

  /// Whose desk key this is; also keys of earlier cards, while they can still be opened.
  public func deskKey(_ keyID: Digest32) -> DeskKeyOwner? { deskKeys[keyID] }

  /// The witness key of an agency that is still a member.
  public func witness(of id: AgencyID) -> WitnessAuthority? {
    guard let entry = agency(id), entry.status != .retired, !unconfirmed.contains(id),
      let card = cards[id]?.card, let witness = card.witnessID
    else { return nil }
    return WitnessAuthority(
      agency: id,
      witness: witness,
      key: card.witness.key,
      sector: entry.sector
    )
  }

  /// The witness keys of all members, ascending by agency: distinct agencies, distinct keys (K6).
  public var witnesses: [WitnessAuthority] {
    cards.keys.sorted().compactMap { witness(of: $0) }
  }

  /// What there is to seal to at an agency, at a time, Unix ms (R7).
  ///
  /// - Throws: ``TrustFailure/agencyUnknown``, ``TrustFailure/member`` while it may not exchange,
  ///   ``TrustFailure/needsConfirmation``, ``TrustFailure/cardUnknown`` without a card,
  ///   ``TrustFailure/expired`` more than 30 days past the card's or link's time.
  public func sealing(
    to id: AgencyID,
    atMs timeMs: UInt64
  ) throws(TrustFailure) -> SealingOffer {
    switch standing(of: id, atMs: timeMs) {
    case .unknown: throw .agencyUnknown
    case .suspended, .retired: throw .member
    case .active: break
    }
    guard !unconfirmed.contains(id) else { throw .needsConfirmation }
    guard let held = cards[id] else { throw .cardUnknown }
    let until = min(held.currentUntilMs, links[id]?.currentUntilMs ?? .max)
    guard timeMs <= until || timeMs - until <= TrustLimits.graceMs else { throw .expired }
    let keys = held.card.sealingKeys(atMs: timeMs)
    return SealingOffer(keys: keys, isLate: timeMs > until || keys.contains(where: \.isLate))
  }
}
