internal import Foundation

/// `amonat-bench [--bin DIR] [--count N] [--in-flight N] [--wait queued|receipt] [NAME…]`: runs the
/// named benchmarks, or all of them.
///
/// Standard output has one JSON object a line and nothing else; progress goes to standard error. A slow
/// figure is no failure; a benchmark that could not run is.
enum BenchProgram {
  /// Every benchmark, in the order they run.
  static let names = [
    "log-append-scaling", "policy-decision", "audit-verify", "idle-memory", "cold-start",
    "referral-latency", "referral-bytes", "referral-throughput", "referral-throughput-two-desks",
  ]

  static func run(_ arguments: [String]) async {
    if arguments.count == 2, arguments[0] == AuditVerify.word {
      do {
        try AuditVerify.verifyHere(arguments[1])
        exit(0)
      } catch {
        Progress.say("\(AuditVerify.word): \(error)")
        exit(1)
      }
    }
    let options: BenchOptions
    do {
      options = try BenchOptions(arguments, known: names)
    } catch {
      Progress.say("amonat-bench: \(error)")
      exit(64)
    }
    MachineLine.print(options)
    var failed = false
    for name in options.names {
      Progress.say("\(name) …")
      do {
        for figure in try await measure(name, options) { figure.print() }
      } catch {
        failed = true
        Progress.say("\(name): \(error)")
      }
    }
    exit(failed ? 1 : 0)
  }

  private static func measure(_ name: String, _ options: BenchOptions) async throws -> [Figure] {
    switch name {
    case "log-append-scaling": [try LogAppendScaling.measure(options)]
    case "policy-decision": [try PolicyDecision.measure(options)]
    case "audit-verify": [try AuditVerify.measure(options)]
    case "idle-memory": [try await IdleMemory.measure(options)]
    case "cold-start": [try await ColdStart.measure(options)]
    case "referral-latency": [try await ReferralLatency.measure(options)]
    case "referral-bytes": [try await ReferralBytes.measure(options)]
    case "referral-throughput": [try await ReferralThroughput.measure(name, desks: 1, options)]
    default: [try await ReferralThroughput.measure(name, desks: 2, options)]
    }
  }
}
