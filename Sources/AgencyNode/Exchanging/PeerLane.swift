internal import CanonicalBytes
internal import Exchange
internal import Foundation
internal import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TransparencyLog
internal import Trust

/// What goes out to one peer: one batch at a time, logged when it first leaves, settled by its receipt.
actor PeerLane {
  /// Most messages in one delivery.
  static let batchLimit = 64
  /// Bytes of envelopes after which a delivery is full.
  static let batchBytes = 6 << 20

  private let node: Node
  private let peer: AgencyID
  /// Rows at or below this one have been taken; rows above wait.
  private var cursor: Int64 = 0
  private var outstanding: [Digest32: LoggedMessage] = [:]
  /// The size of this node's log that the peer says it holds; `nil` before it has said so.
  private var peerHolds: UInt64?
  /// The size of the settled checkpoint last sent, and of the last one that the peer has accepted.
  private var settledSent: UInt64 = 0
  private var settledGiven: UInt64 = 0
  /// The largest size of this node's log that this lane has seen.
  private var knownSize: UInt64 = 0

  init(node: Node, peer: AgencyID) {
    self.node = node
    self.peer = peer
  }

  /// Whether a batch is on its way.
  var isBusy: Bool { !outstanding.isEmpty }

  /// Learns what the peer holds of this node's log.
  func note(peerHolds size: UInt64) {
    peerHolds = size
    node.peersHeld.note(peer.text, holds: size)
    // More than there is: this state may be an older copy; the peer is asked to show it (K1).
    guard size > knownSize, let own = try? node.store.checkpoints.own(node.store.identity.log)
    else { return }
    knownSize = own.size
    if size > own.size {
      node.gossip.reply(WitnessNote.ask(node.store.identity.log), to: peer.text)
    }
  }

  /// What the peer is believed to hold.
  var believedHeld: UInt64 { peerHolds ?? 0 }

  /// The next delivery, or `nil` when nothing waits or a batch is still on its way.
  func next() async throws(NodeError) -> DeliveryPart? {
    guard outstanding.isEmpty else { return nil }
    let taking = taking()
    let taken = try await NodeError.wrapping {
      try await node.store.change { transaction in
        try taking.take(transaction)
      } after: { batch, log in
        try taking.taken(batch, log)
      }
    }
    return took(taken)
  }

  /// What the next batch is taken with.
  private struct Taking: Sendable {
    let peer: String
    let after: Int64
    let view: TrustBook.View
    let nowMs: UInt64
    let atMs: UInt64
    /// The size of this log that the peer holds.
    let from: UInt64
    let settled: SettledBook.Own?
    let isForked: Bool

    func take(_ transaction: NodeTransaction) throws -> [LoggedMessage] {
      try transaction.takeBatch(
        peer: peer,
        after: after,
        limit: PeerLane.batchLimit,
        register: view.registerHash,
        policy: view.policyHash,
        overlapping: view.standing.overlapping,
        nowMs: nowMs,
        atMs: atMs,
        padLimit: view.policy?.padLimit ?? LegOrder.padLimit,
        untilStepMs: view.policy?.untilStep?.nominalMs ?? 0,
        onlyNotices: isForked
      )
    }

    func taken(_ batch: [LoggedMessage], _ log: CommittedLog) throws -> Taken {
      let delivery =
        batch.isEmpty
        ? nil : try PeerLane.delivery(batch, log, from: from, settled: settled)
      return Taken(batch: batch, delivery: delivery, size: log.size)
    }
  }

  /// A batch that may leave, and the size of the log that it stands in.
  private struct Taken: Sendable {
    let batch: [LoggedMessage]
    let delivery: DeliveryPart?
    let size: UInt64
  }

  private func taking() -> Taking {
    // Once the peer has tied it to what it holds, every later checkpoint extends it by K3.
    let settled = node.settled.own.flatMap { $0.size > settledGiven ? $0 : nil }
    settledSent = settled?.size ?? settledSent
    return Taking(
      peer: peer.text,
      after: cursor,
      view: node.trust.view,
      nowMs: node.trustedMs,
      atMs: node.clock.nowMs(),
      from: peerHolds ?? 0,
      settled: settled,
      isForked: node.forks.holds(peer.text)
    )
  }

  private func took(_ taken: Taken) -> DeliveryPart? {
    knownSize = max(knownSize, taken.size)
    guard let delivery = taken.delivery else {
      cursor = 0
      return nil
    }
    for message in taken.batch { outstanding[message.message] = message }
    cursor = taken.batch.last?.row ?? cursor
    node.metrics.add(.messagesSent, taken.batch.count)
    return delivery
  }

  private static func delivery(
    _ batch: [LoggedMessage],
    _ log: CommittedLog,
    from: UInt64,
    settled: SettledBook.Own?
  ) throws -> DeliveryPart {
    let events = try log.openings(batch.map(\.index))
    let own = batch.filter { $0.grantLog == nil || $0.grantLog == log.origin }
    let grants = try log.openings(own.compactMap(\.grantIndex))
    var grant = grants.makeIterator()
    let items = try zip(batch, events).map { message, event in
      var opened: EventOpening?
      if let index = message.grantIndex {
        if let past = message.grantLog, past != log.origin {
          opened = try log.opening(index, of: past)
        } else {
          opened = grant.next()
        }
      }
      return ItemPart(envelope: message.envelope, event: event, grant: opened)
    }
    let known = from <= log.size ? from : 0
    return DeliveryPart(
      items: items,
      checkpoint: log.note,
      from: known,
      proof: MerkleProof.flat(try log.consistency(from: known)),
      settled: settled?.note ?? "",
      settledProof: MerkleProof.flat(try log.consistency(from: settled?.size ?? 0))
    )
  }

  /// The batch did not arrive, or the answer did not: it is taken again, and is the same messages.
  func fail() {
    outstanding = [:]
    cursor = 0
  }

  /// Stores what a receipt says of the outstanding batch.
  ///
  /// - Returns: Whether anything was settled.
  @discardableResult
  func settle(
    _ receipt: ReceiptPart?,
    refused: [RefusalPart],
    sent note: String?
  ) async throws(NodeError) -> Bool {
    guard !outstanding.isEmpty else { return false }
    defer { outstanding = [:] }
    let settling = try settling(receipt, refused: refused, sent: note)
    try await NodeError.wrapping {
      try await node.store.change { try settling.store($0) }
    }
    settled(settling)
    return true
  }

  /// Stores what a receipt says and takes the next batch, in one transaction: what is settled and what
  /// leaves next share its synchronisations.
  ///
  /// - Returns: The next delivery, or `nil` when nothing waits.
  func settleAndTake(
    _ receipt: ReceiptPart?,
    refused: [RefusalPart],
    sent note: String?
  ) async throws(NodeError) -> DeliveryPart? {
    guard !outstanding.isEmpty else { return try await next() }
    let taken: Taken
    do throws(NodeError) {
      let settling = try settling(receipt, refused: refused, sent: note)
      let taking = taking()
      taken = try await NodeError.wrapping {
        try await node.store.change { transaction in
          try settling.store(transaction)
          return try taking.take(transaction)
        } after: { batch, log in
          try taking.taken(batch, log)
        }
      }
      settled(settling)
    } catch {
      outstanding = [:]
      throw error
    }
    outstanding = [:]
    return took(taken)
  }

  /// What a receipt says of the outstanding batch, checked.
  private struct Settling: Sendable {
    let peer: String
    let view: TrustBook.View
    /// The peer's checkpoint that the receipt rests on.
    let note: String
    let lines: [NodeTransaction.ReceiptLine]
    let refusals: [(row: Int64, code: String)]
    let nowMs: UInt64
    let atMs: UInt64

    func store(_ transaction: NodeTransaction) throws {
      var fates = try transaction.applyReceipt(peer: peer, view: note, lines: lines, atMs: atMs)
      for refusal in refusals {
        if let fate = try transaction.refusedOutright(row: refusal.row, code: refusal.code) {
          fates.append(fate)
        }
      }
      guard let policy = view.policy else { return }
      var mover = ReferralMover(
        transaction,
        view: view,
        policy: policy,
        nowMs: nowMs,
        atMs: atMs
      )
      for fate in fates { try mover.settle(fate) }
    }
  }

  private func settling(
    _ receipt: ReceiptPart?,
    refused: [RefusalPart],
    sent note: String?
  ) throws(NodeError) -> Settling {
    let waiting = outstanding
    let view = node.trust.view
    var lines: [NodeTransaction.ReceiptLine] = []
    var viewNote = ""
    if let receipt {
      let desk = DeliveryDesk(node: node)
      switch desk.judge(
        note: receipt.checkpoint,
        from: receipt.from,
        proof: receipt.proof,
        peer: peer,
        view: view
      )
      {
      case .failure(let refusal):
        cursor = 0
        throw NodeError(.conflict, detail: refusal.code.rawValue)
      case .success(let checkpoint):
        viewNote = receipt.checkpoint
        settledGiven = max(settledGiven, settledSent)
        lines = check(receipt, checkpoint, waiting)
        witness(receipt.cosignature, over: note, view: view)
      }
    }
    // What is refused for now only stays in the queue, behind everything that may go.
    let postponed = refused.count { refusal in
      waiting[refusal.message] != nil && refusal.isForNow
    }
    let refusals = refused.filter { !$0.isForNow }.compactMap { refusal in
      waiting[refusal.message].map { ($0.row, refusal.code) }
    }
    if lines.count + refusals.count + postponed < waiting.count { cursor = 0 }
    return Settling(
      peer: peer.text,
      view: view,
      note: viewNote,
      lines: lines,
      refusals: refusals,
      nowMs: node.trustedMs,
      atMs: node.clock.nowMs()
    )
  }

  /// Tells who waits for it what was stored.
  private func settled(_ settling: Settling) {
    let lines = settling.lines
    if !lines.isEmpty { node.successionSeen.add(peer.text) }
    node.metrics.add(.messagesDelivered, lines.count { $0.received })
    node.metrics.add(
      .messagesRefusedByPeer,
      lines.count { !$0.received } + settling.refusals.count
    )
    node.receipts.settle(
      lines.map { ($0.row, $0.received ? "delivered" : $0.code) }
        + settling.refusals.map { ($0.row, $0.code) }
    )
  }

  private func check(
    _ receipt: ReceiptPart,
    _ checkpoint: PeerCheckpoint,
    _ waiting: [Digest32: LoggedMessage]
  ) -> [NodeTransaction.ReceiptLine] {
    let check = ReceiptCheck(
      me: node.trust.me,
      realm: node.store.identity.realm,
      origin: checkpoint.log,
      size: checkpoint.size,
      root: checkpoint.root
    )
    return check.check(receipt, wasSent: { waiting[$0] != nil }).compactMap { result in
      guard case .success(let outcome) = result, let message = waiting[outcome.message] else {
        return nil
      }
      return NodeTransaction.ReceiptLine(
        row: message.row,
        opened: message.opens,
        opening: outcome.opening,
        received: outcome.isReceived,
        code: outcome.outcome
      )
    }
  }

  /// Takes the peer's cosignature of the checkpoint that was sent: it dates what it saw.
  private func witness(_ line: String, over note: String?, view: TrustBook.View) {
    guard !line.isEmpty, let note, let authority = view.directory.witness(of: peer),
      let time = try? Cosignature.verify(
        line: line,
        note: note,
        witness: authority.witness.text,
        key: authority.key
      )
    else { return }
    node.witnessTimes.note(
      WitnessTime(
        agency: peer.text,
        sector: authority.sector.rawValue,
        timeMs: time &* 1000
      )
    )
  }
}
