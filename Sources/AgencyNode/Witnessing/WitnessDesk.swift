internal import CanonicalBytes
internal import Exchange
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TransparencyLog
internal import Trust

/// Judges what peers hand over about logs: heartbeats to cosign, cosignatures, other views.
///
/// Source: `Protocol/spec/06-checkpoints.md`, CHK-050 to CHK-059.
struct WitnessDesk: Sendable {
  let node: Node

  /// Unanswered for so long, a challenge calls people (CHK-037).
  static let challengeMs: UInt64 = 72 * 3_600_000
  /// A receipt that no settled checkpoint extends after so long is an alarm (RCP-008).
  static let finalityMs: UInt64 = 24 * 3_600_000

  /// Takes the texts of an exchange that are about logs; the others are not looked at.
  ///
  /// One that is of no use is passed over: what a peer hands on for others must not stop its own
  /// messages.
  func take(_ texts: [String], from peer: AgencyID) async throws(NodeError) {
    let notes = texts.compactMap { WitnessNote($0) }
    guard !notes.isEmpty else { return }
    try await NodeError.wrapping {
      try await takeContradictions(among: notes)
      for note in notes {
        switch note {
        case .proved(let proved): try await take(proved: proved, from: peer)
        case .bare(let text): try await take(bare: text, from: peer)
        case .succession(let proof): try await SuccessionDesk(node: node).take(proof, from: peer)
        case .ask(let origin): try await answer(ask: origin, from: peer)
        case .held(let answer): try await SuccessionDesk(node: node).take(answer, from: peer)
        }
      }
    }
  }

  /// Two halves of a contradiction that come together, of whatever size: evidence needs no memory.
  private func takeContradictions(among notes: [WitnessNote]) async throws {
    var seen: [String: (root: Digest32, text: String)] = [:]
    for case .bare(let text) in notes {
      guard let (claimed, authority) = known(text), authority.agency != node.trust.me else {
        continue
      }
      let place = "\(claimed.origin) \(claimed.size)"
      if let other = seen[place], other.root != claimed.root {
        try await keep((other.text, text), of: authority)
      }
      seen[place] = (claimed.root, text)
    }
  }

  // MARK: Heartbeats with a proof

  /// A heartbeat tied to what this node holds: accepted by K3, then cosigned.
  private func take(proved: ProvedCheckpoint, from peer: AgencyID) async throws {
    guard let (claimed, authority) = known(proved.note), authority.agency != node.trust.me else {
      return
    }
    // The proof of a parcel's checkpoint that was asked for (CHK-033), or a heartbeat.
    let wasAsked = try await node.store.read {
      try $0.isUnproven(origin: claimed.origin, size: claimed.size, root: claimed.root)
    }
    guard wasAsked || Heartbeat.isSize(claimed.size) else { return }
    let desk = DeliveryDesk(node: node)
    let judged = desk.judge(
      note: proved.note,
      from: proved.from,
      proof: MerkleProof.flat(proved.proof),
      peer: authority.agency,
      view: node.trust.view
    )
    switch judged {
    case .failure(let refusal):
      if let evidence = refusal.evidence {
        try await keep(evidence, of: authority)
      } else if refusal.code == .inconsistent, !wasAsked {
        try await hear(proved.note, authority, claimed, isProved: false)
      }
    case .success(let checkpoint):
      guard !wasAsked else {
        // Of two nodes alone, whatever its size: it is not handed on (K2).
        return try await node.store.change {
          try $0.proved(origin: claimed.origin, size: claimed.size, root: claimed.root)
        }
      }
      let line = try desk.cosignature(over: proved.note, checkpoint)
      // Written before the cosignature leaves (K5).
      try await hear(proved.note, authority, claimed, isProved: true)
      guard !line.isEmpty, let bare = Self.withoutCosignatures(proved.note, authority),
        let cosigned = try? Cosignature.append([line], to: bare)
      else { return }
      node.gossip.reply(cosigned, to: peer.text)
      node.lanes.wake(peer.text)
    }
  }

  /// The note with the log's own line only, so that an answer is short.
  private static func withoutCosignatures(_ note: String, _ authority: LogAuthority) -> String? {
    guard let signed = try? SignedNote(parsing: note), let key = authority.noteKey else {
      return nil
    }
    let own = signed.signatures.filter { $0.claims(key) }
    return (try? SignedNote(text: signed.text, signatures: own))?.encoded
  }

  // MARK: Checkpoints by themselves

