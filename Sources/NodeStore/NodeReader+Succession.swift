package import CanonicalBytes
internal import Foundation
internal import GRDB

extension NodeReader {
  /// A log that has ended.
  package struct Succession: Sendable {
    package let agency: String
    package let oldLog: String
    package let size: UInt64
    package let root: Digest32
  }

  /// The logs of all members that are known to have ended, oldest first.
  package func successions() throws -> [Succession] {
    try Row.fetchAll(database, sql: "SELECT * FROM succession ORDER BY at, old_log").map {
      Succession(
        agency: $0["agency"],
        oldLog: $0["old_log"],
        size: UInt64($0["size"] as Int64),
        root: try $0.digest("root")
      )
    }
  }

  /// An own log that has ended.
  package struct PastLogLine: Sendable {
    package let number: UInt64
    package let size: UInt64
    package let root: Digest32
    /// The checkpoint that closed it; empty if nobody could return one.
    package let note: String
    /// Whether every leaf of it is here.
    package let isProvable: Bool
  }

  /// The own logs that have ended, oldest first.
  package func pastLogs() throws -> [PastLogLine] {
    try Row.fetchAll(database, sql: "SELECT * FROM past_log ORDER BY number").map {
      PastLogLine(
        number: UInt64($0["number"] as Int64),
        size: UInt64($0["size"] as Int64),
        root: try $0.digest("root"),
        note: $0["note"],
        isProvable: ($0["provable"] as Int64) == 1
      )
    }
  }

  /// Whether a peer has still to say which sequence number it saw last.
  package func awaitsResync(_ agency: String) throws -> Bool {
    try Bool.fetchOne(
      database,
      sql: "SELECT resync FROM peer WHERE agency = ?",
      arguments: [agency]
    ) ?? false
  }
}
