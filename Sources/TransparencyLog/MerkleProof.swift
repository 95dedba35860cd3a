public import CanonicalBytes

/// Checks of RFC 6962 proofs.
///
/// Every function fails closed and never traps on foreign numbers.
public enum MerkleProof {
  /// Most hashes of one path (PROTOCOL §3 step 1).
  public static let hashLimit = 64

  /// Reads a path from its wire form, n × 32 bytes; `nil` for another length or more than 64 hashes.
  public static func path(flat bytes: [UInt8]) -> [Digest32]? {
    guard bytes.count.isMultiple(of: Digest32.byteCount),
      bytes.count <= hashLimit * Digest32.byteCount
    else { return nil }
    return unsafe bytes.withUnsafeBytes { buffer in
      stride(from: 0, to: buffer.count, by: Digest32.byteCount).map { offset in
        unsafe Digest32(reading: UnsafeRawBufferPointer(rebasing: buffer[offset...]))
      }
    }
  }

  /// Writes a path in its wire form, n × 32 bytes.
  public static func flat(_ path: [Digest32]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(path.count * Digest32.byteCount)
    for hash in path { hash.append(to: &out) }
    return out
  }

  /// Whether a leaf stands at an index of the tree with this size and root.
  public static func verifyInclusion(
    leafHash: Digest32,
    index: UInt64,
    size: UInt64,
    path: [Digest32],
    root: Digest32
  ) -> Bool {
    guard let inner = innerCount(of: path, index: index, size: size) else { return false }
    return chain(from: leafHash, path: path[...], inner: inner, mask: index) == root
  }

  /// Rows in which the path of a leaf still has a sibling on either side; `nil` for a leaf beyond the
  /// tree, or a path of another length than its own.
  static func innerCount(of path: [Digest32], index: UInt64, size: UInt64) -> Int? {
    guard index < size, path.count <= hashLimit else { return nil }
    let inner = innerCount(index: index, size: size)
    let border = inner < 64 ? (index >> UInt64(inner)).nonzeroBitCount : 0
    return path.count == inner + border ? inner : nil
  }

  /// Whether a tree continues an earlier one.
  ///
  /// - Parameters:
  ///   - older: The earlier size.
  ///   - newer: The later size.
  ///   - oldRoot: The earlier root.
  ///   - newRoot: The later root.
  ///   - path: The proof.
  ///   - allowingEmpty: Whether a start from size 0, which proves nothing, is accepted (with the
  ///     empty tree's root and no hashes): first contact of a witness only.
  /// - Returns: `true` only if both roots follow from the path.
  public static func verifyConsistency(
    from older: UInt64,
    to newer: UInt64,
    oldRoot: Digest32,
    newRoot: Digest32,
    path: [Digest32],
    allowingEmpty: Bool = false
  ) -> Bool {
    guard older <= newer, path.count <= hashLimit else { return false }
    if older == newer {
      guard older > 0 || (allowingEmpty && oldRoot == MerkleHash.empty) else { return false }
      return path.isEmpty && oldRoot == newRoot
    }
    if older == 0 { return allowingEmpty && path.isEmpty && oldRoot == MerkleHash.empty }
    guard let first = path.first else { return false }
    let shift = older.trailingZeroBitCount
    let whole = innerCount(index: older - 1, size: newer)
    let border = whole < 64 ? ((older - 1) >> UInt64(whole)).nonzeroBitCount : 0
    let inner = whole - shift
    // A power of two is its own last subtree, which the verifier holds as the old root.
    let isPower = older & (older - 1) == 0
    let rest = isPower ? path[...] : path.dropFirst()
    guard inner >= 0, rest.count == inner + border else { return false }
    let seed = isPower ? oldRoot : first
    let mask = (older - 1) >> UInt64(shift)
    var left = seed
    for (row, hash) in rest.enumerated() where row >= inner || mask >> UInt64(row) & 1 == 1 {
      left = MerkleHash.node(hash, left)
    }
    guard left == oldRoot else { return false }
    return chain(from: seed, path: rest, inner: inner, mask: mask) == newRoot
  }

  /// Rows in which the path of a leaf still has a sibling on either side.
  private static func innerCount(index: UInt64, size: UInt64) -> Int {
    64 - (index ^ (size - 1)).leadingZeroBitCount
  }

  private static func chain(
    from seed: Digest32,
    path: ArraySlice<Digest32>,
    inner: Int,
    mask: UInt64
  ) -> Digest32 {
    var hash = seed
    var row = 0
    for sibling in path {
      hash = parent(of: hash, sibling: sibling, row: row, inner: inner, index: mask)
      row += 1
    }
    return hash
  }

  /// The node over a node of a leaf's path and its sibling in that row.
  static func parent(
    of hash: Digest32,
    sibling: Digest32,
    row: Int,
    inner: Int,
    index: UInt64
  ) -> Digest32 {
    row < inner && index >> UInt64(row) & 1 == 0
      ? MerkleHash.node(hash, sibling) : MerkleHash.node(sibling, hash)
  }
}