  private func take(bare text: String, from peer: AgencyID) async throws {
    guard let (claimed, authority) = known(text) else { return }
    if authority.agency == node.trust.me {
      try await takeOwn(text, claimed, from: peer)
    } else {
      try await hear(text, authority, claimed, isProved: false)
    }
  }

  /// A checkpoint of this node's own log: with cosignatures to be kept, or shown to be explained.
  private func takeOwn(_ text: String, _ claimed: Checkpoint, from peer: AgencyID) async throws {
    guard claimed.origin.utf8.elementsEqual(node.store.identity.log.utf8) else { return }
    let node = node
    let facts = try await node.store.change {
      $0.nextIndex
    } after: { _, log in
      (root: try log.root(at: claimed.size), size: log.size)
    }
    guard let root = facts.root else {
      // Signed by this log's key and larger than this log: the state here is an older one (K1).
      return try await SuccessionDesk(node: node).rolledBack(claimed, note: text)
    }
    guard root == claimed.root else {
      // Somebody signed another history with this node's key.
      node.metrics.add(.evidence)
      return try await node.store.change {
        try $0.keepEvidence(kind: "own-log", first: text, second: "", atMs: node.clock.nowMs())
      }
    }
    try await keepCosignatures(text, of: claimed.size)
    guard let witness = node.trust.view.directory.witness(of: peer)?.noteKey,
      let signed = try? SignedNote(parsing: text),
      !signed.signatures.contains(where: { $0.claims(witness) })
    else { return }
    // Shown without its bearer's cosignature: it asks for the proof (B7).
    try await prove(claimed.size, note: text, to: peer)
  }

  /// Keeps the valid cosignatures of known witnesses under a heartbeat, and judges whether it is settled.
  private func keepCosignatures(_ text: String, of size: UInt64) async throws {
    let node = node
    guard let mark = try await node.store.read({ try $0.mark(size) }),
      let held = try? SignedNote(parsing: mark.note),
      let offered = try? SignedNote(parsing: text),
      held.text.utf8.elementsEqual(offered.text.utf8)
    else { return }
    var lines: [String] = []
    let directory = node.trust.view.directory
    for authority in directory.witnesses where authority.agency != node.trust.me {
      guard let key = authority.noteKey, !held.signatures.contains(where: { $0.claims(key) }),
        let line = offered.signatures.first(where: { $0.claims(key) }),
        let time = try? Cosignature.verify(
          line,
          text: held.text,
          witness: key.name,
          key: key.key
        )
      else { continue }
      lines.append(line.line)
      node.witnessTimes.note(
        WitnessTime(
          agency: authority.agency.text,
          sector: authority.sector.rawValue,
          timeMs: time &* 1000
        )
      )
    }
    guard !lines.isEmpty, let note = try? Cosignature.append(lines, to: mark.note) else { return }
    let settledMs =
      mark.settledMs
      ?? Settling(node.trust.view).settledMs(
        note: note,
        origin: node.store.identity.log,
        key: node.store.logKey
      )
    let updated = OwnMark(size: size, note: note, atMs: mark.atMs, settledMs: settledMs)
    try await node.store.change { try $0.update(mark: updated) }
    node.settled.settle(own: updated)
    node.gossip.changed()
  }

  /// Puts the proof between a checkpoint of this log and what a peer holds of it.
  private func prove(_ size: UInt64, note: String, to peer: AgencyID) async throws {
    let node = node
    let held = node.peersHeld.size(of: peer.text)
    let proof = try await node.store.change { _ in
    } after: { _, log -> [Digest32]? in
      guard held <= log.size, size <= log.size else { return nil }
      return try log.consistency(between: held, and: size)
    }
    guard let proof else { return }
    node.gossip.reply(ProvedCheckpoint(from: held, proof: proof, note: note).text, to: peer.text)
    node.lanes.wake(peer.text)
  }

  /// What this node holds of a peer's own log, told to nobody else.
  private func answer(ask origin: String, from peer: AgencyID) async throws {
    let node = node
    guard let authority = node.trust.view.directory.logAuthority(origin: origin),
      authority.agency == peer
    else { return }
    let newest = node.store.witness.newest(of: origin, key: authority.key.bytes)
    let answer = try await node.store.read { reader in
      HeldAnswer(
        seq: try reader.lastSeq(from: peer.text),
        withdrawn: try reader.withdrawn(by: peer.text).map { .init(log: $0.log, index: $0.index) },
        note: newest?.note ?? ""
      )
    }
    node.gossip.reply(answer.text, to: peer.text)
    node.lanes.wake(peer.text)
  }

