internal import CanonicalBytes
internal import Foundation
internal import Testing
internal import TransparencyLog

@Suite struct MerkleVectorTests {
  private struct Inclusion: Decodable {
    let leafIdx: UInt64
    let treeSize: UInt64
    let root: Data?
    let leafHash: Data?
    let proof: [Data]?
    let wantErr: Bool
  }
  private struct Consistency: Decodable {
    let size1: UInt64
    let size2: UInt64
    let root1: Data?
    let root2: Data?
    let proof: [Data]?
    let wantErr: Bool
  }

  /// The path, unless a hash of it does not have 32 bytes.
  private func path(_ proof: [Data]?) -> [Digest32]? {
    let hashes = (proof ?? []).map { Digest32($0) }
    return hashes.contains(nil) ? nil : hashes.compactMap { $0 }
  }

  @Test(
    "The inclusion vectors are accepted and refused as their authors say",
    arguments: try VectorFiles.all("merkle-rfc6962/inclusion")
  )
  func inclusion(_ name: String) throws {
    let vector = try JSONDecoder().decode(Inclusion.self, from: VectorFiles.data(name))
    var holds = false
    if let path = path(vector.proof), let root = Digest32(vector.root ?? Data()),
      let leaf = Digest32(vector.leafHash ?? Data())
    {
      holds = MerkleProof.verifyInclusion(
        leafHash: leaf,
        index: vector.leafIdx,
        size: vector.treeSize,
        path: path,
        root: root
      )
    }
    #expect(holds != vector.wantErr)
  }

  @Test(
    "The consistency vectors are accepted and refused as their authors say",
    arguments: try VectorFiles.all("merkle-rfc6962/consistency")
  )
  func consistency(_ name: String) throws {
    let vector = try JSONDecoder().decode(Consistency.self, from: VectorFiles.data(name))
    var holds = false
    if let path = path(vector.proof), let old = Digest32(vector.root1 ?? Data()),
      let new = Digest32(vector.root2 ?? Data())
    {
      holds = MerkleProof.verifyConsistency(
        from: vector.size1,
        to: vector.size2,
        oldRoot: old,
        newRoot: new,
        path: path
      )
    }
    #expect(holds != vector.wantErr)
  }

  @Test("The vectors are there, honest and hostile ones")
  func present() throws {
    #expect(try VectorFiles.all("merkle-rfc6962/inclusion").count >= 40)
    #expect(try VectorFiles.all("merkle-rfc6962/consistency").count >= 40)
  }
}
