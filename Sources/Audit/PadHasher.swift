internal import CanonicalBytes
internal import ReferralModel
internal import Sealing
internal import TransparencyLog

/// Recomputes pads from the pad key (AUD-015): the peer part of each differs in its index alone.
///
/// The same leaves as `PadKey` of the log gives, held to it by test.
struct PadHasher {
  private let key: PadKey
  private let tail: [UInt8]
  private var event: [UInt8] = []

  init(padKey: Digest32, head: BundleHead) {
    key = PadKey(padKey)
    tail = Array(
      ",\"log\":\"\(head.log.text)\",\"realm\":\"\(head.realm.hex)\",\"type\":\"pad\"}".utf8
    )
  }

  /// The leaf hash of the pad at an index.
  mutating func hash(index: UInt64) -> Digest32 {
    event.removeAll(keepingCapacity: true)
    event.append(contentsOf: "{\"index\":".utf8)
    event.append(contentsOf: String(index).utf8)
    event.append(contentsOf: tail)
    return LogLeaf(
      event: event,
      staff: Commitments.emptyPart,
      personal: Commitments.emptyPart,
      salts: key.salts(index: index)
    ).hash
  }
}

/// The right edge of an RFC 6962 tree: one hash for each bit of the size.
struct RootStack {
  /// Leaves.
  private(set) var size: UInt64 = 0
  private var peaks: [Digest32] = []

  /// Adds a leaf hash.
  mutating func append(_ leafHash: Digest32) {
    var hash = leafHash
    var rest = size
    while rest & 1 == 1, let left = peaks.popLast() {
      hash = MerkleHash.node(left, hash)
      rest >>= 1
    }
    peaks.append(hash)
    size += 1
  }

  /// The root over all leaves.
  var root: Digest32 {
    guard var hash = peaks.last else { return MerkleHash.empty }
    for peak in peaks.dropLast().reversed() { hash = MerkleHash.node(peak, hash) }
    return hash
  }
}
