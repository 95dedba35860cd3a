internal import Foundation
package import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Trust

/// Journeys across a border: when she is to arrive, and whether somebody has heard that she did.
///
/// Source: domain §5.3, return; CNS-070 to CNS-073.
package struct JourneyService: Sendable {
  let node: Node

  /// Works on a node.
  package init(node: Node) { self.node = node }

  /// Files a journey, or its new date.
  package func travels(
    _ request: JourneyAsk,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> JourneyLine {
    guard let policy = node.trust.view.policy, let rules = policy.consent else {
      throw NodeError(.policyUnknown)
    }
    let node = node
    try await NodeError.wrapping {
      guard let referral = try await node.store.read({ try $0.referral(request.referral) }) else {
        throw NodeError(.referralUnknown)
      }
      guard referral.isSender, let purpose = Purpose(referral.purpose),
        rules.abroad.purposes.contains(purpose)
      else { throw NodeError(.policy, reasons: ["policy-purpose"]) }
      // Nobody travels to an agency that has not said yes.
      guard ["accepted", "in-service"].contains(referral.state) else {
        throw NodeError(.stateNotAllowed, detail: referral.state)
      }
      let dueMs = policy.calendar.dueMs(rules.abroad.arrival, fromMs: request.travelsAtMs)
      try await node.store.change { transaction in
        try transaction.fileJourney(
          referral: referral.row,
          travelsAtMs: request.travelsAtMs,
          dueMs: dueMs
        )
      }
    }
    return try await line(request.referral)
  }

  /// Files that she has arrived.
  package func arrived(
    _ request: JourneyArrived,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> JourneyLine {
    let (node, atMs) = (node, node.trustedMs)
    try await NodeError.wrapping {
      try await node.store.change { transaction in
        guard let referral = try transaction.referral(named: request.referral) else {
          throw NodeError(.referralUnknown)
        }
        guard try transaction.arrived(referral: referral.row, atMs: atMs) else {
          throw NodeError(.stateNotAllowed)
        }
      }
    }
    return try await line(request.referral)
  }

  /// All journeys.
  package func list() async throws(NodeError) -> JourneyList {
    let (node, nowMs) = (node, node.trustedMs)
    let (view, abroad) = (node.trust.view, node.trust.view.policy?.consent?.abroad.region)
    return try await NodeError.wrapping {
      let rows = try await node.store.read { try $0.journeys() }
      return JourneyList(
        journeys: rows.map { row in
          // Where the recipient has begun its service, she is there.
          let there = ["in-service", "completed", "closed"].contains(row.state)
          return JourneyLine(
            referral: row.referral,
            peer: row.peer,
            crossBorder: AgencyID(row.peer).flatMap { view.directory.agency($0)?.region } == abroad,
            travelsAtMs: row.travelsAtMs,
            dueMs: row.dueMs,
            state: row.arrivedMs != nil || there
              ? "arrived" : row.dueMs < nowMs ? "missed" : "travelling"
          )
        }
      )
    }
  }

  private func line(_ referral: String) async throws(NodeError) -> JourneyLine {
    guard let line = try await list().journeys.first(where: { $0.referral == referral }) else {
      throw NodeError(.referralUnknown)
    }
    return line
  }
}
