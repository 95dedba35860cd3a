internal import CanonicalBytes
internal import ReferralModel
internal import Sealing
internal import TransparencyLog

/// Recomputes leaves from opened parts and pads from the pad key, without allocating for each.
///
/// The same bytes as `Commitments` and `PadKey` of the log, held to them by test.
struct LeafHasher {
  private var event: [UInt8]
  private var staff: [UInt8]
  private let eventPrefix: Int
  private let staffPrefix: Int
  private let emptyPersonal = PAE.encode("amonat/v1/personal", [0x7B, 0x7D])
  private let emptyStaff = PAE.encode("amonat/v1/staff", [0x7B, 0x7D])
  private var leaf = [UInt8](repeating: 0, count: 98)
  private let padState: HMAC256
  private var padSalt: [UInt8]
  private let padTail: [UInt8]
  private var padEvent: [UInt8] = []

  init(padKey: Digest32, head: BundleHead) {
    event = Self.prefix("amonat/v1/event")
    staff = Self.prefix("amonat/v1/staff")
    (eventPrefix, staffPrefix) = (event.count, staff.count)
    padState = HMAC256(key: padKey)
    padSalt = PAE.encode("amonat/v1/pad", [UInt8](repeating: 0, count: 8), [0])
    padTail = Array(
      ",\"log\":\"\(head.log.text)\",\"realm\":\"\(head.realm.hex)\",\"type\":\"pad\"}".utf8
    )
  }

  /// `LE64(2) ‖ LE64(len label) ‖ label`.
  private static func prefix(_ label: StaticString) -> [UInt8] {
    // With an empty part, and without that part's length.
    Array(PAE.encode(label, []).dropLast(8))
  }

  /// The commitment to a peer part that stands in a line.
  mutating func eventCommitment(_ bytes: [UInt8], _ part: Range<Int>, salt: Digest32) -> Digest32 {
    Self.fill(&event, keeping: eventPrefix, bytes[part])
    return HMAC256.code(key: salt, event)
  }

  /// The commitment to a staff part that stands in a line.
  mutating func staffCommitment(_ bytes: [UInt8], _ part: Range<Int>, salt: Digest32) -> Digest32 {
    Self.fill(&staff, keeping: staffPrefix, bytes[part])
    return HMAC256.code(key: salt, staff)
  }

  /// The commitment to an empty personal part.
  func emptyPersonalCommitment(salt: Digest32) -> Digest32 {
    HMAC256.code(key: salt, emptyPersonal)
  }

  private static func fill(_ out: inout [UInt8], keeping prefix: Int, _ part: ArraySlice<UInt8>) {
    out.removeLast(out.count - prefix)
    let count = UInt64(part.count)
    for shift in stride(from: 0, to: 64, by: 8) {
      out.append(UInt8(truncatingIfNeeded: count >> UInt64(shift)))
    }
    out.append(contentsOf: part)
  }

  /// The leaf hash over three commitments.
  mutating func leafHash(_ event: Digest32, _ staff: Digest32, _ personal: Digest32) -> Digest32 {
    leaf.removeAll(keepingCapacity: true)
    leaf.append(0)
    leaf.append(1)
    event.append(to: &leaf)
    staff.append(to: &leaf)
    personal.append(to: &leaf)
    return Hash256.of(leaf)
  }

  /// The leaf hash of the pad at an index (AUD-015).
  mutating func padHash(index: UInt64) -> Digest32 {
    padEvent.removeAll(keepingCapacity: true)
    padEvent.append(contentsOf: "{\"index\":".utf8)
    padEvent.append(contentsOf: String(index).utf8)
    padEvent.append(contentsOf: padTail)
    let event = eventCommitment(
      padEvent,
      0..<padEvent.count,
      salt: salt(index, UInt8(ascii: "e"))
    )
    let staff = HMAC256.code(key: salt(index, UInt8(ascii: "a")), emptyStaff)
    let personal = HMAC256.code(key: salt(index, UInt8(ascii: "p")), emptyPersonal)
    return leafHash(event, staff, personal)
  }

  private mutating func salt(_ index: UInt64, _ part: UInt8) -> Digest32 {
    // The number's 8 bytes stand before the last length and the letter.
    let start = padSalt.count - 17
    for byte in 0..<8 {
      padSalt[start + byte] = UInt8(truncatingIfNeeded: index >> UInt64(8 * byte))
    }
    padSalt[padSalt.count - 1] = part
    var code = padState
    code.update(padSalt)
    return code.finish()
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
