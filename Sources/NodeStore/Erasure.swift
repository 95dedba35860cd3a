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

  /// Length of the pieces that are looked for, in bytes, and the space between two of them.
  static let pieceBytes = 32
  private static let stride = 480
  /// Shortest value that is looked for: a shorter one could stand anywhere by chance.
  private static let leastBytes = 16

  /// Pieces of a value, from its first byte to its last: a boundary of two pages can hide one of them
  /// from a search, but not the next.
  static func pieces(of value: some RandomAccessCollection<UInt8>) -> [[UInt8]] {
    guard value.count > pieceBytes else { return value.count < leastBytes ? [] : [Array(value)] }
    var out: [[UInt8]] = []
    for start in Swift.stride(from: 0, to: value.count - pieceBytes, by: stride) {
      let from = value.index(value.startIndex, offsetBy: start)
      out.append(Array(value[from..<value.index(from, offsetBy: pieceBytes)]))
    }
    out.append(Array(value.suffix(pieceBytes)))
    return out
  }

  /// Looks for every piece of byte strings in a database file and its WAL.
  ///
  /// - Throws: ``StoreFailure/refused(_:)`` with `erase-incomplete` when any is still there.
  static func verifyAbsent(_ values: [Data], from file: URL) throws(StoreFailure) {
    let pieces = values.flatMap { Self.pieces(of: $0) }
    guard !pieces.isEmpty else { return }
    for path in [file.path, file.path + "-wal"] where FileManager.default.fileExists(atPath: path) {
      guard let handle = FileHandle(forReadingAtPath: path) else { throw .unreadable("scan") }
      defer { try? handle.close() }
      var carried: [UInt8] = []
      while true {
        let chunk: Data?
        do { chunk = try handle.read(upToCount: 4 << 20) } catch { throw .unreadable("scan") }
        guard let chunk, !chunk.isEmpty else { break }
        let window = carried + [UInt8](chunk)
        guard !holdsAny(pieces, in: window) else { throw .refused("erase-incomplete") }
        // A piece across two chunks is seen in the second.
        carried = Array(window.suffix(pieceBytes - 1))
      }
    }
  }

  private static func holdsAny(_ pieces: [[UInt8]], in window: [UInt8]) -> Bool {
    unsafe window.withUnsafeBytes { window in
      pieces.contains { piece in unsafe piece.withUnsafeBytes { unsafe holds($0, window) } }
    }
  }

  private static func holds(
    _ piece: UnsafeRawBufferPointer,
    _ window: UnsafeRawBufferPointer
  ) -> Bool {
    guard let wanted = piece.baseAddress, let start = window.baseAddress else { return false }
    var place = 0
    while window.count - place >= piece.count {
      // Only where the first byte fits is there anything to compare.
      let room = window.count - place - piece.count + 1
      guard let hit = unsafe memchr(start + place, Int32(piece[0]), room) else { return false }
      if unsafe memcmp(hit, wanted, piece.count) == 0 { return true }
      place = unsafe UnsafeRawPointer(hit) - start + 1
    }
    return false
  }
}
