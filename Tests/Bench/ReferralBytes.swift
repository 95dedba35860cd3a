internal import LocalContract
internal import TestSupport

/// What one referral and its receipt cost on the wire: bytes of the TCP streams, both ways, TLS
/// included, on a connection that is already open.
enum ReferralBytes {
  private static let warmUp = 5

  static func measure(_ options: BenchOptions) async throws -> Figure {
    let count = options.count ?? 20
    return try await options.withFolder { folder in
      let pair = try NodePair(in: folder, desks: 1, options)
      defer { pair.harness.stop() }
      let relays = [
        try await CountingRelay(to: pair.recipient.port),
        try await CountingRelay(to: pair.sender.port),
      ]
      defer { for relay in relays { relay.close() } }
      pair.recipient.announcedPort = relays[0].port
      pair.sender.announcedPort = relays[1].port
      Progress.say("  starting two nodes with a relay before each")
      try await pair.harness.start()
      let (token, grants) = try await pair.granted(count + warmUp)
      let client = pair.sender.client(token: token)
      for grant in grants.prefix(warmUp) { try await NodePair.refer(grant, client) }
      var sizes: [Double] = []
      let start = totals(relays)
      var before = start
      for grant in grants.dropFirst(warmUp) {
        try await NodePair.refer(grant, client)
        // The receipt is stored before the answer comes; nothing else is on its way.
        let after = totals(relays)
        sizes.append(Double(after.bytes - before.bytes))
        before = after
      }
      await client.close()
      let mean = sizes.reduce(0, +) / Double(count)
      return Figure(
        "referral-bytes",
        mean.rounded(.up),
        "bytes",
        [
          ("seconds_at_32kbps", .number(mean * 8 / 32_000)),
          ("max_bytes", .number(sizes.max() ?? 0)),
          ("sent_bytes", .whole((before.toRecipient - start.toRecipient) / count)),
          ("new_connections", .whole(before.connections - start.connections)),
          ("content_bytes", .whole(SampleReferral.measuredBytes)), ("referrals", .whole(count)),
          ("log_size", .whole(Int(grants.last ?? 0))),
        ]
      )
    }
  }

  private static func totals(
    _ relays: [CountingRelay]
  ) -> (bytes: Int, toRecipient: Int, connections: Int) {
    let (forth, back) = (relays[0].counter.totals, relays[1].counter.totals)
    return (
      forth.toServer + forth.toClient + back.toServer + back.toClient,
      forth.toServer + back.toClient, forth.connections + back.connections
    )
  }
}
