internal import CanonicalBytes

/// The four signed statements.
///
/// Source: `Protocol/spec/01-bytes.md`, CJ1-007; PROTOCOL §6.
public enum NoteType: String, Sendable, CaseIterable {
  /// Who is a member, and by whose word.
  case register = "amonat/v1/register"
  /// A member put aside for up to 72 hours.
  case suspension = "amonat/v1/suspension"
  /// An agency's keys and desks.
  case card = "amonat/v1/card"
  /// Where an agency's node is now.
  case link = "amonat/v1/link"
}

/// Times and lengths that the statements share, in milliseconds or bytes.
public enum TrustLimits {
  /// One day, in milliseconds.
  public static let dayMs: UInt64 = 86_400_000
  /// Longest suspension (R2).
  public static let suspensionMs: UInt64 = 72 * 3_600_000
  /// A second suspension of one agency within this time needs the membership threshold (R2).
  public static let suspensionSpacingMs: UInt64 = 30 * dayMs
  /// Longest life of a card, from when it was first seen (R3).
  public static let cardLifeMs: UInt64 = 400 * dayMs
  /// Longest life of a link, from when it was first seen (R4).
  public static let linkLifeMs: UInt64 = 30 * dayMs
  /// Longest life of one desk key (R3).
  public static let deskEpochMs: UInt64 = 90 * dayMs
  /// How long after an expiry disclosures are still sealed, with a warning (R7).
  public static let graceMs: UInt64 = 30 * dayMs
  /// How long before and after its expiry a register is warned of (R9).
  public static let registerWarningMs: UInt64 = 30 * dayMs
  /// Largest statement, in bytes (CJ1-001).
  public static let noteBytes = CanonicalLimit.noteBytes
  /// Most signature lines of a note.
  public static let signatureLines = 64
}

enum CanonicalLimit {
  static let noteBytes = 262_144
}
