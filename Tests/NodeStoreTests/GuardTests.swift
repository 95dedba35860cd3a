internal import CanonicalBytes
internal import Foundation
internal import NodeStore
internal import Sealing
internal import Testing
internal import TransparencyLog

/// The fork guard (K1; attack A7): a node that has lost or gained history does not sign.
@Suite(.timeLimit(.minutes(10))) struct GuardTests {
  /// A node with five leaves, and its files after three of them.
  private func node() async throws -> (old: State, now: State) {
    let state = try State.created()
    let store = try state.open()
    try await store.receive(3)
    let old = try state.crashed()
    try await store.receive(2, from: 300)
    let now = try state.crashed()
    _ = try await store.logState()
    return (old, now)
  }

  @Test("Without its guard a log with leaves is never signed again")
  func missing() async throws {
    let (_, state) = try await node()
    #expect(try await state.crashed().open().logState().size == 5)
    try state.remove(state.folder.checkpoints)
    #expect(throws: StoreFailure.guardMissing) { try state.open() }
    #expect(!state.folder.has(state.folder.checkpoints))
    // Not with a new and empty one either.
    _ = try CheckpointFile(state.folder.checkpoints)
    #expect(throws: StoreFailure.guardMissing) { try state.open() }
  }

  @Test("An older node.db under the guard of a newer one is refused")
  func rolledBack() async throws {
    let (old, state) = try await node()
    try state.replace(\.node, from: old)
    #expect(throws: StoreFailure.logBehindGuard(held: 3, guarded: 5)) { try state.open() }
  }

  @Test("Leaves that a crash left without a checkpoint are signed at the next change")
  func unsigned() async throws {
    let (old, state) = try await node()
    let signed = try #require(try state.open().checkpoints.own(Sample.log))
    let crashed = try state.crashed()
    try crashed.replace(\.checkpoints, from: old)
    let store = try crashed.open()
    #expect(try store.checkpoints.own(Sample.log)?.size == 3)
    let log = try await store.logState()
    #expect(log.size == 5)
    #expect(log.root == signed.root)
    #expect(try store.checkpoints.own(Sample.log)?.size == 5)
  }

  @Test(
    "A log changed on the disk is refused",
    arguments: [
      "UPDATE event SET leaf_hash = zeroblob(32) WHERE idx = 301",
      "DELETE FROM event WHERE idx = 300",
      "UPDATE tile SET root = zeroblob(32) WHERE id = 0",
      "DELETE FROM tile WHERE id = 0",
      "UPDATE pad SET first = 297",
      "DELETE FROM pad",
      "UPDATE meta SET value = 'other.example' WHERE key = 'agency'",
    ]
  )
  func changed(_ sql: String) async throws {
    let state = try State.created()
    let store = try state.open()
    try await store.receive(296)
    try await store.change { try $0.appendPads(4) }
    try await store.receive(3, from: 4000)
    let copy = try state.crashed()
    _ = try await store.logState()
    #expect(try copy.tamper(copy.folder.node, sql) == 1)
    #expect(throws: StoreFailure.self) { try copy.open() }
    #expect(try await state.crashed().open().logState().size == 303)
  }

  @Test("A guarded checkpoint is never replaced by one that is not larger")
  func monotonic() throws {
    let state = State()
    try state.folder.create()
    let file = try CheckpointFile(state.folder.checkpoints)
    func entry(_ size: UInt64) -> CheckpointFile.Entry {
      .init(
        origin: Sample.log,
        key: .zero,
        size: size,
        root: Sample.digest(size),
        note: "note \(size)"
      )
    }
    try file.record(own: entry(7), accepted: [])
    for size in [7, 6, 0] as [UInt64] {
      #expect(throws: StoreFailure.logBehindGuard(held: size, guarded: 7)) {
        try file.record(own: entry(size), accepted: [entry(50)])
      }
    }
    #expect(try file.own(Sample.log)?.note == "note 7")
    #expect(try file.newest().isEmpty)
    try file.record(own: entry(8), accepted: [entry(50)])
    #expect(try file.own(Sample.log)?.size == 8)
    #expect(try file.root(of: Sample.log, key: .zero, at: 50) == Sample.digest(50))
  }
}

