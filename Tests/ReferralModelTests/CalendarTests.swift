internal import Foundation
internal import ReferralModel
internal import Testing

@Suite struct CalendarTests {
  let policy: Policy

  init() throws { policy = try RepositoryFile.policy() }

  private func ms(_ text: String) throws -> UInt64 {
    UInt64(try Date(text, strategy: .iso8601).timeIntervalSince1970 * 1000)
  }

  @Test(
    "Working days are counted in Dushanbe's week, without nights, weekends and holidays",
    arguments: [
      // Monday 10:00 + 1 working day = Tuesday 10:00.
      ("2026-06-01T10:00:00+05:00", "1wd", "2026-06-02T10:00:00+05:00"),
      // Friday 16:00 + 1 = Monday 16:00.
      ("2026-06-05T16:00:00+05:00", "1wd", "2026-06-08T16:00:00+05:00"),
      // Friday night begins on Monday morning.
      ("2026-06-05T20:00:00+05:00", "1wd", "2026-06-09T08:00:00+05:00"),
      // Before opening begins at opening.
      ("2026-06-01T05:30:00+05:00", "1wd", "2026-06-02T08:00:00+05:00"),
      // Navruz, Saturday 21 to Tuesday 24 March, is nobody's working day.
      ("2026-03-20T09:00:00+05:00", "1wd", "2026-03-25T09:00:00+05:00"),
      ("2025-12-31T09:00:00+05:00", "3wd", "2026-01-06T09:00:00+05:00"),
      // Clock spans ignore the calendar.
      ("2026-03-20T09:00:00+05:00", "72h", "2026-03-23T09:00:00+05:00"),
      ("2026-03-20T09:00:00+05:00", "30m", "2026-03-20T09:30:00+05:00"),
    ]
  )
  func workingDays(_ from: String, _ span: String, _ due: String) throws {
    let found = policy.calendar.dueMs(try #require(Span(span)), fromMs: try ms(from))
    #expect(try found == ms(due))
  }

  @Test("A clock at the end of time does not trap")
  func extremes() throws {
    for span in ["3660wd", "99999d", "0m", "1wd"] {
      for moment in [UInt64.min, 1, 253_402_300_799_999, UInt64.max] {
        let due = policy.calendar.dueMs(try #require(Span(span)), fromMs: moment)
        #expect(due >= moment || moment == 0)
      }
    }
  }

  @Test(
    "A span keeps its grammar",
    arguments: [
      ("30m", true), ("0m", true), ("99999wd", true), ("100000d", false), ("", false),
      ("d", false), ("01h", false), ("-1h", false), ("1.5h", false), ("1 h", false),
      ("1w", false), ("1H", false), ("٣d", false),
    ]
  )
  func spans(_ text: String, _ good: Bool) {
    #expect((Span(text) != nil) == good)
    #expect(Span(text).map(\.description) == (good ? text : nil))
  }

  @Test("Timers follow the priority, and a service may have its own")
  func timers() {
    #expect(policy.span(of: .acknowledge, priority: code("emergency")) == Span(1, .hours))
    #expect(policy.span(of: .decide, priority: code("routine")) == Span(10, .workingDays))
    #expect(
      policy.span(of: .decide, priority: code("routine"), service: code("medical-pep"))
        == Span(4, .hours)
    )
    #expect(policy.span(of: .decide, priority: code("someday")) == nil)
    for timer in TimerName.allCases {
      for priority in policy.priorities {
        #expect(policy.span(of: timer, priority: priority.code) != nil, "\(timer)")
        #expect(policy.dueMs(of: timer, priority: priority.code, fromMs: 1) ?? 0 > 1)
      }
    }
  }
}
