internal import CanonicalBytes
internal import ReferralModel

/// Which certificate is whose: exact DER bytes, by their SHA-256.
///
/// A certificate that two agencies list is neither's (R5).
struct PinTable: Sendable {
  private var owners: [Digest32: Set<AgencyID>] = [:]
  private var pins: [AgencyID: [Digest32]] = [:]

  /// Replaces what an agency pins.
  mutating func set(_ certificates: [Digest32], of agency: AgencyID) {
    for old in pins[agency] ?? [] {
      owners[old]?.remove(agency)
      if owners[old]?.isEmpty ?? false { owners[old] = nil }
    }
    pins[agency] = certificates
    for pin in certificates { owners[pin, default: []].insert(agency) }
  }

  /// The one agency that pins a certificate.
  func owner(of certificate: Digest32) -> AgencyID? {
    guard let found = owners[certificate], found.count == 1 else { return nil }
    return found.first
  }
}
