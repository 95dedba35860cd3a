internal import CanonicalBytes
internal import Foundation
internal import NodeStore
internal import Testing
internal import TransparencyLog

/// Requests under a key, closures that say no, lists in pages, and what is tidied away.
@Suite(.timeLimit(.minutes(10))) struct OnceTests {
  private let request = Sample.digest(70)

  private func mark(_ key: String = "key") -> OnceMark {
    OnceMark(key: key, request: request, atMs: Sample.nowMs)
  }

  private func answer(_ store: NodeStore, _ key: String = "key") async throws -> KnownAnswer? {
    try await store.read { try $0.answer(forKey: key, request: request) }
  }

  @Test("A crash between a change and its answer loses neither: they are one transaction")
  func oneTransaction() async throws {
    let state = try State.created()
    let store = try state.open()
    #expect(try await answer(store) == nil)
    try await OnceMark.$current.withValue(mark()) {
      try await store.change { transaction in
        try transaction.setMeta("done", "1")
        transaction.keepAnswer { Array("the answer".utf8) }
      }
    }
    // The files as they are now: nothing ran after the commit.
    let reborn = try state.crashed().open()
    #expect(try await reborn.read { try $0.meta("done") } == "1")
    #expect(try await answer(reborn) == .answer(Array("the answer".utf8)))
    let other = Sample.digest(71)
    await #expect(throws: StoreFailure.conflict("idempotency-conflict")) {
      try await reborn.read { try $0.answer(forKey: "key", request: other) }
    }
  }

  @Test("A change that left no answer is known to have been carried out")
  func lost() async throws {
    let state = try State.created()
    let store = try state.open()
    let once = mark()
    try await OnceMark.$current.withValue(once) {
      try await store.change { try $0.setMeta("done", "1") }
      try await store.change { try $0.setMeta("done", "2") }
    }
    #expect(try await answer(try state.crashed().open()) == .lost)
    try await store.change { try $0.complete(once, answer: [0x7B, 0x7D]) }
    #expect(try await answer(store) == .answer([0x7B, 0x7D]))
    try await store.change { try $0.forgetAnswers(beforeMs: Sample.nowMs) }
    #expect(try await answer(store) == .answer([0x7B, 0x7D]))
    try await store.change { try $0.forgetAnswers(beforeMs: Sample.nowMs + 1) }
    #expect(try await answer(store) == nil)
  }

  @Test("Of two requests under one key only one changes anything, however close they come")
  func race() async throws {
    let state = try State.created()
    let store = try state.open()
    try await OnceMark.$current.withValue(mark()) {
      try await store.change { try $0.setMeta("by", "first") }
    }
    await #expect(throws: StoreFailure.refused("busy")) {
      try await OnceMark.$current.withValue(mark()) {
        try await store.change { try $0.setMeta("by", "second") }
      }
    }
    #expect(try await store.read { try $0.meta("by") } == "first")
  }

  @Test("A request that was answered with a failure may be sent again under its key")
  func forgotten() async throws {
    let state = try State.created()
    let store = try state.open()
    let once = mark()
    try await OnceMark.$current.withValue(once) {
      try await store.change { try $0.setMeta("done", "1") }
    }
    #expect(once.isWritten)
    try await store.change { try $0.forget(once) }
    #expect(try await answer(store) == nil)
  }

  @Test("A closure that says no undoes its own change, keeps its reason and stops nobody")
  func declined() async throws {
    struct No: Error, Equatable { let why: Int }
    let state = try State.created()
    let store = try state.open()
    do {
      try await store.change { transaction in
        try transaction.setMeta("half", "done")
        throw No(why: 7)
      }
      Issue.record("changed")
    } catch StoreFailure.declined(let declined) {
      #expect(declined.error as? No == No(why: 7))
    }
    #expect(await store.fatalFailure == nil)
    #expect(try await store.read { try $0.meta("half") } == nil)
    try await store.change { try $0.setMeta("whole", "done") }
    #expect(try await store.read { try $0.meta("whole") } == "done")
  }

  @Test("A list comes in pages that leave nothing out and name nothing twice")
  func pages() async throws {
    let state = try State.created()
    let store = try state.open()
    try await store.change { transaction in
      for number in 0..<23 {
        let name = Hex.encode(Sample.bytes(16, 300 + UInt64(number)))
        try transaction.openCase(name: name, desk: "intake", atMs: Sample.nowMs + UInt64(number))
      }
      let peer = try transaction.peer(Sample.peer)
      for number in 0..<21 as Range<UInt64> {
        _ = try transaction.openReferral(
          name: Hex.encode(Sample.bytes(16, 400 + number)),
          isSender: number.isMultiple(of: 3),
          peer: peer,
          grant: PeerGrant(
            log: Sample.log,
            index: number,
            purpose: "health",
            basis: "consent",
            groups: ["need"],
            untilMs: Sample.nowMs
          ),
          offer: Sample.digest(500 + number),
          state: "delivered",
          atMs: Sample.nowMs
        )
      }
    }
    try await store.read { reader in
      let cases = try Self.walk { try reader.cases(after: $0, limit: 5) }
      #expect(cases.pages == 5 && Set(cases.lines.map(\.name)).count == 23)
      #expect(cases.lines.map(\.atMs) == cases.lines.map(\.atMs).sorted(by: >))
      let all = try Self.walk {
        try reader.referrals(isSender: nil, state: nil, after: $0, limit: 5)
      }
      #expect(all.pages == 5 && Set(all.lines.map(\.name)).count == 21)
      let sent = try Self.walk {
        try reader.referrals(isSender: true, state: "delivered", after: $0, limit: 5)
      }
      #expect(sent.pages == 2 && sent.lines.count == 7 && sent.lines.allSatisfy(\.isSender))
      // A page that is just full has no successor.
      #expect(try reader.cases(after: nil, limit: 23).next == nil)
    }
  }

  private static func walk<Line>(
    _ page: (Int64?) throws -> NodeReader.Page<Line>
  ) throws -> (lines: [Line], pages: Int) {
    var (lines, place, pages): ([Line], Int64?, Int) = ([], nil, 0)
    repeat {
      let found = try page(place)
      #expect(found.lines.count <= 5)
      (lines, place, pages) = (lines + found.lines, found.next, pages + 1)
    } while place != nil
    return (lines, pages)
  }

  @Test("Sealed bytes go when their message has its answer, and stay while it may be sent again")
  func delivered() async throws {
    let state = try State.created()
    let store = try state.open()
    let grant = try await store.grant()
    let rows = try await store.change { transaction in
      try (1...4).map { try transaction.queueOffer($0, grant: grant) }
    }
    #expect(try await store.take().count == 4)
    let opening = try await store.change { _ in
    } after: { _, log in
      try #require(try log.openings([1]).first)
    }
    try await store.change { transaction in
      _ = try transaction.applyReceipt(
        peer: Sample.peer,
        view: "a view",
        lines: [
          .init(row: rows[0], opened: nil, opening: opening, received: true, code: "stored"),
          .init(row: rows[1], opened: nil, opening: opening, received: false, code: "policy"),
        ],
        atMs: Sample.nowMs
      )
      _ = try transaction.refusedOutright(row: rows[2], code: "hash")
    }
    var (place, dropped): (Int64?, Int) = (0, 0)
    while let after = place {
      let done = try await store.change { try $0.dropDelivered(after: after, limit: 2) }
      (place, dropped) = (done.next, dropped + done.dropped)
    }
    #expect(dropped == 3)
    // The one without an answer is sent again, byte for byte.
    #expect(try await store.take().map(\.message.envelope) == [Sample.bytes(600, 10_004)])
    try await store.finishErasure(probes: [1, 2, 3].map { Sample.bytes(600, $0 + 10_000) })
    #expect(try await store.read { try $0.outboundCounts() } == [1: 1, 2: 1, 3: 2])
    #expect(try state.value(state.folder.node, "SELECT count(*) FROM receipt") == 2)
  }
}
