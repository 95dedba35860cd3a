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
        budgetBytes: PeerLane.batchBytes,
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
    node.peersHeld.sent(peer.text, size: taken.size)
    for message in taken.batch { outstanding[message.message] = message }
    cursor = taken.batch.last?.row ?? cursor
    node.metrics.add(.messagesSent, taken.batch.count)
    return delivery
  }

  /// The delivery of a batch that stands in the log.
  static func delivery(
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
    let settling = try await settling(receipt, refused: refused, sent: note)
    try await NodeError.wrapping {
      _ = try await node.store.change { try settling.store($0) }
    }
    settling.tell(node)
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
      let settling = try await settling(receipt, refused: refused, sent: note)
      let taking = taking()
      taken = try await NodeError.wrapping {
        try await node.store.change { transaction in
          _ = try settling.store(transaction)
          return try taking.take(transaction)
        } after: { batch, log in
          try taking.taken(batch, log)
        }
      }
      settling.tell(node)
    } catch {
      outstanding = [:]
      throw error
    }
    outstanding = [:]
    return took(taken)
  }

  /// What a receipt says of the outstanding batch, checked.
  private func settling(
    _ receipt: ReceiptPart?,
    refused: [RefusalPart],
    sent note: String?
  ) async throws(NodeError) -> JudgedReceipt {
    let waiting = outstanding
    do throws(NodeError) {
      let settling = try await ReceiptDesk(node: node, peer: peer).judge(
        receipt,
        refused: refused,
        waiting: waiting.mapValues { AnswerableMessage(row: $0.row, opens: $0.opens) },
        sent: note
      )
      if settling.viewTaken { settledGiven = max(settledGiven, settledSent) }
      if settling.all < waiting.count { cursor = 0 }
      return settling
    } catch {
      cursor = 0
      throw error
    }
  }
}
