internal import NodeStore

/// What goes by itself when nobody needs it any more: sealed bytes that have their receipt, and
/// answers kept for a repeated request.
struct Tidying: Sendable {
  let node: Node

  /// How often, in ms.
  static let periodMs: UInt64 = 60_000
  /// How long an answer is kept under its `Idempotency-Key`, in ms: 24 hours (`local.yaml`).
  static let answerMs: UInt64 = 86_400_000
  /// How long an answer goes into every parcel to its peer again, in ms: its parcel may be lost.
  static let parcelAnswerMs: UInt64 = 45 * 86_400_000
  /// Rows of one transaction: a few pages, so that deliveries do not wait.
  static let batch = 256

  func tidy() async throws(NodeError) {
    let node = node
    try await NodeError.wrapping {
      var place: Int64? = 0
      while let after = place, !Task.isCancelled {
        place = try await node.store.change {
          try $0.dropDelivered(after: after, limit: Self.batch).next
        }
      }
      let nowMs = node.clock.nowMs()
      let holds = node.peersHeld.takeChanged()
      try await node.store.change { transaction in
        try transaction.forgetAnswers(beforeMs: nowMs - min(nowMs, Self.answerMs))
        try transaction.forgetAnswers(givenBeforeMs: nowMs - min(nowMs, Self.parcelAnswerMs))
        for (peer, size) in holds { try transaction.peer(peer, holds: size) }
      }
      try await node.via?.sweep(atMs: nowMs)
    }
  }
}

/// Says once in every period that it has come round, by the node's clock.
struct Interval {
  let ms: UInt64
  private var lastMs: UInt64?

  init(ms: UInt64) { self.ms = ms }

  /// Whether the period has passed; a clock that went back counts as one.
  mutating func isDue(nowMs: UInt64) -> Bool {
    if let lastMs, nowMs >= lastMs, nowMs - lastMs < ms { return false }
    lastMs = nowMs
    return true
  }
}
