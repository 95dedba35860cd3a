internal import CanonicalBytes
internal import Exchange
internal import Foundation
internal import ReferralModel
internal import Sealing
internal import Testing
internal import TransparencyLog

/// The worked examples of the specification, made by a second implementation.
@Suite struct WorkedExampleTests {
  private static func file(_ name: String) throws -> [UInt8] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try [UInt8](Data(contentsOf: root.appending(path: "Protocol/examples/\(name)")))
  }

  /// The SHA-256 of the register's text.
  private static func realm() throws -> Digest32 {
    let note = try file("register.note")
    let end = try #require(
      note.indices.dropLast().first { note[$0] == 0x0A && note[$0 + 1] == 0x0A }
    )
    return Hash256.of(Array(note[...end]))
  }

  /// A key derived from a public label: no secret.
  private static func key(_ hex: String) throws -> KeyWrap.PrivateKey {
    let seed = try #require(Hex.decode(hex))
    return try KeyWrap.PrivateKey(
      seed: unsafe GuardedSecret(count: 32) { out in unsafe out.copyBytes(from: seed) }
    )
  }

  private static let intake =
    "acce5a9d13398dd7eec5be1762677b5dc78633c78b862de8ec22a30f37d0ac52"
  private static let courier =
    "a4293b6772e473230f34a1c9d3073eea51e931a7beb2ec32e1cb2fe534393d58"

  @Test("The desk of the example opens the example's envelope")
  func envelope() throws {
    let envelope = try CheckedEnvelope.check(
      Self.file("offer.envelope"),
      me: Fixture.shelter,
      peer: Fixture.ministry,
      realm: Self.realm()
    )
    let key = try Self.key(Self.intake)
    let keyID = DeskKeyID.of(
      agency: Fixture.shelter,
      desk: try #require(DeskName("intake")),
      publicKey: key.publicBytes
    )
    let opened = try EnvelopeOpener.open(envelope, keyID: keyID, deskKey: key)
    #expect(opened.map(\.group.text) == ["need"])
    let content = try #require(opened.first).content.copyBytes()
    let fields = try CanonicalJSON.parse(content, profile: .note(textKeys: []))
    #expect(!fields.members.isEmpty)
  }

  @Test("The example's request stands in its log, and its answer proves the receipt")
  func exchange() throws {
    let request = try ExchangeParts(decoding: Self.file("request.exchange"), role: .request)
    let delivery = try #require(request.delivery)
    let checkpoint = try Checkpoint.claimed(note: delivery.checkpoint)
    let item = try StatelessCheck(
      me: Fixture.shelter,
      peer: Fixture.ministry,
      realm: Self.realm(),
      origin: try #require(LogID(checkpoint.origin)),
      size: checkpoint.size,
      root: checkpoint.root
    ).check(try #require(delivery.items.first))
    guard case .proven(let grant) = item.grant else {
      Issue.record("the example's grant is in its log")
      return
    }
    #expect(item.kind == .offer && grant.facts.purpose.text == "accommodation")

    let answer = try ExchangeParts(decoding: Self.file("answer.exchange"), role: .answer)
    let receipt = try #require(answer.receipt)
    let theirs = try Checkpoint.claimed(note: receipt.checkpoint)
    let outcomes = ReceiptCheck(
      me: Fixture.ministry,
      realm: try Self.realm(),
      origin: try #require(LogID(theirs.origin)),
      size: theirs.size,
      root: theirs.root
    ).check(receipt) { $0 == item.id }
    #expect(try outcomes.map { try $0.get().outcome } == ["stored"])
  }

  @Test("The example's parcel opens, and carries the example's request")
  func parcel() throws {
    let opened = try ParcelSeal.open(
      Self.file("parcel.bin"),
      realm: Self.realm(),
      recipient: Fixture.shelter,
      courierKey: Self.key(Self.courier),
      senders: [Fixture.shelter, Fixture.ministry]
    )
    #expect(opened.sender == Fixture.ministry)
    #expect(opened.exchange.encoded == (try Self.file("request.exchange")))
  }
}
