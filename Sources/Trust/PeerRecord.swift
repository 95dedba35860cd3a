public import CanonicalBytes
public import ReferralModel
public import Sealing
public import TransparencyLog

/// A card as it is held.
public struct HeldCard: Sendable {
  /// What it says.
  public let card: Card
  /// The note.
  public let note: SignedNote
  /// SHA-256 of its text.
  public let sha256: Digest32
  /// When it was first seen, Unix ms.
  public let seenMs: UInt64

  /// Until when it is current, Unix ms: its own expiry, and at most 400 days from when it was seen.
  public var currentUntilMs: UInt64 { min(card.expiresMs, seenMs &+ TrustLimits.cardLifeMs) }
}

/// A link as it is held.
public struct HeldLink: Sendable {
  /// What it says.
  public let link: Link
  /// The note.
  public let note: SignedNote
  /// SHA-256 of its text.
  public let sha256: Digest32
  /// When it was first seen, Unix ms.
  public let seenMs: UInt64

  /// Until when it is current, Unix ms: its own expiry, and at most 30 days from when it was seen.
  public var currentUntilMs: UInt64 { min(link.expiresMs, seenMs &+ TrustLimits.linkLifeMs) }
}

/// Who may speak for a log, and how far.
public struct LogAuthority: Sendable, Equatable {
  /// Where a log stands.
  public enum Standing: Sendable, Equatable {
    /// In use.
    case current
    /// Authorised to follow; nothing is accepted under it before its `succeed` is seen.
    case next
    /// Ended at a size and root.
    case past(size: UInt64, root: Digest32)
  }

  /// Whose log.
  public let agency: AgencyID
  /// Its name.
  public let log: LogID
  /// The key of its checkpoints.
  public let key: VerifyingKey
  /// Where it stands.
  public let standing: Standing

  /// The key as notes know it.
  public var noteKey: NoteKey? { NoteKey(name: log.text, key: key) }
}

/// Who may cosign, as the quorum counts.
public struct WitnessAuthority: Sendable, Equatable {
  /// Whose key.
  public let agency: AgencyID
  /// Its name.
  public let witness: WitnessID
  /// The key.
  public let key: VerifyingKey
  /// The sector of its agency.
  public let sector: Agency.Sector

  /// The key as cosignatures know it.
  public var noteKey: NoteKey? { NoteKey(name: witness.text, key: key, kind: .cosignature) }
}

/// Whom a desk key belongs to.
public struct DeskKeyOwner: Sendable, Equatable {
  /// Whose desk.
  public let agency: AgencyID
  /// Which desk.
  public let desk: DeskName
  /// What the desk may open, by the newest card that still has the desk.
  public let groups: [FieldGroup]
  /// The end of the key's epoch, Unix ms.
  public let notAfterMs: UInt64
}

/// Where an agency stands.
public enum AgencyStanding: Sendable, Equatable {
  /// Not in the register.
  case unknown
  /// May exchange.
  case active
  /// Put aside: by the register, or by a suspension until a time.
  case suspended(untilMs: UInt64?)
  /// Gone for good.
  case retired
}

/// What there is to seal to at an agency.
public struct SealingOffer: Sendable {
  /// One key for each desk that has one.
  public let keys: [SealingKey]
  /// Whether card, link or a key is past its time; 30 days of grace, shown to the person who discloses.
  public let isLate: Bool
}
