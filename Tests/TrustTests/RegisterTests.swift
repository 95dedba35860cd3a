internal import CanonicalBytes
internal import ReferralModel
internal import Sealing
internal import Testing
internal import TransparencyLog
internal import Trust

@Suite struct RegisterTests {
  @Test("Version 1 signed by its root threshold founds the realm that its text hashes to")
  func founds() throws {
    let realm = try TrustRealm()
    let directory = try realm.directory()
    #expect(directory.realm == Hash256.of(Array(realm.founding.text.utf8)))
    #expect(directory.agency(realm.shelter.id)?.sector == .ngo)
    #expect(directory.agency(realm.shelter.id)?.names.tg == "Сарпаноҳи ҷӯйбор, ғӣқ")
    #expect(directory.isActive(realm.shelter.id, atMs: TrustRealm.startMs))
  }

  @Test("One line fewer than the root threshold founds nothing")
  func foundsNothing() throws {
    let realm = try TrustRealm()
    let note = try TrustRealm.signed(
      try realm.register.text(),
      by: Array(realm.commissioners.prefix(3))
    )
    #expect(throws: TrustFailure.signatureMissing) { try PeerDirectory(founding: note) }
  }

  @Test("B13: one commissioner's line three times counts as no more than one")
  func countsDistinctKeys() throws {
    let realm = try TrustRealm()
    let (first, second) = (realm.commissioners[0], realm.commissioners[1])
    let note = try TrustRealm.signed(
      try realm.register.text(),
      by: [first, first, first, second]
    )
    #expect(throws: TrustFailure.signatureMissing) { try PeerDirectory(founding: note) }
  }

  @Test("B13: one key under two commissioners' names is refused")
  func refusesListedTwice() throws {
    let realm = try TrustRealm()
    var register = realm.register
    register.commissioners[1].key = register.commissioners[0].key
    #expect(throws: TrustFailure.keyNotDistinct) { try register.text() }
    register = realm.register
    register.agencies[0].key = register.commissioners[0].key
    #expect(throws: TrustFailure.keyNotDistinct) { try register.text() }
  }

  @Test("Each field asks for its threshold, and what is not listed asks for the root's")
  func thresholds() throws {
    let realm = try TrustRealm()
    let edits: [(UInt32, (inout Register) -> Void)] = [
      (2, { $0.policy.version = 2 }),
      (3, { $0.agencies[0].status = .retired }),
      (
        3,
        {
          $0.agencies[0].cardMin = 2
          $0.policy.version = 2
        }
      ),
      (4, { $0.expiresMs += 1 }),
      (4, { $0.notBeforeMs += 1 }),
      (4, { $0.thresholds.suspend = 3 }),
      (4, { _ in }),
    ]
    for (needed, edit) in edits {
      var directory = try realm.directory()
      let few = try realm.next(by: Array(realm.commissioners.prefix(Int(needed) - 1)), edit)
      #expect(directory.apply(few, atMs: 0).refusal == .signatureMissing)
      #expect(directory.register.version == 1)
      let enough = try realm.next(by: Array(realm.commissioners.prefix(Int(needed))), edit)
      #expect(directory.apply(enough, atMs: 0).isApplied)
      #expect(directory.register.version == 2)
    }
  }

  @Test("A change of the commissioners needs the old root and the new root")
  func rootChange() throws {
    let realm = try TrustRealm()
    let fresh = (1...3).map { Signer("commission/n\($0)") }
    func edit(_ register: inout Register) {
      register.commissioners =
        [realm.commissioners[0]].map { .init(name: "c1", key: $0.publicKey) }
        + fresh.map { .init(name: String($0.name.dropFirst(11)), key: $0.publicKey) }
    }
    var directory = try realm.directory()
    let old = try realm.next(by: Array(realm.commissioners.prefix(4)), edit)
    #expect(directory.apply(old, atMs: 0).refusal == .signatureMissing)
    let new = try realm.next(by: [realm.commissioners[0]] + fresh, edit)
    #expect(directory.apply(new, atMs: 0).refusal == .signatureMissing)
    let both = try realm.next(by: Array(realm.commissioners.prefix(4)) + fresh, edit)
    #expect(directory.apply(both, atMs: 0).isApplied)
  }

