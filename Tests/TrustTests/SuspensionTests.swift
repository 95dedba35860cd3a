internal import CanonicalBytes
internal import ReferralModel
internal import Sealing
internal import Testing
internal import TransparencyLog
internal import Trust

@Suite struct SuspensionTests {
  private let hourMs: UInt64 = 3_600_000

  private func note(
    _ realm: TrustRealm,
    fromMs: UInt64,
    hours: UInt64 = 72,
    signers: Int = 2,
    register: Digest32? = nil,
    of agency: AgencyID? = nil
  ) throws -> SignedNote {
    let suspension = Suspension(
      agency: agency ?? realm.shelter.id,
      fromMs: fromMs,
      untilMs: fromMs + hours * hourMs,
      reason: try #require(Code("key-theft")),
      register: register ?? realm.realm,
      realm: realm.realm
    )
    return try TrustRealm.signed(
      try suspension.text(),
      by: Array(realm.commissioners.prefix(signers))
    )
  }

  @Test("B13: a suspension holds for its time and lapses by itself")
  func lapses() throws {
    let realm = try TrustRealm()
    var directory = try realm.directory()
    let from = TrustRealm.startMs
    let note = try note(realm, fromMs: from)
    #expect(directory.apply(note, atMs: from).isApplied)
    #expect(directory.apply(note, atMs: from).isSame)
    #expect(directory.isActive(realm.shelter.id, atMs: from - 1))
    #expect(
      directory.standing(of: realm.shelter.id, atMs: from)
        == .suspended(untilMs: from + 72 * hourMs)
    )
    #expect(directory.isActive(realm.shelter.id, atMs: from + 72 * hourMs))
    #expect(directory.isActive(realm.health.id, atMs: from))
    #expect(directory.suspensionNotes(atMs: from).count == 1)
    #expect(directory.suspensionNotes(atMs: from + 72 * hourMs).isEmpty)
  }

  @Test("B13: a suspension longer than 72 hours is refused")
  func tooLong() throws {
    let realm = try TrustRealm()
    #expect(throws: TrustFailure.malformed) {
      try note(realm, fromMs: TrustRealm.startMs, hours: 73)
    }
    #expect(throws: TrustFailure.malformed) {
      try note(realm, fromMs: TrustRealm.startMs, hours: 0)
    }
  }

  @Test("B13: a second suspension within 30 days needs the membership threshold, in either order")
  func repeated() throws {
    let realm = try TrustRealm()
    var directory = try realm.directory()
    let from = TrustRealm.startMs + 100 * TrustRealm.dayMs
    #expect(directory.apply(try note(realm, fromMs: from), atMs: from).isApplied)
    for other in [from + 32 * TrustRealm.dayMs, from - 32 * TrustRealm.dayMs] {
      var copy = directory
      let low = try note(realm, fromMs: other, signers: 2)
      #expect(copy.apply(low, atMs: from).refusal == .signatureMissing)
      let high = try note(realm, fromMs: other, signers: 3)
      #expect(copy.apply(high, atMs: from).isApplied)
    }
    let later = try note(realm, fromMs: from + 33 * TrustRealm.dayMs, signers: 2)
    #expect(directory.apply(later, atMs: from).isApplied)
  }

  @Test("A suspension with too few lines, of nobody, or on an unknown register is refused")
  func refused() throws {
    let realm = try TrustRealm()
    var directory = try realm.directory()
    let from = TrustRealm.startMs
    #expect(
      directory.apply(try note(realm, fromMs: from, signers: 1), atMs: from).refusal
        == .signatureMissing
    )
    #expect(
      directory.apply(
        try note(realm, fromMs: from, register: Hash256.of([1])),
        atMs: from
      ).refusal == .registerUnknown
    )
    let nobody = try #require(AgencyID("nobody.example"))
    #expect(
      directory.apply(try note(realm, fromMs: from, of: nobody), atMs: from).refusal
        == .agencyUnknown
    )
    #expect(directory.isActive(realm.shelter.id, atMs: from))
  }

  @Test("B14: a suspension of another realm is refused")
  func otherRealm() throws {
    let (realm, other) = (try TrustRealm(), try TrustRealm())
    var directory = try realm.directory()
    let note = try note(other, fromMs: TrustRealm.startMs)
    #expect(directory.apply(note, atMs: 0).refusal == .realmOther)
  }

  @Test("Nothing is sealed to a suspended agency, and its witness key still counts")
  func sealing() throws {
    let realm = try TrustRealm()
    var (directory, _, _) = try realm.directoryWithShelter()
    let from = TrustRealm.startMs
    #expect(directory.apply(try note(realm, fromMs: from), atMs: from).isApplied)
    #expect(throws: TrustFailure.member) {
      try directory.sealing(to: realm.shelter.id, atMs: from)
    }
    #expect(directory.witness(of: realm.shelter.id) != nil)
  }
}
