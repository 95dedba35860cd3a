internal import CanonicalBytes
internal import Exchange
internal import LocalContract
internal import NodeStore
internal import ReferralModel
internal import Sealing
internal import TransparencyLog
internal import Trust

/// Takes parcels in: opened, then judged in the order of an exchange, with the owner of the
/// checkpoint's origin in the place of the caller.
///
/// Nothing but signatures speaks for the sender of a parcel: anybody who has the courier key's public
/// half could have sealed it. So what no log has signed is passed over (PCL-013).
///
/// Source: `Protocol/spec/10-parcels.md`.
struct ParcelReader: Sendable {
  let node: Node

  /// Takes one parcel in.
  ///
  /// - Parameter parcel: Its bytes, untrusted.
  /// - Returns: What it held and what became of it.
  /// - Throws: ``NodeError``: refused whole; nothing of it was kept but notes that are good by
  ///   themselves.
  @concurrent
  func take(_ parcel: [UInt8]) async throws(NodeError) -> CourierTaken {
    do throws(NodeError) {
      let taken = try await judge(parcel)
      node.metrics.add(.parcelsTaken)
      return taken
    } catch {
      node.metrics.add(.parcelsRefused)
      throw error
    }
  }

  private func judge(_ parcel: [UInt8]) async throws(NodeError) -> CourierTaken {
    let opened = try open(parcel)
    let (exchange, peer) = (opened.exchange, opened.sender)
    let own = [exchange.delivery?.checkpoint, exchange.receipt?.checkpoint].compactMap(\.self)
    // Proofs of this parcel's own checkpoint are for its judgement alone: it is no heartbeat (K2).
    var proofs: [ProvedCheckpoint] = []
    let texts = exchange.notes.filter { text in
      guard case .proved(let proved)? = WitnessNote(text), own.contains(proved.note) else {
        return true
      }
      proofs.append(proved)
      return false
    }
    let road = Road.parcel(proofs)
    let (first, later) = Self.ordered(texts)
    let applied = try await apply(first, from: peer)
    let standing = node.trust.view.directory.standing(of: peer, atMs: node.trustedMs)
    guard standing != .unknown else { throw NodeError(.member) }
    var taken = CourierTaken(from: peer.text, notes: applied)
    if let receipt = exchange.receipt {
      let named = Set(
        receipt.events.compactMap { opening in
          opening.flatMap { try? LogEvent(parsing: $0.event) }?.digest(.message)
        }
      )
      let waiting = try await NodeError.wrapping {
        try await node.store.read { try $0.unanswered(peer: peer.text, named) }
      }
      let settling = try await ReceiptDesk(node: node, peer: peer).judge(
        receipt,
        refused: [],
        waiting: waiting,
        sent: nil,
        road: road
      )
      let evidence: (String, String)? = try await NodeError.wrapping {
        try await node.store.change { try settling.store($0) }
      }
      if let evidence { try await DeliveryDesk(node: node).keep(evidence) }
      settling.tell(node)
      (taken.answers, taken.proven) = (settling.lines.count, settling.isProven)
    }
    // A hint only: whatever is wrong about it costs a proof (PCL-018).
    let size = try await NodeError.wrapping { try await node.store.change { $0.nextIndex } }
    let holds = exchange.held <= size ? exchange.held : 0
    if let delivery = exchange.delivery {
      let answer = try await DeliveryDesk(node: node).receive(
        delivery,
        from: peer,
        peerHolds: holds,
        road: road
      )
      if let code = answer.code { throw NodeError(code) }
      taken.received = answer.tally.received
      taken.repeated = answer.tally.repeated
      taken.refused = answer.tally.refused
      taken.proven = answer.isProven
    }
    // Only now has a log spoken for the sender.
    if holds > node.peersHeld.size(of: peer.text) {
      node.peersHeld.note(peer.text, holds: holds)
    }
    try await WitnessDesk(node: node).take(later, from: peer)
    // What is unproven is asked of its owner at the next contact.
    node.gossip.changed()
    return taken
  }

  /// Opens a parcel, and holds the origins of its checkpoints against the sender that it claims.
  private func open(_ parcel: [UInt8]) throws(NodeError) -> ParcelSeal.Opened {
    let directory = node.trust.view.directory
    let nowMs = node.trustedMs
    let (active, others) = directory.register.agencies.map(\.id).filter { $0 != node.trust.me }
      .reduce(into: ([AgencyID](), [AgencyID]())) { lists, agency in
        if directory.isActive(agency, atMs: nowMs) {
          lists.0.append(agency)
        } else {
          lists.1.append(agency)
        }
      }
    let opened: ParcelSeal.Opened
    do {
      guard let secret = try node.store.keyring.secret(named: "courier") else {
        throw NodeError(.courierKeyGone)
      }
      var seed = secret.copyBytes()
      let key = try KeyWrap.PrivateKey(seed: GuardedSecret(consuming: &seed))
      opened = try ParcelSeal.open(
        parcel,
        realm: directory.realm,
        recipient: node.trust.me,
        courierKey: key,
        senders: active + others
      )
    } catch let code as ParcelCode {
      throw NodeError(ProblemCode(rawValue: code.rawValue) ?? .malformed)
    } catch {
      throw NodeError(from: error)
    }
    for note in [opened.exchange.delivery?.checkpoint, opened.exchange.receipt?.checkpoint] {
      guard let note else { continue }
      guard let claimed = try? Checkpoint.claimed(note: note) else { throw NodeError(.origin) }
      guard Names.parseLog(claimed.origin)?.agency == opened.sender.text else {
        throw NodeError(.notYours)
      }
    }
    return opened
  }

  /// What step 3 needs, and what can be looked at when it is known where the sender stands.
  ///
  /// What nobody has signed is in neither (CHK-056).
  private static func ordered(_ texts: [String]) -> (first: [String], later: [String]) {
    var (first, later): ([String], [String]) = ([], [])
    for text in texts {
      switch WitnessNote(text) {
      case .ask, .held: break
      // A proof starts where this node stands now.
      case nil, .succession, .proved: first.append(text)
      case .bare: later.append(text)
      }
    }
    return (first, later)
  }

  /// Step 3: notes that are good by themselves, whoever brought them.
  ///
  /// - Returns: How many changed what is held.
  private func apply(_ texts: [String], from peer: AgencyID) async throws(NodeError) -> Int {
    guard !texts.isEmpty else { return 0 }
    let outcomes = try await node.trust.apply(
      notes: texts,
      store: node.store,
      nowMs: node.clock.nowMs()
    )
    try await WitnessDesk(node: node).take(texts, from: peer)
    node.lanes.wake(PeerDialer.rosterLane)
    return outcomes.count { $0.result == "applied" }
  }
}
