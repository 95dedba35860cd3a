internal import CanonicalBytes
internal import ReferralModel

extension Reconciler {
  /// What agencies owed each other (AUD-056, AUD-059).
  mutating func judgePromises(_ promises: PromiseLedger, _ session: AuditSession) {
    for (message, asked) in promises.asked.sorted(by: { comesFirst($0.value.place, $1.value.place) }
    ) {
      judge(asked, answer: promises.answer(to: message, by: asked.holder))
    }
    for start in promises.starts.sorted(by: { comesFirst($0.place, $1.place) }) {
      judge(start.ref, start.place, promises)
    }
    for open in promises.opens.sorted(by: { comesFirst($0.place, $1.place) }) {
      guard let grant = promises.grant(of: open.message),
        let untilMs = untilMs(of: grant, promises, session), open.place.timeMs >= untilMs,
        // What an agency wrote itself it may read as long as it keeps it.
        !isOwn(grant, open.place)
      else { continue }
      let owned = ownSinceMs(grant, of: open.place.agency, promises)
      if owned.map({ $0 > open.place.timeMs }) ?? true {
        add(.useAfterEnd, .error, open.place, [words.text(open.place.agency), String(grant.index)])
      }
    }
  }

  /// A holder that was told to erase.
  private mutating func judge(_ asked: PromiseLedger.Asked, answer: PromiseLedger.Place?) {
    let holder = words.text(asked.holder)
    if let answer {
      guard answer.timeMs > asked.byMs else { return }
      return add(.erasureReceiptLate, .warning, answer, [String(asked.place.index), holder])
    }
    guard let agency = ledger.agencies[asked.holder], agency.madeMs > asked.byMs else { return }
    add(.erasureReceiptMissing, .warning, asked.place, [holder])
  }

  /// A service that began: it rests on the provider's own consent, which comes first (REF-011).
  private mutating func judge(
    _ offer: Digest32,
    _ place: PromiseLedger.Place,
    _ promises: PromiseLedger
  ) {
    guard let grant = promises.grant(of: offer), let need = promises.need(of: offer) else { return }
    let byMs: UInt64
    switch need {
    case .never: return
    case .before: byMs = place.timeMs
    case .within(let span): byMs = place.timeMs.addingReportingOverflow(span.nominalMs).partialValue
    }
    let owned = ownSinceMs(grant, of: place.agency, promises)
    if let owned, owned <= byMs { return }
    // It may stand in a log before this one that was not read; or its time has not come.
    let agency = ledger.agencies[place.agency]
    let isOpen = (agency?.madeMs ?? 0) < byMs || !hasAllLogs(before: place)
    let severity: Severity = owned != nil ? .warning : isOpen ? .note : .error
    add(.ownConsentMissing, severity, place, [words.text(place.agency)])
  }

  /// Whether the logs of an agency that went before an event's log were read too.
  private func hasAllLogs(before place: PromiseLedger.Place) -> Bool {
    guard let number = place.log.split(separator: "/").last.flatMap({ UInt32($0) }) else {
      return false
    }
    let read = ledger.agencies[place.agency]?.logs ?? []
    return number <= 1 || (1..<number).allSatisfy(read.contains)
  }

  private func ownSinceMs(
    _ grant: PromiseLedger.GrantName,
    of agency: UInt32,
    _ promises: PromiseLedger
  ) -> UInt64? {
    promises.line(of: grant).compactMap { promises.ownSinceMs($0, of: agency) }.min()
  }

  /// When a grant, or the last that renews it, ends; `nil` where its log was not read.
  private func untilMs(
    of grant: PromiseLedger.GrantName,
    _ promises: PromiseLedger,
    _ session: AuditSession
  ) -> UInt64? {
    promises.line(of: grant).compactMap { session.grants[$0.log]?[$0.index]?.untilMs }.max()
  }

  private func isOwn(_ grant: PromiseLedger.GrantName, _ place: PromiseLedger.Place) -> Bool {
    grant.log.hasPrefix(words.text(place.agency) + "/")
  }

  private func comesFirst(_ one: PromiseLedger.Place, _ other: PromiseLedger.Place) -> Bool {
    (one.log, one.index) < (other.log, other.index)
  }
}
