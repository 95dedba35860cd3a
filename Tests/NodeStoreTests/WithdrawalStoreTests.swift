internal import CanonicalBytes
internal import NodeStore
internal import Testing
internal import TransparencyLog

/// Withdrawals as the store keeps them.
@Suite(.timeLimit(.minutes(10))) struct WithdrawalStoreTests {
  private static let theirLog = "\(Sample.peer)/amonat/log/1"

  private func entomb(
    _ transaction: NodeTransaction,
    _ message: UInt64,
    groups: [String]?,
    asked: Bool,
    afterMs: UInt64? = Sample.nowMs + 9
  ) throws {
    try transaction.entomb(
      peer: transaction.peer(Sample.peer),
      log: Self.theirLog,
      index: 4,
      untilMs: Sample.nowMs + Sample.dayMs,
      message: Sample.digest(message),
      groups: groups,
      asked: asked,
      eraseAfterMs: asked ? afterMs : nil,
      atMs: Sample.nowMs
    )
  }

  private func tombstone(_ transaction: NodeTransaction) throws -> NodeTransaction.Tombstone {
    try #require(
      try transaction.tombstone(
        peer: transaction.peer(Sample.peer),
        log: Self.theirLog,
        index: 4
      )
    )
  }

  @Test("A grant never seen is withdrawn all the same, wholly or by group (WDR-003, WDR-016)")
  func unseen() async throws {
    let state = try State.created()
    try await state.open().change { transaction in
      func isWithdrawn(_ groups: [String]) throws -> Bool {
        try transaction.isWithdrawn(
          peer: transaction.peer(Sample.peer),
          log: Self.theirLog,
          index: 4,
          groups: groups
        )
      }
      #expect(try !isWithdrawn(["need"]))
      try entomb(transaction, 1, groups: ["health"], asked: false)
      #expect(try isWithdrawn(["health", "need"]))
      #expect(try !isWithdrawn(["need"]))
      try entomb(transaction, 2, groups: nil, asked: false)
      #expect(try isWithdrawn(["need"]))
    }
  }

  @Test("A stop after the erasure of one group never erases the rest (WDR-007)")
  func stopAfterPart() async throws {
    let state = try State.created()
    try await state.open().change { transaction in
      try entomb(transaction, 1, groups: ["health"], asked: true)
      try entomb(transaction, 2, groups: nil, asked: false)
      let both = try tombstone(transaction)
      #expect(both.groups == nil && both.askedGroups == ["health"] && both.asked)
      try entomb(transaction, 3, groups: ["contact"], asked: true)
      #expect(try tombstone(transaction).askedGroups == ["contact", "health"])
      try entomb(transaction, 4, groups: nil, asked: true)
      #expect(try tombstone(transaction).askedGroups == nil)
    }
  }

  @Test("Each message that asked for an erasure is answered once (WDR-020)")
  func asks() async throws {
    let state = try State.created()
    try await state.open().change { transaction in
      let peer = try transaction.peer(Sample.peer)
      for (message, kind) in [(1, "recall"), (2, "withdraw"), (2, "withdraw")] {
        try transaction.noteAsk(
          peer: peer,
          log: Self.theirLog,
          index: 4,
          message: Sample.digest(UInt64(message)),
          kind: kind,
          isWhole: true
        )
      }
      let asks = try transaction.takeAsks(peer: peer, log: Self.theirLog, index: 4)
      #expect(Set(asks.map(\.message)) == [Sample.digest(1), Sample.digest(2)])
      #expect(asks.filter(\.isRecall).map(\.message) == [Sample.digest(1)])
      #expect(try transaction.takeAsks(peer: peer, log: Self.theirLog, index: 4).isEmpty)
    }
  }

  @Test("A message that carries a group taken back dies in the queue; the others leave (WDR-004)")
  func cut() async throws {
    let state = try State.created()
    let store = try state.open()
    let grant = try await store.grant()
    try await store.change {
      try $0.queueOffer(1, grant: grant)
      try $0.stop(grant, groups: ["identity"], atMs: Sample.nowMs)
    }
    #expect(try await store.take().map(\.message.message) == [Sample.digest(1)])
    try await store.change { try $0.stop(grant, groups: ["need"], atMs: Sample.nowMs) }
    // It has left once without an answer: it does not leave again.
    #expect(try await store.take().isEmpty)
    try await store.change { _ = try $0.queueOffer(2, grant: grant) }
    #expect(try await store.take().isEmpty)
    #expect(try await store.read { try $0.outboundCounts() } == [4: 2])
    #expect(try await store.read { try $0.grants([grant]) }.first?.cut == ["identity", "need"])
  }

  @Test("A withdrawal leaves however late it is")
  func late() async throws {
    let state = try State.created()
    let store = try state.open()
    let grant = try await store.grant()
    for (kind, seed) in [("withdraw", 1), ("acknowledge", 2)] as [(String, UInt64)] {
      try await store.change { transaction in
        _ = try transaction.queue(
          OutboundDraft(
            peer: Sample.peer,
            kind: kind,
            message: Sample.digest(seed),
            envelope: Sample.bytes(100, seed),
            grant: kind == "withdraw"
              ? .init(index: grant, log: Sample.log, untilMs: Sample.nowMs) : nil,
            ref: kind == "withdraw" ? nil : Sample.digest(9),
            expiresMs: Sample.nowMs - 1,
            outcome: kind == "withdraw" ? "stop" : nil,
            atMs: Sample.nowMs
          ),
          referral: nil
        )
      }
    }
    #expect(try await store.take().map(\.message.message) == [Sample.digest(1)])
  }

  @Test("Who was sent something under a renewed grant holds it under the new one (WDR-001)")
  func renewed() async throws {
    let state = try State.created()
    let store = try state.open()
    let first = try await store.grant()
    try await store.change { _ = try $0.queueOffer(1, grant: first) }
    #expect(try await store.change { try !$0.wasSent(first) })
    _ = try await store.take()
    let (id, key) = (Sample.bytes(16, 77), PersonalKey(Sample.digest(78)))
    try store.keyring.addPersonKeys([(id: id, caseName: Sample.caseName, key: key.bytes)])
    try await store.change { transaction in
      let second = try transaction.grant(
        GrantDraft(
          peer: Sample.peer,
          purpose: "accommodation",
          basis: "consent",
          groups: ["need"],
          onward: false,
          untilMs: Sample.nowMs + Sample.dayMs,
          register: Sample.register,
          policy: Sample.policy,
          renews: first,
          person: .init(id: id, key: key, subject: Sample.caseName)
        ),
        caseName: Sample.caseName,
        staff: Sample.staff
      )
      #expect(try transaction.wasSent(second))
      #expect(try !transaction.eraseSent(grant: second, groups: nil).isEmpty)
    }
  }

  @Test("A holder that owes a receipt goes on owing it, and is late once (WDR-023)")
  func debts() async throws {
    let state = try State.created()
    let store = try state.open()
    let grant = try await store.grant()
    try await store.change { transaction in
      func add(_ message: UInt64, _ step: String, _ dueMs: UInt64) throws {
        try transaction.addHolder(
          grant: grant,
          peer: Sample.peer,
          withdraw: Sample.digest(message),
          step: step,
          dueMs: dueMs
        )
      }
      func answer(_ message: UInt64) throws -> Bool {
        try transaction.erased(
          peer: Sample.peer,
          withdraw: Sample.digest(message),
          answer: .init(outcome: "erased", onward: 2, backupsUntilMs: 5),
          atMs: Sample.nowMs
        )
      }
      try add(1, "erase", Sample.nowMs + 5)
      try add(2, "stop", Sample.nowMs + 1)
      #expect(try transaction.lateHolders(nowMs: Sample.nowMs + 4).isEmpty)
      #expect(try transaction.lateHolders(nowMs: Sample.nowMs + 5).map(\.grant) == [grant])
      #expect(try transaction.lateHolders(nowMs: Sample.nowMs + 9).isEmpty)
      try transaction.raise(
        .receiptLate,
        log: Sample.log,
        index: grant,
        peer: Sample.peer,
        atMs: Sample.nowMs
      )
      #expect(try !answer(2))
      #expect(try answer(1))
      #expect(try !answer(1))
    }
    #expect(try await store.read { try $0.alerts() }.isEmpty)
    let line = try await store.read { try $0.holders(caseName: Sample.caseName) }.first
    #expect(line?.kept == "erased" && line?.onward == 2 && line?.backupsUntilMs == 5)
  }

  @Test("People are called once, and again when it happens again")
  func alerts() async throws {
    let state = try State.created()
    let store = try state.open()
    func raise() async throws -> Bool {
      try await store.change {
        try $0.raise(
          .stopUnconfirmed,
          log: Sample.log,
          index: 1,
          peer: Sample.peer,
          atMs: Sample.nowMs
        )
      }
    }
    #expect(try await raise())
    #expect(try await !raise())
    let open = try #require(try await store.read { try $0.alerts() }.first)
    #expect(open.kind == "stop-unconfirmed" && open.peer == Sample.peer && open.grant == 1)
    #expect(try await store.change { try $0.settleAlert(open.id, atMs: Sample.nowMs) })
    #expect(try await store.change { try !$0.settleAlert(open.id, atMs: Sample.nowMs) })
    #expect(try await store.read { try $0.alerts() }.isEmpty)
    #expect(try await raise())
  }

  @Test("A withdrawal is passed on once under each grant, so that loops end (attack C16)")
  func loops() async throws {
    let state = try State.created()
    let store = try state.open()
    let grant = try await store.grant()
    try await store.change { transaction in
      #expect(try transaction.passOn(root: Sample.digest(1), grant: grant))
      #expect(try !transaction.passOn(root: Sample.digest(1), grant: grant))
      #expect(try transaction.passOn(root: Sample.digest(2), grant: grant))
      try transaction.linkOnward(
        grant: grant,
        peer: Sample.peer,
        parentLog: Self.theirLog,
        parentIndex: 4
      )
      let peer = try transaction.peer(Sample.peer)
      func handedOn(_ index: UInt64) throws -> [UInt64] {
        try transaction.onwardGrants(peer: peer, log: Self.theirLog, index: index).map(\.index)
      }
      #expect(try handedOn(4) == [grant])
      #expect(try handedOn(5).isEmpty)
    }
  }

  @Test("An own erasure that grew while it was carried out stands until the rest is gone too")
  func grownErasure() async throws {
    let state = try State.created()
    let store = try state.open()
    let grant = try await store.grant()
    try await store.change { try $0.wantOwnErasure(grant: grant, groups: ["contact"]) }
    let begun = try #require(try await store.read { try $0.ownErasures() }.first)
    #expect(begun.groups == ["contact"])
    // Everything is asked for, while the files are looked through for the first part.
    try await store.change { try $0.wantOwnErasure(grant: grant, groups: nil) }
    try await store.change { try $0.ownErasureDone(grant: grant, groups: begun.groups) }
    let rest = try #require(try await store.read { try $0.ownErasures() }.first)
    #expect(rest.grant == grant && rest.groups == nil)
    try await store.change { try $0.ownErasureDone(grant: grant, groups: nil) }
    #expect(try await store.read { try $0.ownErasures() }.isEmpty)
  }
}
