internal import CanonicalBytes
internal import Foundation
internal import NodeStore
internal import Sealing
internal import Testing
internal import TransparencyLog

@Suite(.timeLimit(.minutes(10))) struct LogTests {
  @Test("A node is created once, empty, and only its owner can look into its folder")
  func create() async throws {
    let state = try State.created()
    let store = try state.open()
    #expect(store.identity.log == Sample.log)
    #expect(store.identity.realm == Sample.realm)
    #expect(try await store.logState().size == 0)
    #expect(throws: StoreFailure.conflict("state folder")) {
      try NodeStore.create(state.folder, agency: Sample.agency, realm: Sample.realm)
    }
    for (path, mode) in [(state.folder.url.path, 0o700), (state.folder.stateKey.path, 0o400)] {
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == mode)
    }
  }

  @Test("A folder without a node does not open")
  func absent() {
    #expect(throws: StoreFailure.unreadable("node.db")) { try State().open() }
  }

  @Test("What a change logs stands under the checkpoint that it hands on, and opens against it")
  func append() async throws {
    let state = try State.created()
    let store = try state.open()
    try await store.receive(5)
    let before = try await store.logState()
    let (after, openings, path) = try await store.change { transaction in
      #expect(transaction.nextIndex == 5)
      return try (200..<203).map { try transaction.receive($0) }
    } after: { indices, log in
      (
        LogState(size: log.size, root: log.root, note: log.note), try log.openings(indices),
        try log.consistency(from: 5)
      )
    }
    let checkpoint = try Checkpoint.verify(
      note: after.note,
      origin: Sample.log,
      key: store.logKey
    )
    #expect(checkpoint == Checkpoint(origin: Sample.log, size: 8, root: after.root))
    #expect(try store.checkpoints.own(Sample.log)?.note == after.note)
    for (place, opening) in openings.enumerated() {
      let event = try opening.verify(size: 8, root: checkpoint.root)
      #expect(event.index == UInt64(5 + place))
      #expect(event.type == .receive)
      #expect(throws: OpeningFailure.notLogged) {
        try opening.verify(size: 5, root: before.root)
      }
    }
    #expect(
      MerkleProof.verifyConsistency(
        from: 5,
        to: 8,
        oldRoot: before.root,
        newRoot: after.root,
        path: path
      )
    )
  }

  @Test(
    "EVT-011: overlapping acts never make time go back, also after a restart; a clock set back shows"
  )
  func overlappingActs() async throws {
    let state = try State.created()
    let times: [UInt64] = [5000, 4000, 6000, 5999]
    var store: NodeStore? = try state.open()
    for (place, time) in times.dropLast().enumerated() {
      try await store?.receive(UInt64(place), atMs: Sample.nowMs + time)
    }
    store = nil
    let again = try state.open()
    try await again.receive(8, atMs: Sample.nowMs + (times.last ?? 0))
    try await again.receive(9, atMs: Sample.nowMs - 600_000)
    let logged = try (0..<5).map { index in
      let bytes: Data? = try state.value(
        state.folder.node,
        "SELECT a FROM event WHERE idx = \(index)"
      )
      return try StaffPart(parsing: [UInt8](#require(bytes))).timeMs
    }
    let expected = [5000, 5000, 6000, 6000].map { Sample.nowMs + $0 } + [Sample.nowMs - 600_000]
    #expect(logged == expected)
  }

  @Test("A change that throws leaves no trace, and its neighbours are committed")
  func rollback() async throws {
    let state = try State.created()
    let store = try state.open()
    let outcomes = await withTaskGroup(of: Result<[UInt64], any Error>.self) { group in
      for number in 0..<60 as Range<UInt64> {
        group.addTask {
          do {
            return .success(
              try await store.change { transaction in
                let first = try transaction.receive(1000 + number)
                try transaction.setMeta("job-\(number)", "done")
                if number.isMultiple(of: 3) {
                  try transaction.appendPads(300)
                  throw StoreFailure.refused("test")
                }
                return [first, try transaction.receive(2000 + number)]
              }
            )
          } catch {
            return .failure(error)
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    var indices: [UInt64] = []
    for outcome in outcomes {
      switch outcome {
      case .success(let pair):
        indices += pair
        #expect(pair[1] == pair[0] + 1)
      case .failure(let error): #expect(error as? StoreFailure == .refused("test"))
      }
    }
    #expect(indices.sorted() == Array(0..<80))
    let kept = try await store.read { reader in
      try (0..<60).filter { try reader.meta("job-\($0)") != nil }
    }
    #expect(kept == (0..<60).filter { !$0.isMultiple(of: 3) })
    let all = indices
    let log = try await store.change { _ in
    } after: { _, log in
      for opening in try log.openings(all.sorted()) {
        _ = try opening.verify(size: log.size, root: log.root)
      }
      return LogState(size: log.size, root: log.root, note: log.note)
    }
    #expect(log.size == 80)
    #expect(await store.fatalFailure == nil)
    #expect(try await state.crashed().open().logState() == log)
  }

  @Test("A failed change is told so, and the next one takes its index")
  func reuse() async throws {
    let state = try State.created()
    let store = try state.open()
    try await store.receive(3)
    let before = try await store.logState()
    await #expect(throws: StoreFailure.refused("test")) {
      try await store.change { transaction in
        _ = try transaction.receive(1)
        throw StoreFailure.refused("test")
      }
    }
    #expect(try await store.logState() == before)
    #expect(try await store.receive(1) == [3])
  }

  @Test("A log of several tiles, with pads, is the same after a crash, and still opens")
  func reopen() async throws {
    let state = try State.created()
    let before: LogState
    let living = try state.open()
    try await living.receive(200)
    try await living.change { try $0.appendPads(170) }
    try await living.receive(400, from: 5000)
    try await living.change { try $0.appendPads(3) }
    before = try await living.logState()
    #expect(before.size == 773)

    let copy = try state.crashed()
    let store = try copy.open()
    #expect(try await store.logState() == before)
    try await store.change { _ in
    } after: { _, log in
      let indices: [UInt64] = [0, 199, 370, 511, 512, 767, 769]
      for (index, opening) in zip(indices, try log.openings(indices)) {
        #expect(try opening.verify(size: log.size, root: log.root).index == index)
      }
      for absent in [200, 369, 770, 773] as [UInt64] {
        #expect(throws: StoreFailure.unknown("event")) { try log.openings([absent]) }
      }
    }
    // From the leaves alone, as an auditor does it.
    let secret = try #require(try store.keyring.secret(named: "pad"))
    let pads = PadKey(try #require(Digest32(secret.copyBytes())))
    let root = try await store.read { reader in
      var tree = LogTree()
      try reader.auditEntries(below: before.size) { entry in
        switch entry {
        case .leaf(let leaf): tree.append(leaf.hash)
        case .pads(let first, let last):
          for index in first...last {
            let leaf = try pads.leaf(log: Sample.log, realm: Sample.realm, index: index)
            tree.append(leaf.hash)
          }
        case .mark: break
        }
      }
      return tree.root
    }
    #expect(root == before.root)
    try await store.receive(300, from: 9000)
    let path = try await store.change({ _ in }, after: { try $1.consistency(from: 773) })
    let after = try await store.logState()
    #expect(
      MerkleProof.verifyConsistency(
        from: 773,
        to: 1073,
        oldRoot: before.root,
        newRoot: after.root,
        path: path
      )
    )
  }
}
