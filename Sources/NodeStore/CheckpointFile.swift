package import CanonicalBytes
package import Foundation
internal import GRDB

/// `checkpoints.db`: what this node has signed and what it has seen others sign (K1).
///
/// Never backed up and never restored: it is what stops a restored node from forking its own log and
/// a restored witness from cosigning a view that it had already excluded.
package final class CheckpointFile: Sendable {
  /// A size and root under a note.
  package struct Entry: Sendable {
    package let origin: String
    package let key: Digest32
    package let size: UInt64
    package let root: Digest32
    package let note: String
    /// The time of the last cosignature over this log, Unix seconds; 0 for none.
    ///
    /// Never goes back (K5).
    package let cosignedAt: UInt64

    package init(
      origin: String,
      key: Digest32,
      size: UInt64,
      root: Digest32,
      note: String,
      cosignedAt: UInt64 = 0
    ) {
      self.origin = origin
      self.key = key
      self.size = size
      self.root = root
      self.note = note
      self.cosignedAt = cosignedAt
    }
  }

  private let database: DatabaseQueue

  /// Opens or creates the file.
  ///
  /// - Throws: ``StoreFailure``.
  package init(_ file: URL) throws(StoreFailure) {
    database = try Databases.writer(file, role: "checkpoints.db", pageBytes: 4096)
    var migrator = DatabaseMigrator()
    migrator.registerMigration("0001 checkpoints") { db in
      try db.execute(
        sql: """
          CREATE TABLE own (
            origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL
          ) STRICT, WITHOUT ROWID;
          CREATE TABLE origin (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL, key BLOB NOT NULL,
            size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL,
            cosigned INTEGER NOT NULL, UNIQUE (name, key)
          ) STRICT;
          CREATE TABLE seen (
            origin INTEGER NOT NULL REFERENCES origin (id), size INTEGER NOT NULL,
            root BLOB NOT NULL, PRIMARY KEY (origin, size)
          ) STRICT, WITHOUT ROWID;
          """
      )
    }
    do { try migrator.migrate(database) } catch {
      throw StoreFailure.from(error, file: "checkpoints.db")
    }
  }

  /// The last checkpoint this node signed for a log, or `nil`.
  package func own(_ origin: String) throws(StoreFailure) -> Entry? {
    try read { db in
      try Row.fetchOne(db, sql: "SELECT * FROM own WHERE origin = ?", arguments: [origin])
        .flatMap { row in
          Digest32([UInt8](row["root"] as Data)).map {
            Entry(
              origin: origin,
              key: .zero,
              size: UInt64(row["size"] as Int64),
              root: $0,
              note: row["note"]
            )
          }
        }
    }
  }

  /// The last checkpoint accepted of every other log.
  package func newest() throws(StoreFailure) -> [Entry] {
    try read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM origin").compactMap { row in
        guard let root = Digest32([UInt8](row["root"] as Data)),
          let key = Digest32([UInt8](row["key"] as Data))
        else { return nil }
        return Entry(
          origin: row["name"],
          key: key,
          size: UInt64(row["size"] as Int64),
          root: root,
          note: row["note"],
          cosignedAt: UInt64(row["cosigned"] as Int64)
        )
      }
    }
  }

  /// Every accepted size and root of a log under a key, ascending.
  package func seen(_ origin: String) throws(StoreFailure) -> [(size: UInt64, root: Digest32)] {
    try read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT seen.size, seen.root FROM seen JOIN origin ON origin.id = seen.origin
          WHERE origin.name = ? ORDER BY seen.size
          """,
        arguments: [origin]
      ).compactMap { row in
        Digest32([UInt8](row["root"] as Data)).map { (UInt64(row["size"] as Int64), $0) }
      }
    }
  }

  /// The root accepted of a log at a size, or `nil`.
  package func root(
    of origin: String,
    key: Digest32,
    at size: UInt64
  ) throws(StoreFailure) -> Digest32? {
    try read { db in
      try Data.fetchOne(
        db,
        sql: """
          SELECT seen.root FROM seen JOIN origin ON origin.id = seen.origin
          WHERE origin.name = ? AND origin.key = ? AND seen.size = ?
          """,
        arguments: [origin, Data(key.bytes), Int64(clamping: size)]
      ).flatMap { Digest32([UInt8]($0)) }
    }
  }

  /// Records a new own checkpoint and newly accepted ones of others, in one transaction.
  ///
  /// - Throws: ``StoreFailure/logBehindGuard(held:guarded:)`` when a larger own one is recorded.
  package func record(own: Entry?, accepted: [Entry]) throws(StoreFailure) {
    guard own != nil || !accepted.isEmpty else { return }
    do {
      try database.write { db in
        if let own { try CheckpointFile.replaceOwn(own, db) }
        for entry in accepted { try CheckpointFile.accept(entry, db) }
      }
    } catch {
      throw StoreFailure.from(error, file: "checkpoints.db")
    }
  }

  private static func replaceOwn(_ own: Entry, _ db: Database) throws {
    let held =
      try Int64.fetchOne(
        db,
        sql: "SELECT size FROM own WHERE origin = ?",
        arguments: [own.origin]
      ) ?? -1
    // Compare and swap: a smaller or equal checkpoint is never written over a larger one.
    guard held < Int64(clamping: own.size) else {
      throw StoreFailure.logBehindGuard(held: own.size, guarded: UInt64(max(0, held)))
    }
    let statement = try db.cachedStatement(
      sql: "INSERT OR REPLACE INTO own (origin, size, root, note) VALUES (?, ?, ?, ?)"
    )
    try statement.execute(arguments: [
      own.origin, Int64(clamping: own.size), Data(own.root.bytes), own.note,
    ])
  }

  private static func accept(_ entry: Entry, _ db: Database) throws {
    let name = entry.origin
    let key = Data(entry.key.bytes)
    let size = Int64(clamping: entry.size)
    let root = Data(entry.root.bytes)
    try db.cachedStatement(
      sql: """
        INSERT INTO origin (name, key, size, root, note, cosigned) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (name, key) DO UPDATE SET size = excluded.size, root = excluded.root,
          note = excluded.note, cosigned = max(excluded.cosigned, origin.cosigned)
          WHERE excluded.size >= origin.size
        """
    ).execute(arguments: [
      name, key, size, root, entry.note, Int64(clamping: entry.cosignedAt),
    ])
    try db.cachedStatement(
      sql: """
        INSERT OR IGNORE INTO seen (origin, size, root)
        VALUES ((SELECT id FROM origin WHERE name = ? AND key = ?), ?, ?)
        """
    ).execute(arguments: [name, key, size, root])
  }

  private func read<T>(_ body: (Database) throws -> T) throws(StoreFailure) -> T {
    do { return try database.read(body) } catch {
      throw StoreFailure.from(error, file: "checkpoints.db")
    }
  }
}
