internal import CanonicalBytes
internal import Sealing

/// What the hashes of an audit cost by themselves: no auditor can be faster.
enum AuditFloor {
  private static let rounds = 25_000

  /// CPU microseconds of the hashes for one leaf of the sample, and of the bytes of its lines.
  static func microseconds(_ events: SampleEvents, bytesPerLeaf: Double) throws -> Double {
    let buffer = [UInt8](repeating: 7, count: 1 << 18)
    let lengths = try groupLengths(events)
    var last = Digest32.zero
    let before = ProcessFigures.ownCPU()
    for _ in 0..<rounds {
      for length in lengths { last = Hash256.of(buffer[..<length]) }
    }
    let between = ProcessFigures.ownCPU()
    let pieces = 512
    for _ in 0..<pieces { last = Hash256.of(buffer) }
    let after = ProcessFigures.ownCPU()
    // Used, so that nothing of it is left out.
    guard last != .zero else { return .nan }
    let leaf = (between - before) / Double(rounds * 4)
    let byte = (after - between) / Double(pieces * buffer.count)
    return (leaf + byte * bytesPerLeaf) * 1e6
  }

  /// The lengths of all that is hashed for four leaves and a receipt.
  private static func groupLengths(_ events: SampleEvents) throws -> [Int] {
    let entries = [
      try events.grant(at: 1_000), try events.disclose(250, under: 1_000, at: 1_001),
      try events.receive(250, at: 1_002), try events.open(at: 1_003),
    ]
    var lengths: [Int] = []
    for entry in entries {
      lengths += code("amonat/v1/event", entry.event.count)
      lengths += code("amonat/v1/staff", entry.staff.count)
      // The leaf, and one node of the tree for each leaf.
      lengths += [98, 65]
    }
    // The message received is about nobody: its empty part is checked.
    lengths += code("amonat/v1/personal", 2)
    // The receipt; of its path, the two nodes that the one before did not have.
    lengths += code("amonat/v1/event", try events.receipt(250, at: 250).event.count)
    return lengths + [98, 65, 65]
  }

  /// The two hashes of a commitment: key block and message, key block and inner hash.
  private static func code(_ label: StaticString, _ part: Int) -> [Int] {
    [64 + 24 + label.utf8CodeUnitCount + part, 96]
  }
}
