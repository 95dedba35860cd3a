internal import CanonicalBytes
internal import NodeStore
internal import ReferralModel

@testable internal import Exchange

/// The memory that the real checks ask: a real store, inside the transaction that will write the answer.
struct StoreMemory: ReceiverState {
  let transaction: NodeTransaction
  /// The row of the peer.
  let peer: Int64

  func answer(to message: Digest32) throws -> InboundFacts? {
    try transaction.inbound(message: message)
  }

  func message(withSeq seq: UInt64, from agency: AgencyID) throws -> Digest32? {
    try transaction.inbound(peer: peer, seq: seq)?.message
  }

  func isWithdrawn(_ grant: CheckedItem.GrantName, _ groups: [FieldGroup]) throws -> Bool {
    try transaction.isWithdrawn(
      peer: peer,
      log: grant.log.text,
      index: grant.index,
      groups: groups.map(\.text)
    )
  }

  func offer(on grant: CheckedItem.GrantName) throws -> Digest32? {
    try transaction.offer(peer: peer, log: grant.log.text, index: grant.index)?.message
  }

  func isOwnOpenDisclosure(_ message: Digest32, to agency: AgencyID) throws -> Bool {
    try transaction.ownDisclosure(peer: peer, message: message) != nil
  }

  func decide(
    _ request: DisclosureRequest,
    under grant: GrantFacts?,
    policy: Digest32,
    atMs nowMs: UInt64
  ) throws -> Decision? { Sim.policy.decide(request, under: grant, atMs: nowMs) }

  func longestLifeMs(of kind: MessageKind) throws -> UInt64 { Sim.policy.kind(kind)?.lifeMs ?? 0 }

  func deskGroups(ofKey keyID: Digest32) throws -> [FieldGroup]? { Sim.policy.forms.map(\.group) }

  /// Steps 12 to 18 for one item, as a node carries them out.
  ///
  /// - Returns: The answer, and the index of its event where it has one.
  static func settle(
    _ item: SimItem,
    _ transaction: NodeTransaction,
    me: Int,
    from sender: Int,
    atMs: UInt64
  ) throws -> StoreAnswer {
    let (checked, agency) = (item.checked(from: sender), Sim.agencies[sender].text)
    let peer = try transaction.peer(agency)
    let verdict = try StatefulCheck.judge(
      checked,
      state: StoreMemory(transaction: transaction, peer: peer),
      me: Sim.agencies[me],
      nowMs: atMs
    )
    let id = item.letter.id
    switch verdict {
    case .repeated(let facts):
      let index = try transaction.answerAgain(facts, peer: agency, atMs: atMs)
      let received = facts.outcome == "stored"
      return StoreAnswer(message: id, received: received, code: facts.outcome, index: index)
    case .seqReused:
      let code = ItemCode.seqReused.rawValue
      try transaction.countRefusal(peer: agency, code: code, atMs: atMs)
      return StoreAnswer(message: id, received: false, code: code, index: nil)
    case .refuse(let code):
      let index = try store(item, code.rawValue, nil, transaction, from: agency, atMs)
      return StoreAnswer(message: id, received: false, code: code.rawValue, index: index)
    case .accept:
      let referral = try apply(item, transaction, peer: peer, from: agency, atMs)
      let index = try store(item, "stored", referral, transaction, from: agency, atMs)
      return StoreAnswer(message: id, received: true, code: "stored", index: index)
    }
  }

  private static func store(
    _ item: SimItem,
    _ outcome: String,
    _ referral: Int64?,
    _ transaction: NodeTransaction,
    from agency: String,
    _ atMs: UInt64
  ) throws -> UInt64 {
    let message = Sim.digest(item.letter.id)
    let isReceived = outcome == "stored"
    return try transaction.store(
      InboundDraft(
        peer: agency,
        seq: item.letter.seq,
        message: message,
        kind: item.letter.kind.rawValue,
        expiresMs: item.letter.expiresMs,
        received: isReceived,
        outcome: outcome,
        envelope: isReceived && item.letter.kind.isDisclosure ? message.bytes : nil,
        atMs: atMs
      ),
      referral: referral
    ).index
  }

  private static func apply(
    _ item: SimItem,
    _ transaction: NodeTransaction,
    peer: Int64,
    from agency: String,
    _ atMs: UInt64
  ) throws -> Int64? {
    let letter = item.letter
    if letter.kind == .offer, let grant = letter.grant, let facts = item.proof {
      return try transaction.openReferral(
        name: Hex.encode(Array(Sim.digest(letter.id).bytes.prefix(16))),
        isSender: false,
        peer: peer,
        grant: PeerGrant(
          log: grant.log.text,
          index: grant.index,
          purpose: facts.purpose.text,
          basis: facts.basis.rawValue,
          groups: facts.groups.map(\.text),
          untilMs: facts.untilMs,
          onward: facts.mayGoOnward
        ),
        offer: Sim.digest(letter.id),
        state: ReferralState.delivered.rawValue,
        atMs: atMs
      )
    }
    if letter.kind == .withdraw, let grant = letter.grant {
      let asked = letter.outcome == WithdrawalStep.erase.rawValue
      try transaction.entomb(
        peer: peer,
        log: grant.log.text,
        index: grant.index,
        untilMs: letter.untilMs ?? atMs,
        message: Sim.digest(letter.id),
        groups: letter.groups.isEmpty ? nil : letter.groups.map(\.text).sorted(),
        asked: asked,
        eraseAfterMs: asked ? atMs : nil,
        atMs: atMs
      )
    }
    return try letter.ref.flatMap { try transaction.referral(offer: Sim.digest($0), peer: agency) }?
      .row
  }
}

/// What a message is answered with.
struct StoreAnswer: Sendable, Equatable {
  let message: UInt64
  let received: Bool
  let code: String
  /// Where the receive or refuse event stands; a refusal that is only counted has none.
  let index: UInt64?
}
