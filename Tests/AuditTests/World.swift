internal import CanonicalBytes
internal import Foundation
internal import ReferralModel
internal import Sealing
internal import TransparencyLog
internal import Trust

@testable internal import Audit

/// The keys and statements of one agency.
final class Party: Sendable {
  let id: AgencyID
  let agencyKey = SigningKey.generate()
  let logKey = SigningKey.generate()
  let nextKey = SigningKey.generate()
  let witnessKey = SigningKey.generate()
  let courier: KeyWrap.PublicKey

  init(_ id: String) throws {
    self.id = try unwrapped(AgencyID(id))
    courier = try KeyWrap.PublicKey(KeyWrap.PrivateKey.generate().publicBytes)
  }

  var log: String { "\(id.text)/amonat/log/1" }
  var nextLog: String { "\(id.text)/amonat/log/2" }
  var witness: String { "\(id.text)/amonat/witness/1" }

  func card(realm: Digest32, serial: UInt64 = 1, signer: Party? = nil) throws -> SignedNote {
    let card = Card(
      agency: id,
      realm: realm,
      serial: serial,
      previous: nil,
      courierKey: courier,
      desks: [],
      log: .init(key: logKey.publicKey, number: 1),
      nextLog: .init(key: nextKey.publicKey, number: 2),
      witness: .init(key: witnessKey.publicKey, number: 1),
      expiresMs: World.start + 86_400_000
    )
    return try card.signed(
      agencyKey: (signer ?? self).agencyKey,
      logKey: logKey,
      nextLogKey: nextKey,
      witnessKey: witnessKey
    )
  }
}

/// A realm of three agencies, made once for all tests.
final class World: Sendable {
  static let start: UInt64 = 1_769_925_600_000
  static let hour: UInt64 = 3_600_000
  static let day: UInt64 = 86_400_000

  static let shared = Result { try World() }

  let ministry: Party
  let shelter: Party
  let health: Party
  let commissioner = SigningKey.generate()
  let policy: [UInt8]
  let policyHash: Digest32
  let register: SignedNote
  let realm: Digest32

  init() throws {
    ministry = try Party("ministry.example")
    shelter = try Party("shelter.example")
    health = try Party("health.example")
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    policy = Array(try Data(contentsOf: root.appending(path: "Protocol/policy/tj-nrm.json")))
    policyHash = Hash256.of(policy)
    let region = try unwrapped(Code("tj-du"))
    let statistics = try unwrapped(Code("statistics"))
    func member(_ party: Party, _ sector: Agency.Sector, roles: [Code] = []) -> Agency {
      Agency(
        id: party.id,
        key: party.agencyKey.publicKey,
        names: .init(en: party.id.text, ru: party.id.text, tg: party.id.text),
        sector: sector,
        level: .national,
        region: region,
        roles: roles
      )
    }
    let register = Register(
      agencies: [
        member(health, .state, roles: [statistics]), member(ministry, .state),
        member(shelter, .ngo),
      ],
      commissioners: [.init(name: "c1", key: commissioner.publicKey)],
      thresholds: .init(membership: 1, policy: 1, root: 1, suspend: 1),
      policy: .init(activeFromMs: World.start, sha256: policyHash, version: 1),
      notBeforeMs: World.start,
      expiresMs: World.start + 400 * World.day
    )
    let text = try register.text()
    let line = NoteSignature.sign(
      text: String(decoding: text, as: UTF8.self),
      name: "commission/c1",
      key: commissioner
    )
    self.register = try SignedNote(text: String(decoding: text, as: UTF8.self), signatures: [line])
    realm = Hash256.of(text)
  }
}

/// One leaf as a node would keep it.
struct TestLeaf {
  var event: [UInt8]
  var staff: [UInt8]
  var salts: EventSalts
  var leaf: LogLeaf
  var person: BundleWriter.Person
  var isPad = false
  var isClosed = false
}

/// The log of one agency, in memory.
final class TestLog {
  let world: World
  let party: Party
  let number: UInt32
  let padKey = PadKey.random()
  var leaves: [TestLeaf] = []
  var clock = World.start
  var seq: [String: UInt64] = [:]

