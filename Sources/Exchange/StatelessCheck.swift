package import CanonicalBytes
package import ReferralModel
package import TransparencyLog

/// Steps 8 to 11 for the items of one delivery.
///
/// They need nothing of the receiver but the checkpoint that step 6 accepted, so several items may be
/// checked at the same time.
///
/// Source: PROTOCOL §3; `Protocol/spec/04-exchange.md`, EXC-108 to EXC-111.
package struct StatelessCheck: Sendable {
  /// This node's agency.
  package let me: AgencyID
  /// The sender: the agency of the TLS pin, or for a parcel the owner of the checkpoint's origin.
  package let peer: AgencyID
  /// This node's realm.
  package let realm: Digest32
  /// The log of the delivery's checkpoint.
  package let origin: LogID
  /// That checkpoint's size.
  package let size: UInt64
  /// That checkpoint's root.
  package let root: Digest32
  /// Whether the sender is suspended or retired (step 4).
  package let onlyWithdrawals: Bool
  /// The final checkpoint of a past log of the peer, if the note is that, signed by that log's key
  /// and equal to what the peer's card says.
  package let closedLog: @Sendable (LogID, String) -> Checkpoint?

  /// Prepares the checks of one delivery.
  package init(
    me: AgencyID,
    peer: AgencyID,
    realm: Digest32,
    origin: LogID,
    size: UInt64,
    root: Digest32,
    onlyWithdrawals: Bool = false,
    closedLog: @escaping @Sendable (LogID, String) -> Checkpoint? = { _, _ in nil }
  ) {
    self.me = me
    self.peer = peer
    self.realm = realm
    self.origin = origin
    self.size = size
    self.root = root
    self.onlyWithdrawals = onlyWithdrawals
    self.closedLog = closedLog
  }

  /// Checks one item.
  ///
  /// - Returns: The item, for ``StatefulCheck``.
  /// - Throws: ``ItemCode`` of the first failure: `malformed`, `suite`, `member`, `not-yours`,
  ///   `hash` or `not-logged`.
  package func check(_ item: ItemPart) throws(ItemCode) -> CheckedItem {
    // The codecs of the openings belong to step 8, before anything is compared.
    guard !item.isBroken, let opening = item.event, let event = OpenedEvent(opening) else {
      throw .malformed
    }
    var grantEvent: OpenedEvent?
    if let grant = item.grant {
      guard let opened = OpenedEvent(grant) else { throw .malformed }
      grantEvent = opened
    }
    let envelope = try CheckedEnvelope.check(item.envelope, me: me, peer: peer, realm: realm)
    guard event.event.equals(.log, origin.text), opening.closedCheckpoint == nil,
      event.isIncluded(size: size, root: root)
    else { throw .notLogged }
    let claims = try Claims(event.event)
    guard claims.realm == realm, claims.peer == me, claims.message == envelope.id,
      claims.groups == envelope.groups,
      claims.kind.isDisclosure == !envelope.rows.isEmpty
    else { throw .notLogged }
    if onlyWithdrawals {
      guard claims.kind == .withdraw || claims.kind == .erased else { throw .member }
    }
    return CheckedItem(
      envelope: envelope,
      event: event.event,
      opening: opening,
      kind: claims.kind,
      seq: claims.seq,
      expiresMs: claims.expiresMs,
      ref: claims.ref,
      body: claims.body,
      grant: evidence(grantEvent, named: claims.grant)
    )
  }

  /// Whether the grant's opening is the grant that the message names, in a log of the peer.
  ///
  /// Judged here, because it is hashing; refused in step 13, after a repeat has been recognised.
  private func evidence(
    _ opened: OpenedEvent?,
    named name: CheckedItem.GrantName?
  ) -> CheckedItem.GrantEvidence {
    guard let opened else { return .absent }
    guard let name, name.log.agency == peer, opened.event.equals(.log, name.log.text),
      opened.event.index == name.index, isIncluded(opened, in: name.log),
      let proof = CheckedItem.GrantProof(opened, realm: realm, log: name.log)
    else { return .unproven }
    return .proven(proof)
  }

  private func isIncluded(
    _ opened: OpenedEvent,
    in log: LogID
  ) -> Bool {
    if log == origin {
      return opened.opening.closedCheckpoint == nil && opened.isIncluded(size: size, root: root)
    }
    guard let note = opened.opening.closedCheckpoint, let closed = closedLog(log, note),
      closed.origin == log.text
    else { return false }
    return opened.isIncluded(size: closed.size, root: closed.root)
  }
}
