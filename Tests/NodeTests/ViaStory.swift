internal import AgencyNode
internal import Foundation
internal import LocalContract
internal import NodeStore
internal import NodeSupport
internal import ReferralModel
internal import TestSupport
internal import Testing

/// Referrals through every state that a message causes, each seen at the side that was told.
struct ViaStory {
  let world: ViaRealm
  private(set) var reached: Set<String> = []
  private(set) var messages: [String] = []
  /// Numbers of cases and referrals, and of messages in hex.
  private(set) var ids: [String] = []

  init(world: ViaRealm) { self.world = world }

  mutating func tell() async throws {
    let (ministry, clinic) = (world.ministry, world.clinic)
    let first = try await begin()
    for (node, other, action, act, state) in [
      (clinic, ministry, ReferralAction.ack, ReferralAct(), "acknowledged"),
      (clinic, ministry, .ask, ReferralAct(reason: "need-detail"), "info-requested"),
    ] as [(Living, Living, ReferralAction, ReferralAct, String)] {
      try await step(node, other, action, first.message, act, state)
    }
    try await step(
      ministry,
      clinic,
      .answer,
      first.message,
      ReferralAct(content: ["contact": ["channel": .text("messenger")]]),
      "acknowledged"
    )
    try await step(
      clinic,
      ministry,
      .waitlist,
      first.message,
      ReferralAct(
        reason: "within-month",
        expectedMs: world.time.nowMs + 3 * TestTime.dayMs
      ),
      "waitlisted"
    )
    try await step(clinic, ministry, .accept, first.message, ReferralAct(), "accepted")
    let inside = try #require(try await clinic.line(first.message)?.referral)
    try await world.time.pass(until: "the name has come") {
      try await clinic.node.store.read { reader in
        try reader.referral(inside).map { try reader.inbound(referral: $0.row).count } ?? 0
      } > 1
    }
    _ = try await ConsentLifeService(node: clinic.node).own(
      OwnConsent(
        referral: inside,
        desk: "desk",
        record: Pair.facts,
        groups: ["need"],
        answers: ["storing": true]
      ),
      clinic.presence()
    )
    for (node, other, action, act, state) in [
      (clinic, ministry, ReferralAction.start, ReferralAct(), "in-service"),
      (clinic, ministry, .lost, ReferralAct(reason: "no-show"), "lost-contact"),
      (clinic, ministry, .start, ReferralAct(), "in-service"),
      (ministry, clinic, .dispute, ReferralAct(reason: "conduct"), "disputed"),
      (clinic, ministry, .resolve, ReferralAct(reason: "agreed"), "in-service"),
      (clinic, ministry, .complete, ReferralAct(outcome: "partly-met"), "completed"),
      (ministry, clinic, .close, ReferralAct(reason: "goals-met"), "closed"),
    ] as [(Living, Living, ReferralAction, ReferralAct, String)] {
      try await step(node, other, action, first.message, act, state)
    }
    let no = try await begin()
    try await step(
      clinic,
      ministry,
      .decline,
      no.message,
      ReferralAct(reason: "changed-mind"),
      "declined"
    )
    let other = try await begin()
    try await step(
      clinic,
      ministry,
      .redirect,
      other.message,
      ReferralAct(reason: "legal-aid"),
      "redirect-proposed"
    )
    let error = try await begin()
    // What is recalled is erased at once: the state between is passed in a moment.
    try await ministry.act(.recall, error.message, ReferralAct(reason: "error"))
    try await at(ministry, error.message, "recalled")
    try await at(clinic, error.message, "closed")
    try await at(ministry, error.message, "closed")
    let taken = try await begin()
    let held = try #require(try await clinic.line(taken.message)?.referral)
    _ = try await WithdrawalService(node: ministry.node).withdraw(
      ConsentWithdraw(case: taken.caseID, grants: [taken.grant], confirmation: "in-person"),
      ministry.presence()
    )
    try await at(ministry, taken.message, "consent-withdrawn")
    try await world.time.pass(until: "the clinic is stopped") {
      try await clinic.line(taken.message)?.frozen == true
    }
    _ = try await ReferralActions(node: clinic.node).act(
      held,
      .erase,
      ReferralAct(reason: "in-person"),
      clinic.presence()
    )
    try await at(ministry, taken.message, "closed-withdrawn")
  }

  private mutating func begin() async throws -> (
    caseID: String, grant: UInt64, message: String
  ) {
    let made = try await world.refer()
    messages.append(made.message)
    try await at(world.clinic, made.message, "delivered")
    try await at(world.ministry, made.message, "delivered")
    for node in [world.ministry, world.clinic] {
      ids.append(try #require(try await node.line(made.message)?.referral))
    }
    ids += [made.caseID, made.message]
    return made
  }

  private mutating func step(
    _ node: Living,
    _ other: Living,
    _ action: ReferralAction,
    _ message: String,
    _ request: ReferralAct,
    _ state: String
  ) async throws {
    try await node.act(action, message, request)
    try await at(other, message, state)
  }

  private mutating func at(_ node: Living, _ message: String, _ state: String) async throws {
    try await world.waits(node, message, until: state)
    reached.insert(state)
  }
}