  @Test("A skipped version, a broken chain and a removed agency change nothing")
  func chain() throws {
    let realm = try TrustRealm()
    let all = realm.commissioners
    var directory = try realm.directory()
    let skipped = try realm.next(by: all) { $0.version = 3 }
    #expect(directory.apply(skipped, atMs: 0).refusal == .registerChain)
    let broken = try realm.next(by: all) { $0.previous = Hash256.of([1]) }
    #expect(directory.apply(broken, atMs: 0).refusal == .registerChain)
    let removed = try realm.next(by: all) { $0.agencies.remove(at: 0) }
    #expect(directory.apply(removed, atMs: 0).refusal == .registerChain)
    #expect(directory.register.version == 1)
    let second = try realm.next(by: all) { $0.agencies[0].status = .retired }
    let third = try realm.next(after: second, by: all) { $0.policy.version = 2 }
    #expect(directory.apply(third, atMs: 0).refusal == .registerChain)
    #expect(directory.apply(second, atMs: 0).isApplied)
    #expect(directory.apply(third, atMs: 0).isApplied)
    #expect(directory.apply(second, atMs: 0).isSame)
    #expect(!directory.isActive(realm.health.id, atMs: 0))
    #expect(directory.standing(of: realm.health.id, atMs: 0) == .retired)
  }

  @Test("B13: two texts for one version are evidence, and the held one stays")
  func fork() throws {
    let realm = try TrustRealm()
    let all = realm.commissioners
    var directory = try realm.directory()
    let one = try realm.next(by: all) { $0.policy.version = 2 }
    let two = try realm.next(by: all) { $0.policy.version = 3 }
    #expect(directory.apply(one, atMs: 0).isApplied)
    let evidence = try #require(directory.apply(two, atMs: 0).evidence)
    #expect(evidence.held.text == one.text)
    #expect(evidence.received.text == two.text)
    #expect(directory.register.policy.version == 2)
    let unsigned = try realm.next(by: [all[0]]) { $0.policy.version = 4 }
    #expect(directory.apply(unsigned, atMs: 0).refusal == .signatureMissing)
  }

  @Test("B14: a register of another realm changes nothing")
  func otherRealm() throws {
    let realm = try TrustRealm()
    var directory = try realm.directory()
    let other = try realm.next(by: realm.commissioners) { $0.realm = Hash256.of([1]) }
    #expect(directory.apply(other, atMs: 0).refusal == .realmOther)
    var training = realm.register
    training.expiresMs += 1
    let first = try TrustRealm.signed(try training.text(), by: realm.commissioners)
    #expect(directory.apply(first, atMs: 0).refusal == .realmOther)
  }

