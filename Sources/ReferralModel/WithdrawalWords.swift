/// How a consent ends that the survivor has not taken back herself.
///
/// Source: domain §7.3, `Protocol/spec/05-receipts.md` WDR-006, `13-consent.md` CNS-036 to CNS-039.
public enum ConsentEndKind: String, Sendable, CaseIterable {
  /// A court, a guardian or an authority took it back.
  case revoked
  /// It never was a consent: forced, the wrong person, no interpreter.
  case invalidated

  /// The step of the history.
  public var step: ConsentStep {
    switch self {
    case .revoked: .revoke
    case .invalidated: .invalidate
    }
  }

  /// The policy's list of reasons for it.
  public var reasons: String {
    switch self {
    case .revoked: "revocation"
    case .invalidated: "invalidity"
    }
  }

  /// Whether what was shared under it is to be erased whatever else is said.
  public var erases: Bool { self == .invalidated }

  /// Whether people must look into how it came about.
  public var isIncident: Bool { self == .invalidated }
}

/// How the word to stop came.
///
/// Source: domain §7.3 (1).
public enum StopChannel: String, Sendable, CaseIterable {
  /// She stood in front of the person who recorded it.
  case inPerson = "in-person"
  /// A voice on the telephone.
  case telephone
  /// A hotline passed it on.
  case hotline
  /// Somebody else said so.
  case thirdParty = "third-party"

  /// Whether it was she, as far as a person who saw her can say.
  ///
  /// Every other word stops sharing just as fast, and alone never erases anything.
  public var isHerself: Bool {
    switch self {
    case .inPerson: true
    case .telephone, .hotline, .thirdParty: false
    }
  }
}

/// How the person was known when she confirmed an erasure.
///
/// Source: PROTOCOL §4, `Protocol/spec/05-receipts.md` WDR-011.
public enum WithdrawalCheck: String, Sendable, CaseIterable {
  /// She came.
  case inPerson = "in-person"
  /// She said the code word that she chose.
  case codeWord = "code-word"
  /// She was called back on her safe number.
  case callBack = "call-back"
}
