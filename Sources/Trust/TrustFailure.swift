/// Why a statement, a certificate or a key was refused.
///
/// Holds nothing of what was refused. The raw values are registered in `Protocol/registries/error-codes.md`.
public enum TrustFailure: String, Error, Sendable, Equatable, CaseIterable {
  /// Not the grammar, not the keys, not the order, not canonical.
  case malformed
  /// More bytes than the format allows.
  case tooLarge = "too-large"
  /// A statement of another realm.
  case realmOther = "realm-other"
  /// The agency is not in the register.
  case agencyUnknown = "agency-unknown"
  /// The agency may not do this now: suspended or retired.
  case member
  /// The certificate is pinned by no agency, or by more than one.
  case unpinned
  /// Too few distinct keys of those that must sign have a line that verifies.
  case signatureMissing = "signature-missing"
  /// A register that does not follow the newest one held, or drops an agency.
  case registerChain = "register-chain"
  /// A suspension that names no register version held here.
  case registerUnknown = "register-unknown"
  /// A serial below the least one the register admits.
  case serialOld = "serial-old"
  /// A card that forgets a past log, or changes or lowers a log or witness key.
  case cardChain = "card-chain"
  /// No card of this agency is held, or the link names another one.
  case cardUnknown = "card-unknown"
  /// Not a self-issued P-256 certificate that names this realm and agency, and nothing else.
  case certificate
  /// One key in two places.
  case keyNotDistinct = "key-not-distinct"
  /// Not a public key that may be admitted, or not the private key that was asked for.
  case key
  /// Past its expiry and the grace that follows.
  case expired
  /// The agency's key changed without the old key's line; a person has to confirm it.
  case needsConfirmation = "needs-confirmation"
  /// A key file that is not one.
  case keyFile = "key-file"
  /// The passphrase is wrong, or the key file was changed.
  case passphrase
}

extension TrustFailure: CustomStringConvertible {
  /// The registered code.
  public var description: String { rawValue }
}