  @Test("B15: a key changed without the old key's line stops sealing until a person confirms it")
  func swappedKey() throws {
    let realm = try TrustRealm()
    var (directory, _, _) = try realm.directoryWithShelter()
    let (now, id) = (TrustRealm.startMs, realm.shelter.id)
    #expect(try directory.sealing(to: id, atMs: now).keys.count == 1)
    let fresh = Signer(realm.shelter.agency.name)
    let position = try #require(realm.register.agencies.firstIndex { $0.id == id })
    let swapped = try realm.next(by: realm.commissioners) {
      $0.agencies[position].key = fresh.publicKey
    }
    guard case .applied(.register(_, _, let unconfirmed)) = directory.apply(swapped, atMs: now)
    else {
      Issue.record("the register is applied")
      return
    }
    #expect(unconfirmed == [id])
    #expect(directory.awaitingConfirmation == [id])
    #expect(throws: TrustFailure.needsConfirmation) { try directory.sealing(to: id, atMs: now) }
    var card = try realm.card(realm.shelter, serial: 2)
    card.previous = directory.card(of: id)?.sha256
    let note = try TrustRealm.signed(
      try card.text(),
      by: [fresh, realm.shelter.log, realm.shelter.nextLog, realm.shelter.witness]
    )
    #expect(directory.apply(note, atMs: now).refusal == .needsConfirmation)
    #expect(throws: TrustFailure.key) {
      try directory.confirmKey(of: id, key: realm.shelter.agency.publicKey)
    }
    try directory.confirmKey(of: id, key: fresh.publicKey)
    #expect(directory.apply(note, atMs: now).isApplied)
    #expect(try directory.sealing(to: id, atMs: now).keys.count == 1)
  }

  @Test("B15: a key changed with the old key's line needs nobody")
  func handedOverKey() throws {
    let realm = try TrustRealm()
    var directory = try realm.directory()
    let fresh = Signer(realm.shelter.agency.name)
    let position = try #require(
      realm.register.agencies.firstIndex { $0.id == realm.shelter.id }
    )
    let note = try realm.next(by: Array(realm.commissioners.prefix(3)) + [realm.shelter.agency]) {
      $0.agencies[position].key = fresh.publicKey
    }
    #expect(directory.apply(note, atMs: 0).isApplied)
    #expect(directory.awaitingConfirmation.isEmpty)
  }

  @Test("Any flipped bit of a register note is refused")
  func bitFlips() throws {
    let realm = try TrustRealm()
    let note = try realm.next(by: Array(realm.commissioners.prefix(2))) { $0.policy.version = 2 }
    let bytes = note.bytes
    for position in stride(from: 0, to: bytes.count, by: 7) {
      var flipped = bytes
      flipped[position] ^= 1 << UInt8(position % 7)
      var directory = try realm.directory()
      guard let read = try? SignedNote(parsing: flipped) else { continue }
      #expect(directory.apply(read, atMs: 0).refusal != nil, "byte \(position)")
    }
  }

  @Test("Names keep their Tajik letters in NFC, and the same names in NFD are refused")
  func normalForms() throws {
    let realm = try TrustRealm()
    var register = realm.register
    register.agencies[0].names.tg = "\u{04EF}\u{04E3}"
    #expect(try Register(text: register.text()).agencies[0].names.tg.utf8.count == 4)
    register.agencies[0].names.tg = "\u{0443}\u{0304}\u{0438}\u{0304}"
    #expect(throws: TrustFailure.malformed) { try register.text() }
    register.agencies[0].names.tg = ""
    #expect(throws: TrustFailure.malformed) { try register.text() }
  }

  @Test("Small-order and non-canonical keys are refused")
  func smallOrder() throws {
    let realm = try TrustRealm()
    let text = String(decoding: try realm.register.text(), as: UTF8.self)
    let key = Base64.encode(realm.shelter.agency.publicKey.bytes.bytes)
    let identity = [1] + [UInt8](repeating: 0, count: 31)
    let beyond = [0xEE] + [UInt8](repeating: 0xFF, count: 30) + [0x7F]
    for weak in [identity, beyond, [UInt8](repeating: 0, count: 32)] {
      let altered = text.replacing(key, with: Base64.encode(weak))
      #expect(altered != text)
      #expect(throws: TrustFailure.key) { try Register(text: Array(altered.utf8)) }
    }
  }

  @Test("A key more, a key less, another type and a missing line end are malformed")
  func strictness() throws {
    let realm = try TrustRealm()
    let text = String(decoding: try realm.register.text(), as: UTF8.self)
    let broken = [
      String(text.dropLast()), text + "\n", text.replacing("/register", with: "/card"),
      text.replacing(",\"version\":1}\n", with: ",\"version\":1,\"x\":1}\n"),
      text.replacing(",\"version\":1}\n", with: "}\n"),
      text.replacing("\"active\"", with: "\"Active\""),
      text.replacing("\"root\":4", with: "\"root\":6"),
      text.replacing("\"suspend\":2", with: "\"suspend\":1"),
      text.replacing("\"roles\":[\"member\"]", with: "\"roles\":[\"member\",\"member\"]"),
    ]
    for altered in broken {
      #expect(altered != text)
      #expect(throws: TrustFailure.malformed) { try Register(text: Array(altered.utf8)) }
    }
  }

  @Test("D3: a register past its expiry only warns")
  func age() throws {
    let realm = try TrustRealm()
    let directory = try realm.directory()
    let expires = directory.register.expiresMs
    #expect(directory.register.age(atMs: expires - 31 * TrustRealm.dayMs) == .current)
    #expect(directory.register.age(atMs: expires) == .warning)
    #expect(directory.register.age(atMs: expires + 31 * TrustRealm.dayMs) == .stale)
    #expect(directory.isActive(realm.shelter.id, atMs: expires + 900 * TrustRealm.dayMs))
  }
}
