public import CanonicalBytes

/// The staff part A: who acted, when, and whether a person is concerned.
///
/// Auditors only; `{}` for pads.
public struct StaffPart: Hashable, Sendable {
  /// Pseudonym of the user who acted.
  public let actor: String?
  /// The second person, never the first.
  public let actor2: String?
  /// Index of the event that this one follows from.
  public let cause: UInt64?
  /// The desk that acted.
  public let desk: String?
  /// Whether the event is about a person.
  public let isAboutPerson: Bool
  /// Unix time by the node's clock, in milliseconds.
  public let timeMs: UInt64
  /// The exact bytes.
  public let bytes: [UInt8]

  /// Writes a part.
  ///
  /// - Throws: ``EventFailure`` if reading it back would fail.
  public init(
    timeMs: UInt64,
    isAboutPerson: Bool,
    actor: String? = nil,
    actor2: String? = nil,
    cause: UInt64? = nil,
    desk: String? = nil
  ) throws(EventFailure) {
    var fields: [EventField] = [
      .integer(.person, isAboutPerson ? 1 : 0), .integer(.time, timeMs),
    ]
    if let actor { fields.append(.string(.actor, actor)) }
    if let actor2 { fields.append(.string(.actor2, actor2)) }
    if let cause { fields.append(.integer(.cause, cause)) }
    if let desk { fields.append(.string(.desk, desk)) }
    try self.init(EventFields(writing: fields))
  }

  /// Reads a part.
  ///
  /// - Throws: ``EventFailure``.
  public init(parsing bytes: [UInt8]) throws(EventFailure) {
    try self.init(EventFields(parsing: bytes))
  }

  private init(_ fields: EventFields) throws(EventFailure) {
    try fields.check(.staff)
    guard let person = fields.integer(.person) else { throw .missingKey(.person) }
    guard let time = fields.integer(.time) else { throw .missingKey(.time) }
    actor = fields.string(.actor)
    actor2 = fields.string(.actor2)
    cause = fields.integer(.cause)
    desk = fields.string(.desk)
    isAboutPerson = person == 1
    timeMs = time
    bytes = fields.bytes
    if let actor, let actor2, actor.utf8.elementsEqual(actor2.utf8) {
      throw .contradiction(.actor2)
    }
  }

  /// Compares the bytes.
  public static func == (left: StaffPart, right: StaffPart) -> Bool { left.bytes == right.bytes }
  /// Hashes the bytes.
  public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}

/// The personal part P: which case; erasable with its salt.
///
/// `{}` where nothing is personal.
public struct PersonalPart: Hashable, Sendable {
  /// The empty part, `{}`.
  public static let empty = PersonalPart()

  /// SHA-256 of what shows the consent.
  public let evidence: Digest32?
  /// The case's pseudonym, lower-case hexadecimal of 16 or 32 bytes; `nil` in the empty part.
  public let subject: String?
  /// The exact bytes.
  public let bytes: [UInt8]

  private init() {
    evidence = nil
    subject = nil
    bytes = Commitments.emptyPart
  }

  /// Writes a part.
  ///
  /// - Throws: ``EventFailure`` if reading it back would fail.
  public init(subject: String, evidence: Digest32? = nil) throws(EventFailure) {
    var fields: [EventField] = [.string(.subject, subject)]
    if let evidence { fields.append(.digest(.evidence, evidence)) }
    try self.init(EventFields(writing: fields))
  }

  /// Reads a part.
  ///
  /// - Throws: ``EventFailure``.
  public init(parsing bytes: [UInt8]) throws(EventFailure) {
    try self.init(EventFields(parsing: bytes))
  }

  private init(_ fields: EventFields) throws(EventFailure) {
    try fields.check(fields.slots.isEmpty ? .empty : .personal)
    evidence = fields.digest(.evidence)
    subject = fields.string(.subject)
    bytes = fields.bytes
  }

  /// Whether nothing is personal.
  public var isEmpty: Bool { subject == nil }
  /// Compares the bytes.
  public static func == (left: PersonalPart, right: PersonalPart) -> Bool {
    left.bytes == right.bytes
  }
  /// Hashes the bytes.
  public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}

extension StaffPart: CustomStringConvertible, CustomReflectable {
  /// Nothing of the content.
  public var description: String { "StaffPart" }
  /// Nothing of the content.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension PersonalPart: CustomStringConvertible, CustomReflectable {
  /// Nothing of the content.
  public var description: String { "PersonalPart" }
  /// Nothing of the content.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
