internal import CanonicalBytes
internal import Foundation
internal import GRDB
internal import TransparencyLog

/// An own log that has ended: what it holds can still be opened under its last checkpoint.
///
/// Lives on the writer's queue, as the book of the log in use does.
final class PastLog {
  let origin: String
  private let book: LogBook
  private let size: UInt64
  private let note: String
  private let suffix: String

  /// Reads the edge of a past log from its tables.
  init(
    identity: LogIdentity,
    padKey: PadKey,
    size: UInt64,
    note: String,
    database: Database
  ) throws {
    origin = identity.log
    suffix = LogBook.suffix(identity.number)
    self.size = size
    self.note = note
    book = try LogBook(identity: identity, padKey: padKey, database: database, suffix: suffix)
  }

  /// Opens an event under the checkpoint that closed the log.
  ///
  /// - Throws: ``StoreFailure/unknown(_:)`` beyond that.
  func opening(_ index: UInt64, _ database: Database) throws -> EventOpening {
    guard index < size, !note.isEmpty else { throw StoreFailure.unknown("event") }
    return try book.reading(database) {
      let proofs = try ProofBatch(tree: book.tree, size: size, tiles: book.tiles)
      return try CommittedLog.opening(
        index,
        statement: CommittedLog.openingStatement(database, suffix: suffix),
        path: try proofs.inclusionProof(index: index),
        closed: note
      )
    }
  }
}
