internal import CanonicalBytes
public import Sealing

/// One signature line of a note: `— name base64(id ‖ signature)`.
public struct NoteSignature: Hashable, Sendable {
  /// The name that the line claims.
  public let name: String
  /// The first four bytes of the payload: which key it claims.
  public let keyID: UInt32
  /// The rest of the payload; 64 bytes for an Ed25519 signature, 72 for a cosignature.
  public let signature: [UInt8]

  init(name: String, keyID: UInt32, signature: [UInt8]) {
    self.name = name
    self.keyID = keyID
    self.signature = signature
  }

  /// Signs a note's text (kind 0x01).
  ///
  /// - Parameters:
  ///   - text: The text, with its final line end.
  ///   - name: The key's name; must be one that ``NoteKey/isName(_:)`` allows.
  ///   - key: The key.
  /// - Returns: The signature, ready to stand under the text.
  public static func sign(
    text: String,
    name: String,
    key: borrowing SigningKey
  ) -> NoteSignature {
    precondition(NoteKey.isName(name), "a signing name is printable and without a plus")
    return NoteSignature(
      name: name,
      keyID: NoteKey.keyID(name: name, key: key.publicKey, kind: .ed25519),
      signature: key.sign(Array(text.utf8))
    )
  }

  /// Reads one line with its line end; `nil` for anything else.
  public init?(line: String) {
    guard line.utf8.count <= SignedNote.lineLimitBytes else { return nil }
    let bytes = Array(line.utf8)
    guard bytes.last == 0x0A else { return nil }
    self.init(lineBytes: bytes.dropLast())
  }

  /// Reads one line without its line end.
  init?(lineBytes bytes: ArraySlice<UInt8>) {
    // "— " is E2 80 94 20.
    guard bytes.starts(with: [0xE2, 0x80, 0x94, 0x20]) else { return nil }
    let rest = bytes.dropFirst(4)
    guard let space = rest.firstIndex(of: 0x20),
      let name = String(validating: rest[..<space], as: UTF8.self), NoteKey.isName(name),
      let payload = Base64.decode(rest[rest.index(after: space)...]), payload.count > 4
    else { return nil }
    self.init(
      name: name,
      keyID: payload[..<4].reduce(0) { $0 << 8 | UInt32($1) },
      signature: Array(payload[4...])
    )
  }

  /// The line, with its line end.
  public var line: String {
    "— \(name) \(Base64.encode(NoteKey.bigEndian(keyID) + signature))\n"
  }

  /// Whether the line claims a key, by name and id.
  public func claims(_ key: NoteKey) -> Bool {
    keyID == key.keyID && name.utf8.elementsEqual(key.name.utf8)
  }
}
