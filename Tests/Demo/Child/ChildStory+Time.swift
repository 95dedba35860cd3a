internal import Foundation
internal import NodeSupport
internal import TestSupport

/// How time passes in it.
extension ChildStory {
  /// How long something may take by the nodes' clocks, in ms.
  ///
  /// A line that is back is noticed within five minutes.
  static let patienceMs: UInt64 = 300_000

  /// Lets time pass until something holds.
  func until(_ sentence: String, _ holds: () throws -> Bool) async throws {
    do {
      try await realm.time.pass(until: sentence, atMostMs: Self.patienceMs) { try holds() }
      report.check(sentence, true)
    } catch is TestTime.Late {
      report.check(sentence, false, "within \(Self.patienceMs / 1_000) s of their time")
    }
  }

  /// Lets days pass; the nodes hear of each other on the way, and people come back to work.
  func pass(toDay day: UInt64) async throws {
    let end = adultOnMs - (Self.daysToMajority - day) * TestTime.dayMs
    while realm.time.nowMs < end {
      realm.time.pass(ms: min(5 * TestTime.dayMs, end - realm.time.nowMs))
      for _ in 0..<3 {
        realm.time.pass(ms: 61_000)
        try await Task.sleep(for: .milliseconds(150))
      }
    }
    try unlock()
  }

  /// Lets hours pass in which the nodes hear of each other.
  func hours(_ count: Int) async throws {
    for _ in 0..<(count * 4) {
      realm.time.pass(ms: 900_000)
      try await Task.sleep(for: .milliseconds(200))
    }
  }

  /// Lets hours pass until every receipt is final, which takes a later heartbeat of the other log.
  func finality() async throws {
    for round in 0..<12 {
      try await hours(1)
      let open = try Self.agencies.contains { spec in
        let path = root.appendingPathComponent("\(spec.id).\(round)").path
        try realm.harness.nodes[spec.id]?.cli(["audit", "export", "--force", "--out", path])
        return try findings(realm.harness, "verify", [path]).contains("receipt-not-final")
      }
      if !open { return }
    }
  }
}
