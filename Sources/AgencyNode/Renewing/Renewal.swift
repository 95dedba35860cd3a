internal import CanonicalBytes
internal import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Trust

/// What the node renews alone: its link, long before it expires, and its certificate, announced beside
/// the old one before it is used (LNK-002, LNK-003).
struct Renewal: Sendable {
  let node: Node

  private static let dayMs: UInt64 = 86_400_000
  /// How often it is looked at, in ms.
  static let periodMs: UInt64 = 60_000
  /// The link is renewed when less than this is left of it.
  static let linkEarlyMs = 14 * dayMs
  /// A certificate is followed by the next one at this age.
  static let certificateMs = 300 * dayMs
  /// How long the next one is announced before it is used.
  static let announceMs = 14 * dayMs
  /// After this it is used even if somebody who was heard has not been told: they say hello again.
  static let announceLimitMs = 60 * dayMs
  /// How long the old one stays listed; longer than any link that names only it.
  static let oldMs = 60 * dayMs

  /// Renews what is due; nothing while the node's clock is not believed.
  func renewIfDue() async throws(NodeError) {
    guard node.time.mayCosign else { return }
    let node = node
    try await NodeError.wrapping { try await node.ownNotes.take { try await renew() } }
  }

  private func renew() async throws {
    let nowMs = node.clock.nowMs()
    let directory = node.trust.view.directory
    // Without a person's card there is nothing to link to.
    guard let card = directory.card(of: node.trust.me), let held = directory.link(of: node.trust.me)
    else { return }
    try await Self.certificate(node, nowMs: nowMs)
    let isDue =
      held.link.expiresMs < nowMs + Self.linkEarlyMs || held.link.card != card.sha256
      || held.link.tls != node.tls.listed
    guard isDue else { return }
    try await CardService(node: node).renewLink(
      endpoints: held.link.endpoints,
      via: held.link.via,
      nowMs: nowMs
    )
    for agency in directory.register.agencies where agency.id != node.trust.me {
      node.lanes.wake(agency.id.text)
    }
  }

  /// One step of the certificate's life.
  private static func certificate(_ node: Node, nowMs: UInt64) async throws {
    let times = try await node.tls.times(node.store, nowMs: nowMs)
    if node.tls.hasNext {
      let announced = times.announcedMs ?? nowMs
      guard passed(announced, announceMs, nowMs) else { return }
      let told = try await everybodyTold(node, sinceMs: announced)
      guard told || passed(announced, announceLimitMs, nowMs) else { return }
      try await node.tls.switchOver(node.store, nowMs: nowMs)
    } else if node.tls.hasOld {
      guard passed(times.switchedMs ?? nowMs, oldMs, nowMs) else { return }
      try await node.tls.dropOld(node.store)
    } else if passed(times.madeMs, certificateMs, nowMs) {
      try await node.tls.announceNext(node.store, me: node.trust.me, nowMs: nowMs)
    }
  }

  private static func passed(_ sinceMs: UInt64, _ spanMs: UInt64, _ nowMs: UInt64) -> Bool {
    nowMs > sinceMs && nowMs - sinceMs >= spanMs
  }

  /// Whether every peer that was heard since the certificate was announced has had the link.
  private static func everybodyTold(_ node: Node, sinceMs: UInt64) async throws -> Bool {
    guard let news = node.news else { return false }
    return try await node.store.read { try $0.peers() }
      .filter { $0.heardAtMs >= sinceMs }
      .allSatisfy { peer in
        AgencyID(peer.agency).map { node.told.mark(of: $0) == news.mark } ?? true
      }
  }
}
