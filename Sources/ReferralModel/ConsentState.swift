/// Where a person's word on one question stands, after the Data Privacy Vocabulary.
///
/// Source: domain §2 (DPV 2.3), §6.2; CNS-001.
public enum ConsentState: String, Sendable, Codable, CaseIterable {
  /// Nobody has asked.
  case unknown
  /// Asked; no answer yet.
  case requested
  /// The person wants to think about it.
  case deferred = "request-deferred"
  /// No.
  case refused
  /// Yes.
  case given
  /// Yes again, before or after the first yes ran out.
  case renewed
  /// The time of the yes is over.
  case expired
  /// Taken back by the person.
  case withdrawn
  /// Ended by an agency or a court.
  case revoked
  /// It never counted: coerced, wrong person, no interpreter.
  case invalidated

  /// Whether something may rest on it.
  public var permits: Bool { self == .given || self == .renewed }
}

/// What happens to a person's word on one question.
public enum ConsentStep: String, Sendable, Codable, CaseIterable {
  /// Somebody asks.
  case request
  /// The person wants time.
  case postpone = "defer"
  /// The person says no.
  case refuse
  /// The person says yes.
  case give
  /// The person says yes again.
  case renew
  /// Time runs out.
  case expire
  /// The person takes it back.
  case withdraw
  /// An agency or a court ends it.
  case revoke
  /// It is found never to have counted.
  case invalidate
}

extension ConsentState {
  /// What a step makes of a state; `nil` where the step does not apply.
  ///
  /// A yes never comes back by itself: after an end only a new question leads to a new yes.
  ///
  /// Source: CNS-002.
  public func after(_ step: ConsentStep) -> ConsentState? {
    switch (self, step) {
    case (.unknown, .request): .requested
    // Asking again is always allowed, except of somebody who has just said yes.
    case (.requested, .request), (.deferred, .request), (.refused, .request), (.expired, .request),
      (.withdrawn, .request), (.revoked, .request), (.invalidated, .request):
      .requested
    case (.given, .request), (.renewed, .request): nil
    case (.unknown, .postpone), (.requested, .postpone), (.deferred, .postpone): .deferred
    case (.refused, .postpone), (.given, .postpone), (.renewed, .postpone), (.expired, .postpone),
      (.withdrawn, .postpone), (.revoked, .postpone), (.invalidated, .postpone):
      nil
    case (.unknown, .refuse), (.requested, .refuse), (.deferred, .refuse), (.refused, .refuse),
      (.expired, .refuse):
      .refused
    // Somebody who has said yes takes it back; that is not a refusal.
    case (.given, .refuse), (.renewed, .refuse), (.withdrawn, .refuse), (.revoked, .refuse),
      (.invalidated, .refuse):
      nil
    case (.unknown, .give), (.requested, .give), (.deferred, .give): .given
    case (.refused, .give), (.given, .give), (.renewed, .give), (.expired, .give),
      (.withdrawn, .give), (.revoked, .give), (.invalidated, .give):
      nil
    case (.given, .renew), (.renewed, .renew), (.expired, .renew): .renewed
    case (.unknown, .renew), (.requested, .renew), (.deferred, .renew), (.refused, .renew),
      (.withdrawn, .renew), (.revoked, .renew), (.invalidated, .renew):
      nil
    case (.given, .expire), (.renewed, .expire): .expired
    case (.unknown, .expire), (.requested, .expire), (.deferred, .expire), (.refused, .expire),
      (.expired, .expire), (.withdrawn, .expire), (.revoked, .expire), (.invalidated, .expire):
      nil
    case (.given, .withdraw), (.renewed, .withdraw), (.expired, .withdraw): .withdrawn
    case (.unknown, .withdraw), (.requested, .withdraw), (.deferred, .withdraw),
      (.refused, .withdraw), (.withdrawn, .withdraw), (.revoked, .withdraw),
      (.invalidated, .withdraw):
      nil
    case (.given, .revoke), (.renewed, .revoke): .revoked
    case (.unknown, .revoke), (.requested, .revoke), (.deferred, .revoke), (.refused, .revoke),
      (.expired, .revoke), (.withdrawn, .revoke), (.revoked, .revoke), (.invalidated, .revoke):
      nil
    case (.given, .invalidate), (.renewed, .invalidate), (.expired, .invalidate),
      (.withdrawn, .invalidate), (.revoked, .invalidate):
      .invalidated
    case (.unknown, .invalidate), (.requested, .invalidate), (.deferred, .invalidate),
      (.refused, .invalidate), (.invalidated, .invalidate):
      nil
    }
  }
}
