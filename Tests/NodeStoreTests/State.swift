internal import CanonicalBytes
internal import Foundation
internal import GRDB
internal import NodeStore
internal import Sealing
internal import TestSupport
internal import TransparencyLog

/// The state of a node, in a folder that goes with the test.
final class State: Sendable {
  let folder: StateFolder

  /// A folder that does not exist yet.
  init() {
    folder = StateFolder(
      FileManager.default.temporaryDirectory
        .appendingPathComponent("amonat-store-\(UUID().uuidString)")
    )
  }

  deinit { try? FileManager.default.removeItem(at: folder.url) }

  /// A folder with a new node.
  static func created() throws -> State {
    let state = State()
    try NodeStore.create(state.folder, agency: Sample.agency, realm: Sample.realm)
    return state
  }

  func open() throws(StoreFailure) -> NodeStore { try NodeStore(opening: folder) }

  /// The files as a crash would leave them now: of a store that is open, with its write-ahead logs.
  func crashed() throws -> State { try Self.copy(folder) }

  static func copy(_ folder: StateFolder) throws -> State {
    let copy = State()
    try copy.folder.create()
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    where !name.hasSuffix("-shm") {
      try FileManager.default.copyItem(
        at: folder.url.appendingPathComponent(name),
        to: copy.folder.url.appendingPathComponent(name)
      )
    }
    try copy.setKeyMode(0o400)
    return copy
  }

  /// Puts a database of another copy in the place of this one's.
  func replace(_ file: KeyPath<StateFolder, URL>, from other: State) throws {
    for suffix in ["", "-wal", "-shm"] {
      let own = folder[keyPath: file].path + suffix
      let new = other.folder[keyPath: file].path + suffix
      if FileManager.default.fileExists(atPath: own) {
        try FileManager.default.removeItem(atPath: own)
      }
      if suffix != "-shm", FileManager.default.fileExists(atPath: new) {
        try FileManager.default.copyItem(atPath: new, toPath: own)
      }
    }
  }

  func remove(_ file: URL) throws {
    for path in [file.path, file.path + "-wal", file.path + "-shm"]
    where FileManager.default.fileExists(atPath: path) {
      try FileManager.default.removeItem(atPath: path)
    }
  }

  func setKeyMode(_ mode: Int) throws {
    try FileManager.default.setAttributes(
      [.posixPermissions: mode],
      ofItemAtPath: folder.stateKey.path
    )
  }

  /// Changes a database behind the store's back.
  ///
  /// - Returns: The number of rows changed.
  @discardableResult
  func tamper(_ file: URL, _ sql: String, _ arguments: StatementArguments = []) throws -> Int {
    let queue = try DatabaseQueue(path: file.path)
    defer { try? queue.close() }
    return try queue.write { db in
      try db.execute(sql: sql, arguments: arguments)
      return db.changesCount
    }
  }

  /// One value of a database, read beside the store.
  func value<Value: DatabaseValueConvertible>(_ file: URL, _ sql: String) throws -> Value? {
    let queue = try DatabaseQueue(path: file.path)
    defer { try? queue.close() }
    return try queue.read { db in try Value.fetchOne(db, sql: sql) }
  }

  /// Changes a database file from outside.
  func run(_ file: URL, _ sql: String) throws {
    let queue = try DatabaseQueue(path: file.path)
    defer { try? queue.close() }
    try queue.write { db in try db.execute(sql: sql) }
  }

  /// Whether bytes stand anywhere in a database file or its write-ahead log.
  func holds(_ bytes: [UInt8], in file: URL) throws -> Bool {
    for path in [file.path, file.path + "-wal"]
    where FileManager.default.fileExists(atPath: path) {
      let data = try Data(contentsOf: URL(fileURLWithPath: path))
      if data.range(of: Data(bytes)) != nil { return true }
    }
    return false
  }
}

/// What all tests of the store share.
enum Sample {
  static let agency = "ministry.example"
  static let peer = "shelter.example"
  static let log = "ministry.example/amonat/log/1"
  static let realm = digest(1)
  static let register = digest(2)
  static let policy = digest(3)
  static let nowMs: UInt64 = 1_770_000_000_000
  static let dayMs: UInt64 = 86_400_000
  static let caseName = String(repeating: "ca", count: 16)
  static let staff = NodeTransaction.Staff(atMs: nowMs)

