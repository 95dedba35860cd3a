/// Why a disclosure may happen.
///
/// There is no "other".
///
/// Source: domain §6.5 and §7.4, PROTOCOL §2.
public enum Basis: String, Sendable, CaseIterable, CustomStringConvertible {
  /// The survivor's own consent.
  case consent
  /// A guardian's consent with the child's assent.
  case guardianConsent = "guardian-consent"
  /// Serious and imminent danger to life or limb.
  case vitalInterest = "vital-interest"
  /// A documented decision in the child's best interest.
  case childBestInterest = "child-best-interest"
  /// A named article that binds this very agency.
  case legalDuty = "legal-duty"
  /// A written, scoped and verified order.
  case courtOrder = "court-order"
  /// Others are at grave risk.
  case publicDanger = "public-danger"
  /// The survivor's consent, given to the first agency, allowed handing on.
  case onward
  /// An answer to a disclosure that the recipient of the answer made.
  case reply
  /// Nobody stands behind it: codes for the statistics of somebody who refused everything.
  case anonymous

  /// Whether this overrides, or does without, consent: needs two persons, ends soon, never onward.
  public var isException: Bool {
    switch self {
    case .vitalInterest, .childBestInterest, .legalDuty, .courtOrder, .publicDanger: true
    case .consent, .guardianConsent, .onward, .reply, .anonymous: false
    }
  }

  /// The code as it stands in events.
  public var description: String { rawValue }
}
