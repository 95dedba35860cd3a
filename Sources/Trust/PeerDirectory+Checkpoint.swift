public import ReferralModel
public import TransparencyLog

/// Why a checkpoint does not speak for a peer's log; the codes are registered.
public enum OriginFailure: Error, Equatable, Sendable {
  /// Not a checkpoint of a log of this peer, or not signed, exactly once, by exactly that log's key.
  case origin
  /// A log that was closed has grown; carries its final size.
  case logClosed(size: UInt64)
}

/// A checkpoint that its log has signed, with what is known of that log.
public struct OwnedCheckpoint: Sendable {
  /// The checkpoint.
  public let checkpoint: Checkpoint
  /// Who may speak for the log.
  public let authority: LogAuthority
}

extension PeerDirectory {
  /// Step 5 of the order of verification: the origin is the peer's own log, current or closed, and
  /// the note is signed by that log's key.
  ///
  /// Source: `Protocol/spec/04-exchange.md`, EXC-105.
  ///
  /// - Parameters:
  ///   - note: The checkpoint's note, untrusted.
  ///   - peer: The agency that the call comes from.
  /// - Returns: The checkpoint; whether it extends what was seen is for step 6.
  /// - Throws: ``OriginFailure``.
  public func checkpoint(
    _ note: String,
    of peer: AgencyID
  ) throws(OriginFailure) -> OwnedCheckpoint {
    guard let claimed = try? Checkpoint.claimed(note: note),
      let authority = logAuthority(origin: claimed.origin), authority.agency == peer
    else { throw .origin }
    // A log speaks from its `succeed` event on, or from the card that names it as the current one.
    if case .next = authority.standing { throw .origin }
    let verified = try? Checkpoint.verify(
      note: note,
      origin: claimed.origin,
      key: authority.key
    )
    guard let checkpoint = verified else { throw .origin }
    if case .past(let size, _) = authority.standing, checkpoint.size > size {
      throw .logClosed(size: size)
    }
    return OwnedCheckpoint(checkpoint: checkpoint, authority: authority)
  }
}
