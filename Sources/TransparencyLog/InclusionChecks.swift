public import CanonicalBytes

/// Checks inclusion proofs under one root, one after another.
///
/// Neighbouring leaves share most of their paths. A proof that comes to a node which the last good proof
/// went through, with the same hash and the same siblings above it, goes on as that one did, and is
/// not hashed further: the answer is that of ``MerkleProof/verifyInclusion(leafHash:index:size:path:root:)``
/// for every input.
public struct InclusionChecks: Sendable {
  /// Leaves in the tree.
  public let size: UInt64
  /// The root of the tree.
  public let root: Digest32

  /// The last good proof: its leaf, its siblings, and the node before each sibling.
  private var index: UInt64?
  private var path: [Digest32] = []
  private var nodes: [Digest32] = []
  private var fresh: [Digest32] = []

  /// Starts with nothing known of the tree but its root.
  public init(size: UInt64, root: Digest32) { (self.size, self.root) = (size, root) }

  /// Whether a leaf stands at an index of the tree.
  public mutating func verify(leafHash: Digest32, index: UInt64, path: [Digest32]) -> Bool {
    guard let inner = MerkleProof.innerCount(of: path, index: index, size: size) else {
      return false
    }
    // The row in which both leaves are below the same node.
    let meeting = self.index.map { 64 - ($0 ^ index).leadingZeroBitCount } ?? Int.max
    var hash = leafHash
    fresh.removeAll(keepingCapacity: true)
    for row in path.indices {
      if row == meeting, row < inner, nodes[row] == hash, path[row...] == self.path[row...] {
        for below in 0..<row { (nodes[below], self.path[below]) = (fresh[below], path[below]) }
        self.index = index
        return true
      }
      fresh.append(hash)
      hash = MerkleProof.parent(of: hash, sibling: path[row], row: row, inner: inner, index: index)
    }
    guard hash == root else { return false }
    self.index = index
    self.path = path
    swap(&nodes, &fresh)
    return true
  }
}
