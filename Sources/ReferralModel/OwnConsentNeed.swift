/// When a recipient must have its own consent for a service it begins.
///
/// Source: `Protocol/spec/11-referrals.md`, REF-011; domain §7.2.
public enum OwnConsentNeed: Hashable, Sendable {
  /// Nothing is kept that tells who she is: none is asked.
  case never
  /// Before the service begins.
  case before
  /// At most so much later than the beginning: she could not be asked.
  case within(Span)
}

extension Policy {
  /// When a recipient must have its own consent for a leg.
  ///
  /// - Parameters:
  ///   - purpose: What the leg is for.
  ///   - basis: What its disclosure rests on.
  /// - Returns: ``OwnConsentNeed/before`` for whatever the policy does not name.
  public func ownConsentNeed(purpose: Purpose?, basis: Basis?) -> OwnConsentNeed {
    if let purpose, consent?.narrow.contains(where: { $0.purpose == purpose }) ?? false {
      return .never
    }
    return basis.flatMap { exception($0)?.ownWithin }.map { .within($0) } ?? .before
  }

  /// How long what a recipient keeps on its own consent is kept once she is no longer there, in
  /// milliseconds; 0 where the policy keeps nothing on that ground.
  public var ownConsentLifeMs: UInt64 {
    kept.first { $0.basis.text == Basis.consent.rawValue }?.life.nominalMs ?? 0
  }
}
