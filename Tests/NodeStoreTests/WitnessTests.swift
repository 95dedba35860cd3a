internal import CanonicalBytes
internal import Foundation
internal import NodeStore
internal import Sealing
internal import Testing
internal import TransparencyLog

/// What is kept of published checkpoints, evidence and refusals.
@Suite(.timeLimit(.minutes(10))) struct WitnessStoreTests {
  private let origin = "\(Sample.peer)/amonat/log/1"

  private func heard(
    _ size: UInt64,
    root: UInt64 = 60,
    proved: Bool = true,
    settled: UInt64? = nil
  ) -> HeardCheckpoint {
    HeardCheckpoint(
      origin: origin,
      key: Sample.digest(50),
      size: size,
      root: Sample.digest(root + size),
      note: "note \(size) \(root)",
      atMs: Sample.nowMs,
      isProved: proved,
      settledMs: settled
    )
  }

  @Test("A receipt is final once a settled checkpoint that is proved extends it (RCP-008)")
  func finality() async throws {
    let store = try State.created().open()
    let key = SigningKey.generate()
    let grant = try await store.grant()
    try await store.change { _ = try $0.queueOffer(1, grant: grant) }
    let taken = try #require(try await store.take().first)
    let opening = try await store.change { _ in
    } after: { _, log in
      try log.openings([0]).first
    }
    let line = NodeTransaction.ReceiptLine(
      row: taken.message.row,
      opened: taken.message.opens,
      opening: try #require(opening),
      received: true,
      code: "stored"
    )
    let view = Checkpoint.sign(origin: origin, size: 30, root: Sample.digest(9), key: key)
    _ = try await store.change {
      try $0.applyReceipt(peer: Sample.peer, view: view, lines: [line], atMs: Sample.nowMs)
    }
    func open(_ beforeMs: UInt64) async throws -> UInt64 {
      try await store.read { try $0.viewsOpen(sinceBeforeMs: beforeMs) }
    }
    #expect(try await open(Sample.nowMs) == 0)
    #expect(try await open(Sample.nowMs + 1) == 1)
    // Not settled, not proved, or too small: none of these makes it final.
    try await store.change { transaction in
      try transaction.hear(heard(32))
      try transaction.hear(heard(48, proved: false, settled: 5))
      try transaction.hear(heard(16, settled: 5))
    }
    #expect(try await open(Sample.nowMs + 1) == 1)
    try await store.change { _ = try $0.hear(heard(32, settled: 7)) }
    #expect(try await open(Sample.nowMs + 1) == 0)
    #expect(try await store.read { try $0.newestHeardSettled() }.map(\.size) == [32])
    #expect(try await store.read { try $0.unproved() }.map(\.size) == [48])
  }

  @Test("What is known of a checkpoint only grows, and another root for its size is seen")
  func grows() async throws {
    let store = try State.created().open()
    let rising = heard(16)
    #expect(try await store.change { try $0.hear(heard(16, proved: false)) })
    #expect(try await store.change { try $0.hear(rising) })
    #expect(try await !store.change { try $0.hear(heard(16, proved: false)) })
    #expect(try await store.read { try $0.unproved() }.isEmpty)
    let other = try await store.change { try $0.heardOtherwise(heard(16, root: 70)) }
    #expect(other == rising.note)
    #expect(try await store.change { try $0.heardOtherwise(rising) } == nil)
  }

  @Test("Evidence of two histories is one event, however often it comes (CHK-036; attack B6)")
  func evidence() async throws {
    let store = try State.created().open()
    let key = SigningKey.generate()
    let notes = [1, 2].map {
      Checkpoint.sign(origin: origin, size: 16, root: Sample.digest($0), key: key)
    }
    let evidence = try #require(
      ForkEvidence(notes[0], notes[1], origin: origin, key: key.publicKey)
    )
    // Two sizes are no evidence, and a stranger's key is none.
    let longer = Checkpoint.sign(origin: origin, size: 17, root: Sample.digest(3), key: key)
    #expect(ForkEvidence(notes[0], longer, origin: origin, key: key.publicKey) == nil)
    let stranger = SigningKey.generate().publicKey
    #expect(ForkEvidence(notes[0], notes[1], origin: origin, key: stranger) == nil)

    for isNew in [true, false] {
      let kept = try await store.change {
        try $0.keep(fork: evidence, peer: Sample.peer, atMs: Sample.nowMs)
      }
      #expect(kept == isNew)
    }
    let state = try await store.change { _ in
    } after: { _, log in
      (log.size, try log.openings([0]).first?.verify(size: log.size, root: log.root))
    }
    #expect(state.0 == 1)
    #expect(state.1?.type == .evidence)
    #expect(state.1?.string(.kind) == "log")
    #expect(state.1?.digest(.message) == evidence.hash)
    #expect(
      try await store.read { try $0.evidence(kind: "log") }.map(\.first) == [evidence.notes[0]]
    )
  }

  @Test("Attack D1: refusals that leave no event are counted into the log, and counted anew")
  func refusals() async throws {
    let store = try State.created().open()
    try await store.change { transaction in
      for offset in 0..<5 as Range<UInt64> {
        try transaction.countRefusal(
          peer: Sample.peer,
          code: "hash",
          atMs: Sample.nowMs + offset
        )
      }
      try transaction.countRefusal(peer: Sample.peer, code: "suite", atMs: Sample.nowMs + 9)
    }
    #expect(try await store.read { try $0.hasRefusals(beganByMs: Sample.nowMs) })
    let logged = try await store.change {
      try $0.logRefusals(beganByMs: Sample.nowMs, atMs: Sample.nowMs + 10)
    }
    #expect(logged == 1)
    let event = try await store.change { _ in
    } after: { _, log in
      try log.openings([log.size - 1]).first?.verify(size: log.size, root: log.root)
    }
    #expect(event?.type == .refusals)
    #expect(event?.string(.code) == "hash")
    #expect(event?.string(.peer) == Sample.peer)
    #expect(event?.integer(.count) == 5)
    #expect(event?.integer(.from) == Sample.nowMs)
    #expect(event?.integer(.to) == Sample.nowMs + 4)
    // Counted anew from here; the younger count still waits.
    #expect(try await !store.read { try $0.hasRefusals(beganByMs: Sample.nowMs) })
    #expect(try await store.read { try $0.hasRefusals(beganByMs: Sample.nowMs + 9) })
  }

  @Test("Tiles hold what the log holds, and nothing beyond the newest heartbeat (CHK-022)")
  func tiles() async throws {
    let state = try State.created()
    let store = try state.open()
    try await store.receive(300)
    let mark = try await store.change {
      try $0.appendPads(4)
    } after: { _, log in
      (log.size, log.note)
    }
    func tile(_ path: String) async throws -> [UInt8]? {
      guard let request = TileRequest(path: path) else { return nil }
      return try await store.tile(request)
    }
    #expect(try await tile("/tile/0/000") == nil)
    try await store.change { try $0.keepMark(size: mark.0, note: mark.1, atMs: Sample.nowMs) }
    try await store.receive(20, from: 9_000)

    let full = try #require(try await tile("/tile/0/000"))
    let rest = try #require(try await tile("/tile/0/001.p/48"))
    let leaves = try #require(try await tile("/tile/entries/001.p/48"))
    #expect(full.count == 256 * 32 && rest.count == 48 * 32 && leaves.count == 48 * 99)
    // A stranger rebuilds the published root from the tiles alone.
    var tree = LogTree()
    for hashes in [full, rest] {
      for offset in stride(from: 0, to: hashes.count, by: 32) {
        tree.append(try #require(Digest32(hashes, at: offset)))
      }
    }
    let shown = try #require(try? Checkpoint.claimed(note: mark.1))
    #expect(shown.size == 304 && tree.size == 304)
    #expect(tree.root == shown.root)
    // And each leaf gives its hash, pads included.
    for place in 0..<48 {
      let leaf = Array(leaves[(place * 99 + 2)..<(place * 99 + 99)])
      #expect(Array(leaves[(place * 99)..<(place * 99 + 2)]) == [0, 97])
      #expect(LogLeaf(parsing: leaf)?.hash == Digest32(rest, at: place * 32))
    }
    #expect(try await tile("/tile/1/000.p/1") != nil)
    for hidden in ["/tile/0/001.p/49", "/tile/0/001", "/tile/entries/001.p/49", "/tile/1/000.p/2"] {
      #expect(try await tile(hidden) == nil, "\(hidden)")
    }
  }

  @Test("A tile whose bytes were changed on the disk is not used")
  func changedTile() async throws {
    let state = try State.created()
    let store = try state.open()
    try await store.receive(600)
    let copy = try state.crashed()
    _ = try await store.logState()
    let changed = try copy.tamper(
      copy.folder.node,
      "UPDATE tile SET hashes = zeroblob(8192) WHERE id = 0"
    )
    #expect(changed == 1)
    let reborn = try copy.open()
    await #expect(throws: StoreFailure.logChanged) {
      _ = try await reborn.change { _ in
      } after: { _, log in
        try log.openings([3])
      }
    }
  }
}
