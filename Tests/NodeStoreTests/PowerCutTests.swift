internal import Foundation
internal import NodeStore
internal import Testing

/// A power cut loses what was written and not yet synced: any tail of a file since the last sync, any
/// page of it, whole or in part.
///
/// SQLite syncs the write-ahead log before a change is acknowledged (`synchronous = FULL`), `node.db`
/// before `checkpoints.db`; so every state of the files between two acknowledgements is made here, from
/// the bytes that were really written, and opened.
@Suite(.timeLimit(.minutes(10))) struct PowerCutTests {
  /// The bytes of both write-ahead logs after an acknowledged change, and the leaves of the log.
  private struct Mark {
    let node: Int
    let checkpoints: Int
    let leaves: UInt64
  }

  private static let nodeFrame = 24 + 16_384
  private static let guardFrame = 24 + 4_096

  private static func wal(_ file: URL) -> URL { URL(fileURLWithPath: file.path + "-wal") }

  private static func length(_ file: URL) throws -> Int {
    try Data(contentsOf: wal(file)).count
  }

  /// The places at which frames end, from one length to another.
  private static func ends(_ from: Int, _ to: Int, frame: Int) -> [Int] {
    #expect((from - 32) % frame == 0 && (to - 32) % frame == 0 && to > from)
    return Array(stride(from: from, through: to, by: frame))
  }

  /// A state whose changes have been acknowledged one by one, its files as they are now.
  private func written(_ changes: UInt64) async throws -> (files: State, marks: [Mark]) {
    let state = try State.created()
    let store = try state.open()
    let grant = try await store.grant()
    func mark() async throws -> Mark {
      Mark(
        node: try Self.length(state.folder.node),
        checkpoints: try Self.length(state.folder.checkpoints),
        leaves: try #require(try store.checkpoints.own(Sample.log)).size
      )
    }
    var marks = [try await mark()]
    for seed in 0..<changes {
      try await store.change { transaction in
        try transaction.queueOffer(seed, grant: grant)
        _ = try transaction.receive(seed)
      }
      marks.append(try await mark())
    }
    let files = try state.crashed()
    _ = try await store.logState()
    return (files, marks)
  }

  /// Opens the files with their write-ahead logs cut, or changed, and says how many leaves there are.
  ///
  /// A change is whole or not there: each has one leaf and one queued message.
  private func leaves(
    _ files: State,
    node: Int,
    checkpoints: Int,
    damage: (inout Data) -> Void = { _ in }
  ) async throws -> UInt64 {
    let state = try State.copy(files.folder)
    for (file, length, isNode) in [
      (state.folder.node, node, true), (state.folder.checkpoints, checkpoints, false),
    ] {
      var bytes = try Data(contentsOf: Self.wal(file)).prefix(length)
      if isNode { damage(&bytes) }
      try bytes.write(to: Self.wal(file))
    }
    let store = try state.open()
    let log = try await store.logState()
    let counts = try await store.read { try $0.outboundCounts() }
    #expect(counts[0, default: 0] == Int(log.size) - 1, "half a change")
    // It goes on from there, and signs.
    #expect(try await store.receive(1, from: 9_000) == [log.size])
    #expect(try store.checkpoints.own(Sample.log)?.size == log.size + 1)
    return log.size
  }

  @Test("A power cut after any written frame loses nothing acknowledged and leaves no half change")
  func frames() async throws {
    let (files, marks) = try await written(4)
    for (before, after) in zip(marks, marks.dropFirst()) {
      for end in Self.ends(before.node, after.node, frame: Self.nodeFrame) {
        let found = try await leaves(files, node: end, checkpoints: before.checkpoints)
        #expect(found == (end == after.node ? after.leaves : before.leaves), "\(end)")
      }
      for end in Self.ends(before.checkpoints, after.checkpoints, frame: Self.guardFrame) {
        let found = try await leaves(files, node: after.node, checkpoints: end)
        #expect(found == after.leaves, "\(end)")
      }
    }
  }

  @Test("A frame that a power cut left torn, empty or out of order ends the log before it")
  func torn() async throws {
    let (files, marks) = try await written(2)
    let (before, after) = (marks[1], marks[2])
    for start in Self.ends(before.node, after.node, frame: Self.nodeFrame).dropLast() {
      let frame = start..<(start + Self.nodeFrame)
      for damage in [
        { (bytes: inout Data) in bytes.resetBytes(in: frame) },
        { bytes in bytes.resetBytes(in: (start + 9_000)..<frame.upperBound) },
        { bytes in bytes[start + 8_000] ^= 1 },
        { bytes in bytes.removeSubrange((start + 100)...) },
      ] as [(inout Data) -> Void] {
        let found = try await leaves(
          files,
          node: after.node,
          checkpoints: before.checkpoints,
          damage: damage
        )
        #expect(found == before.leaves, "\(start)")
      }
    }
  }

  @Test("What was acknowledged is missing: such files are refused, not signed over (A7)")
  func lostSync() async throws {
    // No disk that keeps its word does this; one that lies about a sync may.
    let (files, marks) = try await written(2)
    let state = try State.copy(files.folder)
    let wal = Self.wal(state.folder.node)
    try Data(contentsOf: wal).prefix(marks[1].node).write(to: wal)
    #expect(
      throws: StoreFailure.logBehindGuard(held: marks[1].leaves, guarded: marks[2].leaves)
    ) { try state.open() }
  }
}
