internal import Testing

/// Random walks over three nodes that decide by the real rules.
///
/// The properties are those of domain §11; a failing walk names its seed and what is left of it.
@Suite struct SimulationTests {
  static let walks = 4_000
  static let actsPerWalk = 220
  static let blocks = 16

  @Test(
    "A million steps of loss, repeats, dark months, wrong clocks and crashes break nothing",
    arguments: 0..<blocks
  )
  func walks(_ block: Int) {
    var steps = 0
    for walk in 0..<(Self.walks / Self.blocks) {
      let seed = UInt64(block * 100_000 + walk)
      let made = SimWalk(seed: seed, count: Self.actsPerWalk, rules: SimRules())
      let (broken, count) = made.run()
      steps += count
      guard let failure = broken.first else { continue }
      let small = made.shrunk(failure)
      Issue.record("seed \(seed): \(broken); \(small.acts.count) acts: \(small.acts)")
      return
    }
    // Sixteen blocks make the million.
    #expect(steps >= 1_000_000 / Self.blocks)
  }

  struct Mutant: Sendable, CustomStringConvertible {
    let name: String
    let change: @Sendable (inout SimRules) -> Void
    let finds: String
    var description: String { name }
  }

  static let mutants: [Mutant] = [
    Mutant(
      name: "consent is not judged again",
      change: { $0.judgesAtSending = false },
      finds: "disclosed after the withdrawal"
    ),
    Mutant(
      name: "silent holders are forgotten",
      change: { $0.countsSilentHolders = false },
      finds: "a holder was never told"
    ),
    Mutant(
      name: "a voice erases after the hold-down",
      change: { $0.doubtsVoices = false },
      finds: "a voice alone has erased or cancelled"
    ),
    Mutant(
      name: "a withdrawal is not passed on",
      change: { $0.passesOn = false },
      finds: "what was handed on is not frozen"
    ),
    Mutant(
      name: "late answers raise no alert",
      change: { $0.raisesAlerts = false },
      finds: "a withdrawal ended in neither receipt nor alert"
    ),
    Mutant(
      name: "an overtaken withdrawal is forgotten",
      change: { $0.entombsUnseen = false },
      finds: "one side is frozen, the other is not"
    ),
    Mutant(
      name: "the life-cycle is not told of the grant",
      change: { $0.tellsLifecycle = false },
      finds: "accepted without a live grant"
    ),
    Mutant(
      name: "repeats are taken in again",
      change: { $0.knowsRepeats = false },
      finds: "received twice"
    ),
    Mutant(
      name: "an unanswered batch is not sent again",
      change: { $0.retries = false },
      finds: "a message was lost"
    ),
  ]

  @Test("Each planted fault is found, and its walk cut down", arguments: mutants)
  func planted(_ mutant: Mutant) throws {
    var rules = SimRules()
    mutant.change(&rules)
    for seed in 0..<3_000 {
      let walk = SimWalk(seed: UInt64(seed), count: SimulationTests.actsPerWalk, rules: rules)
      guard walk.run().broken.contains(mutant.finds) else { continue }
      let small = walk.shrunk(mutant.finds)
      #expect(small.acts.count < 60, "\(small.acts)")
      #expect(small.run().broken.contains(mutant.finds))
      // The same acts under the real rules hold: it was the fault that was found.
      #expect(SimWalk(acts: small.acts, rules: SimRules(), lost: small.lost).run().broken.isEmpty)
      return
    }
    Issue.record("not found: \(mutant.finds)")
  }

  @Test("A walk is the same for the same seed")
  func repeats() {
    #expect(SimWalk.acts(seed: 7, count: 50) == SimWalk.acts(seed: 7, count: 50))
    #expect(SimWalk.acts(seed: 7, count: 50) != SimWalk.acts(seed: 8, count: 50))
  }
}
