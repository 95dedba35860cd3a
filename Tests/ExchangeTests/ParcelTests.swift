internal import CanonicalBytes
internal import Exchange
internal import ReferralModel
internal import Sealing
internal import Testing

/// Chapter 10: an exchange on a stick.
@Suite struct ParcelTests {
  private let courier = GuardedSeed()

  private func parcel(_ exchange: ExchangeParts) throws -> [UInt8] {
    try ParcelSeal.seal(
      exchange,
      realm: Fixture.realm,
      sender: Fixture.ministry,
      recipient: Fixture.shelter,
      courierKey: KeyWrap.PublicKey(courier.key.publicBytes)
    )
  }

  private func exchange() throws -> ExchangeParts {
    ExchangeParts(
      delivery: DeliveryPart(
        items: [try Scenario().make().item],
        checkpoint: "c",
        from: 0,
        proof: []
      )
    )
  }

  private func open(
    _ bytes: [UInt8],
    realm: Digest32 = Fixture.realm,
    senders: [AgencyID] = [Fixture.stranger, Fixture.ministry]
  ) throws(ParcelCode) -> ParcelSeal.Opened {
    try ParcelSeal.open(
      bytes,
      realm: realm,
      recipient: Fixture.shelter,
      courierKey: courier.key,
      senders: senders
    )
  }

  @Test("The recipient finds out who sealed it, and reads the same exchange")
  func opens() throws {
    let exchange = try exchange()
    let opened = try open(parcel(exchange))
    #expect(opened.sender == Fixture.ministry)
    #expect(opened.exchange.encoded == exchange.encoded)
  }

  @Test("B12: the outside names no agency")
  func neutral() throws {
    let text = String(decoding: try parcel(exchange()), as: UTF8.self)
    #expect(!text.contains(Fixture.ministry.text) && !text.contains(Fixture.shelter.text))
  }

  @Test("Another realm, a sender outside the register, another key: each has its code")
  func refuses() throws {
    let bytes = try parcel(exchange())
    #expect(throws: ParcelCode.sealBroken) { try open(bytes, realm: Fixture.otherRealm) }
    #expect(throws: ParcelCode.sealBroken) { try open(bytes, senders: [Fixture.stranger]) }
    let other = KeyWrap.PrivateKey.generate()
    #expect(throws: ParcelCode.courierKeyGone) {
      try ParcelSeal.open(
        bytes,
        realm: Fixture.realm,
        recipient: Fixture.shelter,
        courierKey: other,
        senders: [Fixture.ministry]
      )
    }
    #expect(throws: ParcelCode.malformed) { try open(Array(bytes.dropLast())) }
    #expect(throws: ParcelCode.malformed) { try open(parcel(ExchangeParts())) }
    #expect(throws: ParcelCode.tooLarge) {
      try open([UInt8](repeating: 0, count: ParcelSeal.limitBytes + 1))
    }
  }

  @Test("A flipped bit anywhere is refused")
  func bitFlips() throws {
    var bytes = try parcel(exchange())
    for position in stride(from: 0, to: bytes.count, by: 41) {
      bytes[position] ^= 0x10
      #expect(throws: ParcelCode.self, "byte \(position)") { try open(bytes) }
      bytes[position] ^= 0x10
    }
  }
}
