public import CanonicalBytes
internal import Sealing

/// The salted commitments of an event's three parts.
///
/// A salt is exactly 32 bytes by its type.
public enum Commitments {
  /// The empty part, `{}`.
  public static let emptyPart: [UInt8] = [0x7B, 0x7D]

  /// Commits to the peer part E.
  public static func event(_ part: [UInt8], salt: Digest32) -> Digest32 {
    event(part.span, salt: salt)
  }

  /// Commits to a peer part where it stands.
  public static func event(_ part: Span<UInt8>, salt: Digest32) -> Digest32 {
    HMAC256.code(key: salt, label: "amonat/v1/event", part: part)
  }

  /// Commits to the staff part A.
  public static func staff(_ part: [UInt8], salt: Digest32) -> Digest32 {
    staff(part.span, salt: salt)
  }

  /// Commits to a staff part where it stands.
  public static func staff(_ part: Span<UInt8>, salt: Digest32) -> Digest32 {
    HMAC256.code(key: salt, label: "amonat/v1/staff", part: part)
  }

  /// Commits to the personal part P.
  public static func personal(_ part: [UInt8], salt: Digest32) -> Digest32 {
    HMAC256.code(key: salt, label: "amonat/v1/personal", part: part.span)
  }
}

/// The 97 bytes that stand in the tree: `01 ‖ event ‖ staff ‖ personal`.
public struct LogLeaf: Hashable, Sendable {
  /// The size of every leaf, in bytes.
  public static let byteCount = 97

  /// The commitment to the peer part.
  public let event: Digest32
  /// The commitment to the staff part.
  public let staff: Digest32
  /// The commitment to the personal part.
  public let personal: Digest32

  /// A leaf from its three commitments.
  public init(event: Digest32, staff: Digest32, personal: Digest32) {
    self.event = event
    self.staff = staff
    self.personal = personal
  }

  /// A leaf from the bytes of its three parts.
  public init(event: [UInt8], staff: [UInt8], personal: [UInt8], salts: EventSalts) {
    self.init(
      event: Commitments.event(event, salt: salts.event),
      staff: Commitments.staff(staff, salt: salts.staff),
      personal: Commitments.personal(personal, salt: salts.personal)
    )
  }

  /// Reads exactly 97 bytes that begin with 01; `nil` for anything else.
  public init?(parsing bytes: [UInt8]) {
    guard bytes.count == Self.byteCount, bytes[0] == 1, let event = Digest32(bytes, at: 1),
      let staff = Digest32(bytes, at: 33), let personal = Digest32(bytes, at: 65)
    else { return nil }
    self.init(event: event, staff: staff, personal: personal)
  }

  /// The 97 bytes.
  public var bytes: [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(Self.byteCount)
    out.append(1)
    event.append(to: &out)
    staff.append(to: &out)
    personal.append(to: &out)
    return out
  }

  /// The leaf hash in the tree.
  public var hash: Digest32 { MerkleHash.leaf(self) }
}
