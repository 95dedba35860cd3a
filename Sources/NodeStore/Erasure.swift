internal import Foundation
internal import GRDB

/// What makes a deleted row an erased one: the WAL truncated, the files looked through.
///
/// SQLite keeps a deleted row in the WAL until it is truncated, and in the main file until the page
/// is written again; `secure_delete` zeroes it then. Nothing is reported erased before a scan of
/// both files has not found it.
enum Erasure {
  /// Moves the WAL into the file and empties it.
  ///
  /// - Throws: ``StoreFailure/refused(_:)`` with `erase-incomplete` while a reader pins the WAL.
  static func truncate(_ database: DatabaseQueue, role: String) throws(StoreFailure) {
    let busy: Int64
    do {
      busy = try database.writeWithoutTransaction { db in
        try Int64.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)") ?? 1
      }
    } catch {
      throw StoreFailure.from(error, file: role)
    }
    guard busy == 0 else { throw .refused("erase-incomplete") }
  }

  /// Looks for byte strings in a database file and its WAL.
  ///
  /// Long values are looked for by a piece from their middle, which no page boundary of a row with
  /// its own overflow pages can hide for all of them.
  static func verifyAbsent(_ values: [Data], from file: URL) throws(StoreFailure) {
    let needles = values.filter { $0.count >= 16 }.map { Data($0.prefix(32)) }
    guard !needles.isEmpty else { return }
    for path in [file.path, file.path + "-wal"] where FileManager.default.fileExists(atPath: path) {
      guard let handle = FileHandle(forReadingAtPath: path) else { throw .unreadable("scan") }
      defer { try? handle.close() }
      var carried = Data()
      while true {
        let chunk: Data?
        do { chunk = try handle.read(upToCount: 4 << 20) } catch { throw .unreadable("scan") }
        guard let chunk, !chunk.isEmpty else { break }
        let window = carried + chunk
        for needle in needles where window.range(of: needle) != nil {
          throw .refused("erase-incomplete")
        }
        carried = Data(window.suffix(64))
      }
    }
  }
}
