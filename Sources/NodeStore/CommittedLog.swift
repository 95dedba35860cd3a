package import CanonicalBytes
internal import Foundation
internal import GRDB
package import TransparencyLog

/// The log right after a commit: the checkpoint over it has been signed and guarded, and proofs at
/// its size can be made.
///
/// Valid only inside the closure it is lent to.
package struct CommittedLog {
  /// The signed checkpoint note.
  package let note: String
  /// Leaves.
  package let size: UInt64
  /// The root.
  package let root: Digest32
  /// The log's name.
  package var origin: String { book.identity.log }

  private let book: LogBook
  private let database: Database
  private let proofs: ProofBatch

  init(note: String, book: LogBook, database: Database) throws {
    self.note = note
    self.book = book
    self.database = database
    size = book.tree.size
    root = book.tree.root
    let tree = book.tree
    let tiles = book.tiles
    let bookTreeSize = size
    proofs = try book.reading(database) {
      try ProofBatch(tree: tree, size: bookTreeSize, tiles: tiles)
    }
  }

  /// Opens events of this log to the peer: peer part, salt, commitments and path.
  ///
  /// - Throws: ``StoreFailure/unknown(_:)`` for an index that is a pad or beyond the log.
  package func openings(_ indices: [UInt64]) throws -> [EventOpening] {
    try book.reading(database) {
      let stored = try book.hot.statement(
        "SELECT e, e_salt, a, a_salt, p_commit FROM event WHERE idx = ?",
        database
      )
      return try indices.map { index in
        let written =
          try book.recent(index)
          ?? stored.first([.number(index)]) { row in
            LogBook.Written(
              event: row.bytes(0),
              salt: try row.digest(1),
              staff: Commitments.staff(row.bytes(2), salt: try row.digest(3)),
              personal: try row.digest(4)
            )
          }
        guard let written else { throw StoreFailure.unknown("event") }
        return EventOpening(
          event: written.event,
          salt: written.salt,
          staff: written.staff,
          personal: written.personal,
          path: try proofs.inclusionProof(index: index)
        )
      }
    }
  }

  /// Opens an event of this log, or of an own log that has ended, under what closed it.
  ///
  /// - Throws: ``StoreFailure/unknown(_:)`` for a log that is neither, or an index beyond it.
  package func opening(_ index: UInt64, of log: String) throws -> EventOpening {
    if log.utf8.elementsEqual(book.identity.log.utf8) {
      guard let opening = try openings([index]).first else { throw StoreFailure.unknown("event") }
      return opening
    }
    guard let past = book.past[log] else { throw StoreFailure.unknown("log") }
    return try past.opening(index, database)
  }

  /// Whether an event of this name can be opened.
  package func canOpen(_ index: UInt64, of log: String) -> Bool {
    (try? opening(index, of: log)) != nil
  }

  static func openingStatement(_ database: Database, suffix: String = "") throws -> Statement {
    try database.cachedStatement(
      sql: "SELECT e, e_salt, a, a_salt, p_commit FROM event\(suffix) WHERE idx = ?"
    )
  }

  static func opening(
    _ index: UInt64,
    statement: Statement,
    path: [Digest32],
    closed note: String? = nil
  ) throws -> EventOpening {
    guard let row = try Row.fetchOne(statement, arguments: [Int64(index)]),
      let salt = Digest32([UInt8](row[1] as Data)),
      let staffSalt = Digest32([UInt8](row[3] as Data)),
      let personal = Digest32([UInt8](row[4] as Data))
    else { throw StoreFailure.unknown("event") }
    return EventOpening(
      event: [UInt8](row[0] as Data),
      salt: salt,
      staff: Commitments.staff([UInt8](row[2] as Data), salt: staffSalt),
      personal: personal,
      path: path,
      closedCheckpoint: note
    )
  }

  /// The proof that this log continues the one that a peer holds; empty from size 0.
  package func consistency(from older: UInt64) throws -> [Digest32] {
    guard older > 0, older < size else { return [] }
    return try book.reading(database) { try proofs.consistencyProof(from: older) }
  }

  /// The proof between two earlier sizes of this log, whichever is larger; empty from size 0.
  ///
  /// - Throws: `LogTreeFailure/outOfRange` for a size beyond the log.
  package func consistency(between one: UInt64, and other: UInt64) throws -> [Digest32] {
    let (older, newer) = (min(one, other), max(one, other))
    guard older > 0, older < newer else { return [] }
    return try book.reading(database) {
      try book.tree.consistencyProof(from: older, size: newer, tiles: book.tiles)
    }
  }

  /// The root that this log had at an earlier size; `nil` beyond it.
  package func root(at earlier: UInt64) throws -> Digest32? {
    guard earlier <= size else { return nil }
    return try book.reading(database) { try book.tree.root(at: earlier, tiles: book.tiles) }
  }
}