  // MARK: Keeping

  /// The checkpoint that a note claims and verifies under, and who may speak for its log.
  private func known(_ note: String) -> (Checkpoint, LogAuthority)? {
    guard let claimed = try? Checkpoint.claimed(note: note),
      let authority = node.trust.view.directory.logAuthority(origin: claimed.origin),
      let checkpoint = try? Checkpoint.verify(
        note: note,
        origin: claimed.origin,
        key: authority.key
      )
    else { return nil }
    switch authority.standing {
    case .next: return nil
    case .past(let size, _): return checkpoint.size > size ? nil : (checkpoint, authority)
    case .current: return (checkpoint, authority)
    }
  }

  /// Keeps another log's checkpoint, or finds that it contradicts what is held.
  private func hear(
    _ text: String,
    _ authority: LogAuthority,
    _ checkpoint: Checkpoint,
    isProved: Bool
  ) async throws {
    let node = node
    let key = authority.key.bytes
    let accepted = try node.store.checkpoints.root(
      of: checkpoint.origin,
      key: key,
      at: checkpoint.size
    )
    let nowMs = node.clock.nowMs()
    let settledMs = Settling(node.trust.view).settledMs(
      note: text,
      origin: checkpoint.origin,
      key: authority.key
    )
    let heard = HeardCheckpoint(
      origin: checkpoint.origin,
      key: key,
      size: checkpoint.size,
      root: checkpoint.root,
      note: text,
      atMs: nowMs,
      isProved: isProved || accepted == checkpoint.root,
      settledMs: settledMs
    )
    let newest = node.store.witness.newest(of: checkpoint.origin, key: key)
    let contradicts = accepted.map { $0 != checkpoint.root } ?? false
    let outcome = try await node.store.change { transaction -> (isNew: Bool, other: String?) in
      if let other = try transaction.heardOtherwise(heard) { return (false, other) }
      if contradicts, let newest, newest.size == checkpoint.size { return (false, newest.note) }
      // A size that no heartbeat has is worth keeping only as half of a contradiction (K2).
      guard Heartbeat.isSize(checkpoint.size) || contradicts else { return (false, nil) }
      return (try transaction.hear(heard), nil)
    }
    if let other = outcome.other {
      return try await keep((other, text), of: authority)
    }
    if let settledMs, heard.isProved {
      node.settled.settle(peer: authority.agency.text, timeMs: settledMs)
    }
    if outcome.isNew { node.gossip.changed() }
  }

  /// Keeps two contradicting notes; nothing is disclosed to that agency from now on (CHK-036).
  func keep(_ pair: (String, String), of authority: LogAuthority) async throws {
    let node = node
    let nowMs = node.clock.nowMs()
    guard
      let evidence = ForkEvidence(
        pair.0,
        pair.1,
        origin: authority.log.text,
        key: authority.key
      )
    else {
      // Not two notes of one size: a challenge that its owner can still answer (CHK-037).
      return
    }
    let isNew = try await node.store.change {
      try $0.keep(fork: evidence, peer: authority.agency.text, atMs: nowMs)
    }
    node.forks.add(authority.agency.text)
    guard isNew else { return }
    node.metrics.add(.evidence)
    node.gossip.changed()
  }
}

/// Whether a checkpoint is settled by this node's policy and cards (K6).
struct Settling {
  private let quorum: Quorum?
  private let witnesses: [Witness]

  init(_ view: TrustBook.View) {
    quorum = view.policy.map {
      Quorum(
        agencies: Int(clamping: $0.witnessing.quorum),
        sectors: Int(clamping: $0.witnessing.sectors),
        f: 1
      )
    }
    witnesses = view.directory.witnesses.map {
      Witness(
        agency: $0.agency.text,
        sector: $0.sector.rawValue,
        name: $0.witness.text,
        key: $0.key
      )
    }
  }

  /// The settled checkpoint's time, Unix ms; `nil` if it is not settled.
  func settledMs(note: String, origin: String, key: VerifyingKey) -> UInt64? {
    guard
      let settled = try? quorum?.settled(
        note: note,
        origin: origin,
        logKey: key,
        witnesses: witnesses
      )
    else { return nil }
    let (timeMs, overflow) = settled.timeSeconds.multipliedReportingOverflow(by: 1000)
    return overflow ? nil : timeMs
  }
}
