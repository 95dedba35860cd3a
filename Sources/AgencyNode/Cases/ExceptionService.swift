internal import Foundation
package import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TransparencyLog

/// Lawful exceptions: used by two persons, for the least, for a short time, and always looked at by
/// somebody else afterwards.
///
/// Source: domain §7.4; CNS-040 to CNS-048.
package struct ExceptionService: Sendable {
  let node: Node

  /// Works on a node.
  package init(node: Node) { self.node = node }

  /// Longest reason, in bytes.
  static let reasonBytes = 2_000

  /// The exceptions that rest on a paper which must be named.
  private static let onPaper: Set<Basis> = [.legalDuty, .courtOrder, .childBestInterest]

  /// What a review may say.
  static let outcomes: Set<String> = ["in-order", "incident"]

  /// Uses an exception.
  package func use(
    _ request: ExceptionAsk,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> ConsentRecorded {
    guard (1...Self.reasonBytes).contains(request.reason.utf8.count) else {
      throw NodeError(.consentFacts, reasons: ["reason-missing"])
    }
    let view = node.trust.view
    guard let policy = view.policy else { throw NodeError(.policyUnknown) }
    guard let basis = Basis(rawValue: request.grant.basis) else {
      throw NodeError(.policy, detail: "basis")
    }
    guard !Self.onPaper.contains(basis) || !(request.grant.authority ?? "").isEmpty else {
      throw NodeError(.consentFacts, reasons: ["authority-missing"])
    }
    var second: String?
    if let token = request.second { second = try await node.sessions.presence(token).user }
    let (node, other) = (node, second)
    let (nowMs, atMs) = (node.trustedMs, node.clock.nowMs())
    return try await NodeError.wrapping {
      let opened = try await OpenedCase(request.case, presence, node)
      let loaded = try await ConsentDossier.load(opened, node)
      let leg = try ConsentService.leg(
        request.grant,
        caseName: opened.name,
        renews: nil,
        actor: presence.user,
        second: other,
        dossier: loaded.dossier,
        me: node.trust.me,
        view: view,
        policy: policy,
        nowMs: nowMs,
        isException: true
      )
      try await Self.checkRoles(policy, basis, presence.user, other, node)
      try node.store.keyring.addPersonKeys([(leg.key.id, opened.name, leg.key.secret)])
      let review = policy.consent?.reviewWithin ?? policy.exception(basis)?.life
      let reviewByMs = review.map { policy.calendar.dueMs($0, fromMs: nowMs) } ?? nowMs
      let before = loaded.dossier
      let index = try await node.store.change { transaction -> UInt64 in
        let index = try transaction.grant(
          leg.draft,
          caseName: opened.name,
          staff: .init(
            actor: presence.user,
            second: other,
            desk: opened.line.desk,
            atMs: atMs
          )
        )
        try transaction.fileException(
          index,
          granter: presence.user,
          second: other,
          secondByMs: leg.secondByMs,
          reviewByMs: reviewByMs
        )
        var dossier = before
        dossier.legs.append(
          .init(
            grant: index,
            service: leg.ask.service,
            authority: leg.ask.authority,
            country: nil,
            taking: nil
          )
        )
        dossier.reasons.append(
          .init(grant: index, text: request.reason, survivorTold: request.survivorTold)
        )
        try dossier.save(transaction, opened, over: loaded.sealed, atMs: atMs)
        return index
      }
      var grants = try await node.store.read { try $0.grants([index]) }
        .map { $0.view(nowMs: nowMs) }
      for place in grants.indices { grants[place].secondByMs = leg.secondByMs }
      return ConsentRecorded(grants: grants, receipt: nil)
    }
  }

  /// The persons must hold the roles that the policy names for the exception (CNS-047).
  private static func checkRoles(
    _ policy: Policy,
    _ basis: Basis,
    _ first: String,
    _ second: String?,
    _ node: Node
  ) async throws {
    guard let rule = policy.exception(basis) else { return }
    let mine = try await AccessService.roles(of: first, node)
    var other: [Code]?
    if let second { other = try await AccessService.roles(of: second, node) }
    guard rule.admits(first: mine, second: other) else {
      throw NodeError(.notAllowed, reasons: ["role-missing"])
    }
  }

  /// The second person stands by an exception, in time and in person.
  package func countersign(
    _ request: Countersign,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> GrantView {
    let node = node
    let (nowMs, atMs) = (node.trustedMs, node.clock.nowMs())
    return try await NodeError.wrapping {
      let found = try await node.store.read { reader in
        (
          exception: try reader.exception(request.grant),
          grant: try reader.grants([request.grant]).first
        )
      }
      guard let exception = found.exception, let grant = found.grant else {
        throw NodeError(.grantMissing)
      }
      guard !presence.user.utf8.elementsEqual(exception.granter.utf8) else {
        throw NodeError(.notAllowed, reasons: ["second-person-same"])
      }
      if let policy = node.trust.view.policy, let basis = Basis(rawValue: grant.basis) {
        try await Self.checkRoles(policy, basis, exception.granter, presence.user, node)
      }
      let desk = try await node.store.read { try $0.caseLine(grant.caseName) }?.desk ?? ""
      guard presence.deskNames.contains(desk) else { throw NodeError(.deskLocked, detail: desk) }
      try await node.store.change { transaction in
        // Looked at again inside: upkeep may just have ended it.
        guard let exception = try transaction.exception(request.grant), exception.second == nil,
          exception.lapsedIndex == nil, let by = exception.secondByMs, nowMs <= by
        else { throw NodeError(.stateNotAllowed) }
        _ = try transaction.countersign(
          request.grant,
          staff: .init(actor: presence.user, desk: desk, cause: request.grant, atMs: atMs)
        )
      }
      return grant.view(nowMs: nowMs)
    }
  }

  /// What somebody else must look at, what waits first.
  package func reviews() async throws(NodeError) -> ReviewList {
    let node = node
    let nowMs = node.trustedMs
    return try await NodeError.wrapping {
      let items = try await node.store.read { reader -> [ReviewItem] in
        let done = Dictionary(try reader.reviews().map { ($0.subject, $0) }) { $1 }
        let exceptions = try reader.exceptions()
        let grants = Dictionary(
          try reader.grants(exceptions.map(\.grant)).map { ($0.index, $0) }
        ) { $1 }
        var items: [ReviewItem] = []
        for exception in exceptions {
          guard let grant = grants[exception.grant] else { continue }
          var flags: [String] = []
          if exception.second == nil { flags.append("second-missing") }
          if exception.lapsedIndex != nil { flags.append("lapsed") }
          items.append(
            ReviewItem(
              item: exception.grant,
              kind: "exception",
              case: grant.caseName,
              receiver: grant.peer,
              purpose: grant.purpose,
              groups: grant.groups,
              basis: grant.basis,
              actor: exception.granter,
              second: exception.second,
              atMs: grant.atMs,
              reviewByMs: exception.reviewByMs,
              state: Self.state(done[exception.grant], exception.reviewByMs, nowMs),
              flags: flags,
              reviewer: done[exception.grant]?.reviewer
            )
          )
        }
        for entry in try reader.outsideEntries(caseName: nil) where entry.late {
          items.append(
            ReviewItem(
              item: entry.index,
              kind: entry.kind,
              case: entry.caseName,
              receiver: entry.receiver,
              purpose: entry.purpose,
              groups: entry.groups,
              actor: entry.actor,
              atMs: entry.atMs,
              reviewByMs: entry.reviewByMs,
              state: Self.state(done[entry.index], entry.reviewByMs, nowMs),
              flags: ["late"],
              reviewer: done[entry.index]?.reviewer
            )
          )
        }
        return items
      }
      func rank(_ item: ReviewItem) -> Int { item.reviewer == nil ? 0 : 1 }
      return ReviewList(
        items: items.sorted { (rank($0), $0.item) < (rank($1), $1.item) }
      )
    }
  }

  private static func state(_ review: ReviewRow?, _ byMs: UInt64, _ nowMs: UInt64) -> String {
    review?.outcome ?? (byMs < nowMs ? "overdue" : "waiting")
  }

  /// Somebody who neither granted it nor stood by it has looked.
  package func done(
    _ request: ReviewDone,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> ReviewItem {
    guard Self.outcomes.contains(request.outcome) else {
      throw NodeError(.malformed, detail: "outcome: in-order or incident")
    }
    let atMs = node.clock.nowMs()
    guard let item = try await reviews().items.first(where: { $0.item == request.item }) else {
      throw NodeError(.notFound)
    }
    let doers = [item.actor, item.second].compactMap { $0 }
    guard !doers.contains(where: { $0.utf8.elementsEqual(presence.user.utf8) }) else {
      throw NodeError(.notAllowed, reasons: ["reviewer-is-granter"])
    }
    let node = node
    try await NodeError.wrapping {
      try await node.store.change { transaction in
        guard try !transaction.isReviewed(request.item) else {
          throw NodeError(.stateNotAllowed)
        }
        _ = try transaction.review(
          request.item,
          grant: item.kind == "exception" ? request.item : nil,
          outcome: request.outcome,
          reviewer: presence.user,
          atMs: atMs
        )
      }
    }
    var reviewed = item
    (reviewed.state, reviewed.reviewer) = (request.outcome, presence.user)
    return reviewed
  }
}
