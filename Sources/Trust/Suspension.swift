public import CanonicalBytes
public import ReferralModel

/// A small note that puts a member aside for up to 72 hours and lapses by itself.
///
/// Source: PROTOCOL §6, R2; `Protocol/spec/07-register.md`, REG-020 to REG-025.
public struct Suspension: Sendable, Equatable {
  /// Whom.
  public var agency: AgencyID
  /// From when on, Unix ms.
  public var fromMs: UInt64
  /// Of which realm.
  public var realm: Digest32
  /// Why, a code.
  public var reason: Code
  /// SHA-256 of the register text it stands on.
  public var register: Digest32
  /// Until when, exclusive, Unix ms.
  public var untilMs: UInt64

  /// Describes a suspension.
  public init(
    agency: AgencyID,
    fromMs: UInt64,
    untilMs: UInt64,
    reason: Code,
    register: Digest32,
    realm: Digest32
  ) {
    (self.agency, self.fromMs, self.untilMs) = (agency, fromMs, untilMs)
    (self.reason, self.register, self.realm) = (reason, register, realm)
  }

  /// Reads the text of a note.

  ///

  /// - Throws: ``TrustFailure``.
  public init(text: [UInt8]) throws(TrustFailure) {
    try self.init(object: try NoteFields.object(text, type: .suspension))
  }

  init(object: CanonicalObject) throws(TrustFailure) {
    let fields = try NoteFields(
      object,
      keys: ["agency", "from", "realm", "reason", "register", "type", "until"]
    )
    agency = try fields.word("agency", as: AgencyID.self)
    fromMs = try fields.integer("from")
    realm = try fields.digest("realm")
    reason = try fields.word("reason", as: Code.self)
    register = try fields.digest("register")
    untilMs = try fields.integer("until")
    guard fromMs < untilMs, untilMs - fromMs <= TrustLimits.suspensionMs else { throw .malformed }
  }

  /// The exact text to sign, checked by reading it back.

  ///

  /// - Throws: ``TrustFailure``.
  public func text() throws(TrustFailure) -> [UInt8] {
    let text = NoteText.of(
      CanonicalObject([
        "agency": .string(agency.text), "from": .integer(fromMs),
        "realm": NoteText.digest(realm), "reason": .string(reason.text),
        "register": NoteText.digest(register), "type": .string(NoteType.suspension.rawValue),
        "until": .integer(untilMs),
      ])
    )
    _ = try Suspension(text: text)
    return text
  }

  /// Whether it holds at a time, Unix ms.
  public func covers(_ timeMs: UInt64) -> Bool { fromMs <= timeMs && timeMs < untilMs }

  /// Whether two suspensions of one agency stand less than 30 days apart, in either order.
  func isNear(_ other: Suspension) -> Bool {
    let (first, second) = fromMs <= other.fromMs ? (self, other) : (other, self)
    return second.fromMs < first.untilMs + TrustLimits.suspensionSpacingMs
  }
}
