internal import Testing
internal import TransparencyLog

/// What a node believes of its machine's clock (CHK-045).
@Suite struct ClockFloorTests {
  private let day: UInt64 = 86_400_000
  private let now: UInt64 = 1_770_000_000_000
  private let year2015: UInt64 = 1_420_070_400_000
  private let year2100: UInt64 = 4_102_444_800_000

  @Test("A clock in 2015 is not believed; time goes on from what was sure, without jumps")
  func behind() {
    var floor = ClockFloor(kept: now, localMs: year2015, steadyMs: 500)
    #expect(floor.standing(localMs: year2015, steadyMs: 500) == .behind)
    #expect(floor.nowMs(localMs: year2015, steadyMs: 500) == now)
    #expect(floor.nowMs(localMs: year2015 + 7_000, steadyMs: 7_500) == now + 7_000)
    // Nothing is learnt from it, whoever agrees with it.
    floor.settle(localMs: year2015 + 7_000, steadyMs: 7_500, witnesses: [year2015])
    #expect(floor.sureMs == now)
    #expect(floor.standing(localMs: year2015 + 8_000, steadyMs: 8_500) == .behind)
    // Set right after months without power: believed at once, for nobody knows how long it was off.
    let right = now + 120 * day
    #expect(floor.standing(localMs: right, steadyMs: 9_000) == .right)
    floor.settle(localMs: right, steadyMs: 9_000, witnesses: [])
    #expect(floor.nowMs(localMs: right + 1, steadyMs: 9_001) == right + 1)
    // Sure of it only when somebody else says the same.
    #expect(floor.sureMs == now)
    floor.settle(localMs: right + 10, steadyMs: 9_010, witnesses: [right - day])
    #expect(floor.sureMs == right + 10)
  }

  @Test("A clock that is set back or ahead while the node runs is not believed either")
  func whileRunning() {
    var floor = ClockFloor(kept: now, localMs: now + 5, steadyMs: 100)
    #expect(floor.standing(localMs: now + 5, steadyMs: 100) == .right)
    for step in 1...10 as ClosedRange<UInt64> {
      floor.settle(localMs: now + step * 60_000, steadyMs: 100 + step * 60_000, witnesses: [])
    }
    #expect(floor.sureMs == now + 600_000)
    let steady: UInt64 = 100 + 660_000
    #expect(floor.standing(localMs: year2015, steadyMs: steady) == .behind)
    #expect(floor.standing(localMs: year2100, steadyMs: steady) == .ahead)
    for wrong in [year2015, year2100] {
      #expect(floor.nowMs(localMs: wrong, steadyMs: steady) == now + 660_000)
      floor.settle(localMs: wrong, steadyMs: steady, witnesses: [wrong])
      #expect(floor.sureMs == now + 600_000)
    }
    // Small steps, and a day, are what clocks do.
    for near in [now + 660_000 - day, now + 660_000 + day] {
      #expect(floor.standing(localMs: near, steadyMs: steady) == .right)
    }
    #expect(floor.standing(localMs: now + 660_001 + day, steadyMs: steady) == .ahead)
    #expect(floor.standing(localMs: now + 659_999 - day, steadyMs: steady) == .behind)
  }

  @Test("Months without power are nothing strange, and are not taken for sure until borne out")
  func longOff() {
    var floor = ClockFloor(kept: now, localMs: now + 120 * day, steadyMs: 0)
    #expect(floor.standing(localMs: now + 120 * day, steadyMs: 0) == .right)
    floor.settle(localMs: now + 120 * day, steadyMs: 0, witnesses: [now + 60 * day])
    #expect(floor.sureMs == now)
    // It was 2100 after all: the next start goes on from what was sure.
    let again = ClockFloor(kept: floor.sureMs, localMs: now + 121 * day, steadyMs: 3)
    #expect(again.standing(localMs: now + 121 * day, steadyMs: 3) == .right)
    #expect(ClockFloor(kept: nil, localMs: now, steadyMs: 3).sureMs == now)
  }

  @Test("A person ends it: the time decided is the one to go on from")
  func decided() {
    var floor = ClockFloor(kept: now, localMs: year2015, steadyMs: 10)
    floor.decide(now + 90 * day, steadyMs: 20)
    #expect(floor.nowMs(localMs: year2015, steadyMs: 1_020) == now + 90 * day + 1_000)
    floor.decide(year2015, steadyMs: 30)
    #expect(floor.standing(localMs: year2015, steadyMs: 30) == .right)
    #expect(floor.sureMs == year2015)
  }
}
