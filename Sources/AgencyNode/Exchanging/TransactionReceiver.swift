internal import CanonicalBytes
internal import Exchange
internal import NodeStore
internal import ReferralModel
internal import Trust

/// The memory that the checks of an item ask: the store inside the transaction, and the view of
/// trust that the exchange started with.
struct TransactionReceiver: ReceiverState {
  let transaction: NodeTransaction
  let view: TrustBook.View
  let me: AgencyID
  let peer: AgencyID
  let peerRow: Int64
  let atMs: UInt64
  let seqOfItem: UInt64
  /// What stands under the item's number already, looked up once.
  let knownUnderSeq: InboundFacts?

  func answer(to message: Digest32) throws -> InboundFacts? {
    // The usual repeat comes under its own number; another number is looked up through the filter.
    if let knownUnderSeq, knownUnderSeq.message == message { return knownUnderSeq }
    return try transaction.inbound(message: message)
  }

  func message(withSeq seq: UInt64, from peer: AgencyID) throws -> Digest32? {
    guard seq != seqOfItem else { return knownUnderSeq?.message }
    return try transaction.inbound(peer: peerRow, seq: seq)?.message
  }

  func isWithdrawn(_ grant: CheckedItem.GrantName, _ groups: [FieldGroup]) throws -> Bool {
    try transaction.isWithdrawn(
      peer: peerRow,
      log: grant.log.text,
      index: grant.index,
      groups: groups.map(\.text)
    )
  }

  func offer(on grant: CheckedItem.GrantName) throws -> Digest32? {
    try transaction.offer(peer: peerRow, log: grant.log.text, index: grant.index)?.message
  }

  func isOwnOpenDisclosure(_ message: Digest32, to peer: AgencyID) throws -> Bool {
    try transaction.ownDisclosure(peer: peerRow, message: message) != nil
  }

  func decide(
    _ request: DisclosureRequest,
    under grant: GrantFacts?,
    policy: Digest32,
    atMs nowMs: UInt64
  ) throws -> Decision? {
    var request = request
    let recipient = view.directory.agency(request.recipient)
    (request.region, request.roles) = (recipient?.region, recipient?.roles ?? [])
    return view.allowedPolicy(policy)?.decide(request, under: grant, atMs: nowMs)
  }

  func hasOutlived(policy: Digest32, atMs nowMs: UInt64) throws -> Bool {
    view.hasOutlived(policy, atMs: nowMs)
  }

  func longestLifeMs(of kind: MessageKind) throws -> UInt64 {
    // A message may still have been made under the policy before.
    let lives = ([view.policyHash] + view.standing.overlapping).compactMap {
      view.policies[$0]?.kind(kind)?.lifeMs
    }
    return lives.max() ?? 0
  }

  func deskGroups(ofKey keyID: Digest32) throws -> [FieldGroup]? {
    // A card names the key for ever; what counts is whether anybody here can still open with it (A8).
    guard view.heldDeskKeys.contains(keyID), let owner = view.directory.deskKey(keyID),
      owner.agency == me
    else { return nil }
    return owner.groups
  }
}
