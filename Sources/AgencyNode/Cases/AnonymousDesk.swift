internal import Exchange
internal import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Trust

/// Sends what was counted of people who refused everything to the statistics, when nobody can tell any
/// more whom it was about: after the quarter has ended, each note at a moment of its own.
///
/// Nobody is needed for it, and nobody is named: no case, no person, no worker, no day. Source: CNS-065
/// to CNS-068.
package struct AnonymousDesk: Sendable {
  let node: Node

  /// Works on a node.
  package init(node: Node) { self.node = node }

  /// The group that a note is sealed as.
  static let group = "tally"

  /// Carries out what is due.
  package func carryOut() async throws(NodeError) {
    let node = node
    let view = node.trust.view
    guard let policy = view.policy, let rule = policy.kind(.tally), rule.groups.count == 1,
      let group = rule.groups.first, let delay = policy.periods[.anonymous],
      let sink = Self.sink(view), sink != node.trust.me
    else { return }
    let (nowMs, atMs) = (node.trustedMs, node.clock.nowMs())
    try await NodeError.wrapping {
      let month = policy.calendar.month(atMs: nowMs)
      let waiting = try await node.store.read { try $0.unsentNotes(before: Self.quarter(month)) }
      // A card that has not come, or has run out, or has no desk for it, is weather: the notes wait.
      guard !waiting.isEmpty, let offer = try? view.directory.sealing(to: sink, atMs: nowMs),
        offer.keys.contains(where: { $0.groups.contains(group) })
      else { return }
      var random = SystemRandomNumberGenerator()
      let latest = offer.keys.map(\.latestMessageExpiryMs).min() ?? .max
      var leaving: [(row: Int64, draft: OutboundDraft, atMs: UInt64)] = []
      for (row, note) in waiting.shuffled(using: &random) {
        let sealed = try ReferralService.seal(
          [(group, Self.content(note).canonical)],
          peer: sink,
          offer: offer,
          node: node
        )
        let draft = OutboundDraft(
          peer: sink.text,
          kind: MessageKind.tally.rawValue,
          message: sealed.id,
          envelope: sealed.bytes,
          groups: [group.text],
          purpose: Policy.statistics,
          basis: Basis.anonymous.rawValue,
          expiresMs: min(nowMs + rule.lifeMs, latest),
          atMs: atMs
        )
        let leavesAtMs = atMs + UInt64.random(in: 0...delay.nominalMs, using: &random)
        leaving.append((row, draft, leavesAtMs))
      }
      let drafts = leaving
      try await node.store.change { transaction in
        for leg in drafts where try transaction.markSent(note: leg.row) {
          try transaction.queue(leg.draft, referral: nil, leavesAtMs: leg.atMs)
        }
      }
      node.lanes.wake(sink.text)
    }
  }

  /// The agency that the register lets keep the statistics.
  static func sink(_ view: TrustBook.View) -> AgencyID? {
    view.directory.register.agencies.first { agency in
      agency.status == .active && agency.roles.contains { $0.text == Policy.statistics }
    }?.id
  }

  /// The first month of a month's quarter.
  static func quarter(_ month: String) -> String {
    let number = Int(month.suffix(2)) ?? 1
    let first = (number - 1) / 3 * 3 + 1
    return String(month.prefix(5)) + (first < 10 ? "0\(first)" : "\(first)")
  }

  private static func content(_ note: AnonymousRow) -> [String: FieldValue] {
    [
      "period": .text(quarter(note.month)), "sex": .text(note.sex), "age": .text(note.age),
      "nationality": .text(note.nationality), "exploitation": .text(note.exploitation),
      "region": .text(note.region), "reason": .text(note.reason),
    ]
  }
}
