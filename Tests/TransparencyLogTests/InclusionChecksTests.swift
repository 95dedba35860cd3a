internal import CanonicalBytes
internal import Testing

@testable internal import TransparencyLog

@Suite struct InclusionChecksTests {
  @Test("The answer is that of a single check, whatever was checked before")
  func differential() throws {
    var random = Sequence64(state: 77)
    for size in [1, 2, 3, 5, 8, 13, 21, 64, 65, 100] {
      let tree = NaiveTree((0..<size).map { Sample.leaf($0) })
      let root = tree.root(0..<size)
      var checks = InclusionChecks(size: UInt64(size), root: root)
      var accepted = 0
      for round in 0..<600 {
        // In order for a while, as in a bundle, then anywhere.
        let index = round < 2 * size ? round / 2 % size : Int.random(in: 0..<size, using: &random)
        var leaf = Sample.leaf(index)
        var path = tree.path(index, 0..<size)
        var named = UInt64(index)
        switch Int.random(in: 0..<8, using: &random) {
        case 0: leaf = Sample.leaf(index + 1)
        case 1 where !path.isEmpty:
          path[Int.random(in: path.indices, using: &random)] = Sample.leaf(500)
        case 2 where !path.isEmpty: path.removeLast()
        case 3: path.append(Sample.leaf(501))
        case 4: named = UInt64.random(in: 0...UInt64(size) + 1, using: &random)
        case 5: path = tree.path(Int.random(in: 0..<size, using: &random), 0..<size)
        default: break
        }
        let expected = MerkleProof.verifyInclusion(
          leafHash: leaf,
          index: named,
          size: UInt64(size),
          path: path,
          root: root
        )
        if expected { accepted += 1 }
        let found = checks.verify(leafHash: leaf, index: named, path: path)
        #expect(found == expected)
      }
      #expect(accepted > 100)
    }
  }

  @Test("Nothing is accepted under the wrong root, and a proof is not good because one before was")
  func wrong() {
    let tree = NaiveTree((0..<9).map { Sample.leaf($0) })
    var checks = InclusionChecks(size: 9, root: Sample.leaf(1))
    for index in 0..<9 {
      let path = tree.path(index, 0..<9)
      let found = checks.verify(leafHash: Sample.leaf(index), index: UInt64(index), path: path)
      #expect(!found)
    }
    var good = InclusionChecks(size: 9, root: tree.root(0..<9))
    let path = tree.path(4, 0..<9)
    let found = [(4, 4), (5, 4), (4, 5), (4, 9), (4, 4)].map { leaf, index in
      good.verify(leafHash: Sample.leaf(leaf), index: UInt64(index), path: path)
    }
    #expect(found == [true, false, false, false, true])
  }
}
