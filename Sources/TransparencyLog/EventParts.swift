public import CanonicalBytes

/// The staff part A: who acted, when, and whether a person is concerned.
///
/// Auditors only; `{}` for pads.
public struct StaffPart: Hashable, Sendable {
  private let fields: EventFields

  /// Whether the event is about a person.
  public let isAboutPerson: Bool
  /// Unix time by the node's clock, in milliseconds.
  public let timeMs: UInt64

  /// Pseudonym of the user who acted.
  public var actor: String? { fields.string(.actor) }
  /// The second person, never the first.
  public var actor2: String? { fields.string(.actor2) }
  /// Index of the event that this one follows from.
  public var cause: UInt64? { fields.integer(.cause) }
  /// The desk that acted.
  public var desk: String? { fields.string(.desk) }
  /// The exact bytes.
  public var bytes: [UInt8] { fields.bytes }

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
    try self.init(EventFields(parsing: bytes[...]))
  }

  /// Reads a part where it stands; shares the storage.
  ///
  /// - Throws: ``EventFailure``.
  public init(parsing text: ArraySlice<UInt8>) throws(EventFailure) {
    try self.init(EventFields(parsing: text))
  }

  private init(_ fields: EventFields) throws(EventFailure) {
    try fields.check(.staff)
    guard let person = fields.integer(.person) else { throw .missingKey(.person) }
    guard let time = fields.integer(.time) else { throw .missingKey(.time) }
    if let second = fields.text(.actor2), fields.text(.actor) == second {
      throw .contradiction(.actor2)
    }
    self.fields = fields
    isAboutPerson = person == 1
    timeMs = time
  }

  /// Compares the bytes.
  public static func == (left: StaffPart, right: StaffPart) -> Bool {
    left.fields.text == right.fields.text
  }
  /// Hashes the bytes.
  public func hash(into hasher: inout Hasher) { hasher.combine(fields.text) }
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
    try self.init(EventFields(parsing: bytes[...]))
  }

  private init(_ fields: EventFields) throws(EventFailure) {
    try fields.check(fields.keys.isEmpty ? .empty : .personal)
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
