internal import Foundation
internal import TestSupport
internal import Testing

/// What comes in, through the model of a node's store and through the store itself, on real files, with
/// a power cut between any two steps: inside the transaction, between the commit and the answer, and
/// when the answer has left.
///
/// The other half of ``StoreWalkTests``.
@Suite(.timeLimit(.minutes(10))) struct StoreReceiveTests {
  @Test(
    "Whatever came in before any power cut: nothing acknowledged is lost, nothing is there twice, and every answer was logged before it left (EXC-124, RCP-003)",
    arguments: 0..<4
  )
  func walk(_ seed: Int) async throws {
    var random = SeededGenerator(seed: UInt64(7_700 + seed))
    var twin = try await ReceivingTwin()
    defer { twin.end() }
    var counts: [String: Int] = [:]
    for step in 0..<600 {
      let act = try await twin.act(&random)
      counts[act, default: 0] += 1
      let afterCut = act.hasPrefix("cut-") || act == "crash" || step == 599
      if let difference = try await twin.difference(afterCut: afterCut) {
        Issue.record("seed \(seed), step \(step), \(act): \(difference)")
        return
      }
    }
    // Everything that a walk can do was done, and not in vain.
    #expect(counts.count == ReceivingTwin.acts.count)
    #expect(twin.answers.values.count { $0.received } > 25)
    let codes = Set(twin.answers.values.filter { !$0.received }.map(\.code))
    #expect(codes.contains("grant-used") && codes.count > 2, "\(codes)")
    #expect(twin.repeats > 20 && twin.uncommitted > 5 && twin.unanswered > 5)
  }

  @Test("A store that answers before it has written is found")
  func planted() async throws {
    var random = SeededGenerator(seed: 7_790)
    var twin = try await ReceivingTwin()
    defer { twin.end() }
    twin.answersEarly = true
    for _ in 0..<600 {
      _ = try await twin.act(&random)
      if try await twin.difference(afterCut: true) != nil { return }
    }
    Issue.record("not found")
  }
}
