internal import Foundation
internal import LocalContract
internal import NodeStore
internal import TestSupport
internal import TransparencyLog

/// From exec to the first answer of `GET /healthz`, with a full log.
enum ColdStart {
  private static let starts = 7

  static func measure(_ options: BenchOptions) async throws -> Figure {
    let leaves = options.count ?? 100_000
    return try await NodePair.run(options) { pair in
      pair.harness.stop()
      Progress.say("  logging \(leaves) events")
      try await fill(pair.sender, leaves)
      var taken: [Double] = []
      var size: UInt64 = 0
      for _ in 0..<starts {
        let (milliseconds, held) = try await start(pair.sender, options)
        taken.append(milliseconds)
        size = held
      }
      return Figure(
        "cold-start",
        Sample.percentile(0.5, of: taken),
        "ms",
        [
          ("first_ms", .number(taken.first ?? 0)), ("max_ms", .number(taken.max() ?? 0)),
          ("min_ms", .number(taken.min() ?? 0)), ("leaves", .whole(Int(size))),
          ("starts", .whole(starts)),
        ]
      )
    }
  }

  /// Writes events while the node does not run.
  private static func fill(_ node: HarnessNode, _ count: Int) async throws {
    let store = try NodeStore(opening: StateFolder(node.state))
    let nowMs = UInt64(Date().timeIntervalSince1970 * 1_000)
    var left = count
    while left > 0 {
      let part = min(left, 1_000)
      left -= part
      try await store.change { transaction in
        for _ in 0..<part {
          try transaction.append(
            .unlock,
            [.string(.outcome, "unlocked")],
            staff: .init(actor: NodeHarness.users[0], atMs: nowMs)
          )
        }
      }
    }
  }

  /// Starts the program, asks until it answers, and stops it.
  private static func start(
    _ node: HarnessNode,
    _ options: BenchOptions
  ) async throws -> (milliseconds: Double, leaves: UInt64) {
    let process = options.programs.process(
      "amonatd",
      ["--state", node.state.path, "--listen", "127.0.0.1:\(node.port)"]
    )
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    let client = node.client()
    let watch = Stopwatch()
    try process.run()
    defer {
      process.terminate()
      process.awaitExit()
    }
    while process.isRunning, watch.seconds < 60 {
      if let health = try? await client.health() {
        let milliseconds = watch.milliseconds
        await client.close()
        return (milliseconds, health.log)
      }
      try await Task.sleep(for: .milliseconds(1))
    }
    throw Programs.Failure("amonatd does not answer")
  }
}
