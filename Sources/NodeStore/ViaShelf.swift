package import CanonicalBytes
package import Foundation
internal import GRDB
internal import Sealing

/// `via.db`: parcels that this node keeps for others until they fetch them.
///
/// A row says for whom, which bytes, and the hour in which they came: who brought them is written
/// nowhere. The file holds nothing of this node's own and is no part of a backup.
package final class ViaShelf: Sendable {
  /// What may lie here for one recipient.
  package struct Limits: Sendable {
    /// Parcels.
    package let parcels: Int
    /// Bytes.
    package let bytes: Int
    /// How long one is kept, in ms.
    package let lifeMs: UInt64

    package init(parcels: Int, bytes: Int, lifeMs: UInt64) {
      (self.parcels, self.bytes, self.lifeMs) = (parcels, bytes, lifeMs)
    }
  }

  /// The grain of the times that are kept, in ms.
  private static let hourMs: UInt64 = 3_600_000

  private let database: DatabaseQueue
  private let limits: Limits

  /// Opens or creates the file.
  ///
  /// - Throws: ``StoreFailure``.
  package init(_ file: URL, limits: Limits) throws(StoreFailure) {
    self.limits = limits
    database = try Databases.writer(file, role: "via.db", pageBytes: Databases.pageBytes)
    var migrator = DatabaseMigrator()
    migrator.registerMigration("0001 via") { db in
      try db.execute(
        sql: """
          CREATE TABLE parcel (
            id INTEGER PRIMARY KEY,
            recipient TEXT NOT NULL,
            sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
            hour INTEGER NOT NULL,
            size INTEGER NOT NULL,
            body BLOB NOT NULL,
            UNIQUE (recipient, sha256)
          ) STRICT;
          """
      )
    }
    do { try migrator.migrate(database) } catch {
      throw StoreFailure.from(error, file: "via.db")
    }
  }

  /// Keeps a parcel; durable when this returns.
  ///
  /// One that lies here already is kept once.
  ///
  /// - Returns: Whether there was room.
  package func put(
    _ parcel: [UInt8],
    for recipient: String,
    atMs: UInt64
  ) async throws(StoreFailure) -> Bool {
    let hash = Hash256.of(parcel).data
    let limits = limits
    let lapsed = Int64(clamping: Self.hour(atMs - min(atMs, limits.lifeMs)))
    return try await write { db in
      try db.execute(
        sql: "DELETE FROM parcel WHERE recipient = ? AND hour < ?",
        arguments: [recipient, lapsed]
      )
      let known = try Bool.fetchOne(
        db,
        sql: "SELECT EXISTS (SELECT 1 FROM parcel WHERE recipient = ? AND sha256 = ?)",
        arguments: [recipient, hash]
      )
      if known == true { return true }
      let held = try Row.fetchOne(
        db,
        sql: "SELECT count(*) AS n, coalesce(sum(size), 0) AS size FROM parcel WHERE recipient = ?",
        arguments: [recipient]
      )
      guard let held, Int(held["n"] as Int64) < limits.parcels,
        Int(held["size"] as Int64) + parcel.count <= limits.bytes
      else { return false }
      try db.execute(
        sql: "INSERT INTO parcel (recipient, sha256, hour, size, body) VALUES (?, ?, ?, ?, ?)",
        arguments: [
          recipient, hash, Int64(clamping: Self.hour(atMs)), parcel.count, Data(parcel),
        ]
      )
      return true
    }
  }

  /// The oldest parcel for a recipient.
  ///
  /// - Parameters:
  ///   - recipient: Who asks.
  ///   - taken: The one that it has taken, which goes.
  ///   - atMs: The time; what has lain too long goes as well.
  /// - Returns: Its bytes, or `nil` where none lies here.
  /// - Throws: ``StoreFailure``.
  package func next(
    for recipient: String,
    taken: Digest32?,
    atMs: UInt64
  ) async throws(StoreFailure) -> [UInt8]? {
    let lapsed = Int64(clamping: Self.hour(atMs - min(atMs, limits.lifeMs)))
    return try await write { db in
      if let taken {
        try db.execute(
          sql: "DELETE FROM parcel WHERE recipient = ? AND sha256 = ?",
          arguments: [recipient, taken.data]
        )
      }
      try db.execute(
        sql: "DELETE FROM parcel WHERE recipient = ? AND hour < ?",
        arguments: [recipient, lapsed]
      )
      return try Data.fetchOne(
        db,
        sql: "SELECT body FROM parcel WHERE recipient = ? ORDER BY id LIMIT 1",
        arguments: [recipient]
      ).map { [UInt8]($0) }
    }
  }

  /// Removes what has lain too long, whoever it is for.
  package func sweep(atMs: UInt64) async throws(StoreFailure) {
    let lapsed = Int64(clamping: Self.hour(atMs - min(atMs, limits.lifeMs)))
    _ = try await write { db in
      try db.execute(sql: "DELETE FROM parcel WHERE hour < ?", arguments: [lapsed])
    }
  }

  /// How many parcels lie here, and their bytes.
  package func load() throws(StoreFailure) -> (parcels: UInt64, bytes: UInt64) {
    do {
      return try database.read { db in
        let row = try Row.fetchOne(
          db,
          sql: "SELECT count(*) AS n, coalesce(sum(size), 0) AS size FROM parcel"
        )
        return (UInt64(row?["n"] as Int64? ?? 0), UInt64(row?["size"] as Int64? ?? 0))
      }
    } catch {
      throw StoreFailure.from(error, file: "via.db")
    }
  }

  private static func hour(_ timeMs: UInt64) -> UInt64 { timeMs / hourMs * hourMs }

  private func write<Out: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Out
  ) async throws(StoreFailure) -> Out {
    do { return try await database.write(body) } catch {
      throw StoreFailure.from(error, file: "via.db")
    }
  }
}
