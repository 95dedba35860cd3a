internal import CanonicalBytes
internal import ReferralModel

/// What agencies owe each other, as their logs tell it together: erasure receipts, and their own
/// consent where they go on (AUD-056, AUD-059).
final class PromiseLedger {
  typealias GrantName = AuditSession.PastGrant

  /// An event of some bundle.
  struct Place {
    let agency: UInt32
    let bundle: String
    let log: String
    let index: UInt64
    let timeMs: UInt64
  }

  /// Somebody was told to erase.
  struct Asked {
    let holder: UInt32
    let byMs: UInt64
    let place: Place
  }

  /// An agency's own consent for a leg under somebody's grant.
  private struct Own: Hashable {
    let grant: GrantName
    let agency: UInt32
  }

  private(set) var asked: [Digest32: Asked] = [:]
  private var answers: [Digest32: Place] = [:]
  private(set) var starts: [(ref: Digest32, place: Place)] = []
  private(set) var opens: [(message: Digest32, place: Place)] = []
  private var grants: [Digest32: GrantName] = [:]
  private var needs: [Digest32: OwnConsentNeed] = [:]
  private var owned: [Own: UInt64] = [:]
  private var renewals: [GrantName: UInt64] = [:]
  private var renewed: [GrantName: UInt64] = [:]

  // MARK: While bundles are read

  func ask(_ message: Digest32, of holder: UInt32, byMs: UInt64, _ place: Place) {
    asked[message] = Asked(holder: holder, byMs: byMs, place: place)
  }

  /// What was never sent asks for nothing.
  func cancel(_ message: Digest32) { asked[message] = nil }

  func answer(_ message: Digest32, _ place: Place) {
    if answers[message] == nil { answers[message] = place }
  }

  func start(_ offer: Digest32, _ place: Place) { starts.append((offer, place)) }

  func open(_ message: Digest32, _ place: Place) { opens.append((message, place)) }

  func rest(_ message: Digest32, on grant: GrantName) { grants[message] = grant }

  /// When the recipient of an offer must have its own consent, by the policy that the offer names.
  func need(_ need: OwnConsentNeed, for offer: Digest32) { needs[offer] = need }

  func own(_ grant: GrantName, _ place: Place) {
    let own = Own(grant: grant, agency: place.agency)
    owned[own] = min(owned[own] ?? place.timeMs, place.timeMs)
  }

  func renew(_ grant: GrantName, by index: UInt64) {
    renewals[grant] = index
    renewed[GrantName(log: grant.log, index: index)] = grant.index
  }

  // MARK: When all are read

  /// The receipt of the holder that was asked.
  func answer(to message: Digest32, by holder: UInt32) -> Place? {
    answers[message].flatMap { $0.agency == holder ? $0 : nil }
  }

  /// When the recipient of an offer must have its own consent; `nil` where the offer, or its policy, was
  /// not read.
  func need(of offer: Digest32) -> OwnConsentNeed? { needs[offer] }

  /// The grant that a message rests on, if its sender's bundle was read.
  func grant(of message: Digest32) -> GrantName? { grants[message] }

  /// Since when an agency has had its own consent for a leg, by its log.
  func ownSinceMs(_ grant: GrantName, of agency: UInt32) -> UInt64? {
    owned[Own(grant: grant, agency: agency)]
  }

  /// A grant with those that it renews and those that renew it, in order.
  func line(of grant: GrantName) -> [GrantName] {
    // A renewal lies above what it renews, so both walks end.
    var first = grant
    while let before = renewed[first], before < first.index {
      first = GrantName(log: first.log, index: before)
    }
    var (line, last) = ([first], first)
    while let next = renewals[last], next > last.index {
      last = GrantName(log: last.log, index: next)
      line.append(last)
    }
    return line
  }
}
