internal import TestSupport

/// A seeded walk, and what is left of it when it fails.
struct SimWalk {
  let acts: [SimAct]
  let rules: SimRules
  /// The node that never comes back, if one does not.
  var lost: Int?

  /// The walk of a seed; in one of four a node is lost for ever.
  init(seed: UInt64, count: Int, rules: SimRules) {
    self.init(
      acts: Self.acts(seed: seed, count: count),
      rules: rules,
      lost: seed % 4 == 0 ? Int(seed / 4 % 3) : nil
    )
  }

  init(acts: [SimAct], rules: SimRules, lost: Int?) {
    (self.acts, self.rules, self.lost) = (acts, rules, lost)
  }

  /// The acts that a seed gives.
  static func acts(seed: UInt64, count: Int) -> [SimAct] {
    var random = SeededGenerator(seed: seed)
    let table = SimWorld.weights.enumerated().flatMap { kind, weight in
      [UInt8](repeating: UInt8(kind), count: weight)
    }
    return (0..<count).map { _ in
      let bits = random.next()
      return SimAct(
        kind: table[Int(bits >> 48) % table.count],
        a: UInt16(truncatingIfNeeded: bits),
        b: UInt16(truncatingIfNeeded: bits >> 16),
        c: UInt16(truncatingIfNeeded: bits >> 32)
      )
    }
  }

  /// Walks it.
  ///
  /// - Returns: What did not hold, and how many steps were made.
  func run() -> (broken: [String], steps: Int) {
    var world = SimWorld(rules: rules, lost: lost)
    var steps = 0
    for act in acts {
      world.perform(act)
      steps += 1
      if !world.broken.isEmpty { return (world.broken, steps) }
    }
    steps += world.drain()
    return (world.broken, steps)
  }

  /// Cuts a failing walk down: parts are left out as long as it still fails in the same way.
  func shrunk(_ failure: String) -> SimWalk {
    var best = acts
    var part = max(1, best.count / 2)
    while true {
      var start = 0
      var hasShrunk = false
      while start < best.count {
        var tried = best
        tried.removeSubrange(start..<min(start + part, tried.count))
        if SimWalk(acts: tried, rules: rules, lost: lost).run().broken
          .contains(failure)
        {
          best = tried
          hasShrunk = true
        } else {
          start += part
        }
      }
      if part == 1, !hasShrunk { break }
      part = max(1, part / 2)
    }
    return SimWalk(acts: best, rules: rules, lost: lost)
  }
}
