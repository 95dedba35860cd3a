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
    let view = node.trust.view
    let (peer, after, limit) = (peer.text, cursor, Self.batchLimit)
    let (nowMs, atMs) = (node.trustedMs, node.clock.nowMs())
    let from = peerHolds ?? 0
    // Once the peer has tied it to what it holds, every later checkpoint extends it by K3.
    let settled = node.settled.own.flatMap { $0.size > settledGiven ? $0 : nil }
    settledSent = settled?.size ?? settledSent
    let isForked = node.forks.holds(peer)
    let padLimit = view.policy?.padLimit ?? LegOrder.padLimit
    let prepared = try await NodeError.wrapping {
      try await node.store.change { transaction -> [LoggedMessage] in
        try transaction.takeBatch(
          peer: peer,
          after: after,
          limit: limit,
          budgetBytes: Self.batchBytes,
          register: view.registerHash,
          policy: view.policyHash,
          overlapping: view.standing.overlapping,
          nowMs: nowMs,
          atMs: atMs,
          padLimit: padLimit,
          onlyNotices: isForked
        )
      } after: { batch, log -> ([LoggedMessage], DeliveryPart?, UInt64) in
        guard !batch.isEmpty else { return ([], nil, 0) }
        return (batch, try Self.delivery(batch, log, from: from, settled: settled), log.size)
      }
    }
    guard let delivery = prepared.1 else {
      cursor = 0
      return nil
    }
    node.peersHeld.sent(self.peer.text, size: prepared.2)
    for message in prepared.0 { outstanding[message.message] = message }
    cursor = prepared.0.last?.row ?? cursor
    node.metrics.add(.messagesSent, prepared.0.count)
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
    let waiting = outstanding
    guard !waiting.isEmpty else { return false }
    defer {
      outstanding = [:]
    }
    let desk = ReceiptDesk(node: node, peer: peer)
    do throws(NodeError) {
      let settled = try await desk.settle(
        receipt,
        refused: refused,
        waiting: waiting.mapValues(\.row),
        sent: note
      )
      if settled.viewTaken { settledGiven = max(settledGiven, settledSent) }
      if settled.all < waiting.count { cursor = 0 }
    } catch {
      cursor = 0
      throw error
    }
    return true
  }
}
