internal import ReferralModel

/// The last answer about when a clock that starts now fires first: the messages of one batch ask the
/// same, and the answer is worked out day by day through a calendar.
///
/// Belongs to one transaction, under one policy.
final class ClockMemo {
  /// What a first firing depends on, beside the policy.
  struct Question: Equatable {
    let timer: TimerName
    let priority: Code
    let times: String?
    let agency: String
    let startMs: UInt64
  }

  private var last: (question: Question, firesMs: UInt64?)?

  /// The answer, worked out unless it is the last one.
  func answer(to question: Question, _ work: () -> UInt64?) -> UInt64? {
    if let last, last.question == question { return last.firesMs }
    let firesMs = work()
    last = (question, firesMs)
    return firesMs
  }
}
