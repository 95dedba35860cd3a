public import CanonicalBytes
public import Sealing

/// What a witness keeps of one log under one key: the largest checkpoint that it has accepted.
public struct WitnessState: Sendable {
  /// The log.
  public let origin: String
  /// The log's key; another key is another state.
  public let key: VerifyingKey
  /// Leaves.
  public let size: UInt64
  /// The root.
  public let root: Digest32
  /// The exact note.
  public let note: String

  /// Takes a state out of its store.
  public init(origin: String, key: VerifyingKey, size: UInt64, root: Digest32, note: String) {
    self.origin = origin
    self.key = key
    self.size = size
    self.root = root
    self.note = note
  }
}

/// How a witness judges a checkpoint whose signature it has verified (K3, K4).
public enum WitnessRule {
  /// The judgement.
  public enum Verdict: Equatable, Sendable {
    /// Larger and proved: store it, then cosign.
    case advance
    /// The one held: cosign again, for freshness.
    case same
    /// Smaller, and part of what is held: an ordinary late arrival.
    case older
    /// 409: a proof from this size (or, for a smaller checkpoint, to it) is needed.
    case needsProof(held: UInt64)
    /// One size, two roots, one key: evidence (K4), if both notes are held.
    case fork(size: UInt64)
    /// A proof that does not hold: no evidence, but a challenge (K4).
    case badProof
  }

  /// Judges a checkpoint.
  ///
  /// - Parameters:
  ///   - held: The state for this origin and key; `nil` at first contact.
  ///   - offered: The checkpoint, its signature verified, of the same origin and key.
  ///   - from: The size that the sender believes is held.
  ///   - proof: The proof between that size and the offered one, whichever is larger.
  ///   - storedRoot: The root accepted earlier for a size.
  /// - Returns: What to do; nothing is stored or signed here.
  public static func judge(
    held: WitnessState?,
    offered: Checkpoint,
    from: UInt64,
    proof: [Digest32],
    storedRoot: (UInt64) -> Digest32?
  ) -> Verdict {
    guard let held else {
      guard from == 0 else { return .needsProof(held: 0) }
      return proof.isEmpty ? .advance : .badProof
    }
    if offered.size == held.size {
      return offered.root == held.root ? .same : .fork(size: held.size)
    }
    if let known = storedRoot(offered.size), known != offered.root {
      return .fork(size: offered.size)
    }
    if offered.size > held.size {
      guard from == held.size else { return .needsProof(held: held.size) }
      let holds = MerkleProof.verifyConsistency(
        from: held.size,
        to: offered.size,
        oldRoot: held.root,
        newRoot: offered.root,
        path: proof,
        allowingEmpty: true
      )
      return holds ? .advance : .badProof
    }
    if storedRoot(offered.size) != nil { return .older }
    guard from == held.size, offered.size == 0 || !proof.isEmpty else {
      return .needsProof(held: held.size)
    }
    let holds = MerkleProof.verifyConsistency(
      from: offered.size,
      to: held.size,
      oldRoot: offered.root,
      newRoot: held.root,
      path: proof,
      allowingEmpty: true
    )
    return holds ? .older : .badProof
  }

  /// The time to put into a cosignature (K5), in seconds since 1970.
  ///
  /// - Parameters:
  ///   - localSeconds: This node's clock.
  ///   - lastSigned: The last time signed for this log.
  ///   - trusted: T of ``TrustedTime``, in seconds.
  /// - Returns: `nil` if the clock is more than 24 h behind T: such a node does not cosign.
  public static func cosignatureTime(
    localSeconds: UInt64,
    lastSigned: UInt64?,
    trusted: UInt64
  ) -> UInt64? {
    if trusted > localSeconds, trusted - localSeconds > TrustedTime.alarmSeconds { return nil }
    return max(localSeconds, lastSigned ?? 0)
  }
}

/// Proof that one key signed two histories: two notes, one log, one size, two roots (K4).
public struct ForkEvidence: Sendable {
  /// The log.
  public let origin: String
  /// The size at which the two differ.
  public let size: UInt64
  /// The two notes, in byte order of their texts.
  public let notes: [String]

  /// Checks two notes; `nil` unless both verify and contradict each other.
  public init?(_ first: String, _ second: String, origin: String, key: VerifyingKey) {
    guard let left = try? Checkpoint.verify(note: first, origin: origin, key: key),
      let right = try? Checkpoint.verify(note: second, origin: origin, key: key),
      left.size == right.size, left.root != right.root
    else { return nil }
    self.origin = origin
    size = left.size
    notes =
      first.utf8.lexicographicallyPrecedes(second.utf8) ? [first, second] : [second, first]
  }

  /// SHA-256 over the labelled pair of notes: what an `evidence` event names.
  public var hash: Digest32 {
    Hash256.of(PAE.encode("amonat/v1/fork", Array(notes[0].utf8), Array(notes[1].utf8)))
  }
}
