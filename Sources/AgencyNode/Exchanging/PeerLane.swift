internal import CanonicalBytes
package import Exchange
internal import Foundation
internal import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TransparencyLog
internal import Trust

/// What goes out to one peer: one batch on its way at a time, logged when it first leaves, settled by its
/// receipt.
///
/// While a full batch is on its way the next one is taken, and what the receipt before it says is stored:
/// the two nodes work at the same time. Nothing taken ahead leaves if sharing was stopped meanwhile.
package actor PeerLane {
  /// Most messages in one delivery.
  package static let batchLimit = 64
  /// Bytes of envelopes after which a delivery is full.
  static let batchBytes = 6 << 20

  private let node: Node
  private let peer: AgencyID
  /// Rows at or below this one have been taken; rows above wait.
  private var cursor: Int64 = 0
  /// The batch on its way.
  private var sent: Taken?
  /// Whether it left in the answer to a call of the peer's, which answers it in its next call.
  private var sentInAnswer = false
  /// The batch that leaves next.
  private var ready: Taken?
  /// What the last receipt says, checked and not stored yet.
  private var judged: JudgedReceipt?
  /// The size of this node's log that the peer says it holds; `nil` before it has said so.
  private var peerHolds: UInt64?
  /// The size of the last settled checkpoint that the peer has accepted.
  private var settledGiven: UInt64 = 0
  /// The largest size of this node's log that this lane has seen.
  private var knownSize: UInt64 = 0

  init(node: Node, peer: AgencyID) {
    self.node = node
    self.peer = peer
  }

  /// Learns what the peer holds of this node's log.
  package func note(peerHolds size: UInt64) {
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

  /// The next delivery, or `nil` when nothing waits or a batch is still on its way.
  ///
  /// - Parameter inAnswer: Whether it leaves in the answer to a call of the peer's. What left so is sent
  ///   again by who can call: whether the peer ever calls again, nobody knows.
  /// - Returns: The delivery.
  /// - Throws: ``NodeError`` where it cannot be logged.
  package func next(inAnswer: Bool = false) async throws(NodeError) -> DeliveryPart? {
    if sent != nil {
      guard sentInAnswer, !inAnswer else { return nil }
      fail()
    }
    var taken = try await takenAhead()
    if taken == nil { taken = try await settleAndTake(after: cursor, from: peerHolds ?? 0) }
    guard let taken else {
      cursor = 0
      return nil
    }
    sentInAnswer = inAnswer
    return leave(taken)
  }

  /// Makes use of the time that a batch is on its way: stores what the receipt before it says, and, where
  /// it is full, takes the batch after it.
  package func prepare() async throws(NodeError) {
    guard let sent else { return }
    guard sent.isFull, ready == nil else { return try await store() }
    ready = try await settleAndTake(after: cursor, from: sent.size)
    cursor = max(cursor, ready?.last ?? 0)
  }

  /// The batch that was taken ahead, if it may leave as it is.
  private func takenAhead() async throws(NodeError) -> Taken? {
    guard var taken = ready else { return nil }
    ready = nil
    let from = peerHolds ?? 0
    if taken.from != from {
      // The peer has heard of this log by another road: the same batch, proved from there.
      let (old, settled) = (taken, unseenSettled)
      taken = try await NodeError.wrapping {
        try await node.store.change { _ in
        } after: { _, log in
          try Taken(old.batch, in: log, from: from, settled: settled, stops: old.stops)
        }
      }
    }
    guard taken.stops == node.store.stops.value, mayDisclose else {
      // What it holds stands in the log and is judged again.
      cursor = 0
      return nil
    }
    return taken
  }

  /// The batch leaves.
  private func leave(_ taken: Taken) -> DeliveryPart {
    knownSize = max(knownSize, taken.size)
    node.peersHeld.sent(peer.text, size: taken.size)
    sent = taken
    cursor = max(cursor, taken.last)
    node.metrics.add(.messagesSent, taken.batch.count)
    return taken.delivery
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
    let onlyNotices: Bool

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
        onlyNotices: onlyNotices
      )
    }

    func taken(_ batch: [LoggedMessage], _ stops: UInt64, _ log: CommittedLog) throws -> Taken? {
      guard !batch.isEmpty else { return nil }
      return try Taken(batch, in: log, from: from, settled: settled, stops: stops)
    }
  }

  /// A batch that may leave, and the size of the log that it stands in.
  private struct Taken: Sendable {
    let batch: [LoggedMessage]
    let delivery: DeliveryPart
    let size: UInt64
    /// The size of this log that the peer must hold.
    let from: UInt64
    /// The size of the settled checkpoint in it, or 0.
    let settled: UInt64
    /// How often sharing had been stopped.
    let stops: UInt64

    init(
      _ batch: [LoggedMessage],
      in log: CommittedLog,
      from: UInt64,
      settled: SettledBook.Own?,
      stops: UInt64
    ) throws {
      self.batch = batch
      delivery = try PeerLane.delivery(batch, log, from: from, settled: settled)
      (size, self.from, self.settled) = (log.size, from, settled?.size ?? 0)
      self.stops = stops
    }

    /// The last row of the batch.
    var last: Int64 { batch.last?.row ?? 0 }
    /// Whether more may wait.
    var isFull: Bool { batch.count >= PeerLane.batchLimit }
  }

  private func taking(after: Int64, from: UInt64) -> Taking {
    Taking(
      peer: peer.text,
      after: after,
      view: node.trust.view,
      nowMs: node.trustedMs,
      atMs: node.clock.nowMs(),
      from: from,
      settled: unseenSettled,
      onlyNotices: !mayDisclose
    )
  }

  /// The settled checkpoint that the peer has not accepted yet: once it has tied it to what it holds, every
  /// later checkpoint extends it by K3.
  private var unseenSettled: SettledBook.Own? {
    node.settled.own.flatMap { $0.size > settledGiven ? $0 : nil }
  }

  /// Whether anything but a notice may go to the peer: it is an active member (REG-023), and its log has
  /// one history (CHK-036).
  private var mayDisclose: Bool {
    !node.forks.holds(peer.text)
      && node.trust.view.directory.isActive(peer, atMs: node.trustedMs)
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
  package func fail() {
    (sent, ready, cursor) = (nil, nil, 0)
  }

  /// Stores what a receipt says of the batch that left in an answer; without one it is taken again.
  func settle(_ receipt: ReceiptPart?, refused: [RefusalPart]) async throws(NodeError) {
    guard sent != nil, sentInAnswer else { return }
    try await answered(receipt, refused: refused, note: nil)
    try await store()
  }

  /// Stores what the last receipt says, if that has not been done.
  private func store() async throws(NodeError) {
    guard let settling = judged else { return }
    judged = nil
    try await NodeError.wrapping {
      _ = try await node.store.change { try settling.store($0) }
    }
    settling.tell(node)
  }

  /// Checks what a receipt says of the batch on its way; it is stored when the next batch is taken.
  ///
  /// - Parameters:
  ///   - receipt: The events of those that were judged.
  ///   - refused: What was refused without an event.
  ///   - note: The checkpoint note that was sent with the batch, for the peer's cosignature.
  /// - Throws: ``NodeError`` where the peer's checkpoint is refused: the batch is taken again.
  package func answered(
    _ receipt: ReceiptPart?,
    refused: [RefusalPart],
    note: String?
  ) async throws(NodeError) {
    guard let batch = sent?.batch else { return }
    let settled = sent?.settled ?? 0
    do throws(NodeError) {
      let waiting = Dictionary(batch.map { ($0.message, $0) }) { $1 }
      let settling = try await ReceiptDesk(node: node, peer: peer).judge(
        receipt,
        refused: refused,
        waiting: waiting.mapValues { AnswerableMessage(row: $0.row, opens: $0.opens) },
        sent: note
      )
      if settling.viewTaken { settledGiven = max(settledGiven, settled) }
      if settling.all < batch.count { (ready, cursor) = (nil, 0) }
      (sent, judged) = (nil, settling)
    } catch {
      fail()
      throw error
    }
  }

  /// Stores what the last receipt says and takes the next batch, in one transaction: what is settled and
  /// what leaves next share its synchronisations.
  ///
  /// - Returns: The next batch, or `nil` when nothing waits.
  private func settleAndTake(after: Int64, from: UInt64) async throws(NodeError) -> Taken? {
    let (settling, taking) = (judged, taking(after: after, from: from))
    judged = nil
    do throws(NodeError) {
      let taken = try await NodeError.wrapping {
        try await node.store.change { transaction in
          _ = try settling?.store(transaction)
          return (try taking.take(transaction), transaction.stops)
        } after: { found, log in
          try taking.taken(found.0, found.1, log)
        }
      }
      settling?.tell(node)
      return taken
    } catch {
      fail()
      throw error
    }
  }
}
