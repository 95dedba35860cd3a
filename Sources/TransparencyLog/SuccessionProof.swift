public import CanonicalBytes
public import Sealing

/// Leaf 0 of a log that follows another, opened, under a checkpoint of the new log (R6).
///
/// As text a C2SP `tlog-proof@v1` of index 0, whose `extra` holds salt, staff commitment, personal
/// commitment and the peer part.
public struct SuccessionProof: Sendable {
  static let prefix = "c2sp.org/tlog-proof@v1\n"

  /// What the leaf says, once it is checked.
  public struct Statement: Hashable, Sendable {
    /// The new log.
    public let log: String
    /// The log it follows.
    public let oldLog: String
    /// Where that one ended.
    public let size: UInt64
    /// The root it ended with.
    public let root: Digest32
  }

  /// The opened leaf.
  public let opening: EventOpening
  /// The new log's checkpoint note.
  public let checkpoint: String

  /// Takes the parts.
  public init(opening: EventOpening, checkpoint: String) {
    self.opening = opening
    self.checkpoint = checkpoint
  }

  /// Reads the text; `nil` for anything else.
  public init?(parsing text: String) {
    guard let proof = TlogProof(parsing: text), proof.index == 0, let extra = proof.extra,
      extra.count > 3 * Digest32.byteCount,
      extra.count <= 3 * Digest32.byteCount + CanonicalJSON.eventLimitBytes,
      let salt = Digest32(extra, at: 0), let staff = Digest32(extra, at: Digest32.byteCount),
      let personal = Digest32(extra, at: 2 * Digest32.byteCount)
    else { return nil }
    self.init(
      opening: EventOpening(
        event: Array(extra[(3 * Digest32.byteCount)...]),
        salt: salt,
        staff: staff,
        personal: personal,
        path: proof.path
      ),
      checkpoint: proof.checkpoint
    )
  }

  /// The text.
  public var text: String {
    TlogProof(
      index: 0,
      path: opening.path,
      checkpoint: checkpoint,
      extra: opening.salt.bytes + opening.staff.bytes + opening.personal.bytes + opening.event
    ).text
  }

  /// Checks the leaf and the checkpoint against the key that a card has authorised to follow.
  ///
  /// - Parameters:
  ///   - log: The log that may follow.
  ///   - key: Its key.
  ///   - realm: The realm.
  /// - Returns: What the leaf says; `nil` for the first rule broken.
  public func verify(log: String, key: VerifyingKey, realm: Digest32) -> Statement? {
    guard let head = try? Checkpoint.verify(note: checkpoint, origin: log, key: key),
      let event = try? opening.verify(size: head.size, root: head.root), event.index == 0,
      event.type == .succeed, event.realm == realm, event.equals(.log, log),
      let oldLog = event.string(.oldLog), let size = event.integer(.size),
      let root = event.digest(.root)
    else { return nil }
    return Statement(log: log, oldLog: oldLog, size: size, root: root)
  }
}
