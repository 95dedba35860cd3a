internal import CanonicalBytes
internal import ReferralModel
internal import Sealing
internal import Testing
internal import TransparencyLog
internal import Trust

@Suite struct HelloDocumentTests {
  private let now = TrustRealm.startMs

  @Test("B16: two nodes that know nothing of each other pin each other after hello both ways")
  func firstContact() throws {
    let realm = try TrustRealm()
    var (shelter, _, shelterDER) = try realm.directoryWithShelter()
    var ministry = try realm.directory()
    let card = try realm.cardNote(realm.ministry)
    let der = try realm.certificate(realm.ministry)
    #expect(ministry.apply(card, atMs: now).isApplied)
    let link = try realm.link(realm.ministry, card: card, tls: [der])
    #expect(ministry.apply(try realm.linkNote(realm.ministry, link), atMs: now).isApplied)
    var note = realm.founding
    for version in UInt32(2)...4 {
      note = try realm.next(after: note, by: realm.commissioners) { $0.policy.version = version }
      #expect(ministry.apply(note, atMs: now).isApplied)
    }
    let request = try HelloDocument(
      parsing: try HelloDocument.request(from: shelter, as: realm.shelter.id).bytes
    )
    for note in request.notes { _ = ministry.apply(note, atMs: now) }
    #expect(
      try ministry.agency(forCertificateDER: shelterDER, atMs: now) == realm.shelter.id
    )
    let answer = try HelloDocument(
      parsing: try HelloDocument.answer(
        to: request,
        from: ministry,
        as: realm.ministry.id
      ).bytes
    )
    #expect(answer.notes.count == 5)
    for note in answer.notes { #expect(shelter.apply(note, atMs: now).isApplied) }
    #expect(shelter.register.version == 4)
    #expect(try shelter.agency(forCertificateDER: der, atMs: now) == realm.ministry.id)
  }

  @Test("An empty document asks for everything")
  func empty() throws {
    let realm = try TrustRealm()
    let (directory, _, _) = try realm.directoryWithShelter()
    let answer = try HelloDocument.answer(
      to: try HelloDocument(parsing: []),
      from: directory,
      as: realm.shelter.id
    )
    #expect(answer.notes.count == 3)
    #expect(answer.notes.first?.text == realm.founding.text)
  }

  @Test("Another tag, another length and an overlong length are refused")
  func strictness() throws {
    let realm = try TrustRealm()
    let bytes = try HelloDocument(notes: [realm.founding]).bytes
    #expect(try HelloDocument(parsing: bytes).notes.first?.bytes == realm.founding.bytes)
    var tag = bytes
    tag[0] = 0x12
    var long = Array(bytes.prefix(3))
    long[2] |= 0x80
    long += [0] + bytes.dropFirst(3)
    for wrong in [tag, long, Array(bytes.dropLast()), bytes + [0x1A], bytes + [0x1A, 0], [0x1A]] {
      #expect(throws: TrustFailure.malformed) { try HelloDocument(parsing: wrong) }
    }
    #expect(throws: TrustFailure.tooLarge) {
      try HelloDocument(parsing: [UInt8](repeating: 0x1A, count: HelloDocument.limitBytes + 1))
    }
    #expect(throws: TrustFailure.tooLarge) {
      try HelloDocument(notes: Array(repeating: realm.founding, count: 65))
    }
  }
}
