internal import CanonicalBytes
internal import Exchange
internal import Foundation
internal import ReferralModel
internal import Sealing
internal import Testing
internal import WireSchema

@Suite struct EnvelopeTests {
  private func check(_ bytes: [UInt8]) throws(ItemCode) -> CheckedEnvelope {
    try CheckedEnvelope.check(
      bytes,
      me: Fixture.shelter,
      peer: Fixture.ministry,
      realm: Fixture.realm
    )
  }

  private func draft(
    _ parts: [(String, String)],
    desks: [[String]]
  ) throws -> EnvelopeDraft {
    EnvelopeDraft(
      realm: Fixture.realm,
      sender: Fixture.ministry,
      recipient: Fixture.shelter,
      parts: parts.map {
        EnvelopeDraft.Part(group: known(FieldGroup($0.0)), content: Array($0.1.utf8))
      },
      desks: try desks.enumerated().map { position, groups in
        EnvelopeDraft.Desk(
          keyID: position == 0 ? Fixture.deskID : Hash256.of([UInt8(position)]),
          publicKey: try KeyWrap.PublicKey(Fixture.deskSeed.key.publicBytes),
          groups: groups.map { known(FieldGroup($0)) }
        )
      }
    )
  }

  @Test("C9: a desk opens exactly the groups that its stanza names")
  func opensItsGroups() throws {
    let sealed = try EnvelopeSealer.seal(
      draft(
        [("contact", "by day"), ("identity", "a name"), ("need", "a bed")],
        desks: [["identity", "need"], ["contact", "identity"]]
      )
    )
    let envelope = try check(sealed.bytes)
    #expect(envelope.id == sealed.id)
    #expect(envelope.groups == sealed.groups)
    #expect(envelope.stanzas.map(\.keyID) == sealed.keyIDs)
    let opened = try EnvelopeOpener.open(
      envelope,
      keyID: Fixture.deskID,
      deskKey: Fixture.deskSeed.key
    )
    #expect(opened.map(\.group.text) == ["identity", "need"])
    #expect(
      opened.map { String(decoding: $0.content.copyBytes(), as: UTF8.self) } == [
        "a name", "a bed",
      ]
    )
  }

  @Test("Another desk key opens nothing, also under the right name")
  func otherKey() throws {
    let envelope = try check(Fixture.envelope().bytes)
    let other = KeyWrap.PrivateKey.generate()
    #expect(throws: ExchangeFailure.sealed) {
      try EnvelopeOpener.open(envelope, keyID: Fixture.deskID, deskKey: other)
    }
    #expect(throws: ExchangeFailure.notForThisKey) {
      try EnvelopeOpener.open(envelope, keyID: .zero, deskKey: Fixture.deskSeed.key)
    }
  }

  @Test("A sealer refuses a draft that no recipient would accept or could open")
  func refusesDrafts() throws {
    let faults: [(EnvelopeDraft, ExchangeFailure)] = [
      (try draft([], desks: [["need"]]), .groups),
      (try draft([("need", ""), ("identity", "")], desks: [["need"]]), .groups),
      (try draft([("need", ""), ("need", "")], desks: [["need"]]), .groups),
      (try draft([("need", "")], desks: []), .desks),
      (try draft([("need", "")], desks: [[]]), .deskGroups),
      (try draft([("need", "")], desks: [["identity", "need"]]), .deskGroups),
      (try draft([("identity", ""), ("need", "")], desks: [["need"]]), .unopenable),
    ]
    for (draft, failure) in faults {
      #expect(throws: failure) { try EnvelopeSealer.seal(draft) }
    }
    let large = EnvelopeDraft(
      realm: Fixture.realm,
      sender: Fixture.ministry,
      recipient: Fixture.shelter,
      parts: [
        EnvelopeDraft.Part(
          group: Fixture.need,
          content: [UInt8](repeating: 0, count: ExchangeLimits.compartmentBytes)
        )
      ],
      desks: [try Fixture.desk([Fixture.need])]
    )
    #expect(throws: ExchangeFailure.tooLarge) { try EnvelopeSealer.seal(large) }
  }

  @Test("A notification has a header and nothing else")
  func notification() throws {
    let envelope = try check(Fixture.notification().bytes)
    #expect(envelope.rows.isEmpty && envelope.stanzas.isEmpty && envelope.groups.isEmpty)
  }

  @Test("The hand-written encoder writes what the generated one does")
  func encoders() throws {
    let bytes = try EnvelopeSealer.seal(
      draft([("identity", "a"), ("need", "b")], desks: [["identity", "need"], ["need"]])
    ).bytes
    let wire = try #require(WireEnvelope(canonical: bytes))
    #expect(wire.canonicalBytes == bytes)
    #expect(WireHeader(canonical: [UInt8](wire.header)) != nil)
    #expect(WireTable(canonical: [UInt8](wire.table))?.row.count == 2)
    #expect(WireStanzas(canonical: [UInt8](wire.stanzas))?.stanza.count == 2)
  }

  @Test("B1, B14: an envelope of another realm, sender or recipient is not mine")
  func notYours() throws {
    let envelope = try Fixture.envelope()
    for (me, peer, realm) in [
      (Fixture.stranger, Fixture.ministry, Fixture.realm),
      (Fixture.shelter, Fixture.stranger, Fixture.realm),
      (Fixture.shelter, Fixture.ministry, Fixture.otherRealm),
    ] {
      #expect(throws: ItemCode.notYours) {
        try CheckedEnvelope.check(envelope.bytes, me: me, peer: peer, realm: realm)
      }
    }
  }

  /// Rebuilds an envelope after a change of its parts.
  private func changed(
    _ change: (inout WireEnvelope, inout WireHeader, inout WireTable, inout WireStanzas) -> Void
  ) throws -> [UInt8] {
    let sealed = try EnvelopeSealer.seal(
      draft([("identity", "a"), ("need", "b")], desks: [["identity", "need"], ["need"]])
    )
    var wire = try #require(WireEnvelope(canonical: sealed.bytes))
    var header = try #require(WireHeader(canonical: [UInt8](wire.header)))
    var table = try #require(WireTable(canonical: [UInt8](wire.table)))
    var stanzas = try #require(WireStanzas(canonical: [UInt8](wire.stanzas)))
    change(&wire, &header, &table, &stanzas)
    wire.header = Data(header.canonicalBytes)
    wire.table = Data(table.canonicalBytes)
    wire.stanzas = Data(stanzas.canonicalBytes)
    return wire.canonicalBytes
  }

  @Test("Step 8: a part missing, out of order or out of bounds is malformed")
  func malformed() throws {
    let broken: [[UInt8]] = [
      try changed { _, header, _, _ in header.suite = 0 },
      try changed { _, header, _, _ in header.realm.removeLast() },
      try changed { _, header, _, _ in header.sender = "Ministry.example" },
      try changed { _, header, _, _ in header.recipient = "" },
      try changed { _, header, _, _ in header.nonce.append(0) },
      try changed { _, _, table, _ in table.row.reverse() },
      try changed { _, _, table, _ in table.row[0].group = "Identity" },
      try changed { _, _, table, _ in table.row[0].ctLen = 4_136 },
      try changed { _, _, table, _ in table.row[0].ctLen = .max },
      try changed { _, _, table, _ in table.row[0].keyCommit = Data() },
      try changed { _, _, table, _ in table.row[1].ctSha256.removeLast() },
      try changed { _, _, table, _ in table.row = [] },
      try changed { _, _, _, stanzas in stanzas.stanza.reverse() },
      try changed { _, _, _, stanzas in stanzas.stanza[1].keyID = stanzas.stanza[0].keyID },
      try changed { _, _, _, stanzas in stanzas.stanza[0].group = [] },
      try changed { _, _, _, stanzas in stanzas.stanza[0].enc.append(1) },
      try changed { _, _, _, stanzas in stanzas.stanza[0].wrapped.removeLast() },
      try changed { _, _, _, stanzas in stanzas.stanza = [] },
    ]
    for (position, bytes) in broken.enumerated() {
      #expect(throws: ItemCode.malformed, "fault \(position)") { try check(bytes) }
    }
  }

  @Test("Step 8: an unknown suite has a code of its own")
  func suite() throws {
    let bytes = try changed { _, header, _, _ in header.suite = 2 }
    #expect(throws: ItemCode.suite) { try check(bytes) }
  }

  @Test("Step 10: compartments must be those of the rows, in their order")
  func hash() throws {
    let broken: [[UInt8]] = [
      try changed { wire, _, _, _ in wire.compartment.swapAt(0, 1) },
      try changed { wire, _, _, _ in wire.compartment.removeLast() },
      try changed { wire, _, _, _ in wire.compartment.append(wire.compartment[0]) },
      try changed { wire, _, _, _ in wire.compartment[0][100] ^= 1 },
      try changed { _, _, table, _ in table.row[0].ctLen = 16_425 },
    ]
    for (position, bytes) in broken.enumerated() {
      #expect(throws: ItemCode.hash, "fault \(position)") { try check(bytes) }
    }
  }

  @Test("Whoever changes a stanza's groups changes the id and can open nothing")
  func stanzaGroups() throws {
    let bytes = try changed { _, _, _, stanzas in
      for position in stanzas.stanza.indices where stanzas.stanza[position].group.count == 1 {
        stanzas.stanza[position].group = ["identity"]
      }
    }
    let envelope = try check(bytes)
    let keyID = try #require(envelope.stanzas.first { $0.groups.count == 1 }).keyID
    #expect(throws: ExchangeFailure.sealed) {
      try EnvelopeOpener.open(envelope, keyID: keyID, deskKey: Fixture.deskSeed.key)
    }
  }

  @Test("Every single-bit flip of an envelope is refused, or gives another id")
  func bitFlips() throws {
    let sealed = try Fixture.envelope()
    var bytes = sealed.bytes
    // The compartment's 4 KiB are one hash: a sample of them, and everything else.
    let samples = (0..<bytes.count).filter { $0 < 1_700 || $0 % 37 == 0 || $0 > bytes.count - 64 }
    for position in samples {
      for bit in 0..<8 {
        bytes[position] ^= 1 << UInt8(bit)
        if let envelope = try? check(bytes), envelope.id == sealed.id {
          Issue.record("byte \(position), bit \(bit) changed nothing that verifies")
        }
        bytes[position] ^= 1 << UInt8(bit)
      }
    }
  }
}
