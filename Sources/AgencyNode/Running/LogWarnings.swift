internal import NodeStore
internal import ReferralModel
internal import Trust

/// What people should look at in the life of the logs.
struct LogWarnings: Sendable {
  /// The codes, in the order in which they matter.
  let codes: [String]
  /// Receipts that no settled checkpoint extends, 24 hours after contact.
  let receiptsNotFinal: UInt64
  /// Views of members' logs that nobody has proved for 72 hours.
  let viewsUnproved: UInt64

  static func look(_ node: Node) async throws -> LogWarnings {
    let view = node.trust.view
    let nowMs = node.clock.nowMs()
    let facts = try await node.store.read { reader in
      (
        open: try reader.viewsOpen(
          sinceBeforeMs: nowMs - min(nowMs, WitnessDesk.finalityMs)
        ),
        unproved: try (reader.unproved().map(\.atMs) + reader.unproven().map(\.atMs)).count {
          $0 + WitnessDesk.challengeMs < nowMs
        },
        evidence: Set(try reader.evidence().map(\.kind)), firstMs: try reader.firstMarkMs()
      )
    }
    var codes: [String] = []
    if facts.evidence.contains("own-log") { codes.append("own-log") }
    if !node.forks.all.isEmpty { codes.append("log-forked") }
    if facts.evidence.contains("log-closed") { codes.append("log-closed") }
    if facts.unproved > 0 { codes.append("view-unproved") }
    if facts.open > 0 { codes.append("receipt-not-final") }
    let limit = view.policy?.witnessing.settledLimit.nominalMs ?? .max
    if let since = node.settled.own?.timeMs ?? facts.firstMs, nowMs - min(nowMs, since) > limit {
      codes.append("not-settled")
    }
    if let card = view.directory.card(of: node.trust.me)?.card,
      card.logID?.text != node.store.identity.log
    {
      codes.append("card-behind-log")
    }
    return LogWarnings(
      codes: codes,
      receiptsNotFinal: facts.open,
      viewsUnproved: UInt64(facts.unproved)
    )
  }
}
