public import CanonicalBytes
public import ReferralModel
public import Sealing

/// One sealing key of a desk, good for an epoch of at most 90 days.
///
/// Source: PROTOCOL §6, R3 and R7.
public struct DeskKey: Sendable {
  /// From when on to seal to it, Unix ms.
  public let fromMs: UInt64
  /// Until when to seal to it, Unix ms.
  public let notAfterMs: UInt64
  /// The public key.
  public let publicKey: KeyWrap.PublicKey

  /// Describes a key.
  public init(fromMs: UInt64, notAfterMs: UInt64, publicKey: KeyWrap.PublicKey) {
    (self.fromMs, self.notAfterMs, self.publicKey) = (fromMs, notAfterMs, publicKey)
  }

  /// The name of a desk key in stanzas: `SHA-256(PAE("amonat/v1/desk-key", agency, desk, key))`.
  public static func keyID(
    agency: AgencyID,
    desk: DeskName,
    publicKey: [UInt8]
  ) -> Digest32 {
    KeyWrap.deskKeyID(agency: agency.text, desk: desk.text, publicKey: publicKey)
  }
}

/// A role inside an agency that may open certain field groups.
///
/// Source: PROTOCOL §6, R3.
public struct Desk: Sendable {
  /// Most groups of a desk.
  public static let groupLimit = 16
  /// Fewest and most keys of a desk: this epoch's and at least two more.
  public static let keyCounts = 3...8

  /// Its name, unique in the agency.
  public let name: DeskName
  /// What it may open, ascending.
  public let groups: [FieldGroup]
  /// Its keys, in the order of their epochs.
  public let keys: [DeskKey]
  /// Whether a machine opens what arrives, without a person.
  public let opensUnattended: Bool

  /// Describes a desk.
  public init(name: DeskName, groups: [FieldGroup], keys: [DeskKey], opensUnattended: Bool = false)
  {
    (self.name, self.groups, self.keys) = (name, groups, keys)
    self.opensUnattended = opensUnattended
  }

  init(_ object: CanonicalObject) throws(TrustFailure) {
    let fields = try NoteFields(object, keys: ["groups", "keys", "name", "opens_unattended"])
    name = try fields.word("name", as: DeskName.self)
    groups = try fields.words("groups", 1...Self.groupLimit, as: FieldGroup.self)
    opensUnattended = try fields.flag("opens_unattended")
    var keys: [DeskKey] = []
    for entry in try fields.objects("keys", Self.keyCounts) {
      let key = try NoteFields(entry, keys: ["from", "key", "not_after"])
      let (from, notAfter) = (try key.integer("from"), try key.integer("not_after"))
      guard from < notAfter, notAfter - from <= TrustLimits.deskEpochMs else { throw .malformed }
      // Epochs follow each other without overlap or gap, so that one time names one key.
      if let last = keys.last, from != last.notAfterMs { throw .malformed }
      keys.append(
        DeskKey(fromMs: from, notAfterMs: notAfter, publicKey: try key.wrapKey("key"))
      )
    }
    self.keys = keys
  }

  var object: CanonicalObject {
    CanonicalObject([
      "groups": NoteText.words(groups),
      "keys": .list(
        keys.map { key in
          .object(
            CanonicalObject([
              "from": .integer(key.fromMs), "key": .string(Base64.encode(key.publicKey.bytes)),
              "not_after": .integer(key.notAfterMs),
            ])
          )
        }
      ),
      "name": .string(name.text), "opens_unattended": NoteText.flag(opensUnattended),
    ])
  }

  /// The key to seal to at a time: the newest epoch that has begun, until 30 days past its end.
  func sealingKey(atMs timeMs: UInt64) -> DeskKey? {
    guard let key = keys.last(where: { $0.fromMs <= timeMs }),
      timeMs <= key.notAfterMs + TrustLimits.graceMs
    else { return nil }
    return key
  }
}

/// A desk key chosen for sealing.
public struct SealingKey: Sendable {
  /// The name of the key in stanzas.
  public let keyID: Digest32
  /// Whose key.
  public let agency: AgencyID
  /// Which desk's.
  public let desk: DeskName
  /// What that desk may open, ascending.
  public let groups: [FieldGroup]
  /// The key.
  public let publicKey: KeyWrap.PublicKey
  /// The end of its epoch, Unix ms.
  public let notAfterMs: UInt64
  /// Whether the epoch has ended; sealing goes on for 30 days, with a warning.
  public let isLate: Bool

  /// The latest expiry of a message sealed to this key, Unix ms (R7).
  public var latestMessageExpiryMs: UInt64 { notAfterMs + TrustLimits.graceMs }
}
