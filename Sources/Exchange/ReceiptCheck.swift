package import CanonicalBytes
package import ReferralModel
package import TransparencyLog

/// The checks of the events of a receipt.
///
/// Its checkpoint has passed steps 4 to 7, and the cosignature line is for `Cosignature`.
///
/// Source: PROTOCOL §4; `Protocol/spec/05-receipts.md`, RCP-005.
package struct ReceiptCheck: Sendable {
  /// What the recipient did with one message.
  package struct Outcome: Sendable {
    /// The message.
    package let message: Digest32
    /// Whether it was received; else refused.
    package let isReceived: Bool
    /// `stored`, or the code of the refusal.
    package let outcome: String
    /// The receive or refuse event.
    package let event: LogEvent
    /// The opening it came in, to be kept.
    package let opening: EventOpening
  }

  /// This node's agency.
  package let me: AgencyID
  /// This node's realm.
  package let realm: Digest32
  /// The log of the receipt's checkpoint, one of the peer's.
  package let origin: LogID
  /// That checkpoint's size.
  package let size: UInt64
  /// That checkpoint's root.
  package let root: Digest32

  /// Prepares the checks of one receipt.
  package init(me: AgencyID, realm: Digest32, origin: LogID, size: UInt64, root: Digest32) {
    self.me = me
    self.realm = realm
    self.origin = origin
    self.size = size
    self.root = root
  }

  /// Checks every event; a bad one does not spoil the others.
  ///
  /// - Parameters:
  ///   - receipt: The receipt.
  ///   - wasSent: Whether this node sent a message of this id to the peer.
  /// - Returns: One result for each event, in their order.
  package func check(
    _ receipt: ReceiptPart,
    wasSent: (Digest32) throws -> Bool
  ) rethrows -> [Result<Outcome, ReceiptCode>] {
    try receipt.events.map { opening in
      guard let opening, let opened = OpenedEvent(opening) else { return .failure(.malformed) }
      guard opened.isIncluded(size: size, root: root), opening.closedCheckpoint == nil,
        opened.event.type == .receive || opened.event.type == .refuse,
        opened.event.realm == realm, opened.event.equals(.log, origin.text),
        opened.event.equals(.peer, me.text),
        let message = opened.event.digest(.message), let outcome = opened.event.string(.outcome),
        try wasSent(message)
      else { return .failure(.receipt) }
      return .success(
        Outcome(
          message: message,
          isReceived: opened.event.type == .receive,
          outcome: outcome,
          event: opened.event,
          opening: opening
        )
      )
    }
  }
}
