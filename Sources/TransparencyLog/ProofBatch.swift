public import CanonicalBytes

/// Many proofs at one tree size: the nodes along the right edge, which belong to no tile, are
/// computed once for all of them.
///
/// Source: RFC 6962 §2.1.
public struct ProofBatch {
  /// The tree size that is proved at.
  public let size: UInt64
  private let tree: LogTree
  private let tiles: any TileSource
  /// For each set bit of the size from the lowest: the hash of everything from that subtree to the
  /// end of the tree.
  private let suffixes: [Digest32]

  /// Prepares proofs at a size.
  ///
  /// - Throws: ``LogTreeFailure/outOfRange`` for a size beyond the tree; what the source throws.
  public init(tree: LogTree, size: UInt64, tiles: any TileSource) throws {
    guard size <= tree.size else { throw LogTreeFailure.outOfRange }
    self.size = size
    self.tree = tree
    self.tiles = tiles
    var suffixes: [Digest32] = []
    var rest = size
    while rest > 0 {
      let height = rest.trailingZeroBitCount
      let node = try tree.node(height: height, place: (size >> UInt64(height)) - 1, tiles: tiles)
      suffixes.append(suffixes.last.map { MerkleHash.node(node, $0) } ?? node)
      rest &= rest - 1
    }
    self.suffixes = suffixes
  }

  /// The root at this size.
  public var root: Digest32 { suffixes.last ?? MerkleHash.empty }

  /// The proof for one leaf; see ``LogTree/inclusionProof(index:size:tiles:)``.
  public func inclusionProof(index: UInt64) throws -> [Digest32] {
    guard index < size else { throw LogTreeFailure.outOfRange }
    var path: [Digest32] = []
    try appendPath(height: 0, place: index, to: &path)
    return path
  }

  /// The proof from an earlier size; see ``LogTree/consistencyProof(from:size:tiles:)``.
  public func consistencyProof(from older: UInt64) throws -> [Digest32] {
    guard older <= size else { throw LogTreeFailure.outOfRange }
    guard older > 0, older < size else { return [] }
    // The last perfect subtree of the older tree, then its inclusion in the newer one. Where it is
    // the whole older tree, the verifier knows it already.
    let height = older.trailingZeroBitCount
    let place = (older - 1) >> UInt64(height)
    var path: [Digest32] = []
    if place > 0 { path.append(try tree.node(height: height, place: place, tiles: tiles)) }
    try appendPath(height: height, place: place, to: &path)
    return path
  }

  private func appendPath(
    height: Int,
    place: UInt64,
    to path: inout [Digest32]
  ) throws {
    path.reserveCapacity(path.count + 32)
    // Below the fork every sibling is complete; at the fork the rest of the tree lies to the right.
    let inner = 63 - (place ^ (size >> UInt64(height))).leadingZeroBitCount
    let fork = height + inner
    var place = place
    for row in height..<fork {
      path.append(try tree.node(height: row, place: place ^ 1, tiles: tiles))
      place >>= 1
    }
    let right = (size & ((1 << UInt64(fork)) - 1)).nonzeroBitCount
    if right > 0 { path.append(suffixes[right - 1]) }
    var left = place << UInt64(fork)
    let begin = left
    while left > 0 {
      let row = left.trailingZeroBitCount
      path.append(try tree.node(height: row, place: (begin >> UInt64(row)) - 1, tiles: tiles))
      left &= left - 1
    }
  }
}
