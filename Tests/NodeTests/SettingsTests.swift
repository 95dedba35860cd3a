internal import Foundation
internal import LocalContract
internal import TestSupport
internal import Testing

extension NodeTests {
  @Suite(.serialized) struct SettingsTests {
    /// Runs `amonatd` where it should refuse; one that runs on after all is ended by force.
    private func start(_ node: HarnessNode, _ pair: Pair) async throws -> (Int32, String) {
      let log = pair.root.appendingPathComponent(UUID().uuidString)
      _ = FileManager.default.createFile(atPath: log.path, contents: nil)
      let process = pair.harness.programs.process(
        "amonatd",
        [
          "--state", node.state.path, "--listen", "none", "--socket",
          pair.root.appendingPathComponent("s").path,
        ],
        environment: ["AMONAT_PASSPHRASE_COST": "least"]
      )
      process.standardError = try FileHandle(forWritingTo: log)
      process.standardOutput = FileHandle.nullDevice
      process.standardInput = FileHandle.nullDevice
      try process.run()
      for _ in 0..<600 where process.isRunning {
        try await Task.sleep(for: .milliseconds(50))
      }
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
      process.awaitExit()
      return (process.terminationStatus, try String(contentsOf: log, encoding: .utf8))
    }

    @Test("An unknown setting stops the start and is named")
    func unknownKey() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try Data(#"{"listen": "none", "lisen-port": 7443}"#.utf8)
        .write(to: pair.clinic.state.appendingPathComponent("amonatd.json"))
      let (status, said) = try await start(pair.clinic, pair)
      #expect(status == 78)
      #expect(said.contains("lisen-port"))
    }

    @Test("A second node on the same state refuses, and the first runs on")
    func secondNode() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.clinic.start()
      let (status, said) = try await start(pair.clinic, pair)
      #expect(status == 1)
      #expect(said.contains("conflict"))
      #expect(try await pair.clinic.client().health().status == "ok")
    }

    @Test("A node that has lost its fork guard goes on in its next log only (K1)")
    func guardLost() async throws {
      let pair = try Pair()
      defer { pair.end() }
      try await pair.clinic.start()
      pair.clinic.stop()
      for suffix in ["", "-wal", "-shm"] {
        try? FileManager.default.removeItem(
          at: pair.clinic.state.appendingPathComponent("checkpoints.db\(suffix)")
        )
      }
      try await pair.clinic.start()
      let log = try await pair.clinic.client().status().log.origin
      #expect(log == "clinic.example/amonat/log/2")
    }
  }
}
