public import CanonicalBytes
internal import Sealing

/// The hashes of an RFC 6962 tree: SHA-256 with one leading byte to tell leaves from nodes.
public enum MerkleHash {
  /// The root of a tree without leaves.
  public static let empty = Hash256.of([UInt8]())

  /// SHA-256(00 ‖ data).
  public static func leaf(_ data: [UInt8]) -> Digest32 {
    var hash = Hash256()
    hash.update(byte: 0)
    hash.update(data)
    return hash.finish()
  }

  /// The leaf hash over an event's three commitments: SHA-256(00 ‖ 01 ‖ event ‖ staff ‖ personal).
  static func leaf(_ leaf: LogLeaf) -> Digest32 {
    // On the stack and in one call.
    unsafe withUnsafeTemporaryAllocation(byteCount: 1 + LogLeaf.byteCount, alignment: 8) { buffer in
      unsafe buffer[0] = 0
      unsafe buffer[1] = 1
      unsafe leaf.event.copy(to: UnsafeMutableRawBufferPointer(rebasing: buffer[2..<34]))
      unsafe leaf.staff.copy(to: UnsafeMutableRawBufferPointer(rebasing: buffer[34..<66]))
      unsafe leaf.personal.copy(to: UnsafeMutableRawBufferPointer(rebasing: buffer[66..<98]))
      return unsafe Hash256.of(buffer: UnsafeRawBufferPointer(buffer))
    }
  }

  /// SHA-256(01 ‖ left ‖ right).
  public static func node(_ left: Digest32, _ right: Digest32) -> Digest32 {
    // One block of input in one call: this is the innermost loop of every proof.
    unsafe withUnsafeTemporaryAllocation(byteCount: 65, alignment: 8) { buffer in
      unsafe buffer[0] = 1
      unsafe left.copy(to: UnsafeMutableRawBufferPointer(rebasing: buffer[1..<33]))
      unsafe right.copy(to: UnsafeMutableRawBufferPointer(rebasing: buffer[33..<65]))
      return unsafe Hash256.of(buffer: UnsafeRawBufferPointer(buffer))
    }
  }
}
