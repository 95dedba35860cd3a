public import CanonicalBytes
public import ReferralModel
public import TransparencyLog

/// Two notes that cannot both be true: one number, two texts, both signed.
///
/// Source: PROTOCOL §3 step 3; attacks B13, C11.
public struct NoteEvidence: Sendable {
  /// Of which kind.
  public let type: NoteType
  /// Who signed them; `nil` for registers.
  public let agency: AgencyID?
  /// The one held, which stays.
  public let held: SignedNote
  /// The other.
  public let received: SignedNote
}

/// What a note changed.
public enum NoteChange: Sendable, Equatable {
  /// A new register version. The agencies' keys changed without the old keys' lines: nothing is sealed
  /// to them until a person confirms.
  case register(version: UInt32, sha256: Digest32, unconfirmed: [AgencyID])
  /// A suspension.
  case suspension(agency: AgencyID, sha256: Digest32)
  /// An agency's newest card.
  case card(agency: AgencyID, serial: UInt64, sha256: Digest32)
  /// An agency's newest link: its pins may have changed.
  case link(agency: AgencyID, serial: UInt64, sha256: Digest32)
}

/// What became of a note.
public enum NoteOutcome: Sendable {
  /// It is newer than what was held, and holds now.
  case applied(NoteChange)
  /// A newer one is held.
  case older
  /// This text is held.
  case same
  /// It contradicts a note that is held; nothing changed. The code is `note-conflict`.
  case evidence(NoteEvidence)
  /// It does not verify; nothing changed.
  case refused(TrustFailure)

  /// The registered code, if the note was not taken.
  public var code: String? {
    switch self {
    case .applied, .older, .same: nil
    case .evidence: "note-conflict"
    case .refused(let failure): failure.rawValue
    }
  }
}
