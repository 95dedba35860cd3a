internal import Foundation
internal import GRDB

/// How the three databases are opened.
enum Databases {
  /// Page size of `node.db`, in bytes: envelopes of 6 KiB fill it with two thirds of the writes that
  /// 4 KiB pages would need.
  static let pageBytes = 16_384

  /// Opens a database for writing: WAL, full synchronisation, secure deletion.
  static func writer(
    _ file: URL,
    role: String,
    pageBytes: Int
  ) throws(StoreFailure) -> DatabaseQueue {
    var configuration = base()
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA page_size = \(pageBytes)")
      try db.execute(sql: "PRAGMA journal_mode = WAL")
      try db.execute(sql: "PRAGMA synchronous = FULL")
      try db.execute(sql: "PRAGMA secure_delete = ON")
      try db.execute(sql: "PRAGMA wal_autocheckpoint = 2000")
      try db.execute(sql: "PRAGMA cache_size = -16384")
    }
    return try open(file, role: role, configuration: configuration)
  }

  /// Opens a database for reading beside the writer.
  static func reader(_ file: URL, role: String) throws(StoreFailure) -> DatabaseQueue {
    var configuration = base()
    configuration.readonly = true
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA cache_size = -4096")
    }
    return try open(file, role: role, configuration: configuration)
  }

  private static func base() -> Configuration {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = true
    // The pages that a savepoint puts aside stay in memory, not in files of the system's folder.
    configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA temp_store = MEMORY") }
    configuration.busyMode = .timeout(5)
    // Statement arguments are personal or opaque; errors must print neither.
    configuration.publicStatementArguments = false
    return configuration
  }

  private static func open(
    _ file: URL,
    role: String,
    configuration: Configuration
  ) throws(StoreFailure) -> DatabaseQueue {
    do { return try DatabaseQueue(path: file.path, configuration: configuration) } catch {
      throw StoreFailure.from(error, file: role)
    }
  }
}
