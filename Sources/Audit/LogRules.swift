internal import CanonicalBytes

/// The rules over the events of one log, in order: AUD-041 to AUD-047; those about people beside it.
///
/// Remembers grants, disclosures without an answer, peers, and three bits a leaf; nothing else.
struct LogRules {
  /// What a leaf line says of the personal part.
  enum Person { case none, held, gone }

  /// A finding before the line and the bundle are put to it.
  struct Remark {
    let code: FindingCode
    let severity: Severity
    let leaves: ClosedRange<UInt64>?
    let details: [String]
  }

  /// A disclose or notify event that waits for its answer.
  struct Sent {
    let index: UInt64
    let peer: UInt32
    let seq: UInt64
    let timeMs: UInt64
    let expiresMs: UInt64
    let isDisclosure: Bool
  }

  static let dayMs: UInt64 = 86_400_000
  static let exceptionMs: UInt64 = 72 * 3_600_000

  /// What was found since the caller last took it.
  var remarks: [Remark] = []
  /// Agencies, purposes, staff: words by number.
  let words: WordTable

  var grants = GrantTable()
  private(set) var open: [Digest32: Sent] = [:]
  var lastSeq: [UInt32: UInt64] = [:]
  var people = PeopleLedger()
  private var held = LeafBits()
  private var gone = LeafBits()
  private var causes = LeafBits()

  /// Whether the log has come back from an older copy: numbers may be missing before.
  private var isRestored = false

  init(words: WordTable) { self.words = words }

  /// A restore event: what was sent after the copy was made is not here, and its numbers are gone.
  mutating func restored() { isRestored = true }

  private(set) var firstTimeMs: UInt64?
  private(set) var lastTimeMs: UInt64 = 0
  private var latest: (timeMs: UInt64, index: UInt64)?
  private var unsettledFrom: UInt64 = 0
  private var settledTimeMs: UInt64?

  mutating func remark(
    _ code: FindingCode,
    _ severity: Severity = .error,
    _ leaves: ClosedRange<UInt64>?,
    _ details: [String] = []
  ) {
    remarks.append(Remark(code: code, severity: severity, leaves: leaves, details: details))
  }

  // MARK: Time

  /// The staff time of the next event (AUD-041).
  mutating func time(_ timeMs: UInt64, at index: UInt64) {
    if firstTimeMs == nil { firstTimeMs = timeMs }
    if timeMs < lastTimeMs {
      remark(.timeDecreasing, .warning, index...index, ["before"])
    }
    lastTimeMs = max(lastTimeMs, timeMs)
    if let latest, latest.timeMs >= timeMs { return }
    latest = (timeMs, index)
  }

  /// A settled checkpoint over the leaves so far.
  mutating func settled(timeMs: UInt64, size: UInt64) {
    if let latest, latest.timeMs > timeMs &+ Self.dayMs {
      remark(.timeDecreasing, .warning, latest.index...latest.index, ["after"])
    }
    latest = nil
    unsettledFrom = size
    settledTimeMs = lastTimeMs
  }

  /// What lies after the last settled checkpoint (AUD-025).
  mutating func judgeSettled(size: UInt64) {
    guard unsettledFrom < size else { return }
    let since = settledTimeMs ?? firstTimeMs ?? lastTimeMs
    let severity: Severity = lastTimeMs - min(since, lastTimeMs) <= Self.dayMs ? .note : .warning
    remark(.notSettled, severity, unsettledFrom...(size - 1))
  }

  // MARK: Grants and disclosures

  /// A disclose event against the grant it names (AUD-042).
  mutating func judge(
    disclosure index: UInt64,
    under grant: GrantTable.Grant,
    scope: GrantTable.Scope,
    timeMs: UInt64,
    offeredBefore: Bool
  ) {
    func found(_ code: FindingCode, _ more: [String] = []) {
      remark(code, .error, index...index, [String(grant.index)] + more)
    }
    if !grant.scope.covers(scope) { found(.grantScope) }
    if timeMs >= grant.untilMs { found(.grantExpired) }
    if let withdrawn = grant.withdrawnAt { found(.grantWithdrawn, [String(withdrawn)]) }
    if offeredBefore { found(.grantUsedTwice) }
  }

  // MARK: Sequence numbers and answers

  /// The next sequence number to a recipient (AUD-044).
  mutating func sequence(_ seq: UInt64, to peer: UInt32, at index: UInt64, firstKnown: Bool) {
    guard let last = lastSeq[peer] ?? (firstKnown ? 0 : nil) else {
      lastSeq[peer] = seq
      return
    }
    let name = words.text(peer)
    if seq <= last {
      remark(.seqReused, .error, index...index, [name, String(seq)])
    } else {
      if seq > last + 1 {
        remark(
          .seqGap,
          isRestored ? .note : .warning,
          index...index,
          [name, String(last + 1), String(seq - 1)]
        )
      }
      lastSeq[peer] = seq
    }
  }

  /// A message that has no answer in the bundle.
  mutating func unanswered(_ message: Digest32, _ sent: Sent) {
    if open[message] == nil { open[message] = sent }
  }

  /// A cancel event: its message waits no more.
  mutating func cancel(_ message: Digest32) { open[message] = nil }

  // MARK: Persons and erasure

  /// What a leaf line says of its personal part.
  mutating func person(_ person: Person, at index: UInt64) {
    switch person {
    case .none: break
    case .held: held.set(index)
    case .gone: gone.set(index)
    }
  }

  /// An event that an erasure may follow from (AUD-047).
  mutating func cause(at index: UInt64) { causes.set(index) }

  /// An erase event (AUD-046, AUD-047).
  mutating func erase(
    at index: UInt64,
    cause: UInt64?,
    targets: [ClosedRange<UInt64>]
  ) {
    if cause.map({ $0 >= index || !causes[$0] }) ?? true {
      remark(.eraseWithoutCause, .error, index...index)
    }
    for target in targets where target.lowerBound < index {
      let range = target.lowerBound...min(target.upperBound, index - 1)
      var left: [ClosedRange<UInt64>] = []
      held.runs(in: range) { left.append($0) }
      for run in left { remark(.eraseNotDone, .error, run, [String(index)]) }
      gone.clear(range)
    }
  }

  // MARK: At the end

  /// The rules that needed the whole log.
  mutating func finish(madeMs: UInt64) {
    finishPeople(nowMs: max(madeMs, lastTimeMs))
    var uncovered: [ClosedRange<UInt64>] = []
    gone.runs { uncovered.append($0) }
    for run in uncovered { remark(.personUnopenedWithoutErase, .error, run) }
    for sent in open.values.sorted(by: { $0.index < $1.index }) where sent.isDisclosure {
      let severity: Severity = madeMs < sent.expiresMs ? .note : .warning
      remark(.receiptMissing, severity, sent.index...sent.index, [words.text(sent.peer)])
    }
  }
}
