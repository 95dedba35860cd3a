internal import NodeStore
internal import Testing

/// Refusals that leave no event.
@Suite(.timeLimit(.minutes(10))) struct RefusalCountTests {
  @Test("D1: a refusal without an event is counted by peer and code, and a flood hides none")
  func counted() async throws {
    let state = try State.created()
    let store = try state.open()
    try await store.change { transaction in
      for time in 1...500 as ClosedRange<UInt64> {
        try transaction.countRefusal(peer: "shelter.example", code: "malformed", atMs: time)
      }
      try transaction.countRefusal(peer: "shelter.example", code: "not-yours", atMs: 9)
      try transaction.countRefusal(peer: "health.example", code: "malformed", atMs: 8)
    }
    func count(_ condition: String) throws -> Int? {
      try state.value(state.folder.node, "SELECT n FROM refusal_count WHERE \(condition)")
    }
    let shelter = "peer = (SELECT id FROM peer WHERE agency = 'shelter.example')"
    #expect(try count("code = 'malformed' AND \(shelter) AND first = 1 AND last = 500") == 500)
    #expect(try count("code = 'not-yours'") == 1)
    #expect(try count("code = 'malformed' AND NOT \(shelter)") == 1)
  }
}
