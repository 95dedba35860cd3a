public import CanonicalBytes

/// The peer part E of an event, checked: CJ-0, the exact keys of its type, and each value's grammar.
///
/// Holds the exact bytes that are committed to; equal means byte-equal.
/// Source: PROTOCOL §2.
public struct LogEvent: Sendable {
  private let fields: EventFields

  /// What happened.
  public let type: EventType
  /// The position in the log.
  public let index: UInt64
  /// The realm: SHA-256 of register version 1.
  public let realm: Digest32

  /// Reads a peer part.
  ///
  /// - Throws: ``EventFailure`` for the first rule broken; nothing is repaired.
  public init(parsing bytes: [UInt8]) throws(EventFailure) {
    try self.init(fields: EventFields(parsing: bytes[...]))
  }

  /// Reads a peer part where it stands; shares the storage.
  ///
  /// - Throws: ``EventFailure`` for the first rule broken; nothing is repaired.
  public init(parsing text: ArraySlice<UInt8>) throws(EventFailure) {
    try self.init(fields: EventFields(parsing: text))
  }

  /// Writes a peer part.
  ///
  /// - Parameters:
  ///   - type: The type, which decides the further keys.
  ///   - log: The log's name.
  ///   - realm: The realm.
  ///   - index: The position in the log.
  ///   - fields: The further keys, in any order.
  /// - Throws: ``EventFailure`` if reading it back would fail.
  public init(
    type: EventType,
    log: String,
    realm: Digest32,
    index: UInt64,
    fields: [EventField]
  ) throws(EventFailure) {
    let common: [EventField] = [
      .integer(.index, index), .string(.log, log), .digest(.realm, realm),
      .string(.type, type.rawValue),
    ]
    try self.init(fields: EventFields(writing: common + fields))
  }

  private init(fields: EventFields) throws(EventFailure) {
    guard let name = fields.text(.type) else { throw .missingKey(.type) }
    guard let type = EventType(name.span) else { throw .unknownType }
    try fields.check(EventSchema.event(type, fields))
    guard let index = fields.integer(.index) else { throw .missingKey(.index) }
    guard let realm = fields.digest(.realm) else { throw .missingKey(.realm) }
    self.fields = fields
    self.type = type
    self.index = index
    self.realm = realm
    try checkTogether()
  }

  /// What no single key shows.
  private func checkTogether() throws(EventFailure) {
    let (reply, offer, anonymous) = (EventWords.reply, EventWords.offer, EventWords.anonymous)
    // Who consented for whom is sealed: this part would tell everybody that the person is a child.
    let guardian = EventWords.guardianConsent
    guard !fields.equals(.basis, guardian.span) else { throw .contradiction(.basis) }
    switch type {
    case .grant:
      guard !fields.equals(.basis, reply.span), !fields.equals(.basis, anonymous.span) else {
        throw .contradiction(.basis)
      }
      // What an exception allowed is never shared further.
      if integer(.onward) == 1, let basis = fields.text(.basis), EventBasis.isException(basis) {
        throw .contradiction(.onward)
      }
    case .disclose:
      // The first message of a referral answers nothing.
      let isReply = fields.equals(.basis, reply.span)
      guard !isReply || !fields.equals(.kind, offer.span) else {
        throw .contradiction(.kind)
      }
      // What rests on nobody's word says nothing but numbers, and goes where they are counted.
      let (tally, statistics) = (EventWords.tally, EventWords.statistics)
      let (isTally, isAboutNobody) = (
        fields.equals(.kind, tally.span), fields.equals(.basis, anonymous.span)
      )
      guard isTally == isAboutNobody else { throw .contradiction(.kind) }
      guard !isTally || fields.equals(.purpose, statistics.span) else {
        throw .contradiction(.purpose)
      }
    case .notify:
      // The ground of what a law keeps is that of its class (WDR-022).
      guard !has(.basis) || has(.code) else { throw .contradiction(.basis) }
      // A day, and no moment of it, on which a place is expected (REF-038).
      let waitlist = EventWords.waitlist
      guard let until = integer(.until), fields.equals(.kind, waitlist.span) else { return }
      guard until.isMultiple(of: Self.dayMs) else { throw .contradiction(.until) }
    default: break
    }
  }

  /// A day, in ms.
  private static let dayMs: UInt64 = 86_400_000

  /// The exact bytes.
  public var bytes: [UInt8] { fields.bytes }
  /// The log's name.
  public var log: String { fields.string(.log) ?? "" }
  /// The text under a key; `nil` if absent or not a text.
  public func string(_ key: EventKey) -> String? { fields.string(key) }
  /// The bytes of a key's value without its quotes or brackets, where they stand; `nil` if absent.
  public func text(_ key: EventKey) -> ArraySlice<UInt8>? { fields.text(key) }
  /// The number under a key; `nil` if absent or not a number.
  public func integer(_ key: EventKey) -> UInt64? { fields.integer(key) }
  /// The list under a key; `nil` if absent or not a list.
  public func strings(_ key: EventKey) -> [String]? { fields.strings(key) }
  /// The 32 bytes under a key; `nil` if absent or not hexadecimal of that length.
  public func digest(_ key: EventKey) -> Digest32? { fields.digest(key) }
  /// Whether a key's text is exactly these bytes; `false` if absent.
  public func equals(_ key: EventKey, _ text: String) -> Bool { fields.equals(key, text.utf8.span) }
  /// Whether a key's text is exactly these bytes; `false` if absent.
  public func equals(_ key: EventKey, _ text: Span<UInt8>) -> Bool { fields.equals(key, text) }
  /// Whether a key is present.
  public func has(_ key: EventKey) -> Bool { fields.has(key) }
}

extension LogEvent: Hashable {
  /// Compares the bytes.
  public static func == (left: LogEvent, right: LogEvent) -> Bool {
    left.fields.text == right.fields.text
  }
  /// Hashes the bytes.
  public func hash(into hasher: inout Hasher) { hasher.combine(fields.text) }
}

extension LogEvent: CustomStringConvertible, CustomReflectable {
  /// The type and the index, nothing of the content.
  public var description: String { "\(type.rawValue)@\(index)" }
  /// Nothing of the content.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The words for what a disclosure rests on, as far as the log's rules need them.
public enum EventBasis {
  /// The lawful exceptions.
  ///
  /// There is no "other".
  public static let exceptions = [
    "child-best-interest", "court-order", "legal-duty", "public-danger", "vital-interest",
  ]

  /// The basis as an event says it: a guardian's consent is consent (EVT-037).
  public static func said(_ basis: String) -> String {
    basis.utf8.elementsEqual("guardian-consent".utf8) ? "consent" : basis
  }

  /// Whether a basis is an exception.
  public static func isException(_ basis: String) -> Bool { isException(Array(basis.utf8)[...]) }

  /// Whether a basis, where it stands, is an exception.
  public static func isException(_ basis: ArraySlice<UInt8>) -> Bool {
    written.contains { $0.count == basis.count && basis.elementsEqual($0) }
  }

  private static let written = exceptions.map { Array($0.utf8) }
}
