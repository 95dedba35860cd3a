internal import CanonicalBytes
internal import Exchange
internal import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TransparencyLog
internal import Trust

/// A peer's checkpoint that has been verified, judged and taken (steps 5 and 6).
struct PeerCheckpoint: Sendable {
  let log: LogID
  let key: Digest32
  let size: UInt64
  let root: Digest32
  /// When to cosign it, Unix seconds; `nil` while this node's clock may not (K5).
  let cosignAt: UInt64?
  /// Whether it is tied to what this node accepted before; otherwise it came by parcel, and its owner
  /// has still to prove it (CHK-033).
  var isProven = true
}

/// How something came from a peer.
enum Road: Sendable {
  /// In a call under the peer's certificate.
  case wire
  /// In a parcel, with the other proofs of its checkpoint that were in it (PCL-015).
  case parcel([ProvedCheckpoint])

  /// Whether it came in a parcel.
  var isParcel: Bool {
    if case .parcel = self { true } else { false }
  }

  /// The proof of a checkpoint that starts where this node stands, if there is a better one.
  func proof(of note: String, fromHeld held: UInt64) -> ProvedCheckpoint? {
    guard case .parcel(let proofs) = self else { return nil }
    return proofs.first { $0.from == held && $0.note.utf8.elementsEqual(note.utf8) }
  }
}

/// Why a peer's checkpoint was not taken.
struct CheckpointRefusal: Error {
  let code: ExchangeCode
  let held: UInt64
  var evidence: (String, String)?
}

extension DeliveryDesk {
  /// Steps 5 and 6: the origin is the peer's own log, signed by exactly its key, and continues what
  /// this node has seen.
  ///
  /// What is taken is written before any answer leaves.
  func judge(
    note: String,
    from: UInt64,
    proof: [UInt8],
    peer: AgencyID,
    view: TrustBook.View,
    road: Road = .wire
  ) -> Result<PeerCheckpoint, CheckpointRefusal> {
    guard var path = MerkleProof.path(flat: proof) else {
      return .failure(CheckpointRefusal(code: .origin, held: 0))
    }
    let owned: OwnedCheckpoint
    do throws(OriginFailure) {
      owned = try view.directory.checkpoint(note, of: peer)
    } catch {
      switch error {
      case .origin: return .failure(CheckpointRefusal(code: .origin, held: 0))
      case .logClosed(let size):
        return .failure(CheckpointRefusal(code: .logClosed, held: size))
      }
    }
    let (checkpoint, authority) = (owned.checkpoint, owned.authority)
    let key = authority.key.bytes
    let cosignAt =
      node.time.mayCosign
      ? WitnessRule.cosignatureTime(
        localSeconds: node.clock.nowMs() / 1000,
        lastSigned: nil,
        trusted: node.trustedMs / 1000
      ) : nil
    var from = from
    let before = node.store.witness.size(of: checkpoint.origin, key: key)
    if from != before, let better = road.proof(of: note, fromHeld: before) {
      (from, path) = (before, better.proof)
    }
    let judged: (verdict: WitnessRule.Verdict, time: UInt64)
    do {
      judged = try node.store.witness.judge(
        checkpoint,
        key: key,
        note: note,
        from: from,
        proof: path,
        cosignAt: cosignAt ?? 0
      )
    } catch {
      return .failure(CheckpointRefusal(code: .busy, held: 0))
    }
    let held = node.store.witness.newest(of: checkpoint.origin, key: key)
    switch judged.verdict {
    case .advance, .same, .older:
      return .success(
        PeerCheckpoint(
          log: authority.log,
          key: key,
          size: checkpoint.size,
          root: checkpoint.root,
          cosignAt: cosignAt.map { _ in judged.time }
        )
      )
    case .needsProof where road.isParcel:
      return .success(
        PeerCheckpoint(
          log: authority.log,
          key: key,
          size: checkpoint.size,
          root: checkpoint.root,
          cosignAt: nil,
          isProven: false
        )
      )
    case .needsProof(let size):
      return .failure(CheckpointRefusal(code: .inconsistent, held: size))
    case .badProof:
      return .failure(CheckpointRefusal(code: .inconsistent, held: held?.size ?? 0))
    case .fork:
      return .failure(
        CheckpointRefusal(
          code: .inconsistent,
          held: held?.size ?? 0,
          evidence: held.map { ($0.note, note) }
        )
      )
    }
  }

  /// Keeps the checkpoint of a parcel until its owner has proved it, inside the transaction.
  ///
  /// - Returns: The other half of a contradiction, if this is one.
  static func keepUnproven(
    _ checkpoint: PeerCheckpoint,
    note: String,
    _ transaction: NodeTransaction,
    atMs: UInt64
  ) throws -> (String, String)? {
    guard !checkpoint.isProven else { return nil }
    return try transaction.keep(
      unproven: UnprovenCheckpoint(
        origin: checkpoint.log.text,
        key: checkpoint.key,
        size: checkpoint.size,
        root: checkpoint.root,
        note: note,
        atMs: atMs
      )
    ).map { ($0, note) }
  }

  /// The cosignature line over a checkpoint that was taken; empty when the clock may not be trusted.
  func cosignature(
    over note: String,
    _ checkpoint: PeerCheckpoint
  ) throws(NodeError) -> String {
    // A witness key that the card does not name yet counts for nothing (R6).
    guard let time = checkpoint.cosignAt,
      node.trust.view.directory.witness(of: node.trust.me)?.witness.text
        == node.store.identity.witness
    else { return "" }
    node.metrics.add(.cosignatures)
    do {
      return try Cosignature.sign(
        checkpointNote: note,
        witness: node.store.identity.witness,
        key: node.witnessKey,
        timeSeconds: time
      )
    } catch {
      throw NodeError(.internal, detail: "cosignature")
    }
  }
}
