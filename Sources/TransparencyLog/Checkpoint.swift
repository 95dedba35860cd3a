public import CanonicalBytes
public import Sealing

/// Why a checkpoint note was refused.
public enum CheckpointFailure: Error, Equatable, Sendable {
  /// Not a signed note.
  case note(NoteFailure)
  /// The text is not exactly an origin, a size and a root.
  case text
  /// Another log than the one asked for.
  case origin
  /// Not signed, exactly once, by exactly that key.
  case signature
}

/// What a log says of itself: its name, its size and its root.
///
/// No extension lines.
public struct Checkpoint: Hashable, Sendable {
  /// Largest size: what a number of an event can name.
  public static let sizeLimit: UInt64 = (1 << 53) - 1

  /// The log's name, which is also the name of its key.
  public let origin: String
  /// Leaves.
  public let size: UInt64
  /// The root over them.
  public let root: Digest32

  /// A statement, not yet signed by anybody.
  public init(origin: String, size: UInt64, root: Digest32) {
    precondition(NoteKey.isName(origin) && size <= Self.sizeLimit, "an origin is a key name")
    self.origin = origin
    self.size = size
    self.root = root
  }

  /// Reads a text of three lines.
  ///
  /// - Throws: ``CheckpointFailure/text``.
  public init(parsing text: String) throws(CheckpointFailure) {
    guard text.utf8.count <= 512 else { throw .text }
    let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
    guard lines.count == 4, lines[3].isEmpty, let origin = String(lines[0]), NoteKey.isName(origin)
    else { throw .text }
    let root = Base64.decode(Array(lines[2])).flatMap { Digest32($0) }
    guard let size = Decimal53.parse(lines[1]), let root else { throw .text }
    guard size > 0 || root == MerkleHash.empty else { throw .text }
    self.init(origin: origin, size: size, root: root)
  }

  /// The text that is signed.
  public var text: String { "\(origin)\n\(size)\n\(Base64.encode(root.bytes))\n" }

  /// A note signed by the log's key, whose name is the origin.
  public static func sign(
    origin: String,
    size: UInt64,
    root: Digest32,
    key: borrowing SigningKey
  ) -> String {
    let text = Checkpoint(origin: origin, size: size, root: root).text
    return "\(text)\n\(NoteSignature.sign(text: text, name: origin, key: key).line)"
  }

  /// What a note claims, before any signature is checked: only to find out whose key to ask for.
  public static func claimed(note: String) throws(CheckpointFailure) -> Checkpoint {
    try Checkpoint(parsing: parsed(note).text)
  }

  /// Reads a note of one log, signed by exactly one key.
  ///
  /// Other lines (cosignatures) may stand beside.
  ///
  /// - Throws: ``CheckpointFailure`` for the first rule broken.
  public static func verify(
    note: String,
    origin: String,
    key: VerifyingKey
  ) throws(CheckpointFailure) -> Checkpoint {
    let signed = try parsed(note)
    let checkpoint = try Checkpoint(parsing: signed.text)
    guard checkpoint.origin.utf8.elementsEqual(origin.utf8) else { throw .origin }
    guard let noteKey = NoteKey(name: origin, key: key), signed.isSigned(by: noteKey) else {
      throw .signature
    }
    return checkpoint
  }

  static func parsed(_ note: String) throws(CheckpointFailure) -> SignedNote {
    do { return try SignedNote(parsing: note) } catch { throw .note(error) }
  }

  /// Compares as bytes.
  public static func == (left: Checkpoint, right: Checkpoint) -> Bool {
    left.size == right.size && left.root == right.root
      && left.origin.utf8.elementsEqual(right.origin.utf8)
  }
}

/// Decimal numbers from 0 to 2^53 − 1, in the one way of writing them.
enum Decimal53 {
  static func parse(_ digits: some Collection<UInt8>) -> UInt64? {
    guard (1...16).contains(digits.count) else { return nil }
    let text = Array(digits)
    guard let number = read(text.span, from: 0), number.end == text.count else { return nil }
    return number.value
  }

  /// The number that stands here, with all its digits; `nil` if none does.
  static func read(_ text: Span<UInt8>, from start: Int) -> (value: UInt64, end: Int)? {
    var place = start
    var value: UInt64 = 0
    while place < text.count, case 0x30...0x39 = text[place] {
      // Sixteen digits hold 2^53 − 1; the value cannot overflow before the check.
      guard place - start < 16 else { return nil }
      value = value * 10 + UInt64(text[place] - 0x30)
      place += 1
    }
    guard place > start, text[start] != UInt8(ascii: "0") || place - start == 1,
      value <= Checkpoint.sizeLimit
    else { return nil }
    return (value, place)
  }
}
