internal import CanonicalBytes
internal import Exchange
package import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Trust

/// Questions about capacity: asked and answered before anything about a person is said.
package struct CapacityDesk: Sendable {
  let node: Node

  /// Works on a node.
  package init(node: Node) { self.node = node }

  /// Questions of one peer that may wait for people here.
  static let openLimit = 64

  /// Asks an agency.
  package func ask(
    _ request: CapacityAsk,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> CapacityLine {
    let view = node.trust.view
    guard let policy = view.policy else { throw NodeError(.policyUnknown) }
    guard let peer = AgencyID(request.peer), peer != node.trust.me,
      view.directory.agency(peer) != nil
    else { throw NodeError(.agencyUnknown) }
    let (nowMs, atMs) = (node.trustedMs, node.clock.nowMs())
    guard view.directory.isActive(peer, atMs: nowMs) else { throw NodeError(.member) }
    guard let code = Code(request.code), policy.admits(outcome: code, of: .capacityQuery) else {
      throw NodeError(.policy, detail: "the code must be one that the policy lists")
    }
    let life = policy.kind(.capacityQuery)?.lifeMs ?? 0
    let node = node
    let row = try await NodeError.wrapping {
      try await node.store.change { transaction -> CapacityRow in
        var mover = ReferralMover(
          transaction,
          view: view,
          policy: policy,
          nowMs: nowMs,
          atMs: atMs,
          user: presence.user,
          desk: presence.deskNames.first
        )
        // There is no offer to refer to: the question names the policy whose list it is from.
        guard
          let id = try mover.notify(
            .capacityQuery,
            to: request.peer,
            ref: view.policyHash,
            outcome: code.text,
            referral: nil
          )
        else { throw NodeError(.policy) }
        try transaction.addCapacity(
          isOurs: true,
          peer: request.peer,
          message: id,
          code: code.text,
          atMs: nowMs,
          untilMs: nowMs + life
        )
        guard let row = try transaction.capacity(message: id, isOurs: true) else {
          throw NodeError(.internal)
        }
        return row
      }
    }
    node.lanes.wake(request.peer)
    return row.line(nowMs: nowMs)
  }

  /// The questions and the standing answers.
  package func show() async throws(NodeError) -> CapacityView {
    let node = node
    let nowMs = node.trustedMs
    return try await NodeError.wrapping {
      let found = try await node.store.read { reader in
        (settings: try reader.capacitySettings(), questions: try reader.capacityQuestions())
      }
      return CapacityView(
        settings: found.settings.map {
          CapacitySet(code: $0.code, answer: $0.answer, untilMs: $0.untilMs)
        },
        questions: found.questions.map { $0.line(nowMs: nowMs) }
      )
    }
  }

  /// Sets, or takes back, a standing answer.
  package func set(_ request: CapacitySet) async throws(NodeError) -> CapacityView {
    let view = node.trust.view
    guard let policy = view.policy else { throw NodeError(.policyUnknown) }
    let (nowMs, atMs) = (node.trustedMs, node.clock.nowMs())
    guard let code = Code(request.code), policy.admits(outcome: code, of: .capacityQuery) else {
      throw NodeError(.policy, detail: "the code must be one that the policy lists")
    }
    try Self.check(request.answer, policy)
    if let until = request.untilMs, until <= nowMs {
      throw NodeError(.malformed, detail: "untilMs")
    }
    let node = node
    try await NodeError.wrapping {
      try await node.store.change { transaction in
        try transaction.setCapacity(
          request.code,
          answer: request.answer,
          untilMs: request.untilMs,
          atMs: atMs
        )
      }
    }
    return try await show()
  }

  private static func check(_ answer: String?, _ policy: Policy) throws(NodeError) {
    guard let answer else { return }
    guard let code = Code(answer), policy.admits(outcome: code, of: .capacityAnswer) else {
      throw NodeError(.policy, detail: "the answer must be one that the policy lists")
    }
  }

  /// A person answers one question.
  package func answer(
    _ id: String,
    _ request: CapacityReply,
    _ presence: SessionVault.Presence
  ) async throws(NodeError) -> CapacityLine {
    let view = node.trust.view
    guard let policy = view.policy else { throw NodeError(.policyUnknown) }
    try Self.check(request.answer, policy)
    let (nowMs, atMs) = (node.trustedMs, node.clock.nowMs())
    let node = node
    let row = try await NodeError.wrapping {
      try await node.store.change { transaction -> CapacityRow in
        guard let message = Digest32(hex: id),
          let row = try transaction.capacity(message: message, isOurs: false)
        else { throw NodeError(.notFound) }
        guard row.answer == nil else { throw NodeError(.alreadyDone) }
        guard row.untilMs > nowMs else { throw NodeError(.tooLate) }
        var mover = ReferralMover(
          transaction,
          view: view,
          policy: policy,
          nowMs: nowMs,
          atMs: atMs,
          user: presence.user,
          desk: presence.deskNames.first
        )
        try Self.answer(row, request.answer, &mover)
        return try transaction.capacity(message: message, isOurs: false) ?? row
      }
    }
    node.lanes.wake(row.peer)
    return row.line(nowMs: nowMs)
  }

  private static func answer(
    _ row: CapacityRow,
    _ answer: String,
    _ mover: inout ReferralMover
  ) throws {
    let life = mover.policy.timers[.capacity]?.nominalMs ?? 0
    _ = try mover.transaction.answerCapacity(
      row.row,
      answer: answer,
      atMs: mover.nowMs,
      untilMs: mover.nowMs + life
    )
    try mover.notify(
      .capacityAnswer,
      to: row.peer,
      ref: row.message,
      outcome: answer,
      referral: nil
    )
  }

  /// Takes a message about capacity, or one to the Coordinator.
  ///
  /// - Returns: Whether the message was one of these; then nothing else is to be done with it.
  static func received(
    _ item: CheckedItem,
    ref: Digest32,
    outcome: String?,
    _ transaction: NodeTransaction,
    view: TrustBook.View,
    row: Int64,
    nowMs: UInt64,
    atMs: UInt64,
    into effects: inout InboundEffects
  ) throws -> Bool {
    guard let policy = view.policy else { return false }
    var mover = ReferralMover(transaction, view: view, policy: policy, nowMs: nowMs, atMs: atMs)
    switch item.kind {
    case .capacityQuery:
      guard let outcome, let code = Code(outcome), policy.admits(outcome: code, of: item.kind),
        try transaction.openCapacity(peer: item.peer.text) < openLimit
      else { return true }
      try transaction.addCapacity(
        isOurs: false,
        peer: item.peer.text,
        message: item.id,
        code: outcome,
        atMs: nowMs,
        untilMs: item.expiresMs
      )
      if let standing = try transaction.capacitySetting(outcome, nowMs: nowMs),
        let question = try transaction.capacity(message: item.id, isOurs: false)
      {
        try answer(question, standing, &mover)
      } else {
        try mover.tell(nil, reason: "capacity-asked", stage: .desk)
      }
    case .capacityAnswer:
      // An answer to what was never asked, or from somebody else, says nothing.
      guard let outcome, let code = Code(outcome), policy.admits(outcome: code, of: item.kind),
        let question = try transaction.capacity(message: ref, isOurs: true),
        question.peer == item.peer.text
      else { return true }
      let life = policy.timers[.capacity]?.nominalMs ?? 0
      let isFirst = try transaction.answerCapacity(
        question.row,
        answer: outcome,
        atMs: nowMs,
        untilMs: nowMs + life
      )
      // The first answer stands, and nobody is called for another (REF-027).
      if isFirst { try mover.tell(nil, reason: "capacity-answered", stage: .desk) }
    case .overdue:
      guard let outcome, let code = Code(outcome), policy.admits(outcome: code, of: item.kind)
      else { return true }
      try transaction.watch(
        peer: row,
        ref: ref,
        kind: item.kind.rawValue,
        code: outcome,
        atMs: nowMs
      )
      try mover.tell(nil, reason: "overdue", stage: .desk)
    default: return false
    }
    effects.take(mover)
    return true
  }
}

extension CapacityRow {
  /// The question as the local API shows it.
  func line(nowMs: UInt64) -> CapacityLine {
    CapacityLine(
      id: message.hex,
      box: isOurs ? "out" : "in",
      peer: peer,
      code: code,
      answer: answer,
      askedMs: atMs,
      answeredMs: answeredMs,
      untilMs: untilMs,
      stale: untilMs <= nowMs
    )
  }
}
