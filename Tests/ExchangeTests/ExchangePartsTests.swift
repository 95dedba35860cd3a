internal import CanonicalBytes
internal import Exchange
internal import Foundation
internal import ReferralModel
internal import Testing
internal import TransparencyLog
internal import WireSchema

@Suite struct ExchangePartsTests {
  private func decode(
    _ bytes: [UInt8],
    _ role: ExchangeParts.Role = .answer
  ) throws(ExchangeCode) -> ExchangeParts {
    try ExchangeParts(decoding: bytes, role: role)
  }

  private func delivery(_ items: [ItemPart], proof: Int = 2) -> DeliveryPart {
    DeliveryPart(
      items: items,
      checkpoint: "a checkpoint",
      from: 300,
      proof: [UInt8](repeating: 1, count: proof * 32),
      settled: "a settled one",
      settledProof: [UInt8](repeating: 2, count: 32)
    )
  }

  private func opening(path: Int = 3, closed: String? = nil) -> EventOpening {
    EventOpening(
      event: Array("{}".utf8),
      salt: Fixture.policy,
      staff: Fixture.realm,
      personal: Fixture.register,
      path: [Digest32](repeating: .zero, count: path),
      closedCheckpoint: closed
    )
  }

  @Test("No bytes at all are a poll")
  func poll() throws {
    #expect(ExchangeParts().encoded == [])
    let parts = try decode([], .request)
    #expect(parts.delivery == nil && parts.receipt == nil && parts.waitSeconds == 0)
  }

  @Test("What is written is canonical, and reads back the same")
  func roundTrip() throws {
    let made = try Scenario().make()
    let parts = ExchangeParts(
      delivery: delivery([
        made.item,
        ItemPart(envelope: [1, 2], event: opening(path: 0, closed: "closed"), grant: nil),
      ]),
      receipt: ReceiptPart(
        events: [opening()],
        checkpoint: "theirs",
        from: 1,
        proof: [],
        cosignature: "line"
      ),
      notes: ["реестр", "card"],
      waitSeconds: 60,
      refused: [RefusalPart(message: Fixture.policy, code: .notLogged)],
      code: .inconsistent,
      held: 77
    )
    let bytes = parts.encoded
    #expect(WireExchange(canonical: bytes)?.canonicalBytes == bytes)
    let read = try decode(bytes)
    #expect(read.encoded == bytes)
    #expect(read.delivery?.items.count == 2 && read.delivery?.items[0].grant != nil)
    #expect(read.delivery?.items[1].event?.closedCheckpoint == "closed")
    #expect(read.refused.first?.known == .notLogged && read.knownCode == .inconsistent)
    #expect(read.notes == ["реестр", "card"] && read.held == 77)
  }

  @Test("Step 1: every limit is met, and one more is too large")
  func limits() throws {
    let item = ItemPart(envelope: [1], event: opening(), grant: nil)
    let within: [ExchangeParts] = [
      ExchangeParts(delivery: delivery([ItemPart](repeating: item, count: 64), proof: 64)),
      ExchangeParts(
        delivery: delivery([
          ItemPart(envelope: [1], event: opening(path: 64), grant: opening(path: 64))
        ])
      ),
      ExchangeParts(notes: [String](repeating: "n", count: 64)),
      ExchangeParts(notes: [String(repeating: "n", count: ExchangeLimits.noteBytes)]),
      ExchangeParts(
        refused: [RefusalPart](
          repeating: RefusalPart(message: .zero, code: .hash),
          count: 64
        )
      ),
    ]
    for (position, parts) in within.enumerated() {
      #expect(throws: Never.self, "limit \(position)") { try decode(parts.encoded) }
    }
    let receipt = ReceiptPart(
      events: [EventOpening?](repeating: opening(), count: 65),
      checkpoint: "c",
      from: 0,
      proof: [],
      cosignature: ""
    )
    let beyond: [ExchangeParts] = [
      ExchangeParts(delivery: delivery([ItemPart](repeating: item, count: 65))),
      ExchangeParts(delivery: delivery([item], proof: 65)),
      ExchangeParts(
        delivery: delivery([ItemPart(envelope: [1], event: opening(path: 65), grant: nil)])
      ),
      ExchangeParts(
        delivery: delivery([ItemPart(envelope: [1], event: opening(), grant: opening(path: 65))])
      ),
      ExchangeParts(receipt: receipt),
      ExchangeParts(notes: [String](repeating: "n", count: 65)),
      ExchangeParts(notes: [String(repeating: "n", count: ExchangeLimits.noteBytes + 1)]),
      ExchangeParts(
        delivery: delivery([
          ItemPart(
            envelope: [1],
            event: opening(closed: String(repeating: "n", count: ExchangeLimits.noteBytes + 1)),
            grant: nil
          )
        ])
      ),
      ExchangeParts(
        refused: [RefusalPart](
          repeating: RefusalPart(message: .zero, code: .hash),
          count: 65
        )
      ),
    ]
    for (position, parts) in beyond.enumerated() {
      #expect(throws: ExchangeCode.tooLarge, "limit \(position)") { try decode(parts.encoded) }
    }
    let body = ExchangeParts(
      delivery: delivery([
        ItemPart(
          envelope: [UInt8](repeating: 1, count: ExchangeLimits.bodyBytes),
          event: opening(),
          grant: nil
        )
      ])
    )
    #expect(throws: ExchangeCode.tooLarge) { try decode(body.encoded) }
  }

