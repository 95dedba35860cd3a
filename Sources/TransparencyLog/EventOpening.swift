public import CanonicalBytes

/// Why an opening was refused.
public enum OpeningFailure: Error, Equatable, Sendable {
  /// The peer part is not one.
  case event(EventFailure)
  /// The leaf does not stand at the index that the event names, in the tree of this size and root.
  case notLogged
}

/// The peer part of one event, opened, with the proof that it stands in a log.
///
/// The other two parts stay closed. Source: PROTOCOL §3, Opening.
public struct EventOpening: Sendable {
  /// The peer part E.
  public let event: [UInt8]
  /// The salt of E.
  public let salt: Digest32
  /// The commitment to the staff part.
  public let staff: Digest32
  /// The commitment to the personal part.
  public let personal: Digest32
  /// The siblings from the leaf up.
  public let path: [Digest32]
  /// For an event of a closed log: the note that closed it.
  public let closedCheckpoint: String?

  /// Takes the parts.
  public init(
    event: [UInt8],
    salt: Digest32,
    staff: Digest32,
    personal: Digest32,
    path: [Digest32],
    closedCheckpoint: String? = nil
  ) {
    self.event = event
    self.salt = salt
    self.staff = staff
    self.personal = personal
    self.path = path
    self.closedCheckpoint = closedCheckpoint
  }

  /// The leaf.
  public var leaf: LogLeaf {
    LogLeaf(event: Commitments.event(event, salt: salt), staff: staff, personal: personal)
  }

  /// The leaf hash that the opening gives.
  public var leafHash: Digest32 { leaf.hash }

  /// Checks the peer part, and that its leaf stands at the index that it names itself.
  ///
  /// Which log, realm, type and peer it must be is the caller's to check.
  ///
  /// - Throws: ``OpeningFailure``.
  public func verify(size: UInt64, root: Digest32) throws(OpeningFailure) -> LogEvent {
    let checked: LogEvent
    do { checked = try LogEvent(parsing: event) } catch { throw .event(error) }
    guard
      MerkleProof.verifyInclusion(
        leafHash: leafHash,
        index: checked.index,
        size: size,
        path: path,
        root: root
      )
    else { throw .notLogged }
    return checked
  }
}

extension EventOpening: CustomStringConvertible, CustomReflectable {
  /// Nothing of the content; the salt above all.
  public var description: String { "EventOpening" }
  /// Nothing of the content.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
