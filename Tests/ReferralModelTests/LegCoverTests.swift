internal import ReferralModel
internal import TestSupport
internal import Testing

/// What a recipient is told of a leg's times says when it left, and nothing else (EVT-034, EVT-035).
@Suite struct LegCoverTests {
  private static let day: UInt64 = 86_400_000

  @Test("The end depends on the moment of leaving alone, and is never later than she gave")
  func end() {
    var random = SeededGenerator(seed: 11)
    for _ in 0..<2_000 {
      let referredMs = UInt64.random(in: 0...10_000 * Self.day, using: &random)
      let lifeMs = UInt64.random(in: 1...400 * Self.day, using: &random)
      let windowMs = LegOrder.windowMs(policyMs: 10 * Self.day, leftMs: lifeMs)
      let cover = LegCover(
        referredMs: referredMs,
        windowMs: windowMs,
        untilMs: referredMs + lifeMs,
        stepMs: 5 * Self.day
      )
      let other = LegCover(
        referredMs: referredMs + 12_345,
        windowMs: windowMs,
        untilMs: referredMs + 12_345 + lifeMs,
        stepMs: 5 * Self.day
      )
      let leavesMs = LegOrder.leavesAtMs(
        nowMs: referredMs + 12_345,
        windowMs: windowMs - min(windowMs, 12_345),
        using: &random
      )
      let end = cover.untilMs(leavingAtMs: leavesMs)
      #expect(end <= referredMs + lifeMs)
      #expect(end >= leavesMs)
      // Two records at different moments whose legs leave together look the same.
      #expect(end == other.untilMs(leavingAtMs: leavesMs))
    }
  }

  @Test("A leg that leaves late, because its peer was dark, tells the end in steps still")
  func late() {
    let cover = LegCover(
      referredMs: 0,
      windowMs: 10 * Self.day,
      untilMs: 30 * Self.day,
      stepMs: 5 * Self.day
    )
    #expect(cover.untilMs(leavingAtMs: 0) == 20 * Self.day)
    #expect(cover.untilMs(leavingAtMs: 10 * Self.day) == 30 * Self.day)
    #expect(cover.untilMs(leavingAtMs: 12 * Self.day + 7) == 27 * Self.day + 7)
    #expect(cover.untilMs(leavingAtMs: 29 * Self.day) == 30 * Self.day)
    #expect(cover.untilMs(leavingAtMs: 31 * Self.day) == 31 * Self.day)
  }

  @Test(
    "A message written before the leg left is counted from when it left, a later one is as it is"
  )
  func expiry() {
    let told = { (expires: UInt64, written: UInt64) in
      LegCover.expiresMs(expires, writtenMs: written, windowMs: 100, leftMs: 1_050, endMs: 9_000)
    }
    #expect(told(2_000, 1_000) == 1_950)
    #expect(told(2_010, 1_010) == 1_950)
    #expect(told(2_500, 1_100) == 2_500)
    #expect(told(99_000, 1_100) == 9_000)
    #expect(told(99_000, 1_000) == 9_000)
    // Never later than it was written, nor after the leg has waited long for its peer.
    let late = LegCover.expiresMs(
      2_000,
      writtenMs: 1_000,
      windowMs: 100,
      leftMs: 1_990,
      endMs: 9_000
    )
    #expect(late == 2_000)
  }

  @Test("The end of a renewal is drawn by lot, earlier and never later")
  func renewal() {
    var random = SeededGenerator(seed: 12)
    let ends = (0..<200).map { _ in
      LegCover.renewedUntilMs(1_000_000, recordedMs: 0, windowMs: 60_000, using: &random)
    }
    #expect(ends.allSatisfy { (940_000...1_000_000).contains($0) })
    #expect(Set(ends).count > 100)
    #expect(LegCover.renewedUntilMs(10, recordedMs: 10, windowMs: 60, using: &random) == 10)
  }
}
