internal import CanonicalBytes
internal import Testing

@testable internal import TransparencyLog

@Suite struct LogTreeTests {
  static let sizes: [Int] = {
    var random = Sequence64(state: 7)
    let some = (0..<12).map { _ in Int.random(in: 1...600, using: &random) }
    return Array(1...20) + [255, 256, 257, 511, 512, 513, 600] + some
  }()

  @Test("Every proof of a tree is what RFC 6962 writes, and verifies", arguments: sizes)
  func allProofs(_ size: Int) throws {
    let (tree, shelf, naive) = Sample.tree(size)
    let root = naive.root(0..<size)
    #expect(tree.root == root)
    let batch = try ProofBatch(tree: tree, size: UInt64(size), tiles: shelf)
    #expect(batch.root == root)
    for index in 0..<size {
      let path = try batch.inclusionProof(index: UInt64(index))
      #expect(path == naive.path(index, 0..<size))
      #expect(
        MerkleProof.verifyInclusion(
          leafHash: Sample.leaf(index),
          index: UInt64(index),
          size: UInt64(size),
          path: path,
          root: root
        )
      )
      let older = index + 1
      let proof = try batch.consistencyProof(from: UInt64(older))
      #expect(proof == naive.consistency(older, size))
      #expect(
        MerkleProof.verifyConsistency(
          from: UInt64(older),
          to: UInt64(size),
          oldRoot: naive.root(0..<older),
          newRoot: root,
          path: proof
        )
      )
    }
  }

  @Test("A tree proves at each of its earlier sizes")
  func earlierSizes() throws {
    let (tree, shelf, naive) = Sample.tree(600)
    for size in stride(from: 1, through: 600, by: 13) {
      #expect(try tree.root(at: UInt64(size), tiles: shelf) == naive.root(0..<size))
      let path = try tree.inclusionProof(
        index: UInt64(size / 2),
        size: UInt64(size),
        tiles: shelf
      )
      #expect(path == naive.path(size / 2, 0..<size))
      let proof = try tree.consistencyProof(
        from: UInt64(size / 3),
        size: UInt64(size),
        tiles: shelf
      )
      #expect(proof == (size / 3 == 0 ? [] : naive.consistency(size / 3, size)))
    }
  }

  @Test("A tree with tiles on two levels proves from a cache of two tiles")
  func twoLevels() throws {
    let size = 66_000
    let (tree, shelf, naive) = Sample.tree(size)
    #expect(tree.edges.map(\.count) == [208, 1, 1])
    #expect(tree.root == naive.root(0..<size))
    let cache = TileCache(capacity: 2) { level, index in
      try shelf.tile(level: level, index: index)
    }
    for index in [0, 1, 255, 256, 40_000, 65_535, 65_536, 65_999] {
      let path = try tree.inclusionProof(index: UInt64(index), tiles: cache)
      #expect(path == naive.path(index, 0..<size))
    }
    let reads = shelf.reads
    _ = try tree.inclusionProof(index: 65_999, tiles: cache)
    #expect(shelf.reads == reads)
  }

  @Test("A stored right edge gives the same tree, and goes on the same way")
  func restored() throws {
    for size in [0, 1, 2, 255, 256, 257, 300, 512, 600] {
      var (tree, _, _) = Sample.tree(size)
      var again = try LogTree(size: UInt64(size), edges: tree.edges)
      #expect(again.root == tree.root)
      for number in size..<(size + 300) {
        tree.append(Sample.leaf(number))
        again.append(Sample.leaf(number))
      }
      #expect(again.root == tree.root)
      #expect(again.edges == tree.edges)
      #expect(again.takeCompletedTiles().map(\.root) == tree.takeCompletedTiles().map(\.root))
    }
  }

  @Test("Edges that do not fit the size are refused")
  func wrongEdges() {
    let leaf = Sample.leaf(0)
    #expect(throws: LogTreeFailure.edges) { try LogTree(size: 1, edges: []) }
    #expect(throws: LogTreeFailure.edges) { try LogTree(size: 1, edges: [[leaf, leaf]]) }
    #expect(throws: LogTreeFailure.edges) { try LogTree(size: 256, edges: [[]]) }
    #expect(throws: LogTreeFailure.edges) {
      try LogTree(size: 1, edges: [[Digest32]](repeating: [leaf], count: 9))
    }
  }

  @Test("A tile is stored as 8,192 bytes and comes back with its root")
  func tileBytes() throws {
    var tree = LogTree()
    for number in 0..<256 { tree.append(Sample.leaf(number)) }
    let completed = tree.takeCompletedTiles()
    #expect(tree.takeCompletedTiles().isEmpty)
    let tile = try #require(completed.first)
    #expect(completed.count == 1 && tile.level == 0 && tile.index == 0)
    #expect(tile.tile.bytes.count == 8192)
    let again = try #require(ExpandedTile(bytes: tile.tile.bytes))
    #expect(again.root == tree.root && again.hashes == tile.hashes)
    #expect(ExpandedTile(bytes: Array(tile.tile.bytes.dropLast())) == nil)
    #expect(ExpandedTile(hashes: Array(tile.hashes.dropLast())) == nil)
  }

  @Test("A copy of the tree is not touched by what is appended to another")
  func value() {
    let (tree, _, _) = Sample.tree(300)
    let before = tree.root
    var copy = tree
    copy.append(Sample.leaf(300))
    #expect(tree.root == before && tree.size == 300 && copy.root != before)
  }

  @Test("Questions beyond the tree are refused, not trapped on")
  func outOfRange() {
    let (tree, shelf, _) = Sample.tree(5)
    #expect(throws: LogTreeFailure.outOfRange) { try tree.inclusionProof(index: 5, tiles: shelf) }
    #expect(throws: LogTreeFailure.outOfRange) {
      try tree.inclusionProof(index: .max, tiles: shelf)
    }
    #expect(throws: LogTreeFailure.outOfRange) {
      try tree.consistencyProof(from: 6, tiles: shelf)
    }
    #expect(throws: LogTreeFailure.outOfRange) { try tree.root(at: .max, tiles: shelf) }
  }

  @Test("Any changed bit, hash, index or size breaks a proof")
  func brokenProofs() throws {
    let (tree, shelf, _) = Sample.tree(37)
    let path = try tree.inclusionProof(index: 20, tiles: shelf)
    let leaf = Sample.leaf(20)
    func holds(
      _ leaf: Digest32,
      _ index: UInt64,
      _ size: UInt64,
      _ path: [Digest32]
    ) -> Bool {
      MerkleProof.verifyInclusion(
        leafHash: leaf,
        index: index,
        size: size,
        path: path,
        root: tree.root
      )
    }
    #expect(holds(leaf, 20, 37, path))
    let flat = MerkleProof.flat(path)
    for bit in 0..<(flat.count * 8) {
      var changed = flat
      changed[bit / 8] ^= 1 << (bit % 8)
      #expect(!holds(leaf, 20, 37, try #require(MerkleProof.path(flat: changed))))
    }
    #expect(!holds(Sample.leaf(21), 20, 37, path))
    for index in 0..<UInt64(37) where index != 20 { #expect(!holds(leaf, index, 37, path)) }
    #expect(!holds(leaf, 20, 37, path.dropLast()))
    #expect(!holds(leaf, 20, 37, path + [leaf]))
    #expect(!holds(leaf, 37, 37, path))
    #expect(!holds(leaf, .max, .max, path))
    #expect(!holds(leaf, 0, 0, []))
    #expect(!holds(leaf, .max - 1, .max, [Digest32](repeating: leaf, count: 65)))
    let proof = try tree.consistencyProof(from: 20, tiles: shelf)
    let old = try tree.root(at: 20, tiles: shelf)
    for place in proof.indices {
      var changed = proof
      changed[place] = Sample.leaf(99)
      #expect(
        !MerkleProof.verifyConsistency(
          from: 20,
          to: 37,
          oldRoot: old,
          newRoot: tree.root,
          path: changed
        )
      )
    }
    for older in UInt64(1)..<37 where older != 20 {
      #expect(
        !MerkleProof.verifyConsistency(
          from: older,
          to: 37,
          oldRoot: old,
          newRoot: tree.root,
          path: proof
        )
      )
    }
    #expect(
      !MerkleProof.verifyConsistency(
        from: .max - 1,
        to: .max,
        oldRoot: old,
        newRoot: tree.root,
        path: proof
      )
    )
  }

  @Test("A start from nothing is a proof only where it is asked for")
  func fromEmpty() {
    let root = Sample.leaf(1)
    let empty = MerkleHash.empty
    func holds(_ old: Digest32, _ allowing: Bool, _ path: [Digest32] = []) -> Bool {
      MerkleProof.verifyConsistency(
        from: 0,
        to: 1,
        oldRoot: old,
        newRoot: root,
        path: path,
        allowingEmpty: allowing
      )
    }
    #expect(holds(empty, true))
    #expect(!holds(empty, false))
    #expect(!holds(root, true))
    #expect(!holds(empty, true, [root]))
  }

  @Test("A path is whole hashes, at most 64")
  func flatPath() {
    #expect(MerkleProof.path(flat: [])?.isEmpty == true)
    #expect(MerkleProof.path(flat: [UInt8](repeating: 0, count: 31)) == nil)
    #expect(MerkleProof.path(flat: [UInt8](repeating: 0, count: 64 * 32))?.count == 64)
    #expect(MerkleProof.path(flat: [UInt8](repeating: 0, count: 65 * 32)) == nil)
  }

  @Test(
    "Tiles are named as C2SP names them",
    arguments: [
      (0, 0, nil, "tile/0/000"), (0, 67, nil, "tile/0/067"),
      (1, 1_234_067, nil, "tile/1/x001/x234/067"), (2, 1000, 17, "tile/2/x001/000.p/17"),
    ] as [(Int, UInt64, Int?, String)]
  )
  func tilePaths(_ level: Int, _ index: UInt64, _ width: Int?, _ path: String) {
    #expect(TilePath.tile(level: level, index: index, width: width) == path)
  }

  @Test("Entry bundles are named as C2SP names them")
  func entryPath() {
    #expect(TilePath.entries(index: 5, width: 3) == "tile/entries/005.p/3")
  }
}
