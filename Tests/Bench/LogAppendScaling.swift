internal import CanonicalBytes
internal import Sealing
internal import TransparencyLog

/// Whether a leaf costs the same in a large log: CPU of event, leaf, tree and root at 1 M leaves
/// against 10 k.
enum LogAppendScaling {
  private static let rounds = 7
  /// A root is made after as many leaves as one commit holds.
  private static let batch = 64

  static func measure(_ options: BenchOptions) throws -> Figure {
    let leaves = options.count ?? 20_480
    let events = SampleEvents(realm: Hash256.of([1]), policy: Hash256.of([2]))
    var small = LogTree()
    var large = LogTree()
    for index in 0..<UInt64(1_000_000) {
      let hash = Hash256.of(Array("\(index)".utf8))
      if index < 10_000 { small.append(hash) }
      large.append(hash)
      if index & 0xFFFF == 0 { discard(&large) }
    }
    discard(&small)
    discard(&large)
    var best = (small: Double.infinity, large: Double.infinity)
    for _ in 0..<rounds {
      best.small = min(best.small, try append(leaves, to: small, events))
      best.large = min(best.large, try append(leaves, to: large, events))
    }
    let (atSmall, atLarge) = (best.small / Double(leaves) * 1e6, best.large / Double(leaves) * 1e6)
    return Figure(
      "log-append-scaling",
      atLarge / atSmall,
      "times",
      [
        ("us_per_leaf_at_10k", .number(atSmall)), ("us_per_leaf_at_1m", .number(atLarge)),
        ("leaves", .whole(leaves)), ("rounds", .whole(rounds)),
      ]
    )
  }

  private static func append(
    _ count: Int,
    to start: LogTree,
    _ events: SampleEvents
  ) throws -> Double {
    var tree = start
    var roots: UInt8 = 0
    let before = ProcessFigures.ownCPU()
    for place in 0..<count {
      let entry = try events.disclose(UInt64(place), under: 7, at: tree.size)
      tree.append(entry.leaf.hash)
      if place % batch == batch - 1 {
        discard(&tree)
        roots ^= tree.root.bytes[0]
      }
    }
    let spent = ProcessFigures.ownCPU() - before
    Progress.say("  at \(start.size): \(spent) s, root byte \(roots)")
    return spent
  }

  /// What a store would write away.
  private static func discard(_ tree: inout LogTree) { _ = tree.takeCompletedTiles() }
}
