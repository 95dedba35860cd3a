internal import NodeStore
internal import Testing
internal import TransparencyLog

@Suite(.timeLimit(.minutes(10))) struct RefusalInsideTests {
  /// A rule of a floor above.
  private struct NotNow: ChangeRefusal { let refusalCode = "state-not-allowed" }

  @Test("A rule that refuses inside a change undoes that change, and the store goes on")
  func refusal() async throws {
    let state = try State.created()
    let store = try state.open()
    try await store.receive(2)
    await #expect(throws: StoreFailure.refused("state-not-allowed")) {
      try await store.change { transaction in
        _ = try transaction.receive(900)
        throw NotNow()
      }
    }
    // A part that its grammar refuses is one caller's fault too.
    await #expect(throws: StoreFailure.refused("malformed")) {
      try await store.change { transaction in
        _ = try transaction.append(
          .countersign,
          [.string(.kind, "x")],
          staff: .init(actor: "zarina", atMs: 1)
        )
      }
    }
    #expect(await store.fatalFailure == nil)
    #expect(try await store.logState().size == 2)
    try await store.receive(1, from: 500)
    #expect(try await store.logState().size == 3)
  }
}
