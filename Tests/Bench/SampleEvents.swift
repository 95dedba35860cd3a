internal import CanonicalBytes
internal import Sealing
internal import TransparencyLog

/// The events of invented referrals, the same bytes for the same numbers.
struct SampleEvents: Sendable {
  static let sender = "ministry.example"
  static let recipient = "shelter.example"
  static let startMs: UInt64 = 1_769_925_600_000
  static let dayMs: UInt64 = 86_400_000

  /// One event with what hides it.
  struct Entry {
    let event: [UInt8]
    let staff: [UInt8]
    let salts: EventSalts
    let leaf: LogLeaf
  }

  let realm: Digest32
  let policy: Digest32
  /// Salts come from here, so that a second pass makes the same leaves.
  let salts = PadKey(Hash256.of(Array("amonat bench".utf8)))

  /// The log of the sender.
  let log = "\(SampleEvents.sender)/amonat/log/1"
  /// The log of the recipient.
  let peerLog = "\(SampleEvents.recipient)/amonat/log/1"

  /// The id of a message.
  func message(_ number: UInt64) -> Digest32 { Hash256.of(Array("message \(number)".utf8)) }

  /// A grant to the recipient.
  func grant(at index: UInt64) throws -> Entry {
    try entry(
      .grant,
      log,
      index,
      [
        .string(.basis, "consent"), .strings(.groups, ["contact", "identity", "need"]),
        .integer(.onward, 0), .string(.peer, Self.recipient), .digest(.policy, policy),
        .string(.purpose, "accommodation"), .digest(.register, realm),
        .integer(.until, Self.timeMs(index) + 30 * Self.dayMs),
      ],
      isAboutPerson: true
    )
  }

  /// The offer under a grant.
  func disclose(_ number: UInt64, under grant: UInt64, at index: UInt64) throws -> Entry {
    try entry(
      .disclose,
      log,
      index,
      [
        .string(.basis, "consent"), .integer(.expires, Self.timeMs(index) + 10 * Self.dayMs),
        .integer(.grant, grant), .string(.grantLog, log), .strings(.groups, ["need"]),
        .string(.kind, "offer"), .digest(.message, message(number)),
        .string(.peer, Self.recipient), .digest(.policy, policy),
        .string(.purpose, "accommodation"), .digest(.register, realm),
        .integer(.seq, number + 1),
      ],
      isAboutPerson: true
    )
  }

  /// A message of the recipient, stored by the sender.
  func receive(_ number: UInt64, at index: UInt64) throws -> Entry {
    try entry(
      .receive,
      log,
      index,
      [
        .digest(.message, Hash256.of(Array("reply \(number)".utf8))),
        .string(.outcome, "stored"), .string(.peer, Self.recipient),
      ],
      isAboutPerson: false
    )
  }

  /// The recipient's answer to an offer, in its own log.
  func receipt(_ number: UInt64, at index: UInt64) throws -> Entry {
    try entry(
      .receive,
      peerLog,
      index,
      [
        .digest(.message, message(number)), .string(.outcome, "stored"),
        .string(.peer, Self.sender),
      ],
      isAboutPerson: false
    )
  }

  /// A desk opened something.
  func open(at index: UInt64) throws -> Entry {
    try entry(.open, log, index, [.strings(.groups, ["need"])], isAboutPerson: true)
  }

  /// An event of a type with its own fields.
  func entry(
    _ type: EventType,
    _ log: String,
    _ index: UInt64,
    _ fields: [EventField],
    isAboutPerson: Bool
  ) throws -> Entry {
    let event = try LogEvent(type: type, log: log, realm: realm, index: index, fields: fields)
    let staff = try StaffPart(
      timeMs: Self.timeMs(index),
      isAboutPerson: isAboutPerson,
      actor: "u-one",
      desk: "intake"
    )
    let personal =
      isAboutPerson
      ? try PersonalPart(subject: String(repeating: "a", count: 32)) : PersonalPart.empty
    let salts = salts.salts(index: index)
    return Entry(
      event: event.bytes,
      staff: staff.bytes,
      salts: salts,
      leaf: LogLeaf(
        event: event.bytes,
        staff: staff.bytes,
        personal: personal.bytes,
        salts: salts
      )
    )
  }

  private static func timeMs(_ index: UInt64) -> UInt64 { startMs + index * 1_000 }
}
