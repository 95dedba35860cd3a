internal import CanonicalBytes
internal import Foundation
internal import NodeStore
internal import Sealing
internal import Testing
internal import TransparencyLog

/// Opening log n + 1 once the guard of log n is lost (K1, R6; attack A7).
@Suite(.timeLimit(.minutes(10))) struct RecoveryTests {
  private static let next = "ministry.example/amonat/log/2"

  /// A node with grants and messages that has lost its guard, and the checkpoint that a peer holds.
  private struct Lost {
    let state: State
    let ending: RecoveryStore.Ending
    let grants: [UInt64]
  }

  /// The peer has seen the first grant and message; the second of each came after that.
  private func lost() async throws -> Lost {
    let state = try State.created()
    var grants: [UInt64] = []
    var ending: RecoveryStore.Ending?
    do {
      let store = try state.open()
      let first = try await store.grant(1)
      grants.append(first)
      try await store.change { _ = try $0.queueOffer(1, grant: first) }
      #expect(try await store.take().count == 1)
      let seen = try await store.logState()
      ending = .init(size: seen.size, root: seen.root, note: seen.note)
      grants.append(try await store.grant(2))
      let second = grants[1]
      try await store.change { _ = try $0.queueOffer(2, grant: second) }
      #expect(try await store.take().count == 2)
    }
    let crashed = try state.crashed()
    try crashed.remove(crashed.folder.checkpoints)
    return Lost(state: crashed, ending: try #require(ending), grants: grants)
  }

  @Test("A sound guard is left alone")
  func sound() async throws {
    let state = try State.created()
    try await state.open().receive(3)
    #expect(throws: StoreFailure.conflict("fork guard")) {
      try RecoveryStore(opening: state.folder)
    }
    #expect(try state.open().identity.number == 1)
  }

  @Test("The next log begins by saying which log it follows, and where that one ended")
  func begins() async throws {
    let lost = try await lost()
    let recovery = try RecoveryStore(opening: lost.state.folder)
    #expect(recovery.guarded == nil)
    #expect(
      try recovery.openNextLog(lost.ending, heard: [Sample.peer: 1], atMs: Sample.nowMs) == 2
    )
    let store = try lost.state.open()
    #expect(store.identity.log == Self.next)
    let (first, size) = try await store.change { _ in
    } after: { _, log in
      (try log.openings([0]).first?.verify(size: log.size, root: log.root), log.size)
    }
    #expect(first?.type == .succeed)
    #expect(first?.string(.oldLog) == Sample.log)
    #expect(first?.integer(.size) == lost.ending.size)
    #expect(first?.digest(.root) == lost.ending.root)
    // The key of the closed log signs nothing any more, and the new guard knows the new log.
    #expect(try store.checkpoints.own(Sample.log) == nil)
    #expect(try store.checkpoints.own(Self.next)?.size == size)
    #expect(store.logKey == (try NodeStore.signingKey(store.keyring, named: "log/2").publicKey))
    // No number of the old log is used again.
    #expect(size > 5)
    #expect(try await store.read { try $0.pastLogs() }.map(\.isProvable) == [true])
    #expect(try await store.read { try $0.successions() }.map(\.oldLog) == [Sample.log])
    // A start without the guard once more: log 3.
    let again = try lost.state.crashed()
    try again.remove(again.folder.checkpoints)
    #expect(throws: StoreFailure.guardMissing) { try again.open() }
    let more = try RecoveryStore(opening: again.folder)
    #expect(try more.openNextLog(more.local(), heard: [:], atMs: Sample.nowMs) == 3)
    #expect(try again.open().identity.number == 3)
  }

  @Test("What the peer has not seen is given again; what it has seen opens under the closed log")
  func carriesOn() async throws {
    let lost = try await lost()
    _ = try RecoveryStore(opening: lost.state.folder).openNextLog(
      lost.ending,
      heard: [Sample.peer: 1],
      atMs: Sample.nowMs
    )
    let store = try lost.state.open()
    let first = try #require(try await store.change { try $0.ownGrant(lost.grants[0]) })
    #expect(first.log == Sample.log)
    #expect(try await store.change { try $0.ownGrant(lost.grants[1]) } == nil)
    let all = try await store.read { try $0.grants(caseName: Sample.caseName) }
    let second = try #require(all.first { $0.log == Self.next })
    #expect(all.count == 2)
    #expect(!second.stopped && second.peer == Sample.peer && second.groups == ["identity", "need"])

    // Both messages are logged again here; the first rests on the closed log.
    let messages = try await store.take().map(\.message)
    #expect(messages.map(\.message) == [1, 2].map(Sample.digest))
    #expect(messages.map(\.grantLog) == [Sample.log, Self.next])
    #expect(messages.map(\.grantIndex) == [first.index, second.index])
    let opened = try await store.change { _ in
    } after: { _, log in
      (
        try log.opening(first.index, of: Sample.log), log.canOpen(second.index, of: Self.next),
        log.canOpen(lost.grants[1], of: Sample.log), log.canOpen(0, of: "x.example/amonat/log/1")
      )
    }
    #expect(opened.0.closedCheckpoint == lost.ending.note)
    let event = try opened.0.verify(size: lost.ending.size, root: lost.ending.root)
    #expect(event.type == .grant && event.string(.log) == Sample.log)
    #expect(opened.1)
    #expect(!opened.2, "beyond the end of the closed log")
    #expect(!opened.3)
  }

  @Test("Numbers go on from what the peers have seen, and wait for those not reached")
  func numbers() async throws {
    for heard in [[Sample.peer: 6], [:]] as [[String: UInt64]] {
      let lost = try await lost()
      _ = try RecoveryStore(opening: lost.state.folder).openNextLog(
        lost.ending,
        heard: heard,
        atMs: Sample.nowMs
      )
      let store = try lost.state.open()
      if heard.isEmpty {
        #expect(try await store.take().isEmpty)
        #expect(try await store.read { try $0.awaitsResync(Sample.peer) })
        try await store.change { transaction in
          try transaction.resync(peer: transaction.peer(Sample.peer), seenSeq: 6)
        }
      }
      #expect(try await store.take().map { $0.event.integer(.seq) } == [7, 8])
    }
  }

  @Test("Where leaves are missing every grant is stopped: a withdrawal may be among them")
  func missingLeaves() async throws {
    let lost = try await lost()
    let ending = RecoveryStore.Ending(size: 40, root: Sample.digest(77), note: lost.ending.note)
    _ = try RecoveryStore(opening: lost.state.folder).openNextLog(
      ending,
      heard: [Sample.peer: 9],
      atMs: Sample.nowMs
    )
    let store = try lost.state.open()
    #expect(try await store.read { try $0.pastLogs() }.map(\.isProvable) == [false])
    let grants = try await store.read { try $0.grants(caseName: Sample.caseName) }
    #expect(grants.map(\.stopped) == [true, true])
    #expect(try await store.take().isEmpty)
    // Numbers of the ended log are below every new one.
    #expect(try await store.logState().size > 40)
  }

  @Test("An answer given in a log that has ended is given again in the next, once")
  func answersAgain() async throws {
    let state = try State.created()
    let store = try state.open()
    let draft = InboundDraft(
      peer: Sample.peer,
      seq: 1,
      message: Sample.digest(5),
      kind: "offer",
      expiresMs: Sample.nowMs + Sample.dayMs,
      received: true,
      outcome: "stored",
      envelope: nil,
      atMs: Sample.nowMs
    )
    let old = try await store.change { try $0.store(draft, referral: nil).index }
    let seen = try await store.logState()
    let crashed = try state.crashed()
    try crashed.remove(crashed.folder.checkpoints)
    _ = try RecoveryStore(opening: crashed.folder).openNextLog(
      .init(size: seen.size, root: seen.root, note: seen.note),
      heard: [:],
      atMs: Sample.nowMs
    )
    let next = try crashed.open()
    var indices: [UInt64] = []
    for _ in 0..<2 {
      let index = try await next.change { transaction -> UInt64? in
        guard let facts = try transaction.inbound(message: Sample.digest(5)) else { return nil }
        return try transaction.answerAgain(facts, peer: Sample.peer, atMs: Sample.nowMs)
      }
      indices.append(try #require(index))
    }
    #expect(indices[0] > old && indices[0] == indices[1])
    let last = indices[0]
    let event = try await next.change { _ in
    } after: { _, log in
      try log.openings([last]).first?.verify(size: log.size, root: log.root)
    }
    #expect(event?.type == .receive && event?.digest(.message) == Sample.digest(5))
  }

  @Test("A keyring of before an erasure is erased again, by what the log says (C6)")
  func erasedAgain() async throws {
    let state = try State.created()
    let store = try state.open()
    let grant = try await store.grant()
    let old = try state.crashed()
    let person = try #require(try await store.change { try $0.ownGrant(grant) }).person
    try store.keyring.erasePersonKeys([person])
    try await store.change {
      _ = try $0.logErasure(
        targets: [grant],
        cause: grant,
        backupsUntilMs: Sample.nowMs,
        staff: Sample.staff
      )
    }
    let seen = try await store.logState()
    let restored = try state.crashed()
    try restored.replace(\.keyring, from: old)
    try restored.remove(restored.folder.checkpoints)
    let recovery = try RecoveryStore(opening: restored.folder)
    #expect(try recovery.keyring.personKey(person) != nil)
    _ = try recovery.openNextLog(
      .init(size: seen.size, root: seen.root, note: seen.note),
      heard: [:],
      atMs: Sample.nowMs
    )
    #expect(try restored.open().keyring.personKey(person) == nil)
  }

  @Test("A larger checkpoint under this log's own key stops the writer, and is guarded (K1)")
  func rolledBack() async throws {
    let state = try State.created()
    let store = try state.open()
    try await store.receive(3)
    let key = try NodeStore.signingKey(store.keyring, named: "log/1")
    let shown = Checkpoint(origin: Sample.log, size: 9, root: Sample.digest(8))
    let note = Checkpoint.sign(origin: Sample.log, size: 9, root: Sample.digest(8), key: key)
    // A smaller one says nothing.
    try await store.stop(
      for: Checkpoint(origin: Sample.log, size: 2, root: Sample.digest(8)),
      note: note
    )
    #expect(await store.fatalFailure == nil)
    try await store.stop(for: shown, note: note)
    let failure = StoreFailure.logBehindGuard(held: 3, guarded: 9)
    #expect(await store.fatalFailure == failure)
    await #expect(throws: failure) { try await store.receive(1, from: 50) }
    let crashed = try state.crashed()
    #expect(throws: failure) { try crashed.open() }
    let recovery = try RecoveryStore(opening: crashed.folder)
    #expect(recovery.guarded?.size == 9)
    #expect(recovery.guarded?.note == note)
  }
}
