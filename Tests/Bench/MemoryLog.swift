internal import CanonicalBytes
internal import TransparencyLog

/// A log in memory, with all its tiles.
struct MemoryLog {
  /// The full tiles, as a source of proofs.
  final class Tiles: TileSource {
    /// A tile that was asked for and never completed.
    struct Missing: Error {}

    private var tiles: [Int: [UInt64: ExpandedTile]] = [:]

    func tile(level: Int, index: UInt64) throws -> ExpandedTile {
      guard let tile = tiles[level]?[index] else { throw Missing() }
      return tile
    }

    func keep(_ tile: LogTile) { tiles[tile.level, default: [:]][tile.index] = tile.tile }
  }

  private(set) var tree = LogTree()
  private let tiles = Tiles()

  /// Adds a leaf.
  mutating func append(_ hash: Digest32) {
    tree.append(hash)
    for tile in tree.takeCompletedTiles() { tiles.keep(tile) }
  }

  /// Proofs at the present size.
  func proofs() throws -> ProofBatch {
    try ProofBatch(tree: tree, size: tree.size, tiles: tiles)
  }
}
