public import CanonicalBytes

/// Why a tree refused.
public enum LogTreeFailure: Error, Equatable, Sendable {
  /// Edges that do not fit the size.
  case edges
  /// An index or a size beyond the tree.
  case outOfRange
}

/// An append-only RFC 6962 tree that keeps only its right edge: at most one part-filled tile a level.
///
/// A value: append to a copy inside a transaction and publish it after the commit. Completed tiles
/// are handed out once; proofs ask for them through a ``TileSource``.
/// Source: `Protocol/spec/02-events.md`; C2SP tlog-tiles.
public struct LogTree: Sendable {
  /// Leaves in the tree.
  public private(set) var size: UInt64 = 0
  private var levels: [TileEdge] = []
  private var completed: [LogTile] = []

  /// A tree without leaves.
  public init() {}

  /// A tree as it was stored.
  ///
  /// - Parameters:
  ///   - size: Leaves.
  ///   - edges: For each level from 0, the hashes of its part-filled tile; levels above the last
  ///     one given are empty.
  /// - Throws: ``LogTreeFailure/edges`` unless every count is what the size says.
  public init(size: UInt64, edges: [[Digest32]]) throws(LogTreeFailure) {
    self.size = size
    guard edges.count <= 8 else { throw .edges }
    var rest = size
    for hashes in edges {
      guard hashes.count == Int(rest & 0xFF) else { throw .edges }
      var edge = TileEdge()
      for hash in hashes { edge.append(hash) }
      levels.append(edge)
      rest >>= 8
    }
    guard rest == 0 else { throw .edges }
  }

  /// For each level from 0, the hashes of its part-filled tile: what ``init(size:edges:)`` takes.
  public var edges: [[Digest32]] { levels.map(\.hashes) }

  /// Adds a leaf at the end.
  public mutating func append(_ leafHash: Digest32) {
    size += 1
    var hash = leafHash
    var level = 0
    while true {
      if level == levels.count { levels.append(TileEdge()) }
      levels[level].append(hash)
      guard levels[level].count == ExpandedTile.width else { return }
      let tile = ExpandedTile(complete: levels[level])
      completed.append(
        LogTile(level: level, index: (size >> (8 * UInt64(level + 1))) - 1, tile: tile)
      )
      levels[level] = TileEdge()
      hash = tile.root
      level += 1
    }
  }

  /// Hands out the tiles completed since the last call, to be stored with the leaves.
  public mutating func takeCompletedTiles() -> [LogTile] {
    defer { completed = [] }
    return completed
  }

  /// The root over all leaves; needs no stored tile.
  public var root: Digest32 {
    var accumulated: Digest32?
    for edge in levels {
      var row = 0
      var rest = edge.count
      while rest > 0 {
        if rest & 1 == 1 {
          let node = edge.node(row: row, place: rest - 1)
          accumulated = accumulated.map { MerkleHash.node(node, $0) } ?? node
        }
        rest >>= 1
        row += 1
      }
    }
    return accumulated ?? MerkleHash.empty
  }

  /// The root that the tree had at an earlier size.
  ///
  /// - Throws: ``LogTreeFailure/outOfRange``; what the tile source throws.
  public func root(at size: UInt64, tiles: any TileSource) throws -> Digest32 {
    if size == self.size { return root }
    return try ProofBatch(tree: self, size: size, tiles: tiles).root
  }

  /// The proof that a leaf stands at an index, lowest sibling first.
  ///
  /// - Parameters:
  ///   - index: Below the size.
  ///   - size: The tree size to prove at; the present one if absent.
  ///   - tiles: Where completed tiles are read.
  /// - Returns: The siblings from the leaf up.
  /// - Throws: ``LogTreeFailure/outOfRange``; what the tile source throws.
  public func inclusionProof(
    index: UInt64,
    size: UInt64? = nil,
    tiles: any TileSource
  ) throws -> [Digest32] {
    try ProofBatch(tree: self, size: size ?? self.size, tiles: tiles).inclusionProof(index: index)
  }

  /// The proof that the tree at one size continues the tree at an earlier size (0 gives no hashes).
  ///
  /// - Throws: ``LogTreeFailure/outOfRange``; what the tile source throws.
  public func consistencyProof(
    from older: UInt64,
    size: UInt64? = nil,
    tiles: any TileSource
  ) throws -> [Digest32] {
    try ProofBatch(tree: self, size: size ?? self.size, tiles: tiles).consistencyProof(from: older)
  }

  /// A complete node of the tree by its height and its place in that row.
  func node(height: Int, place: UInt64, tiles: any TileSource) throws -> Digest32 {
    let level = height >> 3
    let row = height & 7
    let tileIndex = place >> UInt64(8 - row)
    let inTile = Int(place & ((1 << UInt64(8 - row)) - 1))
    // Only the last tile of a level can be part-filled, and that one is in memory.
    if tileIndex == size >> (8 * UInt64(level + 1)), level < levels.count {
      return levels[level].node(row: row, place: inTile)
    }
    return try tiles.tile(level: level, index: tileIndex).node(row: row, place: inTile)
  }
}
