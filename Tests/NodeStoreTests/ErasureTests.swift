internal import CanonicalBytes
internal import Foundation
internal import NodeStore
internal import Testing
internal import TransparencyLog

/// Messages that have come in, and what an erasure leaves of them.
@Suite(.timeLimit(.minutes(10))) struct ErasureTests {
  /// Stores an offer of the peer under its own referral.
  private func storeOffer(
    _ number: UInt64,
    in transaction: NodeTransaction
  ) throws -> (referral: Int64, index: UInt64) {
    let peer = try transaction.peer(Sample.peer)
    let referral = try transaction.openReferral(
      name: Hex.encode(Sample.bytes(16, number)),
      isSender: false,
      peer: peer,
      grant: PeerGrant(
        log: "\(Sample.peer)/amonat/log/1",
        index: number,
        purpose: "accommodation",
        basis: "consent",
        groups: ["need"],
        untilMs: Sample.nowMs + Sample.dayMs
      ),
      offer: Sample.digest(number),
      state: "received",
      atMs: Sample.nowMs
    )
    let stored = try transaction.store(
      InboundDraft(
        peer: Sample.peer,
        seq: number,
        message: Sample.digest(number),
        kind: "offer",
        expiresMs: Sample.nowMs + Sample.dayMs,
        received: true,
        outcome: "stored",
        envelope: envelope(number),
        atMs: Sample.nowMs
      ),
      referral: referral
    )
    return (referral, stored.index)
  }

  private func envelope(_ number: UInt64) -> [UInt8] { Sample.bytes(6000, number + 70_000) }

  /// Pieces of an envelope, so that no page boundary hides all of them.
  private func traces(_ number: UInt64, in state: State) throws -> Int {
    let bytes = envelope(number)
    return try stride(from: 0, to: bytes.count - 32, by: 500).filter {
      try state.holds(Array(bytes[$0..<$0 + 32]), in: state.folder.node)
    }.count
  }

  @Test("What was received is erased from the file and its log, and the event stays")
  func erase() async throws {
    let state = try State.created()
    let store = try state.open()
    let (referral, index) = try await store.change { transaction in
      _ = try storeOffer(1, in: transaction)
      return try storeOffer(2, in: transaction)
    }
    #expect(try await store.read { try $0.inbound(referral: referral).count } == 1)
    #expect(try traces(1, in: state) == 12)
    #expect(try traces(2, in: state) == 12)
    let before = try await store.logState()

    let (probes, events) = try await store.change { transaction in
      let (probes, events) = try transaction.eraseReceived(
        referral: referral,
        groups: ["need"],
        all: true,
        strip: { bytes, _ in (nil, [bytes]) },
        atMs: Sample.nowMs + 9
      )
      let erased = try transaction.logErasure(
        targets: events,
        cause: index,
        backupsUntilMs: Sample.nowMs,
        staff: Sample.staff
      )
      #expect(erased == before.size)
      return (probes, events)
    }
    #expect(events == [index])
    // Pieces all along the ciphertext, the last bytes among them.
    #expect(probes.count > 12)
    #expect(probes.last == Array(envelope(2).suffix(32)))
    try await store.finishErasure(probes: probes)
    #expect(try traces(2, in: state) == 0)
    #expect(try traces(1, in: state) == 12)
    #expect(try await store.read { try $0.inbound(referral: referral).isEmpty })
    try await store.change({ _ in }) { _, log in
      let opening = try #require(try log.openings([index]).first)
      #expect(try opening.verify(size: log.size, root: log.root).type == .receive)
    }
    // The message is still known, so that a copy of it is not taken in again.
    let known = try await store.change { transaction in
      try transaction.inbound(message: Sample.digest(2))?.index
    }
    #expect(known == index)
    #expect(try traces(2, in: try state.crashed()) == 0)
  }

  @Test("Bytes that are still there are not reported erased")
  func incomplete() async throws {
    let state = try State.created()
    let store = try state.open()
    try await store.change { _ = try storeOffer(1, in: $0) }
    let probe = Array(envelope(1).suffix(32))
    await #expect(throws: StoreFailure.refused("erase-incomplete")) {
      try await store.finishErasure(probes: [probe])
    }
    await #expect(throws: StoreFailure.refused("erase-incomplete")) {
      try await store.finishErasure(probes: [Sample.bytes(32, 1), probe])
    }
    try await store.finishErasure(probes: [Sample.bytes(32, 8)])
  }

  @Test("Any piece of a value that is still there is found, wherever it stands in the value")
  func anyPiece() async throws {
    let state = try State.created()
    let store = try state.open()
    let whole = Sample.bytes(6_000, 4_711)
    // What a page left over: the value's beginning is gone, a piece of its middle is not.
    for place in [0, 480, 2_880, 5_968] {
      let rest = Array(whole[place..<place + 32])
      try await store.change { try $0.setMeta("left", Hex.encode(rest)) }
      try await store.finishErasure(probes: [whole])
      let file = state.folder.node.path + "-wal"
      #expect(FileManager.default.fileExists(atPath: file))
      let handle = try #require(FileHandle(forWritingAtPath: file))
      let end = try handle.seekToEnd()
      try handle.write(contentsOf: Data(rest))
      // Only looked at: a store that has it open would not see a frame in these bytes.
      await #expect(throws: StoreFailure.refused("erase-incomplete"), "\(place)") {
        try await store.scanOnly(probes: [whole])
      }
      try handle.truncate(atOffset: end)
      try handle.close()
    }
    try await store.finishErasure(probes: [whole])
  }

  @Test("A message is known by its number and by its id, and a number is used once")
  func known() async throws {
    let state = try State.created()
    let store = try state.open()
    try await store.change { _ = try storeOffer(1, in: $0) }
    try await store.change { transaction in
      let peer = try transaction.peer(Sample.peer)
      #expect(try transaction.inbound(peer: peer, seq: 1)?.message == Sample.digest(1))
      #expect(try transaction.inbound(peer: peer, seq: 2) == nil)
      #expect(try transaction.inbound(message: Sample.digest(1))?.outcome == "stored")
      #expect(try transaction.inbound(message: Sample.digest(2)) == nil)
    }
    await #expect(throws: StoreFailure.conflict("node.db")) {
      try await store.change { _ = try storeOffer(1, in: $0) }
    }
    #expect(try await store.logState().size == 1)
    // Read from the file after a start.
    let reborn = try state.crashed().open()
    let index = try await reborn.change { try $0.inbound(message: Sample.digest(1))?.index }
    #expect(index == 0)
  }
}