  var name: String { "\(party.id.text)/amonat/log/\(number)" }
  var size: UInt64 { UInt64(leaves.count) }

  init(_ world: World, _ party: Party, number: UInt32 = 1) throws {
    (self.world, self.party, self.number) = (world, party, number)
    try add(.register, [.digest(.message, world.realm)])
    try add(.policy, [.digest(.message, world.policyHash)])
  }

  /// Appends an event and returns its index.
  @discardableResult
  func add(
    _ type: EventType,
    _ fields: [EventField],
    actor: String? = "u-one",
    actor2: String? = nil,
    cause: UInt64? = nil,
    person: BundleWriter.Person? = nil,
    index: UInt64? = nil,
    log: String? = nil,
    raw: [UInt8]? = nil
  ) throws -> UInt64 {
    let place = size
    clock += 1000
    let event = try LogEvent(
      type: type,
      log: log ?? name,
      realm: world.realm,
      index: index ?? place,
      fields: fields
    )
    let staff = try StaffPart(
      timeMs: clock,
      isAboutPerson: person != nil,
      actor: actor,
      actor2: actor2,
      cause: cause
    )
    let personal =
      person == nil
      ? PersonalPart.empty : try PersonalPart(subject: String(repeating: "a", count: 32))
    append(raw ?? event.bytes, staff.bytes, personal.bytes, person)
    return place
  }

  func append(
    _ event: [UInt8],
    _ staff: [UInt8],
    _ personal: [UInt8],
    _ person: BundleWriter.Person?
  ) {
    let salts = EventSalts.random()
    leaves.append(
      TestLeaf(
        event: event,
        staff: staff,
        salts: salts,
        leaf: LogLeaf(event: event, staff: staff, personal: personal, salts: salts),
        person: person ?? .salt(salts.personal)
      )
    )
  }

  func pad() throws {
    leaves.append(
      TestLeaf(
        event: [],
        staff: [],
        salts: padKey.salts(index: size),
        leaf: try padKey.leaf(log: name, realm: world.realm, index: size),
        person: .held,
        isPad: true
      )
    )
  }

  // MARK: Events of a referral

  @discardableResult
  func grant(
    to peer: Party,
    groups: [String] = ["contact", "identity", "need"],
    basis: String = "consent",
    purpose: String = "accommodation",
    until: UInt64? = nil,
    actor2: String? = nil,
    person: BundleWriter.Person = .held
  ) throws -> UInt64 {
    try add(
      .grant,
      [
        .string(.basis, basis), .strings(.groups, groups), .integer(.onward, 0),
        .string(.peer, peer.id.text), .digest(.policy, world.policyHash),
        .string(.purpose, purpose), .digest(.register, world.realm),
        .integer(.until, until ?? clock + 30 * World.day),
      ],
      actor2: actor2,
      person: person
    )
  }

  @discardableResult
  func disclose(
    _ message: Digest32,
    to peer: Party,
    under grant: UInt64,
    groups: [String] = ["need"],
    ref: Digest32? = nil,
    purpose: String = "accommodation",
    policy: Digest32? = nil,
    seq: UInt64? = nil,
    grantLog: String? = nil,
    expires: UInt64? = nil,
    person: BundleWriter.Person = .held
  ) throws -> UInt64 {
    var fields: [EventField] = [
      .string(.basis, "consent"), .integer(.expires, expires ?? clock + 10 * World.day),
      .integer(.grant, grant), .string(.grantLog, grantLog ?? name), .strings(.groups, groups),
      .string(.kind, ref == nil ? "offer" : "supplement"), .digest(.message, message),
      .string(.peer, peer.id.text), .digest(.policy, policy ?? world.policyHash),
      .string(.purpose, purpose), .digest(.register, world.realm),
      .integer(.seq, seq ?? next(peer)),
    ]
    if let ref { fields.append(.digest(.ref, ref)) }
    return try add(.disclose, fields, person: person)
  }

