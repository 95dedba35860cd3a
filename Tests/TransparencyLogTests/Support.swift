internal import CanonicalBytes
internal import Foundation
internal import Sealing

@testable internal import TransparencyLog

/// The external vectors of the repository.
enum VectorFiles {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Vectors")

  static func data(_ path: String) throws -> Data {
    try Data(contentsOf: root.appendingPathComponent(path))
  }

  /// Every JSON file below a folder, by relative name.
  static func all(_ folder: String) throws -> [String] {
    let base = root.appendingPathComponent(folder)
    let names =
      FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
    return names.filter { $0.hasSuffix(".json") }.map { folder + "/" + $0 }.sorted()
  }
}

/// Completed tiles in a dictionary.
final class TileShelf: TileSource {
  struct Missing: Error {}
  private var tiles: [String: ExpandedTile] = [:]
  private(set) var reads = 0

  func store(_ completed: [LogTile]) {
    for tile in completed { tiles["\(tile.level)/\(tile.index)"] = tile.tile }
  }

  func tile(level: Int, index: UInt64) throws -> ExpandedTile {
    reads += 1
    guard let tile = tiles["\(level)/\(index)"] else { throw Missing() }
    return tile
  }
}

/// RFC 6962 §2.1 as it is written: recursive, over all leaves.
final class NaiveTree {
  private let leaves: [Digest32]
  private var known: [Range<Int>: Digest32] = [:]

  init(_ leaves: [Digest32]) { self.leaves = leaves }

  private func split(_ count: Int) -> Int {
    var power = 1
    while power * 2 < count { power *= 2 }
    return power
  }

  func root(_ range: Range<Int>) -> Digest32 {
    if range.isEmpty { return MerkleHash.empty }
    if range.count == 1 { return leaves[range.lowerBound] }
    if let hash = known[range] { return hash }
    let middle = range.lowerBound + split(range.count)
    let hash = MerkleHash.node(
      root(range.lowerBound..<middle),
      root(middle..<range.upperBound)
    )
    known[range] = hash
    return hash
  }

  func path(_ index: Int, _ range: Range<Int>) -> [Digest32] {
    if range.count <= 1 { return [] }
    let middle = range.lowerBound + split(range.count)
    if index < middle {
      return path(index, range.lowerBound..<middle) + [root(middle..<range.upperBound)]
    }
    return path(index, middle..<range.upperBound) + [root(range.lowerBound..<middle)]
  }

  func consistency(_ older: Int, _ size: Int) -> [Digest32] { sub(older, 0..<size, true) }

  private func sub(_ end: Int, _ range: Range<Int>, _ isWhole: Bool) -> [Digest32] {
    if end == range.upperBound { return isWhole ? [] : [root(range)] }
    let middle = range.lowerBound + split(range.count)
    if end <= middle {
      return sub(end, range.lowerBound..<middle, isWhole) + [root(middle..<range.upperBound)]
    }
    return sub(end, middle..<range.upperBound, false) + [root(range.lowerBound..<middle)]
  }
}

/// Small deterministic numbers.
struct Sequence64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

enum Sample {
  static let log = "shelter.example/amonat/log/1"
  static let realm = fill(0x11)

  static func fill(_ byte: UInt8) -> Digest32 {
    Digest32([UInt8](repeating: byte, count: 32)) ?? .zero
  }

  static func leaf(_ number: Int) -> Digest32 {
    MerkleHash.leaf(PAE.littleEndian(UInt64(number)))
  }

  static func key(_ byte: UInt8) -> SigningKey {
    var seed = [UInt8](repeating: byte, count: 32)
    return SigningKey(seed: GuardedSecret(consuming: &seed))
  }

  /// A tree, its tiles and a naive twin.
  static func tree(_ size: Int) -> (tree: LogTree, shelf: TileShelf, naive: NaiveTree) {
    var tree = LogTree()
    let shelf = TileShelf()
    let leaves = (0..<size).map(leaf)
    for leaf in leaves { tree.append(leaf) }
    shelf.store(tree.takeCompletedTiles())
    return (tree, shelf, NaiveTree(leaves))
  }

