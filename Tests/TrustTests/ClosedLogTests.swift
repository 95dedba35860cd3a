internal import CanonicalBytes
internal import ReferralModel
internal import Sealing
internal import Testing
internal import TransparencyLog
internal import Trust

/// Step 5: whose log a checkpoint may speak for.
@Suite struct ClosedLogTests {
  private static let closedSize: UInt64 = 9
  private static let closedRoot = Hash256.of([7])

  private func note(_ who: Signer, size: UInt64, root: Digest32 = closedRoot) -> String {
    Checkpoint.sign(origin: who.name, size: size, root: root, key: who.key)
  }

  /// The shelter in its second log, by a card that closes the first at nine leaves.
  private func moved() throws -> (PeerDirectory, AgencySigners, TrustRealm) {
    let realm = try TrustRealm()
    let shelter = realm.shelter
    var (directory, first, _) = try realm.directoryWithShelter()
    var card = try realm.card(shelter, serial: 2, previous: first.textHash)
    card.log = Card.NumberedKey(key: shelter.nextLog.publicKey, number: 2)
    card.nextLog = Card.NumberedKey(key: shelter.thirdLog.publicKey, number: 3)
    card.pastLogs = [
      Card.PastLog(
        key: shelter.log.publicKey,
        number: 1,
        size: Self.closedSize,
        root: Self.closedRoot
      )
    ]
    let signers = [shelter.agency, shelter.nextLog, shelter.thirdLog, shelter.witness]
    let signed = try TrustRealm.signed(try card.text(), by: signers)
    #expect(directory.apply(signed, atMs: TrustRealm.startMs).isApplied)
    return (directory, shelter, realm)
  }

  @Test("B3: a closed log counts up to its size, and one leaf more is log-closed")
  func grown() throws {
    let (directory, shelter, _) = try moved()
    for size in [1, Self.closedSize] {
      let owned = try directory.checkpoint(note(shelter.log, size: size), of: shelter.id)
      #expect(owned.checkpoint.size == size)
      #expect(owned.authority.key == shelter.log.publicKey)
    }
    for size in [Self.closedSize + 1, Checkpoint.sizeLimit] {
      #expect(throws: OriginFailure.logClosed(size: Self.closedSize)) {
        try directory.checkpoint(note(shelter.log, size: size), of: shelter.id)
      }
    }
    #expect(throws: Never.self) {
      try directory.checkpoint(note(shelter.nextLog, size: 1), of: shelter.id)
    }
  }

  @Test("B3: who stole a key that was replaced speaks for no other log, and for nothing new")
  func stolen() throws {
    let (directory, shelter, _) = try moved()
    // The old key under the new log's name.
    let forged = Checkpoint.sign(
      origin: shelter.nextLog.name,
      size: 1,
      root: Self.closedRoot,
      key: shelter.log.key
    )
    #expect(throws: OriginFailure.origin) { try directory.checkpoint(forged, of: shelter.id) }
    #expect(throws: OriginFailure.logClosed(size: Self.closedSize)) {
      try directory.checkpoint(note(shelter.log, size: 10), of: shelter.id)
    }
  }

  @Test("B3: the next log speaks for nothing before it has begun")
  func notBegun() throws {
    let realm = try TrustRealm()
    let (directory, _, _) = try realm.directoryWithShelter()
    let shelter = realm.shelter
    #expect(throws: OriginFailure.origin) {
      try directory.checkpoint(note(shelter.nextLog, size: 1), of: shelter.id)
    }
    var adopted = directory
    try adopted.adoptNextLog(of: shelter.id, closedSize: 4, root: Self.closedRoot)
    #expect(throws: Never.self) {
      try adopted.checkpoint(note(shelter.nextLog, size: 1), of: shelter.id)
    }
    #expect(throws: OriginFailure.logClosed(size: 4)) {
      try adopted.checkpoint(note(shelter.log, size: 5), of: shelter.id)
    }
  }

  @Test("B1, B2: nobody's checkpoint counts in another's call, whoever signed it")
  func another() throws {
    let realm = try TrustRealm()
    var (directory, _, _) = try realm.directoryWithShelter()
    #expect(
      directory.apply(try realm.cardNote(realm.health), atMs: TrustRealm.startMs).isApplied
    )
    let theirs = note(realm.shelter.log, size: 3)
    #expect(throws: OriginFailure.origin) { try directory.checkpoint(theirs, of: realm.health.id) }
    // The health provider's key under the shelter's origin.
    let forged = Checkpoint.sign(
      origin: realm.shelter.log.name,
      size: 3,
      root: Self.closedRoot,
      key: realm.health.log.key
    )
    for caller in [realm.shelter.id, realm.health.id] {
      #expect(throws: OriginFailure.origin) { try directory.checkpoint(forged, of: caller) }
    }
  }
}
