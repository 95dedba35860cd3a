internal import AgencyNode
internal import LocalContract
internal import NodeSupport

/// What people do at a node of the tests.
extension Living {
  func openCase() async throws -> String {
    try await CaseService(node: node).open(
      CaseOpen(desk: desk, sections: ["identity": ["name": .text("Example Person")]]),
      presence()
    ).case
  }

  /// One grant in a case.
  func consent(_ name: String, to peer: Living, days: UInt32 = 30) async throws -> UInt64 {
    try await ConsentService(node: node).record(
      ConsentRecord(
        case: name,
        grants: [
          GrantAsk(peer: peer.id, purpose: "health", groups: ["identity", "need"], days: days)
        ],
        record: Pair.facts
      ),
      presence()
    ).grants[0].grant
  }

  /// Refers under a grant, in the queue.
  func refer(_ grant: UInt64) async throws -> ReferResult {
    try await ReferralService(node: node).refer(
      ReferBatch(referrals: [ReferAsk(grant: grant, content: ["need": Pair.need])]),
      presence()
    ).results[0]
  }

  func list(_ box: ReferralBox) async throws -> [ReferralLine] {
    try await ReferralActions(node: node).list(box: box, state: nil).referrals
  }

  /// A referral by the id of its offer.
  func line(_ message: String?) async throws -> ReferralLine? {
    try await ReferralActions(node: node).list(box: nil, state: nil).referrals.first {
      $0.message == message
    }
  }

  func act(_ action: ReferralAction, on line: ReferralLine) async throws {
    _ = try await ReferralActions(node: node).act(
      line.referral,
      action,
      ReferralAct(),
      presence()
    )
  }

  func counts() async throws -> [String: UInt64] {
    try await StatusService(node: node).status().counts
  }
}
