package import CanonicalBytes
internal import Foundation
internal import GRDB
internal import Sealing
internal import TransparencyLog

/// The state of a node whose fork guard is lost or contradicted.
///
/// It can be read, but its log and witness keys never sign again. All it can do is to open the next
/// log (K1, attack A7).
package final class RecoveryStore: Sendable {
  /// How the log that cannot go on ended, as far as anybody knows.
  package struct Ending: Sendable {
    /// Leaves.
    package let size: UInt64
    /// The root.
    package let root: Digest32
    /// The checkpoint note that a peer returned; empty where none did.
    package let note: String

    package init(size: UInt64, root: Digest32, note: String) {
      self.size = size
      self.root = root
      self.note = note
    }
  }

  /// The log that cannot go on.
  package let identity: LogIdentity
  /// The secrets.
  package let keyring: Keyring
  /// The last checkpoint that the guard knows, if it knows one.
  package let guarded: Ending?
  private let folder: StateFolder
  private let database: DatabaseQueue

  /// Opens the state for reading.
  ///
  /// - Throws: ``StoreFailure/conflict(_:)`` where nothing is wrong with the guard.
  package init(opening folder: StateFolder) throws(StoreFailure) {
    do throws(StoreFailure) {
      _ = try NodeStore(opening: folder)
      throw StoreFailure.conflict("fork guard")
    } catch {
      switch error {
      case .guardMissing, .logBehindGuard, .logChanged: break
      default: throw error
      }
    }
    self.folder = folder
    keyring = try Keyring(folder)
    database = try Databases.writer(
      folder.node,
      role: "node.db",
      pageBytes: Databases.pageBytes
    )
    do {
      identity = try database.read { db in try NodeStore.identity(db) }
      let own =
        folder.has(folder.checkpoints)
        ? try CheckpointFile(folder.checkpoints).own(identity.log) : nil
      guarded = own.map { Ending(size: $0.size, root: $0.root, note: $0.note) }
    } catch {
      throw StoreFailure.from(error, file: "node.db")
    }
  }

  /// Reads.
  package func read<Out: Sendable>(
    _ body: @escaping @Sendable (NodeReader) throws -> Out
  ) async throws(StoreFailure) -> Out {
    do {
      return try await database.read { db in try body(NodeReader(database: db)) }
    } catch {
      throw StoreFailure.from(error, file: "node.db")
    }
  }

  /// What this node itself holds of the log: only where no peer can be asked.
  package func local() throws(StoreFailure) -> Ending {
    do {
      let book = try book()
      return Ending(size: book.tree.size, root: book.tree.root, note: "")
    } catch {
      throw StoreFailure.from(error, file: "node.db")
    }
  }

  private func book() throws -> LogBook {
    let padKey = try NodeStore.padKey(keyring, number: identity.number)
    return try database.read { db in
      try LogBook(identity: identity, padKey: padKey, database: db)
    }
  }

  /// Ends the old log and opens the next one; after that the node starts as usual.
  ///
  /// The new guard is written first: a crash in between only means that this is done again.
  ///
  /// - Parameters:
  ///   - ending: Where the old log ended: the highest checkpoint that anybody knows.
  ///   - heard: The last sequence number that each peer reached has seen.
  ///   - atMs: Now, Unix ms.
  /// - Returns: The number of the new log.
  /// - Throws: ``StoreFailure``; nothing is signed then, and it can be done again.
  package func openNextLog(
    _ ending: Ending,
    heard: [String: UInt64],
    atMs: UInt64
  ) throws(StoreFailure) -> UInt64 {
    let next = LogIdentity(
      agency: identity.agency,
      number: identity.number + 1,
      realm: identity.realm
    )
    guard try keyring.secret(named: "log/\(next.number)") != nil else { throw .stateKey }
    for name in ["witness/\(next.number)", "log/\(next.number + 1)", "pad/\(next.number)"]
    where try keyring.secret(named: name) == nil {
      try keyring.set(name, to: SecretBytes.random(count: 32))
    }
    let guardFile = try CheckpointFile(folder.checkpoints)
    if try guardFile.own(next.log) == nil {
      try guardFile.record(
        own: .init(origin: next.log, key: .zero, size: 0, root: MerkleHash.empty, note: ""),
        accepted: []
      )
    }
    do {
      // A tree that cannot be read back is still closed where the peers say.
      let held = try? book()
      let isProvable = try held.map { try self.holds(ending, $0) } ?? false
      try eraseAgain()
      try database.writeWithoutTransaction { db in
        try db.inTransaction(.immediate) {
          try db.execute(sql: "PRAGMA defer_foreign_keys = ON")
          let succession = try LogSuccessionWriter(
            old: identity,
            next: next,
            padKey: try NodeStore.padKey(keyring, number: next.number),
            ending: ending,
            localSize: held?.tree.size ?? 0,
            isProvable: isProvable,
            atMs: atMs,
            database: db
          )
          try succession.write(heard: heard)
          return .commit
        }
      }
    } catch {
      throw StoreFailure.from(error, file: "node.db")
    }
    return next.number
  }

  /// Whether every leaf of the ended log is here.
  private func holds(_ ending: Ending, _ book: LogBook) throws -> Bool {
    guard ending.size > 0, ending.size <= book.tree.size else { return false }
    let root = try database.read { db in
      try book.reading(db) { try book.tree.root(at: ending.size, tiles: book.tiles) }
    }
    return root == ending.root
  }

  /// Destroys again what the log says was destroyed: an old keyring brings erased keys back (C6).
  private func eraseAgain() throws {
    let people = try database.read { db -> [[UInt8]] in
      var ranges: [ClosedRange<Int64>] = []
      for bytes in try Data.fetchAll(db, sql: "SELECT e FROM event WHERE type = 'erase'") {
        guard let event = try? LogEvent(parsing: [UInt8](bytes)) else { continue }
        for target in event.strings(.targets) ?? [] {
          let ends = target.split(separator: "-").compactMap { Int64($0) }
          if ends.count == 2, ends[0] <= ends[1] { ranges.append(ends[0]...ends[1]) }
        }
      }
      var found: [[UInt8]] = []
      for range in ranges {
        found += try Data.fetchAll(
          db,
          sql: "SELECT person FROM event WHERE idx BETWEEN ? AND ? AND person NOT NULL",
          arguments: [range.lowerBound, range.upperBound]
        ).map { [UInt8]($0) }
      }
      return found
    }
    if !people.isEmpty { try keyring.erasePersonKeys(people) }
  }
}