  static func offer(index: UInt64 = 9) throws -> LogEvent {
    try LogEvent(
      type: .disclose,
      log: log,
      realm: realm,
      index: index,
      fields: [
        .string(.basis, "consent"), .integer(.expires, 1_767_312_000_000), .integer(.grant, 7),
        .string(.grantLog, log), .strings(.groups, ["need"]), .string(.kind, "offer"),
        .digest(.message, fill(0x22)), .string(.peer, "health.example"),
        .digest(.policy, fill(0x33)), .string(.purpose, "health"), .digest(.register, fill(0x44)),
        .integer(.seq, 1),
      ]
    )
  }

  /// One event of every shape, with all optional keys.
  static func events() throws -> [LogEvent] {
    let scope: [EventField] = [
      .string(.basis, "consent"), .strings(.groups, ["contact", "need"]),
      .digest(.policy, fill(1)), .string(.purpose, "legal-aid"), .digest(.register, fill(2)),
    ]
    let sending: [EventField] = [
      .integer(.expires, 5), .digest(.message, fill(3)), .string(.peer, "b.example"),
      .integer(.seq, 2),
    ]
    let grantName: [EventField] = [.integer(.grant, 4), .string(.grantLog, log)]
    let message: [EventField] = [.digest(.message, fill(3))]
    let all: [(EventType, [EventField])] = [
      (
        .grant,
        scope + [
          .integer(.onward, 1), .string(.peer, "b.example"), .integer(.renews, 1),
          .integer(.until, 9),
        ]
      ),
      (
        .disclose,
        scope + sending + grantName + [.string(.kind, "supplement"), .digest(.ref, fill(4))]
      ),
      (
        .notify,
        sending + [
          .string(.kind, "decline"), .digest(.ref, fill(4)), .string(.outcome, "no-place"),
        ]
      ),
      (.notify, sending + grantName + [.string(.kind, "withdraw"), .integer(.until, 9)]),
      (.verbal, scope + [.string(.peer, "b.example"), .integer(.grant, 4)]),
      (.outside, scope + [.string(.receiver, "hospital"), .integer(.grant, 4)]),
      (.receive, message + [.string(.outcome, "stored"), .string(.peer, "b.example")]),
      (.refuse, message + [.string(.outcome, "expired"), .string(.peer, "b.example")]),
      (.withdraw, grantName + [.integer(.until, 9)]),
      (.cancel, message + [.string(.peer, "b.example"), .integer(.seq, 2)]),
      (
        .erase,
        [.integer(.backupsUntil, 7), .integer(.cause, 3), .strings(.targets, ["1-2", "4-4"])]
      ),
      (.card, message), (.link, message), (.register, message), (.policy, message),
      (.succeed, [.string(.oldLog, log), .digest(.root, fill(5)), .integer(.size, 77)]),
      (.consentRefused, Array(scope.dropFirst()) + [.string(.peer, "b.example")]),
      (.open, message + [.strings(.groups, ["health"])]),
      (.print, message + [.strings(.groups, ["health"])]),
      (.export, message + [.strings(.groups, ["health"]), .string(.kind, "audit")]),
      (.unlock, [.string(.outcome, "opened")]),
      (.expire, message + grantName + [.string(.kind, "grant")]),
      (.restore, [.string(.kind, "backup"), .integer(.size, 3)]),
      (.evidence, message + [.string(.kind, "fork"), .string(.peer, "b.example")]),
      (
        .refusals,
        [
          .string(.code, "not-yours"), .integer(.count, 12), .integer(.from, 1), .integer(.to, 2),
          .string(.peer, "b.example"),
        ]
      ),
      (.countersign, [.integer(.grant, 4)]),
      (.deskKey, message + [.string(.outcome, "destroyed")]),
      (.pad, []),
    ]
    return try all.map { type, fields in
      try LogEvent(
        type: type,
        log: log,
        realm: realm,
        index: type == .succeed ? 0 : 12,
        fields: fields
      )
    }
  }
}
