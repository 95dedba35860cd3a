public import CanonicalBytes
public import ReferralModel
internal import Sealing
public import TransparencyLog

/// Every register version from the first, each checked against the one before.
///
/// Source: PROTOCOL §6, R1; `Protocol/spec/07-register.md`, REG-001 to REG-012.
public struct RegisterChain: Sendable {
  /// One version that verified.
  public struct Entry: Sendable {
    /// What it says.
    public let register: Register
    /// The note it came in.
    public let note: SignedNote
    /// SHA-256 of its text; that of version 1 is the realm.
    public let sha256: Digest32
  }

  /// What a register note did.
  public enum Step: Sendable {
    /// It is the newest version now. The agencies' keys changed without the old keys' lines.
    case applied(unconfirmed: [AgencyID])
    /// It is held, as the newest or an earlier version.
    case same
    /// Another text for a held version verifies as well; nothing changed.
    case conflict(held: SignedNote)
  }

  /// All versions, the first first.
  public private(set) var entries: [Entry]
  private var numbers: [Digest32: Int]

  /// Starts from version 1, whose hash a person has compared with what the commission announced.
  ///
  /// - Throws: ``TrustFailure``.
  public init(founding note: SignedNote) throws(TrustFailure) {
    let text = NoteSigners.text(note)
    let register = try Register(text: text)
    guard register.version == 1 else { throw .registerChain }
    guard NoteSigners.count(note, of: register) >= register.thresholds.root else {
      throw .signatureMissing
    }
    let entry = Entry(register: register, note: note, sha256: Hash256.of(text))
    entries = [entry]
    numbers = [entry.sha256: 0]
  }

  /// SHA-256 of version 1's text.
  public var realm: Digest32 { entries[0].sha256 }

  /// The newest version.
  public var newest: Entry { entries[entries.count - 1] }

  /// The newest version that has begun; version 1 before that (REG-013).
  ///
  /// Membership is judged by ``newest``, which closes earlier.
  public func inForce(atMs timeMs: UInt64) -> Entry {
    entries.last { $0.register.notBeforeMs <= timeMs } ?? entries[0]
  }

  /// The version with a hash, if held.
  public func entry(sha256: Digest32) -> Entry? { numbers[sha256].map { entries[$0] } }

  /// The notes of all versions above a number, ascending.
  public func notes(after version: UInt32) -> [SignedNote] {
    guard let count = Int(exactly: version) else { return [] }
    return entries.dropFirst(count).map(\.note)
  }

  /// Takes a register note: the next version, or one that is held.
  ///
  /// - Throws: ``TrustFailure``; nothing changes.
  public mutating func apply(_ note: SignedNote) throws(TrustFailure) -> Step {
    let text = NoteSigners.text(note)
    let sha256 = Hash256.of(text)
    if numbers[sha256] != nil { return .same }
    let register = try Register(text: text)
    if let realm = register.realm, realm != self.realm { throw .realmOther }
    // Another version 1 is another realm.
    guard register.version > 1 else { throw .realmOther }
    let position = Int(register.version) - 1
    guard position <= entries.count else { throw .registerChain }
    let unconfirmed = try Self.check(register, note, after: entries[position - 1])
    if position < entries.count { return .conflict(held: entries[position].note) }
    entries.append(Entry(register: register, note: note, sha256: sha256))
    numbers[sha256] = position
    return .applied(unconfirmed: unconfirmed)
  }

  /// Checks a version against the one before it; returns whose key changed without the old line.
  private static func check(
    _ next: Register,
    _ note: SignedNote,
    after held: Entry
  ) throws(TrustFailure) -> [AgencyID] {
    let old = held.register
    guard next.previous == held.sha256 else { throw .registerChain }
    for agency in old.agencies where next.agency(agency.id) == nil { throw .registerChain }
    guard NoteSigners.count(note, of: old) >= threshold(from: old, to: next) else {
      throw .signatureMissing
    }
    if old.commissioners != next.commissioners || old.thresholds != next.thresholds {
      guard NoteSigners.count(note, of: next) >= next.thresholds.root else {
        throw .signatureMissing
      }
    }
    return old.agencies.filter { agency in
      guard let entry = next.agency(agency.id), entry.key != agency.key else { return false }
      return !NoteSigners.isSigned(note, name: agency.signerName, key: agency.key)
    }.map(\.id)
  }

  /// How many commissioners the changes need: the highest that any changed field asks for.
  ///
  /// Whatever is not named here, and a version that changes nothing, needs the root threshold.
  public static func threshold(from old: Register, to next: Register) -> UInt32 {
    // Blank out what a lower threshold may change; if anything else differs, it is root's.
    var rest = old
    rest.agencies = next.agencies
    rest.policy = next.policy
    (rest.version, rest.previous, rest.realm) = (next.version, next.previous, next.realm)
    guard rest == next else { return old.thresholds.root }
    var needed: UInt32 = 0
    if old.agencies != next.agencies { needed = max(needed, old.thresholds.membership) }
    if old.policy != next.policy { needed = max(needed, old.thresholds.policy) }
    return needed > 0 ? needed : old.thresholds.root
  }
}
