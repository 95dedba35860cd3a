internal import Foundation
internal import GRDB

/// One side's table of envelopes and nothing else, with the settings of `node.db`.
struct FloorStore {
  private let database: DatabaseQueue

  /// Makes the file.
  init(_ file: URL) throws {
    var configuration = Configuration()
    configuration.prepareDatabase { db in
      for setting in [
        "page_size = 16384", "journal_mode = WAL", "synchronous = FULL", "secure_delete = ON",
        "wal_autocheckpoint = 2000", "cache_size = -16384",
      ] {
        try db.execute(sql: "PRAGMA \(setting)")
      }
    }
    database = try DatabaseQueue(path: file.path, configuration: configuration)
    try database.write { db in
      try db.execute(
        sql: "CREATE TABLE envelope (id INTEGER PRIMARY KEY, envelope BLOB NOT NULL) STRICT"
      )
    }
  }

  /// Inserts a batch in one transaction.
  func insert(_ envelopes: ArraySlice<[UInt8]>) throws {
    try database.write { db in
      let statement = try db.cachedStatement(sql: "INSERT INTO envelope (envelope) VALUES (?)")
      for envelope in envelopes { try statement.execute(arguments: [Data(envelope)]) }
    }
  }
}
