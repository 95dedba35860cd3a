internal import LocalContract
internal import TestSupport

/// One referral at a time between two idle nodes: from submit to the verified receipt stored.
enum ReferralLatency {
  private static let warmUp = 20

  static func measure(_ options: BenchOptions) async throws -> Figure {
    let count = options.count ?? 300
    return try await NodePair.run(options) { pair in
      let (token, grants) = try await pair.granted(count + warmUp)
      let client = pair.sender.client(token: token)
      for grant in grants.prefix(warmUp) { try await NodePair.refer(grant, client) }
      let before = try pair.cpu()
      var taken: [Double] = []
      for grant in grants.dropFirst(warmUp) {
        let watch = Stopwatch()
        try await NodePair.refer(grant, client)
        taken.append(watch.milliseconds)
      }
      let cpu = try pair.cpu() - before
      await client.close()
      let median = Sample.percentile(0.5, of: taken)
      return Figure(
        "referral-latency",
        median,
        "ms",
        [
          ("p50_ms", .number(median)), ("p99_ms", .number(Sample.percentile(0.99, of: taken))),
          ("max_ms", .number(taken.max() ?? 0)), ("min_ms", .number(taken.min() ?? 0)),
          ("cpu_us_per_referral", .number(cpu / Double(count) * 1e6)),
          ("referrals", .whole(count)), ("content_bytes", .whole(SampleReferral.measuredBytes)),
        ]
      )
    }
  }
}
