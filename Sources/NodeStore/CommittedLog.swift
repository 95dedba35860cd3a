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

  /// The proof that this log continues the one that a peer holds; empty from size 0.
  package func consistency(from older: UInt64) throws -> [Digest32] {
    guard older > 0, older < size else { return [] }
    return try book.reading(database) { try proofs.consistencyProof(from: older) }
  }
}
