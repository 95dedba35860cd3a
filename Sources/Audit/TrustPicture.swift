internal import CanonicalBytes
internal import ReferralModel
internal import Sealing
internal import TransparencyLog
internal import Trust

/// Registers, cards and policies of a bundle, checked: whose key is whose.
struct TrustPicture {
  /// Why a statement ends the reading.
  struct Refusal: Error {
    let code: FindingCode
    let details: [String]
  }

  /// A witness key of some card.
  struct WitnessKey {
    let key: NoteKey
    let agency: String
    let sector: String
  }

  private(set) var chain: RegisterChain?
  private var cards: [AgencyID: Card] = [:]
  private var lastCard: (agency: AgencyID, serial: UInt64)?
  private var lastSuspension: (fromMs: UInt64, agency: AgencyID)?
  private var lastPolicy: Digest32?
  private(set) var policies: Set<Digest32> = []
  private var policyRules: [Digest32: AuditPolicy] = [:]
  private(set) var witnesses: [WitnessKey] = []
  private var logKeys: [String: VerifyingKey] = [:]
  /// How many cosignatures settle, by the newest register's policy.
  var quorum: Quorum { policy?.quorum ?? Quorum(agencies: 1, sectors: 1, f: 1) }
  /// The policy in force by the newest register; `nil` where it is not here or cannot be read.
  private(set) var policy: AuditPolicy?

  /// The realm that the registers found.
  var realm: Digest32? { chain?.realm }
  /// Versions of the register.
  var registerCount: Int { chain?.entries.count ?? 0 }
  /// Agencies with a card.
  var cardCount: Int { cards.count }

  // MARK: Statements, in the order of the bundle

  mutating func addRegister(_ bytes: [UInt8], realm: Digest32) throws(Refusal) {
    let note = try parsed(bytes, "register")
    do throws(TrustFailure) {
      guard var chain else {
        let chain = try RegisterChain(founding: note)
        guard chain.realm == realm else { throw .realmOther }
        self.chain = chain
        return
      }
      guard case .applied = try chain.apply(note) else { throw .registerChain }
      self.chain = chain
    } catch {
      throw refusal(error, "register")
    }
  }

  mutating func addSuspension(_ bytes: [UInt8], realm: Digest32) throws(Refusal) {
    let note = try parsed(bytes, "suspension")
    let suspension: Suspension
    do throws(TrustFailure) {
      suspension = try Suspension(text: Array(note.text.utf8))
      guard suspension.realm == realm else { throw .realmOther }
    } catch {
      throw refusal(error, "suspension")
    }
    if let last = lastSuspension,
      (last.fromMs, last.agency) >= (suspension.fromMs, suspension.agency)
    {
      throw Refusal(code: .bundleMalformed, details: ["suspension"])
    }
    lastSuspension = (suspension.fromMs, suspension.agency)
    // REG-020: by the register it names, or a later one.
    guard let chain, let named = chain.entry(sha256: suspension.register) else {
      throw Refusal(code: .cardRefused, details: ["suspension", "register-unknown"])
    }
    let signed = chain.entries.contains { entry in
      entry.register.version >= named.register.version
        && Self.count(note, of: entry.register) >= Int(entry.register.thresholds.suspend)
    }
    guard signed else {
      throw Refusal(code: .cardRefused, details: ["suspension", "signature-missing"])
    }
  }

  mutating func addPolicy(_ bytes: [UInt8]) throws(Refusal) {
    let digest = Hash256.of(bytes)
    if let last = lastPolicy, last >= digest {
      throw Refusal(code: .bundleMalformed, details: ["policy"])
    }
    lastPolicy = digest
    policies.insert(digest)
    // What an event rests on is judged by the policy that it names.
    if let read = try? Policy.parse(bytes) { policyRules[digest] = AuditPolicy(read) }
  }

