internal import CanonicalBytes
internal import ReferralModel
internal import Sealing
internal import Testing
internal import TransparencyLog
@testable internal import Trust

@Suite struct LinkTests {
  private let now = TrustRealm.startMs

  @Test("A link pins its certificates to its agency, and nothing else is pinned")
  func pins() throws {
    let realm = try TrustRealm()
    let (directory, _, der) = try realm.directoryWithShelter()
    #expect(try directory.agency(forCertificateDER: der, atMs: now) == realm.shelter.id)
    #expect(directory.link(of: realm.shelter.id)?.link.endpoints.first?.port == 7443)
    let other = try realm.certificate(realm.shelter)
    #expect(throws: TrustFailure.unpinned) {
      try directory.agency(forCertificateDER: other, atMs: now)
    }
    #expect(throws: TrustFailure.unpinned) {
      try directory.agency(forCertificateDER: [], atMs: now)
    }
  }

  @Test("A newer link replaces the pins")
  func replacesPins() throws {
    let realm = try TrustRealm()
    var (directory, card, der) = try realm.directoryWithShelter()
    let fresh = try realm.certificate(realm.shelter)
    let link = try realm.link(realm.shelter, card: card, tls: [fresh], serial: 2)
    #expect(directory.apply(try realm.linkNote(realm.shelter, link), atMs: now).isApplied)
    #expect(try directory.agency(forCertificateDER: fresh, atMs: now) == realm.shelter.id)
    #expect(throws: TrustFailure.unpinned) {
      try directory.agency(forCertificateDER: der, atMs: now)
    }
  }

  @Test("B2: a link that lists another agency's certificate is refused whole")
  func foreignCertificate() throws {
    let realm = try TrustRealm()
    let (_, _, der) = try realm.directoryWithShelter()
    let card = try realm.cardNote(realm.health)
    let link = try realm.link(
      realm.health,
      card: card,
      tls: [try realm.certificate(realm.health), der]
    )
    #expect(throws: TrustFailure.certificate) { try link.text() }
  }

  @Test("B2: a certificate that two agencies pin is neither's, until one lets it go")
  func pinnedTwice() throws {
    let realm = try TrustRealm()
    let pin = Hash256.of([1])
    var table = PinTable()
    table.set([pin], of: realm.shelter.id)
    table.set([pin, Hash256.of([2])], of: realm.health.id)
    #expect(table.owner(of: pin) == nil)
    #expect(table.owner(of: Hash256.of([2])) == realm.health.id)
    table.set([], of: realm.health.id)
    #expect(table.owner(of: pin) == realm.shelter.id)
    #expect(table.owner(of: Hash256.of([2])) == nil)
  }

  @Test("A link for another agency, or signed by another key than its card's, is refused")
  func foreignSigner() throws {
    let realm = try TrustRealm()
    var (directory, card, der) = try realm.directoryWithShelter()
    #expect(directory.apply(try realm.cardNote(realm.health), atMs: now).isApplied)
    let link = try realm.link(realm.shelter, card: card, tls: [der], serial: 2)
    for signer in [
      realm.health.log, Signer(realm.shelter.log.name), realm.shelter.witness,
      realm.shelter.agency,
    ] {
      let note = try TrustRealm.signed(try link.text(), by: [signer])
      #expect(directory.apply(note, atMs: now).refusal == .signatureMissing)
    }
    #expect(throws: TrustFailure.key) {
      try link.signed(
        log: try #require(LogID(agency: realm.health.id, number: 1)),
        logKey: realm.health.log.key
      )
    }
    #expect(directory.link(of: realm.shelter.id)?.link.serial == 1)
  }

  @Test("The next log's key may sign the link, as the card allows")
  func nextLogSigns() throws {
    let realm = try TrustRealm()
    var (directory, card, der) = try realm.directoryWithShelter()
    let link = try realm.link(realm.shelter, card: card, tls: [der], serial: 2)
    let note = try TrustRealm.signed(try link.text(), by: [realm.shelter.nextLog])
    #expect(directory.apply(note, atMs: now).isApplied)
  }

  @Test("A link before its card, or of another card, is refused")
  func otherCard() throws {
    let realm = try TrustRealm()
    var directory = try realm.directory()
    let card = try realm.cardNote(realm.shelter)
    let der = try realm.certificate(realm.shelter)
    let note = try realm.linkNote(
      realm.shelter,
      try realm.link(realm.shelter, card: card, tls: [der])
    )
    #expect(directory.apply(note, atMs: now).refusal == .cardUnknown)
    #expect(directory.apply(card, atMs: now).isApplied)
    let other = try realm.link(realm.shelter, card: realm.founding, tls: [der])
    #expect(
      directory.apply(try realm.linkNote(realm.shelter, other), atMs: now).refusal
        == .cardUnknown
    )
    #expect(directory.apply(note, atMs: now).isApplied)
  }

  @Test("C11: the same serial with other bytes is evidence, an older one is passed over")
  func serials() throws {
    let realm = try TrustRealm()
    var (directory, card, der) = try realm.directoryWithShelter()
    var link = try realm.link(realm.shelter, card: card, tls: [der], serial: 1)
    link.endpoints = []
    let other = try realm.linkNote(realm.shelter, link)
    #expect(directory.apply(other, atMs: now).evidence?.type == .link)
    #expect(directory.link(of: realm.shelter.id)?.link.endpoints.count == 1)
    link.serial = 5
    #expect(directory.apply(try realm.linkNote(realm.shelter, link), atMs: now).isApplied)
    #expect(directory.apply(other, atMs: now).isOlder)
    #expect(Link.nextSerial(after: 5, nowMs: 0) == 6)
    #expect(Link.nextSerial(after: 5, nowMs: 100) == 100)
  }

  @Test("B14: a link of another realm is refused")
  func otherRealm() throws {
    let (realm, other) = (try TrustRealm(), try TrustRealm())
    var directory = try realm.directory()
    let note = try other.linkNote(
      other.shelter,
      try other.link(
        other.shelter,
        card: try other.cardNote(other.shelter),
        tls: [try other.certificate(other.shelter)]
      )
    )
    #expect(directory.apply(note, atMs: now).refusal == .realmOther)
  }

  @Test("B16: a link 30 days past its time pins no more, and a newer one pins again")
  func longAbsence() throws {
    let realm = try TrustRealm()
    var (directory, card, der) = try realm.directoryWithShelter()
    let day = TrustRealm.dayMs
    #expect(try directory.agency(forCertificateDER: der, atMs: now + 60 * day) == realm.shelter.id)
    #expect(try directory.sealing(to: realm.shelter.id, atMs: now + 60 * day).isLate)
    let later = now + 120 * day
    #expect(throws: TrustFailure.unpinned) {
      try directory.agency(forCertificateDER: der, atMs: later)
    }
    #expect(throws: TrustFailure.expired) {
      try directory.sealing(to: realm.shelter.id, atMs: later)
    }
    var link = try realm.link(realm.shelter, card: card, tls: [der], serial: 2)
    link.expiresMs = later + 30 * day
    #expect(directory.apply(try realm.linkNote(realm.shelter, link), atMs: later).isApplied)
    #expect(try directory.agency(forCertificateDER: der, atMs: later) == realm.shelter.id)
  }

  @Test("A link that says it lasts for years is current for 30 days from when it was seen")
  func longLife() throws {
    let realm = try TrustRealm()
    var (directory, card, der) = try realm.directoryWithShelter()
    var link = try realm.link(realm.shelter, card: card, tls: [der], serial: 2)
    link.expiresMs = now + 9_000 * TrustRealm.dayMs
    #expect(directory.apply(try realm.linkNote(realm.shelter, link), atMs: now).isApplied)
    #expect(
      directory.link(of: realm.shelter.id)?.currentUntilMs == now + 30 * TrustRealm.dayMs
    )
  }

  @Test(
    "An endpoint is https, a host and a port, and nothing more",
    arguments: [
      "http://a.example:1", "https://a.example", "https://a.example:0", "https://a.example:65536",
      "https://a.example:7443/", "https://u@a.example:1", "https://A.example:1", "https://:1",
      "https://a..example:1", "https://-a:1", "https://a:01", "https://[]:1", "https://[::1:1",
      "https://a.example:٣", "https://a\n.example:1",
    ]
  )
  func endpoints(_ text: String) {
    #expect(Endpoint(text) == nil)
  }

  @Test("Names, IPv4 and IPv6 addresses are endpoints")
  func goodEndpoints() {
    #expect(Endpoint("https://ministry.example:7443")?.host == "ministry.example")
    #expect(Endpoint("https://127.0.0.1:65535")?.port == 65_535)
    #expect(Endpoint("https://[::1]:1")?.host == "::1")
  }
}
