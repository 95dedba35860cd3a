package import CanonicalBytes
internal import Foundation
internal import GRDB
package import Sealing
package import TransparencyLog

/// The durable state of one node: transactions in the words of the domain, no SQL above.
package final class NodeStore: Sendable {
  /// Whose log this is.
  package let identity: LogIdentity
  /// The secrets.
  package let keyring: Keyring
  /// What this node has accepted of other logs.
  package let witness: WitnessBook
  /// The fork guard.
  package let checkpoints: CheckpointFile
  /// Where the files are.
  package let folder: StateFolder
  /// The public half of the log key.
  package let logKey: VerifyingKey
  /// How often sharing was stopped since this store was opened.
  package let stops: StopCount

  let sequencer: Sequencer
  private let core: WriterCore
  let readers: DatabaseQueue

  /// Opens the state of a node that has been created.
  ///
  /// - Throws: ``StoreFailure``: unreadable files, a wrong state key, or a fork guard that forbids
  ///   signing (K1). Nothing is changed then.
  package init(opening folder: StateFolder) throws(StoreFailure) {
    self.folder = folder
    guard folder.has(folder.node) else { throw .unreadable("node.db") }
    let keyring = try Keyring(folder)
    self.keyring = keyring
    let database = try Databases.writer(
      folder.node,
      role: "node.db",
      pageBytes: Databases.pageBytes
    )
    let hasGuard = folder.has(folder.checkpoints)
    do {
      try NodeSchema.migrator().migrate(database)
      let identity = try database.read { db in try NodeStore.identity(db) }
      self.identity = identity
      let padKey = try NodeStore.padKey(keyring, number: identity.number)
      let book = try database.read { db in
        try LogBook(identity: identity, padKey: padKey, database: db)
      }
      guard hasGuard || book.tree.size == 0 else { throw StoreFailure.guardMissing }
      checkpoints = try CheckpointFile(folder.checkpoints)
      try NodeStore.judgeGuard(checkpoints, book: book, database: database)
      stops = book.stops
      book.past = try NodeStore.pastLogs(identity, keyring: keyring, database: database)
      witness = try WitnessBook(checkpoints)
      let holder = LogKeyHolder(
        try NodeStore.signingKey(keyring, named: "log/\(identity.number)")
      )
      logKey = holder.publicKey
      core = try WriterCore(
        database: database,
        guardFile: checkpoints,
        witness: witness,
        logKey: holder,
        book: book
      )
      sequencer = Sequencer(core: core)
      readers = try Databases.reader(folder.node, role: "node.db")
    } catch {
      throw StoreFailure.from(error, file: "node.db")
    }
  }

  /// Makes the state of a new node: folder, keys, empty log.
  ///
  /// - Throws: ``StoreFailure/conflict(_:)`` when there is one already.
  package static func create(
    _ folder: StateFolder,
    agency: String,
    realm: Digest32
  ) throws(StoreFailure) {
    try folder.create()
    for file in [folder.node, folder.keyring, folder.checkpoints, folder.stateKey]
    where folder.has(file) {
      throw .conflict("state folder")
    }
    let keyring = try Keyring(folder)
    for name in ["log/1", "log/2", "witness/1", "courier", "pad"] {
      try keyring.set(name, to: SecretBytes.random(count: 32))
    }
    let database = try Databases.writer(
      folder.node,
      role: "node.db",
      pageBytes: Databases.pageBytes
    )
    do {
      try NodeSchema.migrator().migrate(database)
      try database.write { db in
        for (key, value) in [("agency", agency), ("realm", realm.hex), ("log", "1")] {
          try db.execute(
            sql: "INSERT INTO meta (key, value) VALUES (?, ?)",
            arguments: [key, value]
          )
        }
      }
    } catch {
      throw StoreFailure.from(error, file: "node.db")
    }
    _ = try CheckpointFile(folder.checkpoints)
  }

  /// A signing key of the keyring by its name.
  package static func signingKey(
    _ keyring: Keyring,
    named name: String
  ) throws(StoreFailure) -> SigningKey {
    guard let seed = try keyring.secret(named: name), seed.count == 32 else { throw .stateKey }
    let guarded = unsafe GuardedSecret(count: 32) { out in
      unsafe seed.withBytes { unsafe out.copyMemory(from: $0) }
    }
    return SigningKey(seed: guarded)
  }

  /// Runs a change: everything in the closure is one transaction, and what it logs stands under a
  /// signed, guarded checkpoint before the second closure sees it.
  ///
  /// Parameters:
  /// `body`: The change. Throwing undoes it alone.
  /// `after`: Makes the result from the committed log: proofs, the checkpoint.
  /// Throws: ``StoreFailure``.
  package func change<Middle, Out: Sendable>(
    _ body: @escaping @Sendable (NodeTransaction) throws -> Middle,
    after: @escaping @Sendable (Middle, CommittedLog) throws -> Out
  ) async throws(StoreFailure) -> Out {
    guard let once = OnceMark.current else { return try await perform(Job(body, after: after)) }
    let job = Job<Middle, Out>(
      { transaction in
        var marked = transaction
        marked.once = once
        let middle = try body(marked)
        try marked.write(once)
        return middle
      },
      after: { middle, log in
        once.committed()
        return try after(middle, log)
      }
    )
    return try await perform(job)
  }

  private func perform<Middle, Out: Sendable>(
    _ job: Job<Middle, Out>
  ) async throws(StoreFailure) -> Out {
    await sequencer.perform(job)
    guard let result = job.result else { throw .stopped }
    return try result.get()
  }

  /// Runs a change whose result needs no proof.
  package func change<Out: Sendable>(
    _ body: @escaping @Sendable (NodeTransaction) throws -> Out
  ) async throws(StoreFailure) -> Out {
    try await change(body, after: { value, _ in value })
  }

  /// Reads, beside the writer.
  package func read<Out: Sendable>(
    _ body: @escaping @Sendable (NodeReader) throws -> Out
  ) async throws(StoreFailure) -> Out {
    do {
      return try await readers.read { db in try body(NodeReader(database: db)) }
    } catch {
      throw StoreFailure.ofChange(error)
    }
  }

  /// How often the truncation is tried while somebody reads.
  private static let truncateTries = 40

  /// Completes an erasure: the WAL truncated, the files looked through for what was deleted.
  ///
  /// - Throws: ``StoreFailure/refused(_:)`` with `erase-incomplete`: try again later.
  package func finishErasure(probes: [[UInt8]]) async throws(StoreFailure) {
    // A reader holds the log open for moments only.
    for attempt in 1...Self.truncateTries {
      do {
        try Erasure.truncate(core.database, role: "node.db")
        break
      } catch {
        guard attempt < Self.truncateTries, error == .refused("erase-incomplete") else {
          throw error
        }
        try? await Task.sleep(for: .milliseconds(50))
      }
    }
    try await scanOnly(probes: probes)
  }

  /// Looks through the files for bytes that must not be there any more.
  ///
  /// - Throws: ``StoreFailure/refused(_:)`` with `erase-incomplete` when any piece of any is.
  package func scanOnly(probes: [[UInt8]]) async throws(StoreFailure) {
    try Erasure.verifyAbsent(probes.map { Data($0) }, from: folder.node)
  }

  /// The failure that stopped the writer, if any.
  package var fatalFailure: StoreFailure? {
    get async { await sequencer.fatalFailure }
  }

  /// The key of a log's pads: each log has its own (EVT-043).
  static func padKey(_ keyring: Keyring, number: UInt64) throws(StoreFailure) -> PadKey {
    // The first log's has no number in its name.
    for name in ["pad/\(number)", "pad"] {
      guard let bytes = try keyring.secret(named: name) else { continue }
      guard let pad = Digest32(bytes.copyBytes()) else { throw .stateKey }
      return PadKey(pad)
    }
    throw .stateKey
  }

  /// The key of the pads of one of this node's logs, for auditors.
  package func padKey(number: UInt64) throws(StoreFailure) -> Digest32 {
    try NodeStore.padKey(keyring, number: number).bytes
  }

  private static func pastLogs(
    _ identity: LogIdentity,
    keyring: Keyring,
    database: DatabaseQueue
  ) throws -> [String: PastLog] {
    let lines = try database.read { try NodeReader(database: $0).pastLogs() }
    var out: [String: PastLog] = [:]
    for line in lines where line.isProvable && !line.note.isEmpty {
      let past = LogIdentity(
        agency: identity.agency,
        number: line.number,
        realm: identity.realm
      )
      let padKey = try NodeStore.padKey(keyring, number: line.number)
      out[past.log] = try database.read { db in
        try PastLog(
          identity: past,
          padKey: padKey,
          size: line.size,
          note: line.note,
          database: db
        )
      }
    }
    return out
  }

  /// A peer has shown a checkpoint of this log, signed by its key, that is larger than this log.
  ///
  /// So the state here is an older copy: it is written into the guard, and nothing is signed any more
  /// (K1).
  package func stop(for checkpoint: Checkpoint, note: String) async throws(StoreFailure) {
    let held = (try checkpoints.own(identity.log))?.size ?? 0
    guard checkpoint.size > held else { return }
    try checkpoints.record(
      own: .init(
        origin: identity.log,
        key: logKey.bytes,
        size: checkpoint.size,
        root: checkpoint.root,
        note: note
      ),
      accepted: []
    )
    await sequencer.stop(.logBehindGuard(held: held, guarded: checkpoint.size))
  }

  static func identity(_ db: Database) throws -> LogIdentity {
    func value(_ key: String) throws -> String {
      guard
        let value = try String.fetchOne(
          db,
          sql: "SELECT value FROM meta WHERE key = ?",
          arguments: [key]
        )
      else { throw StoreFailure.unreadable("node.db") }
      return value
    }
    guard let realm = Digest32(hex: try value("realm")), let number = UInt64(try value("log"))
    else { throw StoreFailure.unreadable("node.db") }
    return LogIdentity(agency: try value("agency"), number: number, realm: realm)
  }

  /// K1: what has been signed must be what is here.
  private static func judgeGuard(
    _ checkpoints: CheckpointFile,
    book: LogBook,
    database: DatabaseQueue
  ) throws {
    guard let own = try checkpoints.own(book.identity.log) else {
      // A log is founded with its first checkpoint; leaves without one mean an emptied guard.
      guard book.tree.size == 0 else { throw StoreFailure.guardMissing }
      return
    }
    guard own.size <= book.tree.size else {
      throw StoreFailure.logBehindGuard(held: book.tree.size, guarded: own.size)
    }
    let tree = book.tree
    let root = try database.read { db in
      try book.reading(db) { try tree.root(at: own.size, tiles: book.tiles) }
    }
    guard root == own.root else { throw StoreFailure.logChanged }
  }
}
