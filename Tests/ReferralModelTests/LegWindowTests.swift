internal import Foundation
internal import ReferralModel
internal import TestSupport
internal import Testing

/// How well two recipients could match a survivor's legs for a window, over many years of a model.
///
/// The policy's window rests on it (decision 0047); `LinkerTests` holds it on real stores.
@Suite struct LegWindowTests {
  private static let dayMs: UInt64 = 86_400_000
  private static let perMonth = 20.0

  /// Legs of so many people, 20 a month: two recipients each, every third person has a third one.
  private static func legs(
    people: Int,
    windowMs: UInt64,
    using random: inout SeededGenerator
  ) -> (one: [LegLinker.Leg], other: [LegLinker.Leg]) {
    var (one, other): ([LegLinker.Leg], [LegLinker.Leg]) = ([], [])
    var nowMs: UInt64 = 1_700_000_000_000
    for person in 0..<people {
      let gap = -log(Double.random(in: 0.000_001..<1, using: &random)) * 30.44 / perMonth
      nowMs += UInt64(gap * Double(dayMs))
      let untilMs = nowMs + 30 * dayMs
      let window = LegOrder.windowMs(policyMs: windowMs, leftMs: 30 * dayMs)
      var moments = [nowMs]
      for _ in 1..<(person % 3 == 0 ? 3 : 2) {
        moments.append(LegOrder.leavesAtMs(nowMs: nowMs, windowMs: window, using: &random))
      }
      moments.shuffle(using: &random)
      let cover = LegCover(
        referredMs: nowMs,
        windowMs: window,
        untilMs: untilMs,
        stepMs: 4 * dayMs
      )
      func leg(_ leavesMs: UInt64) -> LegLinker.Leg {
        .init(
          person: person,
          arrivedMs: Double(leavesMs),
          clocks: [Double(cover.untilMs(leavingAtMs: leavesMs))],
          kind: "consent"
        )
      }
      one.append(leg(moments[0]))
      other.append(leg(moments[1]))
    }
    return (one, other)
  }

  /// The best way's share, over ten runs of a year.
  private static func share(windowMs: UInt64) -> Double {
    var random = SeededGenerator(seed: 47)
    var ways: [String: Double] = [:]
    for _ in 0..<10 {
      let (one, other) = legs(people: 240, windowMs: windowMs, using: &random)
      for (way, share) in LegLinker(one, other).shares(windowMs: Double(max(1, windowMs))) {
        ways[way, default: 0] += share / 10
      }
    }
    return ways.values.max() ?? 0
  }

  @Test("The policy's routine window leaves two recipients at most twice chance")
  func window() throws {
    let text = try Data(contentsOf: NodeHarness.policy)
    let policy = try Policy.parse([UInt8](text))
    let routine = try #require(policy.priorities.last)
    let chance = 1 / Self.perMonth
    for days in [0, 1, 3, 7, 10, 14] {
      let share = Self.share(windowMs: UInt64(days) * Self.dayMs)
      print("window \(days) d: \((share * 1000).rounded() / 10) % of pairs matched")
    }
    let windowMs = routine.legWindow.nominalMs
    let share = Self.share(windowMs: windowMs)
    print("routine: \((share / chance * 100).rounded() / 100) times chance")
    #expect(share <= 2 * chance)
    // Without a window nearly all pairs are found: the test can fail.
    #expect(Self.share(windowMs: 0) > 0.9)
  }
}
