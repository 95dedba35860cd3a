internal import ReferralModel
internal import Testing

@Suite struct ConsentAgainTests {
  private let question = ConsentQuestionKey(peer: "clinic.example", purpose: "health")

  private func add(
    _ step: ConsentStep,
    _ history: inout ConsentHistory
  ) throws(ConsentHistory.Failure) {
    try history.add(step, to: question, atMs: 1, actor: "a", hash: { "\($0.count)" })
  }

  @Test("A history holds 4 096 entries, and not one more (CNS-004)")
  func limit() throws {
    var history = ConsentHistory()
    for _ in 0..<ConsentHistory.limit { try add(.request, &history) }
    #expect(history.entries.count == 4_096)
    #expect(throws: ConsentHistory.Failure.full) { try add(.give, &history) }
    #expect(history.entries.count == 4_096 && history.state(of: question) == .requested)
  }

  @Test("After a no, an end or a withdrawal no yes comes without a new question (CNS-025)")
  func askedAgain() throws {
    for steps in [
      [.request, .refuse], [.request, .give, .withdraw], [.request, .give, .revoke],
      [.request, .give, .expire, .withdraw], [.request, .give, .invalidate],
    ] as [[ConsentStep]] {
      var history = ConsentHistory()
      for step in steps { try add(step, &history) }
      let before = history
      for yes in [ConsentStep.give, .renew] {
        #expect(throws: ConsentHistory.Failure.step, "\(steps)") { try add(yes, &history) }
      }
      #expect(history == before)
      try add(.request, &history)
      try add(.give, &history)
      #expect(history.state(of: question) == .given)
    }
  }
}
