internal import CanonicalBytes
internal import Foundation
internal import NodeStore
internal import Testing
internal import TransparencyLog

/// Messages on their way out.
@Suite(.timeLimit(.minutes(10))) struct QueueTests {
  @Test("A queued message is logged once, however often it leaves, and after a crash too")
  func takenOnce() async throws {
    let state = try State.created()
    let store = try state.open()
    let grant = try await store.grant()
    try await store.change {
      try $0.queueOffer(1, grant: grant)
      try $0.queueOffer(2, grant: grant)
    }
    #expect(try await store.logState().size == 1)
    let first = try await store.take()
    #expect(first.map(\.message.message) == [Sample.digest(1), Sample.digest(2)])
    #expect(first.map(\.message.envelope) == [10_001, 10_002].map { Sample.bytes(600, $0) })
    #expect(first.map(\.message.index) == [1, 2])
    #expect(first.map(\.message.grantIndex) == [grant, grant])
    #expect(first.map { $0.event.integer(.seq) } == [1, 2])
    #expect(first.map(\.event.type) == [.disclose, .disclose])
    #expect(first.map { $0.event.integer(.grant) } == [grant, grant])

    let crashed = try state.crashed()
    let reborn = try crashed.open()
    for again in [try await store.take(), try await reborn.take()] {
      #expect(again.map(\.event.bytes) == first.map(\.event.bytes))
      #expect(again.map(\.message.index) == first.map(\.message.index))
      #expect(again.map(\.message.envelope) == first.map(\.message.envelope))
    }
    #expect(try await reborn.logState().size == 3)
    try await reborn.change { _ = try $0.queueOffer(3, grant: grant) }
    let third = try #require(try await reborn.take().last)
    #expect(third.event.integer(.seq) == 3)
    #expect(third.message.index == 3)
  }

  @Test("A message whose grant has been stopped dies in the queue, and its bytes go")
  func stopped() async throws {
    let state = try State.created()
    let store = try state.open()
    let grant = try await store.grant()
    let other = try await store.grant(2)
    try await store.change {
      try $0.queueOffer(1, grant: grant)
      try $0.queueOffer(2, grant: grant, held: true)
      try $0.queueOffer(3, grant: other)
    }
    try await store.change { try $0.stop(grant, atMs: Sample.nowMs) }
    #expect(try await store.read { try $0.outboundCounts() } == [4: 2, 0: 1])
    // Queued after the stop: it is judged again when it is about to leave.
    try await store.change { _ = try $0.queueOffer(4, grant: grant) }
    #expect(try await store.take().map(\.message.message) == [Sample.digest(3)])
    #expect(try await store.read { try $0.outboundCounts() } == [4: 3, 1: 1])
    #expect(try await store.logState().size == 3)
    let kept: Int? = try state.value(
      state.folder.node,
      "SELECT count(*) FROM outbound_envelope JOIN outbound USING (id) WHERE state = 4"
    )
    #expect(kept == 0)
    try await store.finishErasure(probes: [1, 2, 4].map { Sample.bytes(600, $0 + 10_000) })
    for dead in [1, 2, 4] as [UInt64] {
      let envelope = Array(Sample.bytes(600, dead + 10_000).prefix(64))
      #expect(try !state.holds(envelope, in: state.folder.node))
    }
    #expect(
      try state.holds(Array(Sample.bytes(600, 10_003).prefix(64)), in: state.folder.node)
    )
  }

  @Test("What waited for its moment leaves in its place, and nothing on its way is taken again")
  func inItsPlace() async throws {
    let state = try State.created()
    let store = try state.open()
    let grant = try await store.grant()
    try await store.change {
      try $0.queueOffer(1, grant: grant)
      try $0.queueOffer(2, grant: grant, held: true)
      try $0.queueOffer(3, grant: grant)
    }
    let first = try await store.take()
    #expect(first.map(\.message.message) == [1, 3].map { Sample.digest($0) })
    let last = try #require(first.last).message.row
    try state.run(state.folder.node, "UPDATE outbound SET state = 0 WHERE state = 5")
    try await store.change { _ = try $0.queueOffer(4, grant: grant) }
    let next = try await store.take(after: last).map(\.message.message)
    #expect(next == [2, 4].map { Sample.digest($0) })
  }

  @Test("A logged message without a receipt is not sent again once its grant has been stopped")
  func notSentAgain() async throws {
    let state = try State.created()
    let store = try state.open()
    let grant = try await store.grant()
    try await store.change { _ = try $0.queueOffer(1, grant: grant) }
    #expect(try await store.take().map(\.message.message) == [Sample.digest(1)])
    #expect(try await store.take().map(\.message.message) == [Sample.digest(1)])
    try await store.change { try $0.stop(grant, atMs: Sample.nowMs) }
    #expect(try await store.take().isEmpty)
    #expect(try await store.read { try $0.outboundCounts() } == [4: 1])
    // It may have left, so its peer still gets the withdrawal.
    #expect(try await store.change { try $0.wasSent(grant) })
  }

  @Test("A message under an expired or unknown grant, or itself expired, never leaves")
  func neverLeaves() async throws {
    let state = try State.created()
    let store = try state.open()
    let grant = try await store.grant(untilMs: Sample.nowMs + 100)
    try await store.change {
      try $0.queueOffer(1, grant: grant)
      try $0.queueOffer(2, grant: 77)
      try $0.queueOffer(3, grant: grant, expiresMs: Sample.nowMs + 50)
      try $0.queueOffer(4, grant: grant, held: true)
    }
    #expect(try await store.take(nowMs: Sample.nowMs + 100).isEmpty)
    let codes: String? = try state.value(
      state.folder.node,
      "SELECT group_concat(code, ' ') FROM (SELECT code FROM outbound ORDER BY id)"
    )
    #expect(codes == "grant-expired grant-missing expired")
    #expect(try await store.read { try $0.outboundCounts() } == [4: 3, 5: 1])
    #expect(try await store.logState().size == 1)
  }

  @Test("A receipt is applied once, and a later one changes nothing")
  func receipts() async throws {
    let state = try State.created()
    let store = try state.open()
    let grant = try await store.grant()
    try await store.change { transaction in
      let peer = try transaction.peer(Sample.peer)
      let referral = try transaction.openReferral(
        name: Sample.caseName,
        isSender: true,
        peer: peer,
        grant: PeerGrant(
          log: Sample.log,
          index: grant,
          purpose: "accommodation",
          basis: "consent",
          groups: ["need"],
          untilMs: Sample.nowMs + Sample.dayMs
        ),
        offer: Sample.digest(1),
        state: "queued",
        atMs: Sample.nowMs
      )
      try transaction.queueOffer(1, grant: grant, referral: referral)
    }
    let message = try #require(try await store.take().first).message
    let opening = EventOpening(
      event: Array("{}".utf8),
      salt: Sample.digest(41),
      staff: Sample.digest(42),
      personal: Sample.digest(43),
      path: [Sample.digest(44)]
    )
    var settled = false
    for (received, code) in [(true, "stored"), (true, "stored"), (false, "over-disclosure")] {
      let fates = try await store.change { transaction in
        let fates = try transaction.applyReceipt(
          peer: Sample.peer,
          view: "\(Sample.peer)/amonat/log/1\n5\n",
          lines: [
            .init(
              row: message.row,
              opened: message.opens,
              opening: opening,
              received: received,
              code: code
            )
          ],
          atMs: Sample.nowMs + 5
        )
        for fate in fates {
          _ = try transaction.delivered(referral: fate.referral, atMs: Sample.nowMs + 5)
        }
        return fates.count
      }
      // Only the first receipt decides anything.
      #expect(fates == (settled ? 0 : 1))
      settled = true
      #expect(try await store.read { try $0.outboundCounts() } == [2: 1])
      let referral = try #require(try await store.read { try $0.referral(Sample.caseName) })
      #expect(referral.state == "delivered")
      #expect(referral.code == nil)
      let receipts: Int? = try state.value(state.folder.node, "SELECT count(*) FROM receipt")
      #expect(receipts == 1)
    }
    #expect(try await store.take().isEmpty)
    let kept = try await store.read { reader in
      var found: [AuditEntry.Receipt] = []
      try reader.auditEntries(below: 2) { entry in
        if case .leaf(let leaf) = entry, let receipt = leaf.receipt { found.append(receipt) }
      }
      return found
    }
    #expect(kept.map(\.opening.path) == [[Sample.digest(44)]])
    #expect(kept.map(\.origin) == ["\(Sample.peer)/amonat/log/1"])
  }
}
