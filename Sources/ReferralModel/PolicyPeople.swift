/// A role of an agency or of a person, and the most it may see.
///
/// Source: domain §4.
public struct RoleRule: Hashable, Sendable {
  /// Who has roles.
  public enum Bearer: String, Sendable, CaseIterable {
    /// A member of the register.
    case agency
    /// A person with an account, or one who helps.
    case person
  }

  /// The role.
  public let code: Code
  /// Whose role it is.
  public let bearer: Bearer
  /// The highest class it may see.
  public let ceiling: SensitivityClass
  /// What people read.
  public let labels: Labels
}

/// What is read to a person before they decide.
///
/// Source: domain §6.2, §7.7.
public struct NoticeRule: Hashable, Sendable {
  /// The notice.
  public let code: Code
  /// Which edition of its text this is, from 1.
  public let version: UInt64
  /// What people read above it.
  public let labels: Labels
  /// The text itself.
  public let text: Labels
}

/// What is kept, on which ground and for how long.
///
/// Source: domain §7.3.
public struct RetentionRule: Hashable, Sendable {
  /// The class of what is kept.
  public let code: Code
  /// The legal ground, a code of the list `legal-basis`.
  public let basis: Code
  /// How long.
  public let life: Span
  /// Whether the mechanism has confirmed the time; people are told where it has not.
  public let isConfirmed: Bool
  /// What ends so that the time runs from there; nothing is erased by itself after anything else.
  public let after: [RetentionStart]
  /// What people read.
  public let labels: Labels
}

/// What ends so that the time begins for which it is kept.
public enum RetentionStart: String, Hashable, Sendable, CaseIterable {
  /// A case was closed.
  case caseClosed = "case-closed"
  /// A received referral was closed.
  case referralClosed = "referral-closed"
  /// A received referral was declined.
  case referralDeclined = "referral-declined"

  /// The state of a received referral that it is.
  public var state: ReferralState? {
    switch self {
    case .caseClosed: nil
    case .referralClosed: .closed
    case .referralDeclined: .declined
    }
  }
}

/// A foreign mechanism's agency that may receive a return.
///
/// Source: domain §5.3.
public struct ForeignAgency: Hashable, Sendable {
  /// The agency.
  public let agency: AgencyID
  /// Its country, ISO 3166 alpha-2 in small letters.
  public let country: Code
  /// What people read.
  public let labels: Labels
}

/// How a person is returned across a border.
///
/// Source: domain §5.3.
public struct CrossBorderRule: Hashable, Sendable {
  /// The purpose under which it happens.
  public let purpose: Purpose
  /// Who may receive it; nobody else.
  public let agencies: [ForeignAgency]
}

/// Times that belong to no single referral.
public enum PeriodName: String, Sendable, CaseIterable, CustomStringConvertible {
  /// A caller has recorded what was said by telephone or handed on paper.
  case record
  /// A place of stay is erased this long after arrival.
  case locationErase = "location-erase"
  /// The receiver abroad has confirmed the arrival.
  case arrival
  /// A survivor has the list of those who hold her data.
  case holders
  /// A directory entry that nobody confirmed is flagged.
  case directory
  /// A receipt has become final.
  case finalReceipt = "final-receipt"
  /// Backups from before an erasure are gone.
  case backups
  /// People are told this long before something that is over is erased.
  case retentionWarning = "retention-warning"
  /// A transfer is complete or rolled back.
  case transfer
  /// A note of somebody who refused everything has left, after the end of its quarter.
  case anonymous
  /// A complaint is answered.
  case complaint

  /// The name as it stands in the policy.
  public var description: String { rawValue }
}
