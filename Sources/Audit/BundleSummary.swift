internal import CanonicalBytes
internal import TransparencyLog

/// What a bundle holds, in numbers; nothing in it is about a person.
package struct BundleSummary: Sendable {
  /// The head, where it could be read.
  package internal(set) var head: BundleHead?
  /// Whether the bundle was read to its end.
  package internal(set) var isWhole = false
  /// Opened events by type.
  package var events: [String: UInt64] {
    Dictionary(uniqueKeysWithValues: types.map { ($0.key.rawValue, $0.value) })
  }
  private var types: [EventType: UInt64] = [:]
  /// Pads.
  package internal(set) var pads: UInt64 = 0
  /// Leaves that the agency cannot open.
  package internal(set) var closed: UInt64 = 0
  /// Disclose and notify events by recipient.
  package private(set) var sent: [String: UInt64] = [:]
  /// Receive and refuse events by sender.
  package private(set) var received: [String: UInt64] = [:]
  /// Disclosures by purpose.
  package private(set) var purposes: [String: UInt64] = [:]
  /// Policies that events name, SHA-256 in hex.
  package private(set) var policies: Set<String> = []
  /// Staff time of the earliest and of the latest event, Unix ms.
  package private(set) var timesMs: ClosedRange<UInt64>?
  /// Receipts of peers.
  package internal(set) var receipts: UInt64 = 0
  /// Peers' checkpoints.
  package internal(set) var views: UInt64 = 0
  /// Own checkpoints, beside the last.
  package internal(set) var marks: UInt64 = 0
  /// Peers' sizes and roots that the agency says it accepted.
  package internal(set) var seen: UInt64 = 0
  /// Size of the largest settled checkpoint; `nil` where there is none.
  package internal(set) var settledSize: UInt64?
  /// Versions of the register.
  package internal(set) var registers = 0
  /// Agencies with a card.
  package internal(set) var cards = 0
  /// Findings by severity.
  package private(set) var findings: [Severity: UInt64] = [:]

  mutating func count(_ severity: Severity) { findings[severity, default: 0] += 1 }

  mutating func count(_ event: LogEvent, _ staff: StaffPart) {
    types[event.type, default: 0] += 1
    let time = staff.timeMs
    if let times = timesMs {
      if !times.contains(time) {
        timesMs = min(times.lowerBound, time)...max(times.upperBound, time)
      }
    } else {
      timesMs = time...time
    }
    switch event.type {
    case .disclose, .notify:
      if let peer = event.string(.peer) { sent[peer, default: 0] += 1 }
      if let purpose = event.string(.purpose) { purposes[purpose, default: 0] += 1 }
    case .receive, .refuse:
      if let peer = event.string(.peer) { received[peer, default: 0] += 1 }
    default: break
    }
  }

  mutating func name(policies: Set<Digest32>) {
    self.policies = Set(policies.map(\.hex))
  }
}
