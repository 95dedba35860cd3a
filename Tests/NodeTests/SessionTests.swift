internal import AgencyNode
internal import Foundation
internal import LocalContract
internal import NodeStore
internal import TestSupport
internal import Testing

extension NodeTests {
  /// How long an unlocked desk key is in memory.
  @Suite(.serialized) struct SessionTests {
    /// Sees whether a key is still there, without keeping it there.
    private final class Watcher {
      weak var key: UnlockedDesk?
      init(_ key: UnlockedDesk?) { self.key = key }
    }

    private static func unlock(_ node: Node, _ user: String) async throws -> String {
      try await AccessService(node: node).unlock(
        Unlock(user: user, passphrase: Pair.passphrase)
      ).token
    }

    private static func watchers(_ node: Node, _ token: String) async throws -> [Watcher] {
      try await node.sessions.presence(token).desks.map { Watcher($0) }
    }

    @Test("Unlocked desk keys leave memory with their session: closed, idle, or never used again")
    func keysEnd() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      pair.harness.stop()
      let clock = WorldClock()
      let (node, work) = try await LifeWorld.serve(pair.clinic, clock: clock.node)
      defer { work.cancel() }

      // Closed by the person: at once, and another's session is another's.
      let (first, second) = (
        try await Self.unlock(node, "zarina"), try await Self.unlock(node, "farhod")
      )
      let (hers, his) = (
        try await Self.watchers(node, first), try await Self.watchers(node, second)
      )
      #expect(hers.count >= 3 && hers.allSatisfy { $0.key != nil })
      await node.sessions.close(first)
      #expect(hers.allSatisfy { $0.key == nil }, "a key outlives its session")
      #expect(his.allSatisfy { $0.key != nil })
      await #expect(throws: NodeError.self) { try await node.sessions.presence(first) }

      // Used, it goes on; idle for a quarter of an hour, it ends, though nobody asks.
      clock.pass(minutes: 14)
      _ = try await node.sessions.presence(second)
      clock.pass(minutes: 14)
      #expect(try await node.sessions.presence(second).user == "farhod")
      clock.pass(minutes: 16)
      try await eventually("the node itself has ended the idle session") {
        his.allSatisfy { $0.key == nil }
      }
      await #expect(throws: NodeError.self) { try await node.sessions.presence(second) }
      #expect(await node.sessions.unlockedDesks.isEmpty)
    }
  }

  /// State that cannot be read.
  @Suite(.serialized) struct UnreadableStateTests {
    @Test("State that cannot be read stops the start with a clear code, and is left as it is")
    func unreadable() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.harness.start()
      let client = try await Pair.session(at: pair.ministry.socket)
      let opened = try await client.openCase(
        CaseOpen(desk: "intake", sections: ["identity": ["name": .text("Example Person")]])
      ).case
      pair.ministry.stop()
      let state = pair.ministry.state
      func bytes(_ name: String) throws -> Data {
        try Data(contentsOf: state.appendingPathComponent(name))
      }
      for (name, code, damage) in [
        ("node.db", "storage-unreadable", { $0.replaceSubrange(0..<64, with: Data(count: 64)) }),
        ("node.db", "storage-unreadable", { $0 = $0.prefix(9_000) }),
        ("keyring.db", "storage-unreadable", { $0.replaceSubrange(0..<64, with: Data(count: 64)) }),
        ("checkpoints.db", "storage-unreadable", { $0 = Data("no database".utf8) }),
        ("state.key", "state key", { $0[3] ^= 1 }),
        ("state.key", "state key", { $0 = $0.dropLast() }),
      ] as [(String, String, (inout Data) -> Void)] {
        let file = state.appendingPathComponent(name)
        let whole = try bytes(name)
        let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions]
        var broken = whole
        damage(&broken)
        func put(_ data: Data) throws {
          try? FileManager.default.removeItem(at: file)
          try data.write(to: file)
          try FileManager.default.setAttributes(
            [.posixPermissions: mode ?? 0o600],
            ofItemAtPath: file.path
          )
        }
        // The write-ahead log may hold every page that the damage is in: it goes with it.
        let wal = state.appendingPathComponent(name + "-wal")
        let wholeWal = try? Data(contentsOf: wal)
        if wholeWal != nil { try Data(count: 64).write(to: wal) }
        try put(broken)
        let before = try String(contentsOf: pair.ministry.logFile, encoding: .utf8).count
        await #expect(throws: Programs.Failure.self, "\(name)") { try await pair.ministry.start() }
        #expect(pair.ministry.exit(within: 60) == 1, "\(name)")
        let said = try String(contentsOf: pair.ministry.logFile, encoding: .utf8).dropFirst(before)
        #expect(said.contains(code), "\(name): \(said)")
        #expect(try bytes(name) == broken, "\(name) was changed")
        try put(whole)
        try? FileManager.default.removeItem(at: state.appendingPathComponent(name + "-shm"))
        try wholeWal?.write(to: wal)
      }
      // With the files back everything is there.
      try await pair.ministry.start()
      let after = try await Pair.session(at: pair.ministry.socket)
      #expect(
        try await after.showCase(opened).sections["identity"]?["name"] == .text("Example Person")
      )
      #expect(try await after.status().log.origin == "ministry.example/amonat/log/1")
    }
  }
}
