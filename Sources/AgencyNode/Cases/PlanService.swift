package import LocalContract
internal import NodeStore
internal import ReferralModel

/// Plans: one survivor, several legs, each with its own grant and its own name for the recipient.
///
/// Only the lead agency knows that legs belong together: no message carries a plan.
package struct PlanService: Sendable {
  let node: Node

  /// Works on a node.
  package init(node: Node) { self.node = node }

  /// Makes a plan and refers its legs; those that may not go are answered with their reasons.
  package func new(
    _ request: PlanNew,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> PlanView {
    var random = SystemRandomNumberGenerator()
    let name = CaseID(using: &random).text
    let node = node
    let atMs = node.clock.nowMs()
    return try await NodeError.wrapping {
      guard try await node.store.read({ try $0.caseLine(request.case) }) != nil else {
        throw NodeError(.caseUnknown)
      }
      try await check(request.legs, case: request.case)
      _ = try await node.store.change { transaction in
        try transaction.openPlan(name: name, caseName: request.case, atMs: atMs)
      }
      return try await refer(request.legs, plan: name, presence)
    }
  }

  /// Adds legs to a plan.
  package func add(
    _ name: String,
    _ request: PlanAdd,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> PlanView {
    let node = node
    return try await NodeError.wrapping {
      guard let plan = try await node.store.read({ try $0.plan(name) }) else {
        throw NodeError(.planUnknown)
      }
      try await check(request.legs, case: plan.caseName)
      return try await refer(request.legs, plan: name, presence)
    }
  }

  /// Takes one leg out: it is recalled, and no other leg learns of it.
  package func drop(
    _ name: String,
    _ request: PlanDrop,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> PlanView {
    let node = node
    let atMs = node.clock.nowMs()
    let found = try await NodeError.wrapping { try await node.store.read { try $0.plan(name) } }
    guard let plan = found else { throw NodeError(.planUnknown) }
    guard let leg = plan.legs.first(where: { $0.referral.name == request.referral }) else {
      throw NodeError(.referralUnknown)
    }
    guard leg.droppedMs == nil else { throw NodeError(.alreadyDone) }
    let state = ReferralState(rawValue: leg.referral.state)
    if state.map({ !$0.isFinal && $0 != .recalled && $0 != .refused }) ?? true {
      _ = try await ReferralActions(node: node).act(
        request.referral,
        .recall,
        ReferralAct(reason: request.reason),
        presence
      )
    }
    return try await NodeError.wrapping {
      _ = try await node.store.change { transaction in
        try transaction.dropLeg(plan: plan.row, referral: leg.referral.row, atMs: atMs)
      }
      return try await view(name)
    }
  }

  /// One plan.
  package func show(_ name: String) async throws(NodeError) -> PlanView {
    try await NodeError.wrapping { try await view(name) }
  }

  /// The plans of a case.
  package func list(_ caseName: String) async throws(NodeError) -> PlanList {
    let node = node
    let nowMs = node.trustedMs
    return try await NodeError.wrapping {
      PlanList(
        plans: try await node.store.read { try $0.plans(caseName: caseName) }
          .map { $0.view(nowMs: nowMs) }
      )
    }
  }

  /// Every leg's grant must be one of this case: a plan never joins two people.
  private func check(_ legs: [ReferAsk], case name: String) async throws {
    guard (1...ReferralService.batchLimit).contains(legs.count) else { throw NodeError(.tooLarge) }
    let indices = legs.map(\.grant)
    guard Set(indices).count == indices.count else {
      throw NodeError(.grantMissing, reasons: ["grant-used"])
    }
    let grants = try await node.store.read { try $0.grants(indices) }
    guard grants.count == indices.count, grants.allSatisfy({ $0.caseName == name }) else {
      throw NodeError(.grantMissing, detail: "every leg needs a grant of this case")
    }
  }

  private func refer(
    _ legs: [ReferAsk],
    plan name: String,
    _ presence: SessionVault.Presence
  ) async throws -> PlanView {
    let results = try await ReferralService(node: node).refer(
      ReferBatch(referrals: legs),
      presence
    ).results
    let (made, atMs) = (results.compactMap(\.referral), node.clock.nowMs())
    let row = try await node.store.read { try $0.plan(name) }?.row ?? 0
    try await node.store.change { transaction in
      for leg in made {
        guard let referral = try transaction.referral(named: leg) else { continue }
        try transaction.addLeg(plan: row, referral: referral.row, atMs: atMs)
      }
    }
    var plan = try await view(name)
    plan.refused = results.filter { $0.problem != nil }
    return plan
  }

  private func view(_ name: String) async throws -> PlanView {
    let nowMs = node.trustedMs
    guard let plan = try await node.store.read({ try $0.plan(name) }) else {
      throw NodeError(.planUnknown)
    }
    return plan.view(nowMs: nowMs)
  }
}

extension PlanRow {
  /// The plan as the local API shows it.
  func view(nowMs: UInt64) -> PlanView {
    let kept = legs.filter { $0.droppedMs == nil }
    let reached = kept.count { leg in
      switch ReferralState(rawValue: leg.referral.state) {
      case .accepted, .inService, .completed, .closed: true
      default: false
      }
    }
    return PlanView(
      plan: name,
      case: caseName,
      createdMs: atMs,
      legs: legs.map { PlanLeg(line: $0.referral.line(nowMs: nowMs), droppedMs: $0.droppedMs) },
      reached: UInt32(clamping: reached),
      total: UInt32(clamping: kept.count)
    )
  }
}
