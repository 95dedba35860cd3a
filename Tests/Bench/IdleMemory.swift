internal import TestSupport

/// Resident memory of a node with users, desk, cards and a peer, some seconds after its start.
enum IdleMemory {
  static func measure(_ options: BenchOptions) async throws -> Figure {
    try await NodePair.run(options) { pair in
      // A node that has just hashed passphrases is not idle yet: start it anew.
      pair.harness.stop()
      try await pair.sender.start()
      try await pair.recipient.start()
      try await Task.sleep(for: .seconds(5))
      let sizes = try pair.pids().map { try ProcessFigures.residentMiB(of: $0) }
      return Figure(
        "idle-memory",
        sizes.max() ?? 0,
        "MiB",
        [("sender_mib", .number(sizes[0])), ("recipient_mib", .number(sizes[1]))]
      )
    }
  }
}
