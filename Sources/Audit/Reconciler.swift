internal import CanonicalBytes

/// Matches the messages of all agencies whose bundles were read (AUD-049), and says what cannot be
/// concluded where one is absent.
package struct Reconciler {
  /// What came out.
  package struct Outcome: Sendable {
    /// What does not fit.
    package let findings: [Finding]
    /// Messages that both logs hold.
    package let matched: UInt64
    /// Agencies whose bundles were read, ascending.
    package let present: [String]
    /// Agencies that took part in messages and have no bundle here, ascending.
    package let absent: [String]
  }

  let words: WordTable
  let ledger: MessageLedger
  private let session: AuditSession
  private var findings: [Finding] = []

  /// Takes a session in which all bundles have been read; `nil` unless it kept the messages.
  package init?(_ session: AuditSession) {
    guard let ledger = session.messages else { return nil }
    self.ledger = ledger
    self.session = session
    words = session.words
  }

  /// Compares the two sides.
  package mutating func reconcile() -> Outcome {
    findings = []
    let records = ledger.open.values
    for sent in records.compactMap(\.sent).sorted(by: { order($0.log, $0.index, $1.log, $1.index) })
    {
      judge(sent)
    }
    for taken in (records.compactMap(\.taken) + ledger.twice).sorted(by: {
      order($0.log, $0.index, $1.log, $1.index)
    }) {
      judge(taken)
    }
    if let promises = session.promises { judgePromises(promises, session) }
    let absent = ledger.traffic.keys.filter { ledger.agencies[$0] == nil }
      .map { (words.text($0), ledger.traffic[$0] ?? (0, 0)) }.sorted { $0.0 < $1.0 }
    for (agency, traffic) in absent {
      findings.append(
        Finding(
          .agencyAbsent,
          .note,
          bundle: "",
          details: [agency, String(traffic.to), String(traffic.from)]
        )
      )
    }
    return Outcome(
      findings: findings,
      matched: ledger.matched,
      present: ledger.agencies.keys.map(words.text).sorted(),
      absent: absent.map(\.0)
    )
  }

  /// A message whose recipient's bundle, if it is here, holds no answer.
  private mutating func judge(_ sent: MessageRecord.Sent) {
    guard let recipient = ledger.agencies[sent.recipient], !sent.cancelled else { return }
    let severity: Severity
    let reason: String
    if let answer = sent.answer {
      // The sender proves the answer; the recipient's bundle must reach that far.
      let size = ledger.sizes[answer.log]
      let reached = size.map { answer.index < $0 } ?? false
      severity = reached ? .error : .note
      reason = size == nil ? "log-absent" : reached ? "answer" : "older"
    } else if max(recipient.madeMs, sender(of: sent).madeMs) < sent.expiresMs
      || isPartial(recipient)
    {
      severity = .note
      reason = "under-way"
    } else {
      severity = .warning
      reason = "lost"
    }
    add(
      severity,
      bundle: sent.bundle,
      index: sent.index,
      [words.text(sent.sender), words.text(sent.recipient), "sent", reason]
    )
  }

  /// A message taken whose sender's bundle, if it is here, does not have it, or has it cancelled.
  private mutating func judge(_ taken: MessageRecord.Taken) {
    guard let sender = ledger.agencies[taken.sender] else { return }
    let isOlder = sender.madeMs < taken.timeMs || isPartial(sender)
    let isCancelled = taken.isCancelled
    add(
      isOlder && !isCancelled ? .note : .error,
      bundle: taken.bundle,
      index: taken.index,
      [
        words.text(taken.sender), words.text(taken.recipient), "taken",
        isCancelled ? "cancelled" : isOlder ? "older" : "unknown",
      ]
    )
  }

  private func sender(of sent: MessageRecord.Sent) -> MessageLedger.Agency {
    ledger.agencies[sent.sender] ?? MessageLedger.Agency()
  }

  /// Whether earlier logs of an agency were not read.
  private func isPartial(_ agency: MessageLedger.Agency) -> Bool {
    guard let last = agency.logs.max() else { return true }
    return agency.logs.count < Int(last)
  }

  private mutating func add(
    _ severity: Severity,
    bundle: String,
    index: UInt64,
    _ details: [String]
  ) {
    findings.append(
      Finding(
        .counterpartMissing,
        severity,
        bundle: bundle,
        leaves: index...index,
        details: details
      )
    )
  }

  /// Adds a finding about an event.
  mutating func add(
    _ code: FindingCode,
    _ severity: Severity,
    _ place: PromiseLedger.Place,
    _ details: [String]
  ) {
    findings.append(
      Finding(
        code,
        severity,
        bundle: place.bundle,
        leaves: place.index...place.index,
        details: details
      )
    )
  }

  private func order(_ left: String, _ first: UInt64, _ right: String, _ second: UInt64) -> Bool {
    (left, first) < (right, second)
  }
}
