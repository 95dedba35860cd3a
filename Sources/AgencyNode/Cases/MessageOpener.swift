internal import CanonicalBytes
internal import Exchange
internal import LocalContract
internal import NodeStore

extension SessionVault.Presence {
  /// Opens what a message has for one of its desk keys: with the key itself, or with the one that the
  /// desk was given since.
  ///
  /// - Returns: The parts; `nil` while no unlocked desk has the key.
  /// - Throws: ``NodeError`` `desk-key-gone` where the key does not open it.
  func parts(
    of envelope: CheckedEnvelope,
    for keyID: Digest32,
    in message: NodeReader.InboundMessage
  ) throws(NodeError) -> [EnvelopeOpener.Opened]? {
    do {
      if let desk = desk(key: keyID) {
        return try EnvelopeOpener.open(envelope, keyID: keyID, deskKey: desk.key)
      }
      guard let again = message.resealed.first(where: { $0.oldKey == keyID }),
        let desk = desk(key: again.keyID)
      else { return nil }
      return try EnvelopeOpener.open(
        envelope,
        resealedFrom: keyID,
        wrapped: again.wrapped,
        keyID: again.keyID,
        deskKey: desk.key
      )
    } catch {
      throw NodeError(.deskKeyGone)
    }
  }
}
