public import CanonicalBytes

/// A complete tile of height 8 with all its inner nodes: 511 hashes, so that a look-up is one step.
public struct ExpandedTile: Sendable {
  /// Hashes in the lowest row of a complete tile.
  public static let width = 256
  static let nodeCount = 511

  /// All nodes, row by row from the lowest: 256, 128, …, 1.
  let nodes: [Digest32]

  /// Expands the 256 hashes of the lowest row; `nil` for any other count.
  public init?(hashes: [Digest32]) {
    guard hashes.count == Self.width else { return nil }
    var edge = TileEdge()
    for hash in hashes { edge.append(hash) }
    nodes = edge.nodes
  }

  /// Expands the 8,192 bytes of a C2SP tile; `nil` for any other length.
  public init?(bytes: [UInt8]) {
    guard bytes.count == Self.width * Digest32.byteCount else { return nil }
    var hashes: [Digest32] = []
    hashes.reserveCapacity(Self.width)
    for offset in stride(from: 0, to: bytes.count, by: Digest32.byteCount) {
      guard let hash = Digest32(bytes, at: offset) else { return nil }
      hashes.append(hash)
    }
    self.init(hashes: hashes)
  }

  init(complete edge: TileEdge) { nodes = edge.nodes }

  /// The lowest row.
  public var hashes: [Digest32] { Array(nodes[..<Self.width]) }

  /// The root of the tile: one hash of the level above.
  public var root: Digest32 { nodes[Self.nodeCount - 1] }

  /// The tile as C2SP stores it: the lowest row, 8,192 bytes.
  public var bytes: [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(Self.width * Digest32.byteCount)
    for hash in nodes[..<Self.width] { hash.append(to: &out) }
    return out
  }

  /// Where a row begins: row 0 has 256 nodes, row 8 has one.
  static func rowStart(_ row: Int) -> Int { 512 - (512 >> row) }

  /// The node at a row (0–8) and its place in that row.
  func node(row: Int, place: Int) -> Digest32 { nodes[Self.rowStart(row) + place] }
}

/// A tile that has been completed, ready to be stored once and never changed.
public struct LogTile: Sendable {
  /// The tile level: 0 holds leaf hashes.
  public let level: Int
  /// The position among the tiles of its level, from 0.
  public let index: UInt64
  /// The nodes.
  public let tile: ExpandedTile

  /// The 256 hashes of the lowest row.
  public var hashes: [Digest32] { tile.hashes }
  /// The root of the tile.
  public var root: Digest32 { tile.root }
}

/// The tile at the right edge of one level while it fills.
struct TileEdge: Sendable {
  private(set) var count = 0
  private(set) var nodes = [Digest32](repeating: .zero, count: ExpandedTile.nodeCount)

  /// Adds one hash and every node that it completes; the caller takes a full tile away.
  mutating func append(_ hash: Digest32) {
    precondition(count < ExpandedTile.width, "a full tile is taken away before the next hash")
    var place = count
    count += 1
    var current = hash
    var row = 0
    nodes[place] = current
    while place & 1 == 1, row < 8 {
      current = MerkleHash.node(nodes[ExpandedTile.rowStart(row) + place - 1], current)
      place >>= 1
      row += 1
      nodes[ExpandedTile.rowStart(row) + place] = current
    }
  }

  /// The node at a row and place; meaningful only where it is complete.
  func node(row: Int, place: Int) -> Digest32 { nodes[ExpandedTile.rowStart(row) + place] }

  /// The lowest row as far as it is filled.
  var hashes: [Digest32] { Array(nodes[..<count]) }
}
