internal import CanonicalBytes
public import Sealing

/// A named key as C2SP notes know it: `name+id+base64(kind ‖ key)`.
public struct NoteKey: Hashable, Sendable {
  /// What a key signs, and how its id is made.
  public enum Kind: UInt8, Sendable {
    /// Ed25519 over the note's text.
    case ed25519 = 0x01
    /// Ed25519 `cosignature/v1` over a time and the note's text.
    case cosignature = 0x04
  }

  /// Longest name, in bytes.
  public static let nameLimitBytes = 128

  /// The name, as it stands on signature lines.
  public let name: String
  /// The key.
  public let key: VerifyingKey
  /// What it signs.
  public let kind: Kind
  /// SHA-256(name ‖ 0A ‖ kind ‖ key), the first four bytes, big-endian.
  public let keyID: UInt32

  /// Names a key; `nil` for a name that C2SP forbids or that is longer than 128 bytes.
  public init?(name: String, key: VerifyingKey, kind: Kind = .ed25519) {
    guard Self.isName(name) else { return nil }
    self.name = name
    self.key = key
    self.kind = kind
    keyID = Self.keyID(name: name, key: key, kind: kind)
  }

  /// Reads a vkey; `nil` unless every part is canonical and the id fits.
  public init?(vkey: String) {
    // The name holds no plus; the base64 may.
    let parts = vkey.utf8.split(
      separator: UInt8(ascii: "+"),
      maxSplits: 2,
      omittingEmptySubsequences: false
    )
    guard parts.count == 3, let name = String(parts[0]), let id = String(parts[1]),
      let raw = Base64.decode(Array(parts[2])), raw.count == 33, let kind = Kind(rawValue: raw[0]),
      let key = VerifyingKey(raw[1...]), let idBytes = Hex.decode(id), idBytes.count == 4
    else { return nil }
    self.init(name: name, key: key, kind: kind)
    guard keyID == idBytes.reduce(0, { $0 << 8 | UInt32($1) }) else { return nil }
  }

  /// The text form.
  public var vkey: String {
    "\(name)+\(Hex.encode(Self.bigEndian(keyID)))+\(Base64.encode([kind.rawValue] + key.bytes.bytes))"
  }

  /// Whether C2SP allows a name: not empty, no white space, no plus.
  ///
  /// Here also printable ASCII.
  public static func isName(_ name: String) -> Bool {
    let bytes = name.utf8
    return !bytes.isEmpty && bytes.count <= nameLimitBytes
      && bytes.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "+") }
  }

  static func keyID(name: String, key: VerifyingKey, kind: Kind) -> UInt32 {
    var hash = Hash256()
    hash.update(Array(name.utf8) + [0x0A, kind.rawValue])
    hash.update(key.bytes)
    return hash.finish().bytes[..<4].reduce(0) { $0 << 8 | UInt32($1) }
  }

  static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  /// Compares names as bytes.
  public static func == (left: NoteKey, right: NoteKey) -> Bool {
    left.kind == right.kind && left.key == right.key
      && left.name.utf8.elementsEqual(right.name.utf8)
  }
}
