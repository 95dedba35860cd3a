internal import CanonicalBytes
internal import Exchange
internal import ReferralModel
internal import Testing
internal import TransparencyLog

/// RCP-005: what the sender of a message holds a receipt to.
@Suite struct ReceiptTests {
  private static let name = known(LogID("shelter.example/amonat/log/1"))
  private static let sent = Fixture.policy

  private func check(_ log: TestLog) -> ReceiptCheck {
    ReceiptCheck(
      me: Fixture.ministry,
      realm: Fixture.realm,
      origin: Self.name,
      size: log.size,
      root: log.root
    )
  }

  private func fields(
    message: Digest32 = sent,
    outcome: String = "stored",
    peer: AgencyID = Fixture.ministry
  ) -> [EventField] {
    [.digest(.message, message), .string(.outcome, outcome), .string(.peer, peer.text)]
  }

  private func result(
    _ log: TestLog,
    _ events: [EventOpening?]
  ) -> [Result<ReceiptCheck.Outcome, ReceiptCode>] {
    check(log).check(
      ReceiptPart(events: events, checkpoint: "c", from: 0, proof: [], cosignature: "")
    ) { $0 == Self.sent }
  }

  @Test("Receive and refuse events of messages I sent are believed, each by itself")
  func golden() throws {
    let log = try TestLog(Self.name)
    let received = try log.append(.receive, fields())
    let refused = try log.append(.refuse, fields(outcome: "expired"))
    try log.append(.pad, [])
    let results = result(log, [try log.opening(received), nil, try log.opening(refused)])
    #expect(results.count == 3)
    let first = try results[0].get()
    #expect(first.message == Self.sent && first.isReceived && first.outcome == "stored")
    #expect(throws: ReceiptCode.malformed) { try results[1].get() }
    let third = try results[2].get()
    #expect(!third.isReceived && third.outcome == "expired" && third.event.index == refused)
  }

  @Test("An event that is not an answer to me, from this log, about my message, is refused")
  func refuses() throws {
    let log = try TestLog(Self.name)
    let others: [UInt64] = [
      try log.append(
        .cancel,
        [
          .digest(.message, Self.sent), .string(.peer, Fixture.ministry.text), .integer(.seq, 1),
        ]
      ),
      try log.append(.receive, realm: Fixture.otherRealm, fields()),
      try log.append(.receive, log: known(LogID("shelter.example/amonat/log/2")), fields()),
      try log.append(.receive, index: 40, fields()),
      try log.append(.receive, fields(peer: Fixture.stranger)),
      try log.append(.receive, fields(message: Fixture.register)),
    ]
    for index in others {
      let results = result(log, [try log.opening(index)])
      #expect(throws: ReceiptCode.receipt, "event \(index)") { try results[0].get() }
    }
    let elsewhere = try TestLog(Self.name, leaves: 4)
    let event = try elsewhere.append(.receive, fields())
    #expect(throws: ReceiptCode.receipt) {
      try result(log, [try elsewhere.opening(event)])[0].get()
    }
  }

  @Test("Every single-bit flip of a receipt is refused, or changes nothing that verifies")
  func bitFlips() throws {
    let log = try TestLog(Self.name)
    let event = try log.append(.receive, fields())
    for _ in 0..<4 { try log.append(.pad, []) }
    let opening = try log.opening(event)
    let receipt = ReceiptPart(
      events: [opening],
      checkpoint: "c",
      from: 0,
      proof: [],
      cosignature: ""
    )
    var bytes = ExchangeParts(receipt: receipt).encoded
    for position in bytes.indices {
      for bit in 0..<8 {
        bytes[position] ^= 1 << UInt8(bit)
        if let read = try? ExchangeParts(decoding: bytes, role: .request).receipt {
          for case .success(let outcome) in check(log).check(read, wasSent: { _ in true }) {
            #expect(outcome.event.bytes == opening.event, "byte \(position), bit \(bit)")
          }
        }
        bytes[position] ^= 1 << UInt8(bit)
      }
    }
  }
}
