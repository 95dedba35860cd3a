internal import CanonicalBytes
internal import ReferralModel
internal import Sealing
internal import Testing
internal import TransparencyLog
internal import Trust

@Suite struct CardTests {
  private let now = TrustRealm.startMs

  @Test("A card with its four lines is applied, and answers every lookup")
  func applies() throws {
    let realm = try TrustRealm()
    let (directory, card, _) = try realm.directoryWithShelter()
    let shelter = realm.shelter
    let log = try #require(directory.logAuthority(origin: "shelter.example/amonat/log/1"))
    #expect(log.key == shelter.log.publicKey)
    #expect(log.standing == .current)
    #expect(directory.currentLog(of: shelter.id)?.log.number == 1)
    #expect(directory.logAuthority(origin: "shelter.example/amonat/log/2")?.standing == .next)
    #expect(directory.logAuthority(origin: "shelter.example/amonat/log/3") == nil)
    #expect(directory.witness(of: shelter.id)?.key == shelter.witness.publicKey)
    let desk = try #require(DeskName("intake"))
    let keyID = DeskKey.keyID(
      agency: shelter.id,
      desk: desk,
      publicKey: shelter.desk[0].bytes
    )
    let expected = PAE.encode(
      "amonat/v1/desk-key",
      Array("shelter.example".utf8),
      Array("intake".utf8),
      shelter.desk[0].bytes
    )
    #expect(keyID == Hash256.of(expected))
    #expect(directory.deskKey(keyID)?.desk == desk)
    #expect(directory.deskKey(Hash256.of([1])) == nil)
    #expect(directory.card(of: shelter.id)?.sha256 == card.textHash)
  }

  @Test("A card with a desk or courier key that nobody could seal to is refused whole (CRD-017)")
  func unusableKeys() throws {
    let realm = try TrustRealm()
    let shelter = realm.shelter
    let text = String(decoding: try realm.card(shelter).text(), as: UTF8.self)
    for good in [shelter.courier.bytes, shelter.desk[1].bytes] {
      // A coefficient at the modulus, 3,329; and a point of small order.
      var lattice = good
      lattice[0] = 0x01
      lattice[1] = lattice[1] & 0xF0 | 0x0D
      let point = Array(good.prefix(1_184)) + [UInt8](repeating: 0, count: 32)
      for bad in [lattice, point] {
        let broken = text.replacing(Base64.encode(good), with: Base64.encode(bad))
        #expect(broken != text)
        let note = try TrustRealm.signed(
          Array(broken.utf8),
          by: [shelter.agency, shelter.log, shelter.nextLog, shelter.witness]
        )
        var directory = try realm.directory()
        #expect(directory.apply(note, atMs: now).refusal == .key)
        #expect(directory.card(of: shelter.id) == nil)
      }
    }
  }

