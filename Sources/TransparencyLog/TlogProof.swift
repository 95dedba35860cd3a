public import CanonicalBytes

/// A proof as text, for the courier and the auditor (C2SP `tlog-proof@v1`).
public struct TlogProof: Sendable {
  /// The leaf's index.
  public let index: UInt64
  /// The siblings from the leaf up.
  public let path: [Digest32]
  /// Bytes that the format carries along and nothing vouches for.
  public let extra: [UInt8]?
  /// The checkpoint note, unchecked.
  public let checkpoint: String

  /// Takes the parts.
  public init(index: UInt64, path: [Digest32], checkpoint: String, extra: [UInt8]? = nil) {
    self.index = index
    self.path = path
    self.checkpoint = checkpoint
    self.extra = extra
  }

  /// Reads the text; `nil` for anything else, or more than 256 KiB.
  public init?(parsing text: String) {
    guard text.utf8.count <= SignedNote.limitBytes else { return nil }
    var rest = Array(text.utf8)[...]
    func line() -> ArraySlice<UInt8>? {
      guard let end = rest.firstIndex(of: 0x0A) else { return nil }
      defer { rest = rest[(end + 1)...] }
      return rest[..<end]
    }
    guard let header = line(), header.elementsEqual("c2sp.org/tlog-proof@v1".utf8),
      var next = line()
    else { return nil }
    var extra: [UInt8]?
    if next.starts(with: "extra ".utf8) {
      guard let bytes = Base64.decode(next.dropFirst(6)), let after = line() else { return nil }
      extra = bytes
      next = after
    }
    guard next.starts(with: "index ".utf8), let index = Decimal53.parse(next.dropFirst(6)) else {
      return nil
    }
    var path: [Digest32] = []
    while true {
      guard let hash = line() else { return nil }
      if hash.isEmpty { break }
      guard let bytes = Base64.decode(hash), let digest = Digest32(bytes),
        path.count < MerkleProof.hashLimit
      else { return nil }
      path.append(digest)
    }
    guard let checkpoint = String(validating: rest, as: UTF8.self), !checkpoint.isEmpty else {
      return nil
    }
    self.init(index: index, path: path, checkpoint: checkpoint, extra: extra)
  }

  /// The text.
  public var text: String {
    var out = "c2sp.org/tlog-proof@v1\n"
    if let extra { out += "extra \(Base64.encode(extra))\n" }
    out += "index \(index)\n"
    for hash in path { out += Base64.encode(hash.bytes) + "\n" }
    return out + "\n" + checkpoint
  }
}
