package import CanonicalBytes
package import ReferralModel
internal import Sealing

/// Why a writer refused to go on; a bundle that was begun is then worthless.
package enum BundleWriteFailure: Error, Equatable {
  /// A line that may not stand here: `word` names it.
  case order(word: String)
  /// Something longer than the format allows.
  case length(word: String)
  /// An entry with another index than the next one.
  case index(expected: UInt64)
}

/// Writes one audit bundle, line by line, to a sink: flat memory for a log of any size.
///
/// Call in the order of the format: ``register(_:)``, ``suspension(_:)``, ``policy(_:)``,
/// ``card(_:)``, ``checkpoint(_:)``, then the entries, ``seen(origin:size:root:)``, ``finish()``.
/// Source: `Protocol/spec/12-audit-bundle.md`.
package struct BundleWriter {
  /// What the last field of a leaf line says of the personal part.
  package enum Person: Sendable, Equatable {
    /// There is none; its salt.
    case salt(Digest32)
    /// There is one, and the agency can open it.
    case held
    /// There was one, and its salt is destroyed.
    case gone
  }

  /// Takes the bytes of whole lines; may throw what it likes.
  package typealias Sink = ([UInt8]) throws -> Void

  private enum Place: Int {
    case register, suspension, policy, card, checkpoint, entries, seen, ended
  }

  /// Bytes gathered before the sink is called.
  private static let flushBytes = 1 << 18

  private let sink: Sink
  private let size: UInt64
  private var buffer: [UInt8] = []
  private var hash = Hash256()
  private var lines: UInt64 = 0
  private var next: UInt64 = 0
  private var place = Place.register
  private var lastPolicy: Digest32?
  private var pads: ClosedRange<UInt64>?
  private var answerable = false

  /// Writes magic, head and pad key.
  ///
  /// - Parameters:
  ///   - head: What the bundle says of itself.
  ///   - padKey: The log's pad key (chapter 02).
  ///   - sink: Takes the bytes, in pieces.
  /// - Throws: What the sink throws.
  package init(head: BundleHead, padKey: Digest32, sink: @escaping Sink) throws {
    self.sink = sink
    size = head.size
    buffer.reserveCapacity(Self.flushBytes + 8192)
    try line(BundleLimits.magic, [])
    try line("head", [head.encoded])
    try line("pad-key", [Self.hex(padKey)])
  }

  /// One version of the register, from 1 upwards: the whole note.
  package mutating func register(_ note: [UInt8]) throws {
    try move(to: .register, "register")
    try coded("register", note, limit: BundleLimits.noteBytes)
  }

  /// One suspension, in the order of `from`, then `agency`: the whole note.
  package mutating func suspension(_ note: [UInt8]) throws {
    try move(to: .suspension, "suspension")
    try coded("suspension", note, limit: BundleLimits.noteBytes)
  }

  /// One policy file, exact bytes, in ascending order of their SHA-256.
  package mutating func policy(_ file: [UInt8]) throws {
    try move(to: .policy, "policy")
    let digest = Hash256.of(file)
    if let last = lastPolicy, last >= digest { throw BundleWriteFailure.order(word: "policy") }
    lastPolicy = digest
    try coded("policy", file, limit: BundleLimits.policyBytes)
  }

  /// One card, in ascending order of agency, then serial: the whole note.
  package mutating func card(_ note: [UInt8]) throws {
    try move(to: .card, "card")
    try coded("card", note, limit: BundleLimits.noteBytes)
  }

  /// The log's checkpoint with the size and root of the head: the whole note, with every cosignature
  /// held.
  package mutating func checkpoint(_ note: [UInt8]) throws {
    guard place == .card else { throw BundleWriteFailure.order(word: "checkpoint") }
    place = .checkpoint
    try coded("checkpoint", note, limit: BundleLimits.noteBytes)
  }

  /// The next leaf, opened but for its personal part.
  ///
  /// - Parameters:
  ///   - leafHash: SHA-256(00 ‖ leaf), as it stands in the tree.
  ///   - event: The exact bytes of the peer part.
  ///   - eventSalt: Its salt.
  ///   - staff: The exact bytes of the staff part.
  ///   - staffSalt: Its salt.
  ///   - personalCommitment: The commitment to the personal part.
  ///   - person: What is left of the personal part.
  /// - Throws: ``BundleWriteFailure``; what the sink throws.
  package mutating func leaf(
    hash leafHash: Digest32,
    event: [UInt8],
    eventSalt: Digest32,
    staff: [UInt8],
    staffSalt: Digest32,
    personalCommitment: Digest32,
    person: Person
  ) throws {
    guard event.count <= BundleLimits.eventBytes, staff.count <= BundleLimits.eventBytes else {
      throw BundleWriteFailure.length(word: "leaf")
    }
    try entry(at: next, through: next, "leaf")
    let last: [UInt8] =
      switch person {
      case .salt(let salt): Self.hex(salt)
      case .held: Array("held".utf8)
      case .gone: Array("gone".utf8)
      }
    try line(
      "leaf",
      [
        Self.hex(leafHash), event, Self.hex(eventSalt), staff, Self.hex(staffSalt),
        Self.hex(personalCommitment), last,
      ]
    )
    answerable = true
  }

  /// The next leaf, whose peer or staff part the agency cannot open: the whole 97 bytes.
  package mutating func closed(index: UInt64, leaf: [UInt8]) throws {
    guard leaf.count == 97 else { throw BundleWriteFailure.length(word: "closed") }
    try entry(at: index, through: index, "closed")
    try line("closed", [Self.decimal(index), Array(Hex.encode(leaf).utf8)])
  }

  /// The next leaves, all pads; runs that touch become one line, unless a mark stands between.
  package mutating func pads(first: UInt64, last: UInt64) throws {
    guard first <= last, last < size else { throw BundleWriteFailure.length(word: "pads") }
    guard place == .checkpoint || place == .entries else {
      throw BundleWriteFailure.order(word: "pads")
    }
    guard first == next else { throw BundleWriteFailure.index(expected: next) }
    place = .entries
    answerable = false
    pads = (pads?.lowerBound ?? first)...last
    next = last + 1
  }

  /// A checkpoint of this log over the leaves so far: the whole note, with every cosignature held.
  package mutating func mark(_ note: [UInt8]) throws {
    guard place == .entries, next < size else { throw BundleWriteFailure.order(word: "mark") }
    try flushPads()
    answerable = false
    try coded("mark", note, limit: BundleLimits.noteBytes)
  }

  /// A peer's checkpoint, on which the receipts that follow rest; only between a leaf and its receipt.
  package mutating func view(_ note: [UInt8]) throws {
    guard answerable else { throw BundleWriteFailure.order(word: "view") }
    try coded("view", note, limit: BundleLimits.noteBytes)
  }

  /// The peer's answer to the leaf just written.
  ///
  /// - Parameters:
  ///   - event: The exact bytes of the peer part of its receive or refuse event.
  ///   - salt: The salt of that part.
  ///   - staff: The commitment to its staff part.
  ///   - personal: The commitment to its personal part.
  ///   - path: Inclusion in the current view of the peer's log.
  /// - Throws: ``BundleWriteFailure``; what the sink throws.
  package mutating func receipt(
    event: [UInt8],
    salt: Digest32,
    staff: Digest32,
    personal: Digest32,
    path: [Digest32]
  ) throws {
    guard answerable else { throw BundleWriteFailure.order(word: "receipt") }
    guard event.count <= BundleLimits.eventBytes, path.count <= BundleLimits.pathHashes else {
      throw BundleWriteFailure.length(word: "receipt")
    }
    answerable = false
    var hashes: [UInt8] = []
    hashes.reserveCapacity(path.count * Digest32.byteCount)
    for hash in path { hash.append(to: &hashes) }
    try line(
      "receipt",
      [
        event, Self.hex(salt), Self.hex(staff), Self.hex(personal),
        path.isEmpty ? [UInt8(ascii: "-")] : Array(Base64.encode(hashes).utf8),
      ]
    )
  }

  /// A size and root of a peer's log that this agency has accepted; ascending by origin, then size.
  package mutating func seen(origin: LogID, size: UInt64, root: Digest32) throws {
    try enterSeen("seen")
    try line("seen", [Array(origin.text.utf8), Self.decimal(size), Self.hex(root)])
  }

  /// The newest settled checkpoint of a peer's log: the whole note, with the cosignatures held; after
  /// the `seen` lines, ascending by origin.
  package mutating func settled(_ note: [UInt8]) throws {
    try enterSeen("settled")
    try coded("settled", note, limit: BundleLimits.noteBytes)
  }

  /// Writes the end line and hands the last bytes to the sink.
  package mutating func finish() throws {
    try enterSeen("end")
    place = .ended
    let digest = hash.finish()
    try line("end", [Self.decimal(lines), Self.hex(digest)])
    try flush()
  }

  // MARK: Order

  private mutating func move(to wanted: Place, _ word: String) throws {
    guard place.rawValue <= wanted.rawValue else { throw BundleWriteFailure.order(word: word) }
    place = wanted
  }

  private mutating func entry(at first: UInt64, through last: UInt64, _ word: String) throws {
    guard place == .checkpoint || place == .entries, next < size else {
      throw BundleWriteFailure.order(word: word)
    }
    guard first == next else { throw BundleWriteFailure.index(expected: next) }
    place = .entries
    try flushPads()
    answerable = false
    next = last + 1
  }

  private mutating func enterSeen(_ word: String) throws {
    guard next == size,
      place == .seen || place == .entries || (place == .checkpoint && size == 0)
    else { throw BundleWriteFailure.order(word: word) }
    try flushPads()
    answerable = false
    place = .seen
  }

  private mutating func flushPads() throws {
    guard let run = pads else { return }
    pads = nil
    try line("pads", [Self.decimal(run.lowerBound), Self.decimal(run.upperBound)])
  }

  // MARK: Lines

  private mutating func coded(_ word: String, _ bytes: [UInt8], limit: Int) throws {
    guard !bytes.isEmpty, bytes.count <= limit else {
      throw BundleWriteFailure.length(word: word)
    }
    try line(word, [Array(Base64.encode(bytes).utf8)])
  }

  private mutating func line(_ word: String, _ fields: [[UInt8]]) throws {
    let start = buffer.count
    buffer.append(contentsOf: word.utf8)
    for field in fields {
      buffer.append(0x09)
      buffer.append(contentsOf: field)
    }
    buffer.append(0x0A)
    hash.update(buffer[start...])
    lines += 1
    if buffer.count >= Self.flushBytes { try flush() }
  }

  private mutating func flush() throws {
    try sink(buffer)
    buffer.removeAll(keepingCapacity: true)
  }

  private static func hex(_ digest: Digest32) -> [UInt8] { Array(digest.hex.utf8) }

  private static func decimal(_ number: UInt64) -> [UInt8] { Array(String(number).utf8) }
}