  @Test("A field that cannot be one makes the whole exchange malformed")
  func malformed() throws {
    var wire = WireExchange()
    wire.refused = [WireRefusal()]
    #expect(throws: ExchangeCode.malformed) { try decode(wire.canonicalBytes) }
    wire = WireExchange()
    wire.code = "Not a code"
    #expect(throws: ExchangeCode.malformed) { try decode(wire.canonicalBytes) }
    wire = WireExchange()
    wire.waitSeconds = 61
    #expect(throws: ExchangeCode.malformed) { try decode(wire.canonicalBytes) }
    wire = WireExchange()
    wire.held = 1 << 53
    #expect(throws: ExchangeCode.malformed) { try decode(wire.canonicalBytes) }
    wire = WireExchange()
    wire.delivery = WireDelivery()
    #expect(throws: ExchangeCode.malformed) { try decode(wire.canonicalBytes) }
    wire.delivery.checkpoint = "c"
    wire.delivery.proof = .init([1])
    #expect(throws: ExchangeCode.malformed) { try decode(wire.canonicalBytes) }
    #expect(throws: ExchangeCode.malformed) {
      try decode(ExchangeParts(code: .busy).encoded, .request)
    }
    #expect(throws: ExchangeCode.malformed) { try decode([0x0B]) }
    #expect(throws: ExchangeCode.malformed) { try decode([0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]) }
  }

  @Test("What the writer holds stands in requests and answers alike (decision 0003)")
  func held() throws {
    for role in [ExchangeParts.Role.request, .answer] {
      #expect(try decode(ExchangeParts(held: 7).encoded, role).held == 7)
    }
  }

  @Test("One item that cannot be one spoils itself only")
  func brokenItem() throws {
    let made = try Scenario().make()
    var wire = try #require(
      WireExchange(
        canonical: ExchangeParts(delivery: delivery([made.item, made.item])).encoded
      )
    )
    wire.delivery.item[0].event.salt.removeLast()
    let read = try decode(wire.canonicalBytes)
    let items = try #require(read.delivery).items
    #expect(throws: ItemCode.malformed) { try made.check.check(items[0]) }
    #expect(CheckedEnvelope.claimedID(items[0].envelope) == made.id)
    #expect(try made.check.check(items[1]).id == made.id)
  }

  /// What a receiver would act on; two values that differ here are different messages.
  private func meaning(_ item: CheckedItem) -> [[UInt8]] {
    var meaning = [item.envelope.bytes, item.event.bytes]
    if case .proven(let grant) = item.grant { meaning.append(grant.event.bytes) }
    return meaning
  }

  @Test("Every single-bit flip of a delivered item is refused, or changes nothing that verifies")
  func bitFlips() throws {
    let made = try Scenario().make()
    let parts = ExchangeParts(
      delivery: DeliveryPart(items: [made.item], checkpoint: "c", from: 0, proof: [])
    )
    let expected = meaning(try made.check.check(made.item))
    let state = TestState()
    var bytes = parts.encoded
    let envelope = made.item.envelope.count
    // The envelope has its own exhaustive test; here every byte around it, and a sample inside.
    let samples = (0..<bytes.count).filter { $0 < 24 || $0 > envelope || $0 % 97 == 0 }
    for position in samples {
      for bit in 0..<8 {
        bytes[position] ^= 1 << UInt8(bit)
        if let read = try? decode(bytes, .request), let item = read.delivery?.items.first,
          let checked = try? made.check.check(item),
          case .accept = StatefulCheck.judge(
            checked,
            state: state,
            me: Fixture.shelter,
            nowMs: Fixture.nowMs
          )
        {
          #expect(meaning(checked) == expected, "byte \(position), bit \(bit)")
        }
        bytes[position] ^= 1 << UInt8(bit)
      }
    }
  }

  @Test("Bytes cut anywhere are refused")
  func truncation() throws {
    let made = try Scenario().make()
    let bytes = ExchangeParts(
      delivery: DeliveryPart(items: [made.item], checkpoint: "c", from: 0, proof: [])
    ).encoded
    for count in stride(from: 1, to: bytes.count, by: 7) {
      #expect(throws: ExchangeCode.malformed) { try decode(Array(bytes[..<count])) }
    }
  }
}
