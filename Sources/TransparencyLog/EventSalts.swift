public import CanonicalBytes
internal import Sealing

/// The three salts of one event, 32 bytes each.
///
/// Secrets: they have no description.
public struct EventSalts: Sendable {
  /// Of the peer part.
  public let event: Digest32
  /// Of the staff part.
  public let staff: Digest32
  /// Of the personal part; destroying it is the erasure.
  public let personal: Digest32

  /// Takes three salts.
  public init(event: Digest32, staff: Digest32, personal: Digest32) {
    self.event = event
    self.staff = staff
    self.personal = personal
  }

  /// Three random salts, for an event with nothing personal in it, or with its personal salt drawn
  /// from a ``PersonalKey``.
  public static func random(personal: Digest32? = nil) -> EventSalts {
    // Asked of the system at once: each question costs more than the bytes.
    let drawn = Randomness.digests(personal == nil ? 3 : 2)
    return EventSalts(event: drawn[0], staff: drawn[1], personal: personal ?? drawn[2])
  }
}

/// The key of a grant's personal salts: one row in the keyring, whose destruction erases the personal
/// parts of all events under the grant (decision 0002).
public struct PersonalKey: Sendable {
  /// The 32 bytes, for the keyring alone.
  public let bytes: Digest32

  /// Takes a key out of the keyring.
  public init(_ bytes: Digest32) { self.bytes = bytes }

  /// A new key.
  public static func random() -> PersonalKey { PersonalKey(Randomness.digest()) }

  /// `HMAC(K, PAE("amonat/v1/personal-salt", log, LE64(index)))`.
  public func salt(log: String, index: UInt64) -> Digest32 {
    var pae = PAE("amonat/v1/personal-salt", parts: 2, reserving: 96)
    pae.add(log)
    pae.add(PAE.littleEndian(index))
    return HMAC256.code(key: bytes, pae.bytes)
  }
}

/// The key from which all pads of a log follow; auditors are given it.
public struct PadKey: Sendable {
  /// The 32 bytes, for the keyring and for auditors.
  public let bytes: Digest32

  /// Takes a key.
  public init(_ bytes: Digest32) { self.bytes = bytes }

  /// A new key.
  public static func random() -> PadKey { PadKey(Randomness.digest()) }

  /// The salts of the pad at an index: `HMAC(K, PAE("amonat/v1/pad", LE64(index), "e"|"a"|"p"))`.
  public func salts(index: UInt64) -> EventSalts {
    var pae = PAE("amonat/v1/pad", parts: 2, reserving: 16)
    pae.add(PAE.littleEndian(index))
    pae.add("e")
    var message = pae.bytes
    func salt(_ part: UInt8) -> Digest32 {
      // The part's letter is the last byte.
      message[message.count - 1] = part
      return HMAC256.code(key: bytes, message)
    }
    return EventSalts(
      event: salt(UInt8(ascii: "e")),
      staff: salt(UInt8(ascii: "a")),
      personal: salt(UInt8(ascii: "p"))
    )
  }

  /// The leaf of the pad at an index of a log.
  ///
  /// - Throws: ``EventFailure`` for a log name or an index that an event cannot have.
  public func leaf(
    log: String,
    realm: Digest32,
    index: UInt64
  ) throws(EventFailure) -> LogLeaf {
    let event = try LogEvent(type: .pad, log: log, realm: realm, index: index, fields: [])
    return LogLeaf(
      event: event.bytes,
      staff: Commitments.emptyPart,
      personal: Commitments.emptyPart,
      salts: salts(index: index)
    )
  }
}

extension EventSalts: CustomStringConvertible, CustomReflectable {
  /// Nothing of the value.
  public var description: String { "EventSalts" }
  /// Nothing of the value.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension PersonalKey: CustomStringConvertible, CustomReflectable {
  /// Nothing of the value.
  public var description: String { "PersonalKey" }
  /// Nothing of the value.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension PadKey: CustomStringConvertible, CustomReflectable {
  /// Nothing of the value.
  public var description: String { "PadKey" }
  /// Nothing of the value.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
