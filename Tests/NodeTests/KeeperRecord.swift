internal import Foundation
internal import GRDB

/// Everything that a keeper of parcels has ever written down about them: `via.db` itself makes a copy
/// of each row, so that what was fetched at once is here too.
struct KeeperRecord {
  struct Row {
    let recipient: String
    let hour: Int64
    let size: Int
    let body: [UInt8]
  }

  private let file: DatabaseQueue

  /// Begins; the keeper's node may be running.
  init(of state: URL) throws {
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    file = try DatabaseQueue(
      path: state.appendingPathComponent("via.db").path,
      configuration: configuration
    )
    try file.write { db in
      try db.execute(
        sql: """
          CREATE TABLE seen AS SELECT * FROM parcel WHERE 0;
          CREATE TRIGGER seen AFTER INSERT ON parcel BEGIN
            INSERT INTO seen SELECT * FROM parcel WHERE id = NEW.id;
          END;
          """
      )
    }
  }

  /// What a row says: the names of its columns.
  func columns() throws -> Set<String> {
    try file.read { db in Set(try db.columns(in: "parcel").map(\.name)) }
  }

  /// The rows, as they came.
  func rows() throws -> [Row] {
    try file.read { db in
      try GRDB.Row.fetchAll(db, sql: "SELECT * FROM seen ORDER BY rowid").map {
        Row(
          recipient: $0["recipient"],
          hour: $0["hour"],
          size: $0["size"],
          body: [UInt8]($0["body"] as Data)
        )
      }
    }
  }
}

/// A database file that a test changes behind a node's back.
enum SmallFile {
  /// Runs statements.
  static func run(_ file: URL, _ sql: String) throws {
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    try DatabaseQueue(path: file.path, configuration: configuration).write {
      try $0.execute(sql: sql)
    }
  }
}
