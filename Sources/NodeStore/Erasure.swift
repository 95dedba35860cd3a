internal import Foundation
internal import GRDB

/// What makes a deleted row an erased one: the WAL truncated, the files looked through.
///
/// SQLite keeps a deleted row in the WAL until it is truncated, and in the main file until the page
/// is written again; `secure_delete` zeroes it then. Nothing is reported erased before a scan of
/// both files has not found it.
enum Erasure {
  /// How long a piece is that the scan looks for.
  static let probeBytes = 32
  /// How far apart pieces are taken: no page can hide all of a value's.
  static let probeStrideBytes = 1000
  /// Most pieces of one value.
  static let probeLimit = 64
  /// How much of a file is looked at in one go.
  private static let windowBytes = 4 << 20

  /// Pieces of a value that a scan can look for: wherever its pages ended, one of them is whole.
  static func probes(_ value: [UInt8]) -> [[UInt8]] {
    guard value.count > 2 * probeBytes else {
      return value.count >= 16 ? [Array(value.prefix(probeBytes))] : []
    }
    var out = [Array(value.suffix(probeBytes))]
    var place = value.count / 2 % probeStrideBytes
    while place + probeBytes < value.count, out.count < probeLimit {
      let piece = Array(value[place..<place + probeBytes])
      // Framing and padding are not what anybody would look for.
      if Set(piece).count > 8 { out.append(piece) }
      place += probeStrideBytes
    }
    return out
  }

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

  /// Looks for byte strings in a database file and its WAL, all of them in one pass.
  static func verifyAbsent(_ values: [Data], from file: URL) throws(StoreFailure) {
    let needles = values.filter { $0.count >= 16 }.map { [UInt8]($0.prefix(probeBytes)) }
    guard !needles.isEmpty else { return }
    var byPair: [UInt16: [[UInt8]]] = [:]
    for needle in needles { byPair[pair(needle[0], needle[1]), default: []].append(needle) }
    var starts = [Bool](repeating: false, count: 1 << 16)
    for key in byPair.keys { starts[Int(key)] = true }
    for path in [file.path, file.path + "-wal"] where FileManager.default.fileExists(atPath: path) {
      guard let handle = FileHandle(forReadingAtPath: path) else { throw .unreadable("scan") }
      defer { try? handle.close() }
      var carried: [UInt8] = []
      while true {
        let chunk: Data?
        do { chunk = try handle.read(upToCount: windowBytes) } catch { throw .unreadable("scan") }
        guard let chunk, !chunk.isEmpty else { break }
        let window = carried + [UInt8](chunk)
        guard !holds(window, byPair, starts) else { throw .refused("erase-incomplete") }
        carried = Array(window.suffix(probeBytes - 1))
      }
    }
  }

  private static func pair(_ first: UInt8, _ second: UInt8) -> UInt16 {
    UInt16(first) << 8 | UInt16(second)
  }

  private static func holds(
    _ window: [UInt8],
    _ needles: [UInt16: [[UInt8]]],
    _ starts: [Bool]
  ) -> Bool {
    guard window.count >= 16 else { return false }
    for place in 0..<(window.count - 1) {
      let key = pair(window[place], window[place + 1])
      guard starts[Int(key)] else { continue }
      for needle in needles[key] ?? []
      where place + needle.count <= window.count
        && window[place..<place + needle.count].elementsEqual(needle)
      {
        return true
      }
    }
    return false
  }
}
