internal import ReferralModel
internal import TestSupport
internal import Testing

/// Legs of a plan cannot be matched by their numbers or their moment (EVT-029, EVT-033; attack B10).
@Suite struct LegOrderTests {
  @Test(
    "Every leg comes once, with no more pads than policy and protocol allow",
    arguments: [
      0, 3, 15, 900,
    ] as [UInt64]
  )
  func steps(_ padLimit: UInt64) {
    var random = SeededGenerator(seed: 7)
    var firsts: Set<Int> = []
    var pads: Set<UInt64> = []
    for _ in 0..<400 {
      let steps = LegOrder.steps(count: 5, padLimit: padLimit, using: &random)
      #expect(steps.map(\.place).sorted() == [0, 1, 2, 3, 4])
      firsts.insert(steps.first?.place ?? -1)
      pads.formUnion(steps.map(\.pads))
    }
    #expect(firsts == [0, 1, 2, 3, 4])
    // Every number that is allowed turns up, and no other.
    #expect(pads == Set(0...min(padLimit, LegOrder.padLimit)))
  }

  @Test("A leg leaves inside its window, and not always at the same moment")
  func window() {
    var random = SeededGenerator(seed: 8)
    let moments = (0..<200).map { _ in
      LegOrder.leavesAtMs(nowMs: 1_000, windowMs: 60_000, using: &random)
    }
    #expect(moments.allSatisfy { (1_000...61_000).contains($0) })
    #expect(Set(moments).count > 100)
    #expect(LegOrder.leavesAtMs(nowMs: 5, windowMs: 0, using: &random) == 5)
  }

  @Test("A window is at most half of what a message has left")
  func half() {
    #expect(LegOrder.windowMs(policyMs: 60, leftMs: 1_000) == 60)
    #expect(LegOrder.windowMs(policyMs: 60, leftMs: 100) == 50)
    #expect(LegOrder.windowMs(policyMs: 60, leftMs: 0) == 0)
  }
}
