internal import Foundation
internal import ReferralModel
internal import Testing

@Suite struct TimerScheduleTests {
  let policy: Policy

  init() throws { policy = try RepositoryFile.policy() }

  private func ms(_ text: String) throws -> UInt64 {
    UInt64(try Date(text, strategy: .iso8601).timeIntervalSince1970 * 1000)
  }

  private func steps(_ schedule: TimerSchedule) -> [String] {
    schedule.entries.map { "\($0.step.rawValue)+\(($0.atMs - schedule.startMs) / 60_000)m" }
  }

  @Test("An emergency: reminders, deputy at 30 minutes, next provider at 2 hours, the end at 4")
  func emergency() throws {
    // A Saturday night: emergencies know no working hours.
    let start = try ms("2026-06-06T23:00:00+05:00")
    let seen = try #require(
      policy.schedule(of: .acknowledge, priority: code("emergency"), startMs: start)
    )
    #expect(
      steps(seen) == [
        "remind+30m", "deputy+30m", "remind+48m", "breach+60m", "next-provider+120m",
        "expire+240m",
      ]
    )
    #expect(seen.dueMs == start + 3_600_000)
    let decided = try #require(
      policy.schedule(of: .decide, priority: code("emergency"), startMs: start)
    )
    #expect(
      steps(decided) == [
        "remind+120m", "next-provider+120m", "remind+192m", "breach+240m", "expire+240m",
      ]
    )
  }

  @Test("A routine referral is counted in working days, and nobody is reminded at night")
  func routine() throws {
    let start = try ms("2026-06-05T16:00:00+05:00")
    let found = try #require(
      policy.schedule(of: .acknowledge, priority: code("routine"), startMs: start)
    )
    #expect(try found.dueMs == ms("2026-06-10T16:00:00+05:00"))
    for entry in found.entries { #expect(policy.calendar.isOpen(atMs: entry.atMs)) }
    #expect(found.entries.last?.step == .expire)
    #expect(try found.entries.last?.atMs == ms("2026-06-19T16:00:00+05:00"))
  }

  @Test("What stood still is added to every step")
  func stood() throws {
    let start = try ms("2026-06-01T09:00:00+05:00")
    let plain = try #require(
      policy.schedule(of: .contact, priority: code("urgent"), startMs: start)
    )
    let later = try #require(
      policy.schedule(
        of: .contact,
        priority: code("urgent"),
        startMs: start,
        stoodMs: 7_200_000
      )
    )
    #expect(later.dueMs == plain.dueMs + 7_200_000)
    #expect(later.entries.last?.atMs == later.dueMs)
  }

  @Test("A service's own times go before the priority's, and survive being written down")
  func ownTimes() throws {
    let times = try #require(AnswerTimes("1h 4h 24h"))
    #expect(times.text == "1h 4h 24h")
    #expect(AnswerTimes("1h 4h") == nil && AnswerTimes("1h 4h 24h 2d") == nil)
    #expect(AnswerTimes("1h x 24h") == nil)
    let found = try #require(
      policy.schedule(of: .decide, priority: code("routine"), times: times, startMs: 1000)
    )
    #expect(found.dueMs == 1000 + 4 * 3_600_000)
    #expect(policy.schedule(of: .decide, priority: code("someday"), startMs: 1) == nil)
  }

  @Test("An agency that keeps other hours is measured by its own")
  func ownHours() throws {
    let text = String(
      decoding: try RepositoryFile.bytes("Protocol/policy/tj-nrm.json"),
      as: UTF8.self
    ).replacingOccurrences(
      of: "  \"automatic\":",
      with: """
          "offices": [{"agency": "night.example", "telephone": "+992 37 000", "hours": {"utc_offset_minutes": 300,
            "workdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "opens": "00:00",
            "closes": "23:59", "holidays": []}}],
          "automatic":
        """
    )
    let special = try Policy.parse(Array(text.utf8))
    #expect(special.offices[agency("night.example")]?.telephone == "+992 37 000")
    let friday = try ms("2026-06-05T20:00:00+05:00")
    func due(_ agency: AgencyID?) throws -> UInt64? {
      special.schedule(of: .info, priority: code("routine"), agency: agency, startMs: friday)?.dueMs
    }
    #expect(try due(agency("night.example")) == ms("2026-06-08T20:00:00+05:00"))
    #expect(try due(agency("day.example")) == ms("2026-06-11T08:00:00+05:00"))
  }

  @Test("Sealed offers are reckoned as at least as pressing as they are")
  func sealedPriority() {
    let day: UInt64 = 86_400_000
    #expect(policy.priority(expiresInMs: 3 * day)?.code == code("emergency"))
    #expect(policy.priority(expiresInMs: 3 * day + 1)?.code == code("urgent"))
    #expect(policy.priority(expiresInMs: 100 * day)?.code == code("routine"))
    #expect(policy.priority(expiresInMs: 399 * day)?.code == code("routine"))
  }

  @Test("Every clock has a schedule in every priority, in order, and ends with its end")
  func all() throws {
    for timer in TimerName.allCases {
      for rule in policy.priorities {
        let found = try #require(
          policy.schedule(of: timer, priority: rule.code, startMs: 1_780_000_000_000)
        )
        #expect(found.entries.map(\.atMs) == found.entries.map(\.atMs).sorted())
        #expect(found.entries.contains { $0.step == .breach }, "\(timer)")
        #expect([.breach, .expire].contains(found.entries.last?.step), "\(timer)")
      }
    }
  }

  @Test("A code that no list of its message holds is not given by a clock")
  func automatic() throws {
    #expect(policy.automatic[.decide] == code("expired-no-answer"))
    let text = String(
      decoding: try RepositoryFile.bytes("Protocol/policy/tj-nrm.json"),
      as: UTF8.self
    )
    for (from, to) in [
      (#""decide": "expired-no-answer""#, #""decide": "no-such-code""#),
      (#""auto-close": "goals-met""#, #""auto-close": "expired-no-answer""#),
    ] {
      let broken = text.replacingOccurrences(of: from, with: to)
      #expect(broken != text)
      do {
        _ = try Policy.parse(Array(broken.utf8))
        Issue.record("admitted")
      } catch { #expect(error.code == .danglingCode) }
    }
  }
}

@Suite struct TickGuardTests {
  private let day: UInt64 = 86_400_000
  private let start: UInt64 = 1_780_000_000_000

  @Test("REF-024 a clock that jumps ahead of the time that passed fires nothing")
  func ahead() {
    var tick = TickGuard(lastMs: start)
    #expect(tick.tick(nowMs: start + 1000, steadyMs: 5, witnessMs: 0) == nil)
    #expect(tick.tick(nowMs: start + 10 * day, steadyMs: 2005, witnessMs: 0) == .ahead)
    // Set right again, it goes on.
    #expect(tick.tick(nowMs: start + 4000, steadyMs: 3005, witnessMs: 0) == nil)
    // A witness, or a person, may say that the jump was right.
    #expect(tick.tick(nowMs: start + 10 * day, steadyMs: 4005, witnessMs: start + 9 * day) == nil)
    #expect(tick.tick(nowMs: start + 40 * day, steadyMs: 5005, witnessMs: 0) == .ahead)
    tick.confirm(nowMs: start + 40 * day, steadyMs: 5005)
    #expect(tick.tick(nowMs: start + 40 * day + 1, steadyMs: 5006, witnessMs: 0) == nil)
  }

  @Test("A clock in 2015 fires nothing until it is right")
  func behind() {
    var tick = TickGuard(lastMs: start)
    #expect(tick.tick(nowMs: 1_430_000_000_000, steadyMs: 1, witnessMs: 0) == .behind)
    #expect(tick.tick(nowMs: start + 5, steadyMs: 2, witnessMs: 0) == nil)
  }

  @Test("A node that was off for days goes on; for longer it waits for a witness")
  func off() {
    var days = TickGuard(lastMs: start)
    #expect(days.tick(nowMs: start + 30 * day, steadyMs: 1, witnessMs: 0) == nil)
    var months = TickGuard(lastMs: start)
    #expect(months.tick(nowMs: start + 120 * day, steadyMs: 1, witnessMs: 0) == .ahead)
    #expect(
      months.tick(nowMs: start + 120 * day, steadyMs: 2, witnessMs: start + 120 * day) == nil
    )
  }

  @Test("A new node fires from its first moment, and sleep counts as time that passed")
  func ordinary() {
    var tick = TickGuard(lastMs: 0)
    #expect(tick.tick(nowMs: start, steadyMs: 100, witnessMs: 0) == nil)
    #expect(tick.lastMs == start)
    #expect(tick.tick(nowMs: start + 5 * day, steadyMs: 100 + 5 * day, witnessMs: 0) == nil)
  }
}
