internal import CanonicalBytes
internal import Exchange
internal import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TransparencyLog
internal import Trust

/// Makes parcels: what waits for a peer, logged as at any first transmission, sealed for its node.
///
/// Source: `Protocol/spec/10-parcels.md`.
struct ParcelWriter: Sendable {
  let node: Node

  /// Most proofs of one checkpoint in a parcel (PCL-015).
  static let proofLimit = 16
  /// Most sizes of earlier parcels among them.
  static let sizeLimit = 8
  /// Most versions of the register in a parcel.
  static let registerLimit = 12
  /// Most suspensions in a parcel.
  static let suspensionLimit = 8
  /// Bytes of register versions in a parcel.
  static let registerBytes = 512 << 10

  /// A parcel, ready to leave.
  struct Written: Sendable {
    let parcel: [UInt8]
    let messages: Int
    let answers: Int
    /// The last row of the queue that is in it; the next parcel goes on behind it.
    let lastRow: Int64
    /// Whether more waits.
    let hasMore: Bool
  }

  /// What the transaction hands on.
  private struct Batch: Sendable {
    let messages: [LoggedMessage]
    let answers: [UInt64]
    let sizes: [UInt64]
    let owesMore: Bool
  }

  /// Makes the next parcel for a peer.
  ///
  /// - Parameters:
  ///   - peer: Who it is for.
  ///   - after: Only messages behind this row of the queue.
  ///   - actor: Who exports it; `nil` for the node alone.
  ///   - evenEmpty: Also with nothing but notes and the checkpoint.
  /// - Returns: `nil` where nothing waits.
  /// - Throws: ``NodeError``: no such member, no card of it, or a key that a person has to confirm.
  func write(
    to peer: AgencyID,
    after: Int64,
    actor: String?,
    evenEmpty: Bool
  ) async throws(NodeError) -> Written? {
    let node = node
    let view = node.trust.view
    guard view.directory.agency(peer) != nil, peer != node.trust.me else {
      throw NodeError(.agencyUnknown)
    }
    guard let card = view.directory.card(of: peer)?.card else { throw NodeError(.cardUnknown) }
    guard !view.directory.awaitingConfirmation.contains(peer) else {
      throw NodeError(.conflict, detail: TrustFailure.needsConfirmation.rawValue)
    }
    let (nowMs, atMs) = (node.trustedMs, node.clock.nowMs())
    let onlyNotices =
      node.forks.holds(peer.text) || !view.directory.isActive(peer, atMs: nowMs)
    let padLimit = view.policy?.padLimit ?? LegOrder.padLimit
    let untilStepMs = view.policy?.untilStep?.nominalMs ?? 0
    let from = node.peersHeld.size(of: peer.text)
    let settled = node.settled.own
    let sent = node.peersHeld.sizesSent(to: peer.text)
    let agency = peer.text
    let made = try await NodeError.wrapping {
      try await node.store.change { transaction -> Batch? in
        let messages = try transaction.takeBatch(
          peer: agency,
          after: after,
          limit: ExchangeLimits.items,
          budgetBytes: PeerLane.batchBytes,
          register: view.registerHash,
          policy: view.policyHash,
          overlapping: view.standing.overlapping,
          nowMs: nowMs,
          atMs: atMs,
          padLimit: padLimit,
          untilStepMs: untilStepMs,
          onlyNotices: onlyNotices
        )
        let answers = try transaction.takeAnswers(
          peer: agency,
          limit: ExchangeLimits.items,
          onlyNew: after > 0 || (messages.isEmpty && !evenEmpty),
          atMs: atMs
        )
        guard evenEmpty || !messages.isEmpty || !answers.isEmpty else { return nil }
        try transaction.append(
          .export,
          [.string(.kind, "parcel")],
          staff: .init(actor: actor, atMs: atMs)
        )
        return Batch(
          messages: messages,
          answers: answers,
          sizes: Set(
            try transaction.parcelSizes(peer: agency) + transaction.newestMarkSizes() + sent
          ).sorted(),
          owesMore: try transaction.owesAnswers(peer: agency)
        )
      } after: { batch, log -> (Batch, ExchangeParts, UInt64)? in
        guard let batch else { return nil }
        let parts = try Self.parts(batch, log, from: from, settled: settled)
        return (batch, parts, log.size)
      }
    }
    guard let (batch, logged, size) = made else { return nil }
    var parts = logged
    parts.held = node.held(of: peer)
    parts.notes += try await papers(for: peer, nowMs: nowMs)
    try await NodeError.wrapping {
      try await node.store.change {
        try $0.parcelWritten(peer: agency, size: size, keeping: Self.sizeLimit)
      }
    }
    let parcel: [UInt8]
    do throws(ExchangeFailure) {
      parcel = try ParcelSeal.seal(
        parts,
        realm: view.directory.realm,
        sender: node.trust.me,
        recipient: peer,
        courierKey: card.courierKey
      )
    } catch {
      throw NodeError(error == .tooLarge ? .tooLarge : .cardUnknown)
    }
    node.metrics.add(.parcelsWritten)
    node.metrics.add(.messagesSent, batch.messages.count)
    return Written(
      parcel: parcel,
      messages: batch.messages.count,
      answers: batch.answers.count,
      lastRow: batch.messages.last?.row ?? after,
      hasMore: batch.owesMore || !batch.messages.isEmpty
    )
  }

  /// Delivery, receipt and proofs, all under the one checkpoint over them.
  private static func parts(
    _ batch: Batch,
    _ log: CommittedLog,
    from: UInt64,
    settled: SettledBook.Own?
  ) throws -> ExchangeParts {
    var parts = ExchangeParts()
    let known = from <= log.size ? from : 0
    if !batch.answers.isEmpty {
      // Nothing to cosign: which of its checkpoints the peer still has is not known.
      parts.receipt = ReceiptPart(
        events: try log.openings(batch.answers),
        checkpoint: log.note,
        from: known,
        proof: MerkleProof.flat(try log.consistency(from: known)),
        cosignature: ""
      )
    }
    if !batch.messages.isEmpty || batch.answers.isEmpty {
      parts.delivery = try PeerLane.delivery(batch.messages, log, from: known, settled: settled)
    }
    // An earlier parcel may be read first, or not: one of these starts where its reader stands then.
    parts.notes = try batch.sizes.filter { $0 != known && $0 < log.size }
      .suffix(proofLimit).map {
        ProvedCheckpoint(from: $0, proof: try log.consistency(from: $0), note: log.note).text
      }
    return parts
  }

  /// What lets a node that was dark go on: register, suspensions, this agency's card and link, and
  /// what there is to say about logs (PCL-014).
  private func papers(for peer: AgencyID, nowMs: UInt64) async throws(NodeError) -> [String] {
    let directory = node.trust.view.directory
    var registers: [String] = []
    var bytes = 0
    // The newest first, as long as there is room; read from the oldest on.
    for note in directory.registers.notes(after: 1).suffix(Self.registerLimit).reversed() {
      bytes += note.bytes.count
      guard bytes <= Self.registerBytes else { break }
      registers.append(note.encoded)
    }
    let own = [
      directory.card(of: node.trust.me)?.note, directory.link(of: node.trust.me)?.note,
    ]
    return registers.reversed()
      + directory.suspensionNotes(atMs: nowMs).suffix(Self.suspensionLimit).map(\.encoded)
      + own.compactMap { $0?.encoded } + (try await GossipDesk(node: node).texts(for: peer))
  }
}
