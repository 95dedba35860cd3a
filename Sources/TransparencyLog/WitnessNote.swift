public import CanonicalBytes

/// A text that two nodes hand each other about logs, beside the notes about members.
///
/// Each form is known by its first bytes, so that one list of texts carries them all.
///
/// Source: `Protocol/spec/06-checkpoints.md`, CHK-050 to CHK-059.
public enum WitnessNote: Sendable {
  /// A heartbeat with the proof that ties it to what the reader holds.
  case proved(ProvedCheckpoint)
  /// A checkpoint by itself, with the cosignatures its bearer knows.
  case bare(String)
  /// A log that follows another: its leaf 0.
  case succession(SuccessionProof)
  /// "What do you hold of my log?"
  case ask(origin: String)
  /// The answer to that.
  case held(HeldAnswer)

  static let askPrefix = "amonat/v1/ask "

  /// Reads a text; `nil` for one of another form, such as a register or a card.
  public init?(_ text: String) {
    guard text.utf8.count <= SignedNote.limitBytes, text.utf8.first != UInt8(ascii: "{") else {
      return nil
    }
    if text.hasPrefix(Self.askPrefix) {
      guard text.utf8.last == 0x0A else { return nil }
      let origin = String(text.dropFirst(Self.askPrefix.count).dropLast())
      guard Names.parseLog(origin) != nil else { return nil }
      self = .ask(origin: origin)
    } else if text.hasPrefix(HeldAnswer.prefix) {
      guard let answer = HeldAnswer(parsing: text) else { return nil }
      self = .held(answer)
    } else if text.hasPrefix(ProvedCheckpoint.prefix) {
      guard let proved = ProvedCheckpoint(parsing: text) else { return nil }
      self = .proved(proved)
    } else if text.hasPrefix(SuccessionProof.prefix) {
      guard let proof = SuccessionProof(parsing: text) else { return nil }
      self = .succession(proof)
    } else {
      guard (try? Checkpoint.claimed(note: text)) != nil else { return nil }
      self = .bare(text)
    }
  }

  /// The text that asks what a peer holds of one's own log.
  public static func ask(_ origin: String) -> String { "\(askPrefix)\(origin)\n" }
}

/// A checkpoint with a proof from or to the size that the reader holds: the body of a C2SP
/// `add-checkpoint` request.
public struct ProvedCheckpoint: Sendable {
  static let prefix = "old "

  /// The size that the reader holds.
  public let from: UInt64
  /// Consistency between that size and the checkpoint's, whichever is larger.
  public let proof: [Digest32]
  /// The checkpoint note.
  public let note: String

  /// Takes the parts.
  public init(from: UInt64, proof: [Digest32], note: String) {
    self.from = from
    self.proof = proof
    self.note = note
  }

  /// Reads the text; `nil` for anything else.
  public init?(parsing text: String) {
    var lines = TextLines(text)
    guard let first = lines.next(), first.starts(with: Self.prefix.utf8),
      let from = Decimal53.parse(first.dropFirst(Self.prefix.utf8.count))
    else { return nil }
    var proof: [Digest32] = []
    while true {
      guard let line = lines.next() else { return nil }
      if line.isEmpty { break }
      guard proof.count < MerkleProof.hashLimit,
        let hash = Base64.decode(line).flatMap({ Digest32($0) })
      else { return nil }
      proof.append(hash)
    }
    guard let note = lines.rest, (try? Checkpoint.claimed(note: note)) != nil else { return nil }
    self.init(from: from, proof: proof, note: note)
  }

  /// The text.
  public var text: String {
    "\(Self.prefix)\(from)\n" + proof.map { Base64.encode($0.bytes) + "\n" }.joined() + "\n" + note
  }
}

/// What a peer holds of an agency's log: the answer a node needs that has lost its own memory (K1).
public struct HeldAnswer: Sendable, Equatable {
  static let prefix = "amonat/v1/held "
  /// Most withdrawn grants in one answer.
  public static let withdrawnLimit = 4_096

  /// A grant of the asker's logs that it has withdrawn.
  public struct Grant: Hashable, Sendable {
    /// The log's name.
    public let log: String
    /// The index of the grant event.
    public let index: UInt64

    /// Names a grant.
    public init(log: String, index: UInt64) {
      self.log = log
      self.index = index
    }
  }

  /// The last sequence number seen from the asker; 0 for none.
  public let seq: UInt64
  /// Grants that the asker has withdrawn, as far as the peer was told.
  public let withdrawn: [Grant]
  /// The newest checkpoint note accepted of the log; empty if there is none.
  public let note: String

  /// Takes the parts.
  public init(seq: UInt64, withdrawn: [Grant], note: String) {
    self.seq = seq
    self.withdrawn = Array(withdrawn.prefix(Self.withdrawnLimit))
    self.note = note
  }

  /// Reads the text; `nil` for anything else.
  public init?(parsing text: String) {
    var lines = TextLines(text)
    guard let first = lines.next(), first.starts(with: Self.prefix.utf8),
      let seq = Decimal53.parse(first.dropFirst(Self.prefix.utf8.count))
    else { return nil }
    var withdrawn: [Grant] = []
    while true {
      guard let line = lines.next() else { return nil }
      if line.isEmpty { break }
      guard withdrawn.count < Self.withdrawnLimit, let space = line.firstIndex(of: 0x20),
        let index = Decimal53.parse(line[..<space]),
        let log = String(validating: line[line.index(after: space)...], as: UTF8.self),
        Names.parseLog(log) != nil
      else { return nil }
      withdrawn.append(Grant(log: log, index: index))
    }
    let note = lines.rest ?? ""
    guard note.isEmpty || (try? Checkpoint.claimed(note: note)) != nil else { return nil }
    self.init(seq: seq, withdrawn: withdrawn, note: note)
  }

  /// The text.
  public var text: String {
    "\(Self.prefix)\(seq)\n" + withdrawn.map { "\($0.index) \($0.log)\n" }.joined() + "\n" + note
  }
}

/// The lines of a text from its start, and what is left of it.
struct TextLines {
  private var bytes: ArraySlice<UInt8>

  init(_ text: String) { bytes = Array(text.utf8)[...] }

  /// The next line without its end; `nil` where none is complete.
  mutating func next() -> ArraySlice<UInt8>? {
    guard let end = bytes.firstIndex(of: 0x0A) else { return nil }
    defer { bytes = bytes[bytes.index(after: end)...] }
    return bytes[..<end]
  }

  /// What has not been read; `nil` for nothing.
  var rest: String? { bytes.isEmpty ? nil : String(validating: bytes, as: UTF8.self) }
}
