internal import Foundation
internal import LocalContract
internal import Synchronization
internal import TestSupport

/// Two nodes on loopback, flat out: from the first submit to the last verified receipt stored.
enum ReferralThroughput {
  /// Referrals sent before the clock starts.
  private static let warmUp = 512
  /// Rounds of the floor, at most.
  private static let floorRounds = 8_192

  /// One answered bulk call.
  private struct Call: Sendable {
    let answer: [UInt8]
    let milliseconds: Double
  }

  static func measure(_ name: String, desks: Int, _ options: BenchOptions) async throws -> Figure {
    let count = options.count ?? 20_480
    return try await NodePair.run(desks: desks, options) { pair in
      Progress.say("  recording \(count + warmUp) grants")
      let (token, grants) = try await pair.granted(count + warmUp)
      let socket = pair.sender.socket
      let watcher = pair.sender.client()
      _ = try await submit(
        bodies(grants.prefix(warmUp), options),
        socket,
        token,
        options,
        watcher
      )
      let load = try bodies(grants.dropFirst(warmUp), options)
      Progress.say("  referring \(count) times")
      let cpu = try (pair.cpu(), ProcessFigures.ownCPU())
      let watch = Stopwatch()
      let calls = try await submit(load, socket, token, options, watcher)
      let seconds = watch.seconds
      let spent = try (pair.cpu() - cpu.0, ProcessFigures.ownCPU() - cpu.1)
      let memory = try pair.pids().map { try ProcessFigures.residentMiB(of: $0) }
      try check(calls, options)
      await watcher.close()
      pair.harness.stop()
      Progress.say("  measuring the floor")
      let rounds = max(64, min(count, floorRounds) / 64 * 64)
      let cores = ProcessInfo.processInfo.activeProcessorCount
      let alone = try ReferralFloor(desks: desks, rounds: rounds, threads: 1)
      let floor = try ReferralFloor(desks: desks, rounds: rounds, threads: cores)
      let each = spent.0 / Double(count) * 1e6
      let taken = calls.map(\.milliseconds)
      return Figure(
        name,
        Double(count) / seconds,
        "referrals/s",
        [
          ("cpu_us_per_referral", .number(each)),
          ("floor_us_per_referral", .number(floor.totalUs)),
          ("ratio", .number(each / floor.totalUs)),
          ("floor_alone_us_per_referral", .number(alone.totalUs)),
          ("floor_seal_us", .number(floor.sealUs)), ("floor_proof_us", .number(floor.proofUs)),
          ("floor_insert_us", .number(floor.insertUs)),
          ("generator_us_per_referral", .number(spent.1 / Double(count) * 1e6)),
          ("referrals", .whole(count)), ("seconds", .number(seconds)),
          ("desks", .whole(desks)), ("content_bytes", .whole(SampleReferral.measuredBytes)),
          ("bulk", .whole(LocalLimits.batch)), ("bulk_in_flight", .whole(options.inFlight)),
          ("wait", .text(options.wait.rawValue)),
          ("bulk_p50_ms", .number(Sample.percentile(0.5, of: taken))),
          ("bulk_p99_ms", .number(Sample.percentile(0.99, of: taken))),
          ("sender_mib", .number(memory[0])), ("recipient_mib", .number(memory[1])),
        ]
      )
    }
  }

  /// The bulk calls, encoded before the clock starts: the generator shares the cores.
  private static func bodies(
    _ grants: ArraySlice<UInt64>,
    _ options: BenchOptions
  ) throws -> [[UInt8]] {
    var bodies: [[UInt8]] = []
    var rest = grants
    while !rest.isEmpty {
      let part = rest.prefix(LocalLimits.batch)
      rest = rest.dropFirst(LocalLimits.batch)
      bodies.append(
        try LocalJSON.encode(
          ReferBatch(referrals: part.map { SampleReferral.ask($0) }, wait: options.wait)
        )
      )
    }
    return bodies
  }

  /// Submits everything, so many calls at a time, and returns when every receipt is stored.
  private static func submit(
    _ bodies: [[UInt8]],
    _ socket: String,
    _ token: String,
    _ options: BenchOptions,
    _ watcher: LocalClient
  ) async throws -> [Call] {
    let already = try await NodePair.delivered(watcher)
    let next = Cursor()
    let calls = try await withThrowingTaskGroup(of: [Call].self) { group in
      for _ in 0..<options.inFlight {
        group.addTask {
          let client = LocalClient(socket: socket, token: token)
          var calls: [Call] = []
          while let place = next.take(below: bodies.count) {
            let watch = Stopwatch()
            let answer = try await client.raw(
              .refer,
              body: bodies[place],
              timeout: .seconds(120)
            )
            calls.append(Call(answer: answer, milliseconds: watch.milliseconds))
          }
          await client.close()
          return calls
        }
      }
      var all: [Call] = []
      for try await part in group { all += part }
      return all
    }
    guard options.wait == .queued else { return calls }
    // Each call but the last is full; what was refused would never arrive.
    let wanted = try already + taken(calls)
    let watch = Stopwatch()
    while try await NodePair.delivered(watcher) < wanted {
      guard watch.seconds < 300 else { throw Programs.Failure("receipts are missing") }
      try await Task.sleep(for: .milliseconds(10))
    }
    return calls
  }

  private static func taken(_ calls: [Call]) throws -> Int {
    try calls.reduce(0) { sum, call in
      sum
        + (try LocalJSON.decode(ReferResults.self, from: call.answer)).results
        .count { $0.problem == nil }
    }
  }

  /// Every referral must have been taken, and where the call waited, delivered.
  private static func check(_ calls: [Call], _ options: BenchOptions) throws {
    for call in calls {
      for result in try LocalJSON.decode(ReferResults.self, from: call.answer).results {
        guard result.problem == nil,
          options.wait == .queued || result.state == "delivered"
        else { throw Programs.Failure("a referral failed: \(result)") }
      }
    }
  }

  /// Which call comes next.
  private final class Cursor: Sendable {
    private let place = Atomic<Int>(0)

    /// The next place, or `nil` when all are taken.
    func take(below limit: Int) -> Int? {
      let (old, _) = place.add(1, ordering: .relaxed)
      return old < limit ? old : nil
    }
  }
}
