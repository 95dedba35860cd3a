public import ReferralModel
public import TransparencyLog

/// What two nodes that do not pin each other may say: register, card and link, each a note.
///
/// The bytes are those of an `Exchange` message with `note` only (`Protocol/spec/09-tls-hello.md`,
/// HEL-002): for each note the tag 0x1A, its length as a shortest varint, its UTF-8 text. Anything
/// else is refused, so one list of notes has one encoding. An empty document asks for everything.
public struct HelloDocument: Sendable {
  /// Largest document, in bytes.
  public static let limitBytes = 262_144
  /// Most notes.
  public static let noteLimit = 64
  private static let tag: UInt8 = 0x1A

  /// The notes, in the order to apply them: registers, suspensions, cards, links.
  public let notes: [SignedNote]

  /// Takes notes that fit.

  ///

  /// - Throws: ``TrustFailure/tooLarge``.
  public init(notes: [SignedNote]) throws(TrustFailure) {
    self.notes = notes
    guard notes.count <= Self.noteLimit, bytes.count <= Self.limitBytes else { throw .tooLarge }
  }

  /// Reads a document.

  ///

  /// - Throws: ``TrustFailure/malformed``, ``TrustFailure/tooLarge``.
  public init(parsing bytes: [UInt8]) throws(TrustFailure) {
    guard bytes.count <= Self.limitBytes else { throw .tooLarge }
    var notes: [SignedNote] = []
    var position = 0
    while position < bytes.count {
      guard notes.count < Self.noteLimit else { throw .tooLarge }
      guard bytes[position] == Self.tag else { throw .malformed }
      position += 1
      let length = try Self.readLength(bytes, &position)
      guard length <= bytes.count - position else { throw .malformed }
      do throws(NoteFailure) {
        notes.append(try SignedNote(parsing: Array(bytes[position..<position + length])))
      } catch {
        throw error == .tooLarge ? .tooLarge : .malformed
      }
      position += length
    }
    self.notes = notes
  }

  /// The bytes to send.
  public var bytes: [UInt8] {
    var out: [UInt8] = []
    for note in notes { Self.append(note.bytes, to: &out) }
    return out
  }

  /// What an agency's node answers to a request.
  ///
  /// Its card and link, and the register versions that the caller does not show, oldest first, as many
  /// as there is room for. A caller that got some asks again.
  ///
  /// - Parameters:
  ///   - request: What the caller said; its registers tell which version it has.
  ///   - directory: What the node knows, its own card and link included.
  ///   - agency: The node's own agency.
  /// - Returns: The answer.
  /// - Throws: ``TrustFailure/tooLarge`` if card and link alone do not fit.
  public static func answer(
    to request: HelloDocument,
    from directory: PeerDirectory,
    as agency: AgencyID
  ) throws(TrustFailure) -> HelloDocument {
    var held: UInt32 = 0
    for note in request.notes {
      // A version counts only where it is one of ours; another realm's numbers mean nothing here.
      guard let entry = directory.registers.entry(sha256: note.textHash) else { continue }
      held = max(held, entry.register.version)
    }
    var room = limitBytes
    var last: [SignedNote] = []
    for note in [directory.card(of: agency)?.note, directory.link(of: agency)?.note] {
      guard let note else { continue }
      room -= encodedBytes(note)
      last.append(note)
    }
    var notes: [SignedNote] = []
    for note in directory.registers.notes(after: held) {
      let size = encodedBytes(note)
      // A register that leaves no room goes alone.
      if notes.isEmpty, size > room, size <= limitBytes {
        return try HelloDocument(notes: [note])
      }
      guard size <= room, notes.count + last.count < noteLimit else { break }
      room -= size
      notes.append(note)
    }
    return try HelloDocument(notes: notes + last)
  }

  /// What a node says first.
  ///
  /// Its newest register, so that the answer brings what follows, and its own card and link.
  public static func request(
    from directory: PeerDirectory,
    as agency: AgencyID
  ) throws(TrustFailure) -> HelloDocument {
    let own = [directory.card(of: agency)?.note, directory.link(of: agency)?.note].compactMap(
      \.self
    )
    let register = directory.registers.newest.note
    let whole = [register] + own
    if whole.reduce(0, { $0 + encodedBytes($1) }) <= limitBytes {
      return try HelloDocument(notes: whole)
    }
    return try HelloDocument(notes: own)
  }

  private static func encodedBytes(_ note: SignedNote) -> Int { note.bytes.count + 4 }

  private static func append(_ note: [UInt8], to out: inout [UInt8]) {
    out.append(tag)
    var rest = note.count
    while rest >= 0x80 {
      out.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    out.append(UInt8(rest))
    out.append(contentsOf: note)
  }

  /// A shortest varint of at most three bytes: more could not fit the document.
  private static func readLength(
    _ bytes: [UInt8],
    _ position: inout Int
  ) throws(TrustFailure) -> Int {
    var value = 0
    for index in 0..<3 {
      guard position < bytes.count else { throw .malformed }
      let byte = bytes[position]
      position += 1
      value |= Int(byte & 0x7F) << (7 * index)
      guard byte & 0x80 == 0 else { continue }
      guard byte != 0 || index == 0 else { throw .malformed }
      return value
    }
    throw .malformed
  }
}