  @Test("Signing a card with the keys it names gives the note that verifies")
  func signs() throws {
    let realm = try TrustRealm()
    let shelter = realm.shelter
    let card = try realm.card(shelter)
    let note = try card.signed(
      agencyKey: shelter.agency.key,
      logKey: shelter.log.key,
      nextLogKey: shelter.nextLog.key,
      witnessKey: shelter.witness.key
    )
    #expect(
      try Card.verified(note, agencyKey: shelter.agency.publicKey).serial == 1
    )
    #expect(throws: TrustFailure.key) {
      try card.signed(
        agencyKey: shelter.agency.key,
        logKey: shelter.nextLog.key,
        nextLogKey: shelter.nextLog.key,
        witnessKey: shelter.witness.key
      )
    }
  }

  @Test("A5: a card that the agency's key has not signed is refused, whatever the node signs")
  func nodeAlone() throws {
    let realm = try TrustRealm()
    var (directory, first, _) = try realm.directoryWithShelter()
    var card = try realm.card(realm.shelter, serial: 2, previous: first.textHash)
    let desk = card.desks[0]
    card.desks[0] = Desk(
      name: desk.name,
      groups: desk.groups,
      keys: [
        DeskKey(
          fromMs: desk.keys[0].fromMs,
          notAfterMs: desk.keys[0].notAfterMs,
          publicKey: realm.shelter.desk[3]
        )
      ] + desk.keys.dropFirst()
    )
    let thief = Signer(realm.shelter.agency.name)
    let others = [realm.shelter.log, realm.shelter.nextLog, realm.shelter.witness]
    for signers in [others, others + [thief]] {
      let note = try TrustRealm.signed(try card.text(), by: signers)
      #expect(directory.apply(note, atMs: now).refusal == .signatureMissing)
    }
    #expect(directory.card(of: realm.shelter.id)?.sha256 == first.textHash)
  }

  @Test("B2: a card without the line of a log, next-log or witness key is refused")
  func missingLines() throws {
    let realm = try TrustRealm()
    let shelter = realm.shelter
    let all = [shelter.agency, shelter.log, shelter.nextLog, shelter.witness]
    let text = try realm.card(shelter).text()
    for missing in all.indices {
      var directory = try realm.directory()
      var signers = all
      signers.remove(at: missing)
      let note = try TrustRealm.signed(text, by: signers)
      #expect(directory.apply(note, atMs: now).refusal == .signatureMissing)
    }
  }

  @Test("B2: a card that claims another agency's witness or log key is refused")
  func foreignKeys() throws {
    let realm = try TrustRealm()
    var (directory, _, _) = try realm.directoryWithShelter()
    // Even with the key's own line, as if it had leaked: one key has one name.
    for claim in [realm.shelter.witness, realm.shelter.log] {
      var card = try realm.card(realm.health)
      card.witness.key = claim.publicKey
      let text = try card.text()
      let alias = try SignedNote(
        text: String(decoding: text, as: UTF8.self),
        signatures: try TrustRealm.signed(
          text,
          by: [realm.health.agency, realm.health.log, realm.health.nextLog]
        ).signatures + [
          NoteSignature.sign(
            text: String(decoding: text, as: UTF8.self),
            name: realm.health.witness.name,
            key: claim.key
          )
        ]
      )
      #expect(directory.apply(alias, atMs: now).refusal == .keyNotDistinct)
      let bare = try TrustRealm.signed(
        text,
        by: [realm.health.agency, realm.health.log, realm.health.nextLog, claim]
      )
      #expect(directory.apply(bare, atMs: now).refusal == .signatureMissing)
    }
    #expect(directory.card(of: realm.health.id) == nil)
  }

  @Test("B2: a card that uses a key of the register, or one key twice, is refused")
  func sharedKeys() throws {
    let realm = try TrustRealm()
    var card = try realm.card(realm.shelter)
    card.witness.key = card.log.key
    #expect(throws: TrustFailure.keyNotDistinct) { try card.text() }
    card = try realm.card(realm.shelter)
    card.courierKey = realm.shelter.desk[0]
    #expect(throws: TrustFailure.keyNotDistinct) { try card.text() }
    card = try realm.card(realm.shelter)
    card.witness.key = realm.shelter.agency.publicKey
    let text = String(decoding: try card.text(), as: UTF8.self)
    let shelter = realm.shelter
    var note = try TrustRealm.signed(
      Array(text.utf8),
      by: [shelter.agency, shelter.log, shelter.nextLog]
    )
    note = try note.adding(signerName: shelter.witness.name, key: shelter.agency.key)
    var directory = try realm.directory()
    #expect(directory.apply(note, atMs: now).refusal == .keyNotDistinct)
  }

  @Test("C11: the same serial with other bytes is evidence, and the held card stays")
  func equivocation() throws {
    let realm = try TrustRealm()
    var (directory, first, _) = try realm.directoryWithShelter()
    var other = try realm.card(realm.shelter)
    other.expiresMs -= 1
    let note = try realm.cardNote(realm.shelter, other)
    let outcome = directory.apply(note, atMs: now)
    let evidence = try #require(outcome.evidence)
    #expect(outcome.code == "note-conflict")
    #expect(evidence.agency == realm.shelter.id)
    #expect(evidence.held.text == first.text)
    #expect(directory.card(of: realm.shelter.id)?.sha256 == first.textHash)
    #expect(directory.apply(first, atMs: now).isSame)
    // Unsigned, it is nobody's evidence: a framed agency stays clear.
    let unsigned = try TrustRealm.signed(try other.text(), by: [realm.shelter.log])
    #expect(directory.apply(unsigned, atMs: now).refusal == .signatureMissing)
  }

  @Test("C11: a successor of another text with the held serial is evidence too")
  func hiddenEquivocation() throws {
    let realm = try TrustRealm()
    var (directory, _, _) = try realm.directoryWithShelter()
    let card = try realm.card(realm.shelter, serial: 2, previous: Hash256.of([1]))
    let outcome = directory.apply(try realm.cardNote(realm.shelter, card), atMs: now)
    #expect(outcome.evidence != nil)
    #expect(directory.card(of: realm.shelter.id)?.card.serial == 1)
  }

  @Test("C11: the highest serial wins, and an old card does not come back")
  func rollback() throws {
    let realm = try TrustRealm()
    var (directory, first, _) = try realm.directoryWithShelter()
    let third = try realm.cardNote(
      realm.shelter,
      try realm.card(realm.shelter, serial: 3, previous: Hash256.of([1]))
    )
    #expect(directory.apply(third, atMs: now).isApplied)
    #expect(directory.apply(first, atMs: now).isOlder)
    #expect(directory.card(of: realm.shelter.id)?.card.serial == 3)
  }

  @Test("C11: at first contact a card below the register's least serial is refused")
  func cardMin() throws {
    let realm = try TrustRealm()
    var directory = try realm.directory()
    let position = try #require(
      realm.register.agencies.firstIndex { $0.id == realm.shelter.id }
    )
    let register = try realm.next(by: realm.commissioners) {
      $0.agencies[position].cardMin = 2
    }
    #expect(directory.apply(register, atMs: now).isApplied)
    let first = try realm.cardNote(realm.shelter)
    #expect(directory.apply(first, atMs: now).refusal == .serialOld)
  }

  @Test("B14: a card of another realm, and one of no member, are refused")
  func otherRealm() throws {
    let (realm, other) = (try TrustRealm(), try TrustRealm())
    var directory = try realm.directory()
    #expect(
      directory.apply(try other.cardNote(other.shelter), atMs: now).refusal == .realmOther
    )
    let stranger = try AgencySigners("stranger.example")
    #expect(
      directory.apply(try realm.cardNote(stranger), atMs: now).refusal == .agencyUnknown
    )
  }

  @Test("A log that follows is taken over, and the old one is closed at its size")
  func succession() throws {
    let realm = try TrustRealm()
    let shelter = realm.shelter
    var (directory, first, _) = try realm.directoryWithShelter()
    let root = Hash256.of([7])
    var adopted = directory
    try adopted.adoptNextLog(of: shelter.id, closedSize: 9, root: root)
    #expect(adopted.currentLog(of: shelter.id)?.log.number == 2)
    #expect(
      adopted.logAuthority(origin: "shelter.example/amonat/log/1")?.standing
        == .past(size: 9, root: root)
    )
    #expect(throws: TrustFailure.cardChain) {
      try adopted.adoptNextLog(of: shelter.id, closedSize: 9, root: root)
    }
    var card = try realm.card(shelter, serial: 2, previous: first.textHash)
    card.log = Card.NumberedKey(key: shelter.nextLog.publicKey, number: 2)
    card.nextLog = Card.NumberedKey(key: shelter.thirdLog.publicKey, number: 3)
    let signers = [shelter.agency, shelter.nextLog, shelter.thirdLog, shelter.witness]
    let forgetful = try TrustRealm.signed(try card.text(), by: signers)
    #expect(directory.apply(forgetful, atMs: now).refusal == .cardChain)
    card.pastLogs = [Card.PastLog(key: shelter.log.publicKey, number: 1, size: 9, root: root)]
    let note = try TrustRealm.signed(try card.text(), by: signers)
    #expect(directory.apply(note, atMs: now).isApplied)
    #expect(directory.currentLog(of: shelter.id)?.key == shelter.nextLog.publicKey)
  }

  @Test("A log key or a witness key that changes in place is refused")
  func changedInPlace() throws {
    let realm = try TrustRealm()
    let shelter = realm.shelter
    var (directory, first, _) = try realm.directoryWithShelter()
    let fresh = Signer(shelter.log.name)
    var card = try realm.card(shelter, serial: 2, previous: first.textHash)
    card.log.key = fresh.publicKey
    var note = try TrustRealm.signed(
      try card.text(),
      by: [shelter.agency, fresh, shelter.nextLog, shelter.witness]
    )
    #expect(directory.apply(note, atMs: now).refusal == .cardChain)
    let witness = Signer(shelter.witness.name)
    card = try realm.card(shelter, serial: 2, previous: first.textHash)
    card.witness.key = witness.publicKey
    note = try TrustRealm.signed(
      try card.text(),
      by: [shelter.agency, shelter.log, shelter.nextLog, witness]
    )
    #expect(directory.apply(note, atMs: now).refusal == .cardChain)
  }

  @Test("Fewer than three epochs, a gap, a long epoch or a long card are malformed")
  func epochs() throws {
    let realm = try TrustRealm()
    let keys = try realm.card(realm.shelter).desks[0].keys
    func shifted(_ key: DeskKey, from: UInt64 = 0, to: UInt64 = 0) -> DeskKey {
      DeskKey(
        fromMs: key.fromMs + from,
        notAfterMs: key.notAfterMs + to,
        publicKey: key.publicKey
      )
    }
    let wrong = [
      Array(keys.prefix(2)), [keys[0], shifted(keys[1], from: 1), keys[2]],
      [shifted(keys[0], to: 1), shifted(keys[1], from: 1), keys[2]],
      [keys[1], keys[0], keys[2]],
    ]
    for keys in wrong {
      var card = try realm.card(realm.shelter)
      let desk = card.desks[0]
      card.desks[0] = Desk(name: desk.name, groups: desk.groups, keys: keys)
      #expect(throws: TrustFailure.malformed) { try card.text() }
    }
    var card = try realm.card(realm.shelter)
    card.expiresMs = now + 491 * TrustRealm.dayMs
    #expect(throws: TrustFailure.malformed) { try card.text() }
  }

  @Test("C14: sealing follows the epochs, warns in the grace, and then stops")
  func sealingTimes() throws {
    let realm = try TrustRealm()
    var directory = try realm.directory()
    let id = realm.shelter.id
    #expect(throws: TrustFailure.cardUnknown) { try directory.sealing(to: id, atMs: now) }
    #expect(directory.apply(try realm.cardNote(realm.shelter), atMs: now).isApplied)
    let day = TrustRealm.dayMs
    func key(_ days: UInt64) throws -> SealingKey? {
      try directory.sealing(to: id, atMs: now + days * day).keys.first
    }
    #expect(try directory.sealing(to: id, atMs: now - 1).keys.isEmpty)
    #expect(try key(0)?.publicKey.bytes == realm.shelter.desk[0].bytes)
    #expect(try key(90)?.publicKey.bytes == realm.shelter.desk[1].bytes)
    #expect(try key(269)?.isLate == false)
    #expect(try key(271)?.isLate == true)
    #expect(try directory.sealing(to: id, atMs: now + 271 * day).isLate)
    #expect(try key(300)?.publicKey.bytes == realm.shelter.desk[2].bytes)
    #expect(try key(301) == nil)
    #expect(throws: TrustFailure.expired) {
      try directory.sealing(to: id, atMs: now + 431 * day)
    }
    #expect(try key(0)?.latestMessageExpiryMs == now + 120 * day)
  }

  @Test("Any flipped bit of a card note is refused")
  func bitFlips() throws {
    let realm = try TrustRealm()
    let bytes = try realm.cardNote(realm.shelter).bytes
    for position in stride(from: 0, to: bytes.count, by: 41) {
      var flipped = bytes
      flipped[position] ^= 1 << UInt8(position % 7)
      guard let read = try? SignedNote(parsing: flipped) else { continue }
      var directory = try realm.directory()
      #expect(directory.apply(read, atMs: now).refusal != nil, "byte \(position)")
    }
  }
}
