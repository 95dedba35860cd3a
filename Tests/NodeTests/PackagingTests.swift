internal import Foundation
internal import TestSupport
internal import Testing

/// What stands around the programs: the unit, completion, exit statuses.
@Suite struct PackagingTests {
  private static let analyze = "/usr/bin/systemd-analyze"
  private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  private let programs = Programs()

  private static func has(_ path: String) -> Bool {
    FileManager.default.isExecutableFile(atPath: path)
  }

  private func run(_ tool: String, _ arguments: [String]) throws -> Programs.Output {
    try programs.runTool(tool, arguments)
  }

  @Test(
    "The systemd unit is one that systemd takes without a word",
    .enabled(if: has(analyze), "systemd-analyze is not here")
  )
  func unit() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let unit = try String(
      contentsOf: Self.repository.appendingPathComponent("docs/operations/amonatd.service"),
      encoding: .utf8
    )
    // The daemon is not installed where the test runs.
    let daemon = programs.folder.appendingPathComponent("amonatd").path
    let file = folder.appendingPathComponent("amonatd.service")
    try Data(unit.replacingOccurrences(of: "/usr/local/bin/amonatd", with: daemon).utf8)
      .write(to: file)
    let output = try run(Self.analyze, ["verify", "--man=no", file.path])
    #expect(output.status == 0)
    #expect(!output.err.contains("amonatd.service"), "\(output.err)")
    // What the unit asks for is what the daemon does.
    #expect(unit.contains("Type=exec") && unit.contains("KillSignal=SIGTERM"))
    #expect(unit.contains("StateDirectoryMode=0700"))
  }

  @Test("What is missing is installed with sudo, and without it somebody is told what to install")
  func packages() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func tool(_ name: String, _ script: String) throws {
      let file = folder.appendingPathComponent(name)
      try Data("#!/bin/sh\n\(script)\n".utf8).write(to: file)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    }
    // A machine without any of the packages, and a person who is not root.
    try tool("dpkg", "exit 1")
    try tool("id", "echo 1000")
    let script = Self.repository.appendingPathComponent(".ci/packages").path
    let install = { try self.run("/usr/bin/env", ["PATH=\(folder.path)", "/bin/bash", script]) }
    let needed = "libsodium-dev libsqlite3-dev pkg-config"
    let alone = try install()
    #expect(alone.status == 1 && alone.out.isEmpty)
    #expect(alone.err.contains("Install them as root: apt-get install \(needed)"))
    try tool("sudo", #"echo "sudo $*""#)
    let helped = try install()
    #expect(helped.status == 0 && helped.err.isEmpty)
    #expect(helped.out.contains("apt-get install -y -qq \(needed)"))
    try tool("dpkg", "exit 0")
    #expect(try install().out.isEmpty, "nothing is missing, so nobody is asked")
  }

  @Test("Completion scripts exist for three shells and are ones that the shell can read")
  func completion() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for shell in ["bash", "zsh", "fish"] {
      let scripts = [
        try programs.run("amonat", ["completion", shell]),
        try programs.run("amonatd", ["--generate-completion-script", shell]),
        try programs.run("amonat-audit", ["--generate-completion-script", shell]),
      ]
      for (number, script) in scripts.enumerated() {
        #expect(script.status == 0 && script.out.count > 500, "\(shell) \(number)")
        let tool = "/usr/bin/\(shell)"
        guard Self.has(tool) else { continue }
        let file = folder.appendingPathComponent("\(number).\(shell)")
        try Data(script.out.utf8).write(to: file)
        #expect(try run(tool, ["-n", file.path]).status == 0, "\(shell) \(number)")
      }
      #expect(scripts[0].out.contains("consent") && scripts[0].out.contains("clock"))
    }
  }

  @Test("Exit statuses are those of the table in docs/operations/running.md")
  func exitStatuses() throws {
    let nowhere = "/nonexistent/amonat.sock"
    for (program, arguments, status) in [
      ("amonat", ["version"], 0), ("amonat", ["status", "--socket", nowhere], 2),
      ("amonat", ["no-such-command"], 64), ("amonatd", ["--no-such-flag"], 64),
      ("amonatd", ["--state", "/nonexistent", "--log-level", "loud"], 78),
      ("amonatd", ["--state", "/nonexistent"], 1), ("amonat-audit", ["no-such-command"], 64),
      ("amonat-audit", ["verify", "/nonexistent.bundle"], 2),
    ] as [(String, [String], Int32)] {
      let output = try programs.run(program, arguments)
      #expect(output.status == status, "\(program) \(arguments): \(output.status) \(output.err)")
    }
    let table = try String(
      contentsOf: Self.repository.appendingPathComponent("docs/operations/running.md"),
      encoding: .utf8
    )
    for line in ["| `amonat` | 0 |", "| | 77 |", "| `amonatd` | 0 |", "| `amonat-audit` | 0 |"] {
      #expect(table.contains(line), "\(line)")
    }
  }
}