  /// Bytes that no file holds by accident, the same for the same number.
  static func bytes(_ count: Int, _ seed: UInt64) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    return generator.bytes(count)
  }

  static func digest(_ seed: UInt64) -> Digest32 {
    Digest32(bytes(32, seed)) ?? .zero
  }
}

/// What the log says after a change.
struct LogState: Equatable, Sendable {
  let size: UInt64
  let root: Digest32
  let note: String
}

extension NodeStore {
  func logState() async throws -> LogState {
    try await change { _ in
    } after: { _, log in
      LogState(size: log.size, root: log.root, note: log.note)
    }
  }

  /// Logs the receipt of so many messages.
  @discardableResult
  func receive(_ count: Int, from first: UInt64 = 100) async throws -> [UInt64] {
    try await change { transaction in
      try (0..<UInt64(count)).map { try transaction.receive(first + $0) }
    }
  }

  /// Logs the receipt of one message by an act that began at a time.
  func receive(_ seed: UInt64, atMs: UInt64) async throws {
    try await change { transaction in
      _ = try transaction.receive(seed, atMs: atMs)
    }
  }

  /// Opens a case with one grant to the peer.
  func grant(
    _ number: UInt64 = 1,
    untilMs: UInt64 = Sample.nowMs + 30 * Sample.dayMs
  ) async throws
    -> UInt64
  {
    let id = Sample.bytes(16, 900 + number)
    let key = PersonalKey(Sample.digest(950 + number))
    try keyring.addPersonKeys([(id: id, caseName: Sample.caseName, key: key.bytes)])
    return try await change { transaction in
      if number == 1 {
        try transaction.openCase(name: Sample.caseName, desk: "intake", atMs: Sample.nowMs)
      }
      return try transaction.grant(
        GrantDraft(
          peer: Sample.peer,
          purpose: "accommodation",
          basis: "consent",
          groups: ["need", "identity"],
          onward: false,
          untilMs: untilMs,
          register: Sample.register,
          policy: Sample.policy,
          person: .init(id: id, key: key, subject: Sample.caseName)
        ),
        caseName: Sample.caseName,
        staff: Sample.staff
      )
    }
  }

  /// The next messages for the peer, each with its opened event.
  func take(nowMs: UInt64 = Sample.nowMs, after: Int64 = 0) async throws -> [Taken] {
    try await change { transaction in
      try transaction.takeBatch(
        peer: Sample.peer,
        after: after,
        limit: 32,
        register: Sample.register,
        policy: Sample.policy,
        nowMs: nowMs,
        atMs: nowMs
      )
    } after: { messages, log in
      try zip(messages, log.openings(messages.map(\.index))).map { message, opening in
        Taken(message: message, event: try opening.verify(size: log.size, root: log.root))
      }
    }
  }
}

/// A message that may leave, with its event.
struct Taken: Sendable {
  let message: LoggedMessage
  let event: LogEvent
}

extension NodeTransaction {
  func receive(_ seed: UInt64, atMs: UInt64 = Sample.nowMs) throws -> UInt64 {
    try append(
      .receive,
      [
        .digest(.message, Sample.digest(seed)), .string(.outcome, "stored"),
        .string(.peer, Sample.peer),
      ],
      staff: NodeTransaction.Staff(atMs: atMs)
    )
  }

  /// Queues an offer under a grant.
  @discardableResult
  func queueOffer(
    _ seed: UInt64,
    grant: UInt64,
    referral: Int64? = nil,
    expiresMs: UInt64 = Sample.nowMs + Sample.dayMs,
    held: Bool = false
  ) throws -> Int64 {
    try queue(
      OutboundDraft(
        peer: Sample.peer,
        kind: "offer",
        message: Sample.digest(seed),
        envelope: Sample.bytes(600, seed + 10_000),
        groups: ["need"],
        purpose: "accommodation",
        basis: "consent",
        grant: .init(
          index: grant,
          log: Sample.log,
          untilMs: Sample.nowMs + 30 * Sample.dayMs
        ),
        expiresMs: expiresMs,
        actor: "worker",
        desk: "intake",
        atMs: Sample.nowMs
      ),
      referral: referral,
      held: held
    )
  }
}