  @discardableResult
  func notify(_ message: Digest32, _ kind: String, to peer: Party, ref: Digest32) throws -> UInt64 {
    try add(
      .notify,
      [
        .integer(.expires, clock + 10 * World.day), .string(.kind, kind),
        .digest(.message, message), .string(.peer, peer.id.text), .digest(.ref, ref),
        .integer(.seq, next(peer)),
      ]
    )
  }

  @discardableResult
  func receive(_ message: Digest32, from peer: Party, outcome: String = "stored") throws -> UInt64 {
    try add(
      outcome == "stored" ? .receive : .refuse,
      [.digest(.message, message), .string(.outcome, outcome), .string(.peer, peer.id.text)]
    )
  }

  @discardableResult
  func withdraw(_ grant: UInt64, person: BundleWriter.Person = .held) throws -> UInt64 {
    try add(
      .withdraw,
      [
        .integer(.grant, grant), .string(.grantLog, name),
        .integer(.until, clock + 30 * World.day),
      ],
      person: person
    )
  }

  @discardableResult
  func erase(_ targets: [String], cause: UInt64) throws -> UInt64 {
    try add(
      .erase,
      [
        .integer(.backupsUntil, clock + World.day), .integer(.cause, cause),
        .strings(.targets, targets),
      ],
      cause: cause
    )
  }

  func next(_ peer: Party) -> UInt64 {
    let value = seq[peer.id.text, default: 0] + 1
    seq[peer.id.text] = value
    return value
  }

  // MARK: Tree

  func root(_ size: UInt64) -> Digest32 { Self.root(leaves[..<Int(size)].map(\.leaf.hash)[...]) }

  func path(_ index: UInt64, _ size: UInt64) -> [Digest32] {
    Self.path(Int(index), leaves[..<Int(size)].map(\.leaf.hash)[...])
  }

  private static func split(_ count: Int) -> Int {
    var half = 1
    while half * 2 < count { half *= 2 }
    return half
  }

  private static func root(_ hashes: ArraySlice<Digest32>) -> Digest32 {
    guard let first = hashes.first else { return MerkleHash.empty }
    guard hashes.count > 1 else { return first }
    let half = split(hashes.count)
    return MerkleHash.node(root(hashes.prefix(half)), root(hashes.dropFirst(half)))
  }

  private static func path(_ index: Int, _ hashes: ArraySlice<Digest32>) -> [Digest32] {
    guard hashes.count > 1 else { return [] }
    let half = split(hashes.count)
    return index < half
      ? path(index, hashes.prefix(half)) + [root(hashes.dropFirst(half))]
      : path(index - half, hashes.dropFirst(half)) + [root(hashes.prefix(half))]
  }

  /// A checkpoint note, cosigned by witnesses at a time.
  func note(
    _ size: UInt64,
    by witnesses: [Party] = [],
    atMs: UInt64? = nil,
    root: Digest32? = nil
  ) throws -> String {
    let root = root ?? self.root(size)
    let note =
      number == 1
      ? Checkpoint.sign(origin: name, size: size, root: root, key: party.logKey)
      : Checkpoint.sign(origin: name, size: size, root: root, key: party.nextKey)
    let lines = try witnesses.map {
      try Cosignature.sign(
        checkpointNote: note,
        witness: $0.witness,
        key: $0.witnessKey,
        timeSeconds: (atMs ?? clock) / 1000
      )
    }
    return try Cosignature.append(lines, to: note)
  }
}

/// What a test wants in a bundle.
struct TestBundle {
  let log: TestLog
  var marks: [UInt64: String] = [:]
  /// Answered leaf, and the peer's log and leaf that answers.
  var receipts: [UInt64: (log: TestLog, index: UInt64)] = [:]
  var views: [String: String] = [:]
  var cards: [Party]
  var checkpoint: String?
  var madeMs: UInt64?
  var root: Digest32?
  var realm: Digest32?
  var policies: [[UInt8]]
  var seen: [(log: TestLog, size: UInt64, root: Digest32?)] = []
  var settled: [String] = []
  var witnesses: [Party]

