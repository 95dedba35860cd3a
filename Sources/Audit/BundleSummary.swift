internal import CanonicalBytes
internal import TransparencyLog

/// What a bundle holds, in numbers; nothing in it is about a person.
package struct BundleSummary: Sendable {
  /// The head, where it could be read.
  package internal(set) var head: BundleHead?
  /// Whether the bundle was read to its end.
  package internal(set) var isWhole = false
  /// Opened events by type.
  package private(set) var events: [String: UInt64] = [:]
  private var types = WordCounts()
  /// Pads.
  package internal(set) var pads: UInt64 = 0
  /// Leaves that the agency cannot open.
  package internal(set) var closed: UInt64 = 0
  /// Disclose and notify events by recipient.
  package private(set) var sent: [String: UInt64] = [:]
  private var recipients = WordCounts()
  /// Receive and refuse events by sender.
  package private(set) var received: [String: UInt64] = [:]
  private var senders = WordCounts()
  /// Disclosures by purpose.
  package private(set) var purposes: [String: UInt64] = [:]
  private var uses = WordCounts()
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

  mutating func count(_ event: LogEvent, _ staff: StaffPart, _ words: WordTable) {
    if let type = event.text(.type) { types.add(words.number(type)) }
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
      if let peer = event.text(.peer) { recipients.add(words.number(peer)) }
      if let purpose = event.text(.purpose) { uses.add(words.number(purpose)) }
    case .receive, .refuse:
      if let peer = event.text(.peer) { senders.add(words.number(peer)) }
    default: break
    }
  }

  /// Puts the words to what was counted by their numbers.
  mutating func name(_ words: WordTable) {
    events = types.named(words)
    sent = recipients.named(words)
    received = senders.named(words)
    purposes = uses.named(words)
  }

  mutating func name(policies: Set<Digest32>) {
    self.policies = Set(policies.map(\.hex))
  }
}

/// How often each word of a table came up.
private struct WordCounts: Sendable {
  private var counts: [UInt64] = []

  mutating func add(_ word: UInt32) {
    let place = Int(word)
    while counts.count <= place { counts.append(0) }
    counts[place] += 1
  }

  func named(_ words: WordTable) -> [String: UInt64] {
    var named: [String: UInt64] = [:]
    for (place, count) in counts.enumerated() where count > 0 {
      named[words.text(UInt32(place))] = count
    }
    return named
  }
}
