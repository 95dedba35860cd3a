internal import NodeStore
internal import Testing

@Suite struct TimerTests {
  private struct Undone: Error {}

  private func referral(_ transaction: NodeTransaction, _ grant: UInt64 = 0) throws -> Int64 {
    try transaction.openReferral(
      name: Sample.caseName,
      isSender: true,
      peer: try transaction.peer(Sample.peer),
      grant: PeerGrant(
        log: Sample.log,
        index: grant,
        purpose: "accommodation",
        basis: "consent",
        groups: ["need"],
        untilMs: Sample.nowMs + Sample.dayMs
      ),
      offer: Sample.digest(1),
      state: "delivered",
      priority: "urgent",
      atMs: Sample.nowMs
    )
  }

  @Test("REF-020 a clock stands or falls with the change that starts it")
  func oneTransaction() async throws {
    let state = try State.created()
    let store = try state.open()
    let row = try await store.change { try referral($0) }
    await #expect(throws: (any Error).self) {
      try await store.change { transaction in
        try transaction.arm(referral: row, timer: "decide", startedMs: 1, firesMs: 2)
        throw Undone()
      }
    }
    #expect(try await store.read { try $0.clocks() }.isEmpty)
    try await store.change {
      try $0.arm(referral: row, timer: "decide", startedMs: 5, firesMs: 9)
      try $0.arm(referral: row, timer: "acknowledge", startedMs: 5, firesMs: 7)
    }
    #expect(try await store.read { try !$0.hasDueTimers(nowMs: 6) })
    #expect(try await store.read { try $0.hasDueTimers(nowMs: 7) })
    let due = try await store.change { try $0.dueTimers(nowMs: 9, limit: 8).map(\.name) }
    #expect(due == ["acknowledge", "decide"])
    try await store.change {
      try $0.disarm(referral: row, timer: "decide")
      try $0.disarmAll(referral: row)
    }
    #expect(try await store.read { try $0.clocks() }.isEmpty)
  }

  @Test("REF-022 a clock that stands still fires nothing, and is asked about once")
  func pausing() async throws {
    let state = try State.created()
    let store = try state.open()
    let found = try await store.change { transaction -> [TimerRow] in
      let row = try referral(transaction)
      try transaction.arm(referral: row, timer: "decide", startedMs: 100, firesMs: 200)
      guard let running = try transaction.timer(referral: row, named: "decide") else { return [] }
      try transaction.pause(running, cause: "info", atMs: 150)
      guard let paused = try transaction.timer(referral: row, named: "decide") else { return [] }
      // A second reason does not overwrite the first.
      try transaction.pause(paused, cause: "dark", atMs: 160)
      guard let still = try transaction.timer(referral: row, named: "decide") else { return [] }
      try transaction.resume(still, stoodMs: 40, darkMs: 0, firesMs: 240)
      guard let again = try transaction.timer(referral: row, named: "decide") else { return [] }
      return [running, still, again]
    }
    #expect(found.count == 3)
    #expect(found.map(\.pausedMs) == [nil, 150, nil])
    #expect(found.map(\.asked) == [false, true, true])
    #expect(found[1].cause == "info" && found[1].firesMs == UInt64(Int64.max))
    #expect(found[2].stoodMs == 40 && found[2].darkMs == 0 && found[2].firesMs == 240)
  }

  @Test(
    "Clocks of one peer are found apart from those of others, and dark ones apart from the rest"
  )
  func dark() async throws {
    let state = try State.created()
    let store = try state.open()
    try await store.change { transaction in
      let row = try referral(transaction)
      for name in ["acknowledge", "decide"] {
        try transaction.arm(referral: row, timer: name, startedMs: 1, firesMs: 2)
      }
      if let timer = try transaction.timer(referral: row, named: "decide") {
        try transaction.pause(timer, cause: "dark", atMs: 1)
      }
    }
    let names = try await store.change { transaction in
      [
        try transaction.timers(peer: Sample.peer, areDark: true).map(\.name),
        try transaction.timers(peer: Sample.peer, areDark: false).map(\.name),
        try transaction.timers(peer: "other.example", areDark: false).map(\.name),
      ]
    }
    #expect(names == [["decide"], ["acknowledge"], []])
    let clocks = try await store.read { try $0.peerClocks() }.sorted { $0.timer < $1.timer }
    #expect(clocks.map(\.timer) == ["acknowledge", "decide"])
    #expect(clocks.map(\.areDark) == [false, true])
    #expect(clocks.allSatisfy { $0.agency == Sample.peer && $0.isSender && $0.heardAtMs == 0 })
  }

  @Test("Signals are written only where somebody wants to be told, and forgotten in the end")
  func signals() async throws {
    let state = try State.created()
    let store = try state.open()
    #expect(try await store.change { $0.tellsPeople } == false)
    try await store.change { $0.setTellsPeople(true) }
    #expect(try await store.change { $0.tellsPeople })
    try await store.change {
      try $0.signal(referral: nil, reason: "arrived", stage: "desk", atMs: Sample.nowMs)
    }
    let waiting = try await store.read { try $0.waitingSignals(limit: 9, tries: 2) }
    let first = try #require(waiting.first)
    #expect(first.reason == "arrived" && first.stage == "desk" && first.desk == nil)
    for _ in 0..<2 { try await store.change { try $0.markSignal(first.row, sentMs: nil) } }
    #expect(try await store.read { try $0.waitingSignals(limit: 9, tries: 2) }.isEmpty)
    #expect(try await store.read { try $0.waitingSignals(limit: 9, tries: 3) }.count == 1)
    try await store.change { try $0.forgetSignals(beforeMs: Sample.nowMs + 1) }
    #expect(try await store.read { try $0.waitingSignals(limit: 9, tries: 9) }.isEmpty)
  }
}