  init(_ log: TestLog, witnesses: [Party]? = nil) {
    self.log = log
    let world = log.world
    cards = [world.health, world.ministry, world.shelter]
    policies = [world.policy]
    self.witnesses = witnesses ?? [log.party === world.shelter ? world.ministry : world.shelter]
  }

  /// The bytes, written by the writer.
  func bytes() throws -> [UInt8] {
    var out: [UInt8] = []
    let world = log.world
    let head = BundleHead(
      log: try unwrapped(LogID(log.name)),
      madeMs: madeMs ?? log.clock + World.hour,
      realm: realm ?? world.realm,
      root: root ?? log.root(log.size),
      size: log.size
    )
    var writer = try BundleWriter(head: head, padKey: log.padKey.bytes) { out += $0 }
    try writer.register(world.register.bytes)
    for policy in policies { try writer.policy(policy) }
    for card in cards { try writer.card(try card.card(realm: realm ?? world.realm).bytes) }
    let last = try checkpoint ?? log.note(log.size, by: witnesses)
    try writer.checkpoint(Array(last.utf8))
    for (position, leaf) in log.leaves.enumerated() {
      try write(leaf, at: UInt64(position), to: &writer)
      if let mark = marks[UInt64(position) + 1] { try writer.mark(Array(mark.utf8)) }
    }
    for entry in seen {
      try writer.seen(
        origin: try unwrapped(LogID(entry.log.name)),
        size: entry.size,
        root: entry.root ?? entry.log.root(entry.size)
      )
    }
    for note in settled { try writer.settled(Array(note.utf8)) }
    try writer.finish()
    return out
  }

  private func write(_ leaf: TestLeaf, at index: UInt64, to writer: inout BundleWriter) throws {
    if leaf.isPad { return try writer.pads(first: index, last: index) }
    if leaf.isClosed { return try writer.closed(index: index, leaf: leaf.leaf.bytes) }
    try writer.leaf(
      hash: leaf.leaf.hash,
      event: leaf.event,
      eventSalt: leaf.salts.event,
      staff: leaf.staff,
      staffSalt: leaf.salts.staff,
      personalCommitment: leaf.leaf.personal,
      person: leaf.person
    )
    guard let answer = receipts[index] else { return }
    let view = try views[answer.log.name] ?? answer.log.note(answer.log.size)
    try writer.view(Array(view.utf8))
    let receipt = answer.log.leaves[Int(answer.index)]
    try writer.receipt(
      event: receipt.event,
      salt: receipt.salts.event,
      staff: receipt.leaf.staff,
      personal: receipt.leaf.personal,
      path: answer.log.path(answer.index, answer.log.size)
    )
  }
}

/// Reads a bundle and gives what was found.
func findings(
  _ bytes: [UInt8],
  realm: Digest32? = nil,
  session: AuditSession = AuditSession(),
  name: String = "one.bundle",
  chunk: Int = 1 << 16
) -> [Finding] {
  var found: [Finding] = []
  var verifier = BundleVerifier(name: name, realm: realm, session: session) { found.append($0) }
  var start = 0
  while start < bytes.count {
    let end = min(start + chunk, bytes.count)
    verifier.feed(Array(bytes[start..<end]))
    start = end
  }
  _ = verifier.finish()
  return found
}

/// The codes found, without the standing notice of a quorum of one.
func codes(_ found: [Finding]) -> [FindingCode] {
  found.map(\.code).filter { $0 != .quorumOne }
}

/// Puts a right end line under changed lines.
func finished(_ lines: [String]) -> [UInt8] {
  let body = Array((lines.joined(separator: "\n") + "\n").utf8)
  return body + Array("end\t\(lines.count)\t\(Hash256.of(body).hex)\n".utf8)
}

/// The lines of a bundle, without its end line.
func lines(_ bytes: [UInt8]) -> [String] {
  String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init).dropLast()
}

/// A message id out of a label.
func message(_ label: String) -> Digest32 { Hash256.of(Array(label.utf8)) }

/// What a value that must be there throws when it is not.
struct Absent: Error {}

/// A value that must be there.
func unwrapped<Value>(_ value: Value?) throws -> Value {
  guard let value else { throw Absent() }
  return value
}