/// The state key and what it wraps.
@Suite(.timeLimit(.minutes(10))) struct KeyringTests {
  @Test("A state key that others may read, that is another one or that is gone opens nothing")
  func stateKey() throws {
    let state = try State.created()
    for mode in [0o644, 0o440, 0o404] {
      try state.setKeyMode(mode)
      #expect(throws: StoreFailure.stateKey) { try state.open() }
    }
    try state.setKeyMode(0o400)
    _ = try state.open()

    let other = try State.copy(state.folder)
    try other.remove(other.folder.stateKey)
    #expect(throws: StoreFailure.stateKey) { try other.open() }
    for bytes in [Sample.bytes(32, 4), Sample.bytes(31, 4), []] {
      try Data(bytes).write(to: other.folder.stateKey)
      try other.setKeyMode(0o400)
      #expect(throws: StoreFailure.stateKey) { try other.open() }
      try other.remove(other.folder.stateKey)
    }
  }

  @Test("Secrets stand in the file as ciphertext, each bound to its name")
  func ciphertext() throws {
    let state = try State.created()
    let store = try state.open()
    let secret = Sample.bytes(48, 5)
    let key = Sample.digest(6)
    let id = Sample.bytes(16, 7)
    try store.keyring.set("courier", to: SecretBytes(secret))
    try store.keyring.addPersonKeys([(id: id, caseName: Sample.caseName, key: key)])
    #expect(try store.keyring.secret(named: "courier")?.copyBytes() == secret)
    #expect(try store.keyring.personKey(id) == key)
    // What is not secret is there, so the search can find.
    #expect(try state.holds(id, in: state.folder.keyring))
    #expect(try !state.holds(Array(secret.prefix(16)), in: state.folder.keyring))
    #expect(try !state.holds(Array(key.bytes.prefix(16)), in: state.folder.keyring))

    let copy = try state.crashed()
    #expect(
      try copy.tamper(
        copy.folder.keyring,
        """
        UPDATE secret SET box = (SELECT box FROM secret WHERE name = 'courier')
        WHERE name = 'witness/1'
        """
      ) == 1
    )
    let moved = try copy.open()
    #expect(throws: StoreFailure.stateKey) { try moved.keyring.secret(named: "witness/1") }
    #expect(try moved.keyring.secret(named: "courier")?.copyBytes() == secret)
  }

  @Test("C1: an erased personal key is in neither file, and the others stay")
  func erasePersonKeys() throws {
    let state = try State.created()
    let store = try state.open()
    let ids = (0..<3).map { Sample.bytes(16, 20 + $0) }
    try store.keyring.addPersonKeys(
      ids.enumerated().map {
        (id: $1, caseName: Sample.caseName, key: Sample.digest(30 + UInt64($0)))
      }
    )
    let box: Data? = try state.value(
      state.folder.keyring,
      "SELECT box FROM person WHERE id = x'\(Hex.encode(ids[1]))'"
    )
    let bytes = [UInt8](try #require(box))
    #expect(try state.holds(bytes, in: state.folder.keyring))
    try store.keyring.erasePersonKeys([ids[1]])
    #expect(try !state.holds(Array(bytes.prefix(24)), in: state.folder.keyring))
    #expect(try !state.holds(Array(bytes.suffix(24)), in: state.folder.keyring))
    #expect(try store.keyring.personKey(ids[1]) == nil)
    #expect(try store.keyring.personKey(ids[0]) == Sample.digest(30))
    #expect(try store.keyring.existingPersonKeys() == [ids[0], ids[2]])
    try store.keyring.erasePersonKeys([ids[1]])
  }
}
