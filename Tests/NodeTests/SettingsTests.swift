internal import AgencyNode
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

    @Test("Every flag of amonatd is taken, and refused where it is wrong")
    func flags() async throws {
      struct Dump: Decodable {
        struct Command: Decodable { let arguments: [Argument] }
        struct Argument: Decodable { let names: [Name] }
        struct Name: Decodable { let name: String }
        let command: Command
      }
      let pair = try Pair()
      defer { pair.end() }
      let (node, programs) = (pair.clinic, pair.harness.programs)
      let file = pair.root.appendingPathComponent("settings.json").path
      try Data(#"{"hold-seconds": 30}"#.utf8).write(to: URL(fileURLWithPath: file))
      let odd = pair.root.appendingPathComponent("odd.json").path
      try Data(#"{"hold-seconds": 0}"#.utf8).write(to: URL(fileURLWithPath: odd))
      let good = [
        "--state", node.state.path, "--listen", "127.0.0.1:\(node.port)", "--socket", node.socket,
        "--config", file, "--metrics-port", "\(HarnessNode.freePort())", "--log-level", "debug",
        "--restored",
      ]
      let dump = try programs.run("amonatd", ["--experimental-dump-help"])
      let named = try JSONDecoder().decode(Dump.self, from: Data(dump.out.utf8)).command.arguments
        .flatMap(\.names).map(\.name).filter { $0.count > 1 }
      let tried = Set(good.filter { $0.hasPrefix("--") }.map { String($0.dropFirst(2)) })
      #expect(Set(named) == tried.union(["help", "version"]))
      // All at once: it runs.
      node.extraArguments = Array(good.dropFirst(4))
      try await node.start()
      #expect(try await node.client().health().status == "ok")
      #expect(node.terminate(within: 60) == 0)
      for (flag, value, status) in [
        ("--listen", "somewhere", 78), ("--listen", "host:70000", 78), ("--config", odd, 78),
        ("--config", file + "x", 78), ("--log-level", "loud", 78), ("--metrics-port", "70000", 64),
        ("--metrics-port", "x", 64), ("--state", file + "/none", 1), ("--loud", "1", 64),
        ("--socket", file + "/none", 1),
      ] as [(String, String, Int32)] {
        var words = ["--state", node.state.path, "--listen", "none", "--socket", node.socket]
        if let place = words.firstIndex(of: flag) {
          words[place + 1] = value
        } else {
          words += [flag, value]
        }
        let output = try programs.run("amonatd", words)
        #expect(output.status == status, "\(flag) \(value): \(output.err)")
        #expect(!output.err.isEmpty)
      }
      for flag in ["--help", "--version"] {
        #expect(try programs.run("amonatd", [flag]).status == 0)
      }
    }

    @Test("Keeping parcels for others is off, and its limits have bounds")
    func via() async throws {
      func load(_ settings: [String: String]) async throws -> ViaSettings? {
        try await DaemonSettings.load(
          state: "/nonexistent",
          file: nil,
          flags: [:],
          environment: settings
        ).node.via
      }
      #expect(try await load([:]) == nil)
      #expect(try await load(["AMONAT_VIA": "off", "AMONAT_VIA_DAYS": "7"]) == nil)
      #expect(try await load(["AMONAT_VIA": "on"]) == ViaSettings())
      #expect(
        try await load([
          "AMONAT_VIA": "on", "AMONAT_VIA_DAYS": "180", "AMONAT_VIA_PARCELS": "1",
          "AMONAT_VIA_MEBIBYTES": "2", "AMONAT_VIA_DAILY": "3",
        ]) == ViaSettings(days: 180, parcels: 1, mebibytes: 2, daily: 3)
      )
      for wrong in [
        ["AMONAT_VIA": "yes"], ["AMONAT_VIA_DAYS": "0"], ["AMONAT_VIA_DAYS": "181"],
        ["AMONAT_VIA_PARCELS": "-1"], ["AMONAT_VIA_MEBIBYTES": "many"], ["AMONAT_VIA_DAILY": "0"],
      ] {
        await #expect(throws: DaemonSettings.Failure.self, "\(wrong)") { try await load(wrong) }
      }
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