  mutating func addCard(_ bytes: [UInt8], realm: Digest32) throws(Refusal) {
    let note = try parsed(bytes, "card")
    let card: Card
    do throws(TrustFailure) {
      card = try Card(text: Array(note.text.utf8))
      guard card.realm == realm else { throw .realmOther }
    } catch {
      throw refusal(error, "card")
    }
    if let last = lastCard, (last.agency, last.serial) >= (card.agency, card.serial) {
      throw Refusal(code: .bundleMalformed, details: ["card"])
    }
    lastCard = (card.agency, card.serial)
    try checkSigner(of: card, note)
    // Ascending serials: the last one stands.
    cards[card.agency] = card
    take(card)
  }

  private func checkSigner(of card: Card, _ note: SignedNote) throws(Refusal) {
    // An older card carries the key that an older register gave.
    var keys: [VerifyingKey] = []
    for entry in (chain?.entries ?? []).reversed() {
      guard let key = entry.register.agency(card.agency)?.key, !keys.contains(key) else { continue }
      keys.append(key)
    }
    let signed = keys.contains { key in
      (try? Card.verified(note, agencyKey: key)) != nil
    }
    guard signed else {
      throw Refusal(code: .cardRefused, details: ["card", "signature-missing", card.agency.text])
    }
  }

  private mutating func take(_ card: Card) {
    let agency = card.agency
    for log in card.pastLogs { name(agency, log.number, log.key) }
    name(agency, card.nextLog.number, card.nextLog.key)
    name(agency, card.log.number, card.log.key)
    let sector = chain?.newest.register.agency(agency)?.sector.rawValue ?? ""
    guard let witness = card.witnessID,
      let key = NoteKey(name: witness.text, key: card.witness.key, kind: .cosignature),
      !witnesses.contains(where: { $0.key == key })
    else { return }
    witnesses.append(WitnessKey(key: key, agency: agency.text, sector: sector))
  }

  private mutating func name(_ agency: AgencyID, _ number: UInt32, _ key: VerifyingKey) {
    guard let log = LogID(agency: agency, number: number) else { return }
    logKeys[log.text] = key
  }

  /// Chooses the policy in force, after all policies; `false` when it is not here or not one.
  mutating func choosePolicy() -> Bool {
    policy = chain.flatMap { policyRules[$0.newest.register.policy.sha256] }
    return policy != nil
  }

  // MARK: Look-ups

  /// The key of a log, current, next or past, by the newest card of its agency.
  func logKey(_ log: String) -> VerifyingKey? { logKeys[log] }

  /// What a policy of the bundle says; `nil` where it cannot be read.
  func rules(of policy: Digest32) -> AuditPolicy? { policyRules[policy] }

  /// Whether an agency is in the newest register.
  func isMember(_ agency: String) -> Bool {
    guard let id = AgencyID(agency), let register = chain?.newest.register else { return false }
    return register.agency(id) != nil
  }

  /// Whether the newest register lets an agency keep the statistics.
  func keepsStatistics(_ agency: String) -> Bool {
    guard let id = AgencyID(agency), let known = chain?.newest.register.agency(id) else {
      return false
    }
    return known.roles.contains { $0.text == Policy.statistics }
  }

  /// Whether some version of the register has this hash.
  func hasRegister(_ digest: Digest32) -> Bool { chain?.entry(sha256: digest) != nil }

  // MARK: Helpers

  private func parsed(_ bytes: [UInt8], _ word: String) throws(Refusal) -> SignedNote {
    do throws(NoteFailure) {
      return try SignedNote(parsing: bytes)
    } catch {
      throw Refusal(
        code: word == "register" ? .registerRefused : .cardRefused,
        details: [word, "malformed"]
      )
    }
  }

  private func refusal(_ failure: TrustFailure, _ word: String) -> Refusal {
    Refusal(
      code: word == "register" ? .registerRefused : .cardRefused,
      details: [word, failure.rawValue]
    )
  }

  private static func count(_ note: SignedNote, of register: Register) -> Int {
    var keys: Set<VerifyingKey> = []
    for commissioner in register.commissioners {
      guard let key = NoteKey(name: commissioner.signerName, key: commissioner.key),
        note.isSigned(by: key)
      else { continue }
      keys.insert(commissioner.key)
    }
    return keys.count
  }
}
