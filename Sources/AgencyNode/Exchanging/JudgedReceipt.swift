internal import NodeStore

/// What a receipt says of messages that have left, checked and ready to be stored.
struct JudgedReceipt: Sendable {
  let peer: String
  let view: TrustBook.View
  let nowMs: UInt64
  let atMs: UInt64
  /// The peer's checkpoint that the receipt rests on, and its note; `nil` and empty without one.
  var checkpoint: PeerCheckpoint?
  var note = ""
  var lines: [NodeTransaction.ReceiptLine] = []
  var refusals: [(row: Int64, code: String)] = []
  /// Messages that stay in the queue for now.
  var postponed = 0

  /// Whether the receipt's checkpoint was taken.
  var viewTaken: Bool { checkpoint != nil }
  /// Whether that checkpoint is tied to what was held before.
  var isProven: Bool { checkpoint?.isProven ?? true }
  /// How many messages it speaks of.
  var all: Int { lines.count + refusals.count + postponed }

  /// Stores it.
  ///
  /// - Returns: The two notes, where an unproven checkpoint contradicts what was held.
  func store(_ transaction: NodeTransaction) throws -> (String, String)? {
    let evidence = try checkpoint.flatMap {
      try DeliveryDesk.keepUnproven($0, note: note, transaction, atMs: atMs)
    }
    var fates = try transaction.applyReceipt(peer: peer, view: note, lines: lines, atMs: atMs)
    for refusal in refusals {
      if let fate = try transaction.refusedOutright(row: refusal.row, code: refusal.code) {
        fates.append(fate)
      }
    }
    guard let policy = view.policy else { return evidence }
    var mover = ReferralMover(transaction, view: view, policy: policy, nowMs: nowMs, atMs: atMs)
    for fate in fates { try mover.settle(fate) }
    return evidence
  }

  /// Tells who waits for it what was stored.
  func tell(_ node: Node) {
    if !lines.isEmpty { node.successionSeen.add(peer) }
    node.metrics.add(.messagesDelivered, lines.count { $0.received })
    node.metrics.add(.messagesRefusedByPeer, lines.count { !$0.received } + refusals.count)
    node.receipts.settle(
      lines.map { ($0.row, $0.received ? "delivered" : $0.code) }
        + refusals.map { ($0.row, $0.code) }
    )
  }
}
