internal import CanonicalBytes
internal import Foundation
internal import ReferralModel
internal import TransparencyLog

@testable internal import Exchange

/// The fixed parts of every simulated world: the real policy, and what stands in for bytes.
enum Sim {
  static let policy: Policy = {
    let root = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let file = root.appending(path: "Protocol/policy/tj-nrm.json")
    guard let bytes = try? Data(contentsOf: file), let policy = try? Policy.parse(Array(bytes))
    else { preconditionFailure("the repository's policy is read") }
    return policy
  }()

  static func word<Word: DomainText>(_ text: String) -> Word {
    guard let word = Word(text) else { preconditionFailure("a test names a word of the grammar") }
    return word
  }

  static let agencies: [AgencyID] = ["ministry.example", "shelter.example", "clinic.example"]
    .map { word($0) }
  static let sectors = ["state", "ngo", "international"]
  static let logs: [LogID] = agencies.map {
    guard let log = LogID(agency: $0, number: 1) else { preconditionFailure("a first log") }
    return log
  }
  static let user: UserName = word("zarina")
  static let realm = digest(1)
  static let policyHash = digest(2)
  static let deskKey = digest(3)
  /// A Tuesday in November 2026.
  static let startMs: UInt64 = 1_795_000_000_000
  static let minuteMs: UInt64 = 60_000
  static let hourMs: UInt64 = 3_600_000
  static let dayMs: UInt64 = 86_400_000

  /// A digest that names a number.
  static func digest(_ number: UInt64) -> Digest32 {
    var bytes = [UInt8](repeating: 0, count: 32)
    for place in 0..<8 { bytes[place] = UInt8(truncatingIfNeeded: number >> (8 * place)) }
    bytes[31] = 1
    guard let digest = Digest32(bytes) else { preconditionFailure("32 bytes") }
    return digest
  }

  /// Purposes that a walk uses, each with the groups that its grants have.
  static let purposes: [(purpose: Purpose, groups: [FieldGroup])] = [
    (word("health"), ["contact", "health", "identity", "need"].map { word($0) }),
    (word("child-protection"), ["contact", "identity", "need", "safety"].map { word($0) }),
    (word("accommodation"), ["contact", "identity", "need", "safety"].map { word($0) }),
  ]
  static let need: FieldGroup = word("need")

  /// What stands in for an opened event: the checks of a simulation never look into it.
  static let event: LogEvent = {
    guard
      let event = try? LogEvent(
        type: .cancel,
        log: logs[0].text,
        realm: realm,
        index: 0,
        fields: [
          .digest(.message, .zero), .string(.peer, agencies[1].text), .integer(.seq, 1),
        ]
      )
    else { preconditionFailure("a canonical event") }
    return event
  }()
  static let opening = EventOpening(
    event: [],
    salt: .zero,
    staff: .zero,
    personal: .zero,
    path: []
  )
}

/// The rules a simulated node lives by; a mutant breaks one of them, to show that a walk finds it.
struct SimRules: Sendable {
  /// Consent is judged again in the transaction that logs a message.
  var judgesAtSending = true
  /// A withdrawal is remembered for grants that were never seen.
  var entombsUnseen = true
  /// A peer that answered nothing, or a refusal, is a holder too.
  var countsSilentHolders = true
  /// A withdrawal is passed on to those to whom something was handed on.
  var passesOn = true
  /// A voice alone never erases.
  var doubtsVoices = true
  /// Late answers raise an alert.
  var raisesAlerts = true
  /// A life-cycle is told whether its grant is live.
  var tellsLifecycle = true
  /// A repeat gets the same answer.
  var knowsRepeats = true
  /// A batch that got no answer is sent again.
  var retries = true
}
