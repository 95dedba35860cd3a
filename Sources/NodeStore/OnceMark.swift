package import CanonicalBytes
internal import Foundation
internal import GRDB
internal import Synchronization

/// One request of the local API that is carried out at most once, whatever breaks in between.
///
/// The mark is a row under the caller's key, written in the very transaction of the first change that
/// the request makes: either both are there after a crash or neither. A second request under the key
/// cannot commit anything, however close it follows.
package final class OnceMark: Sendable {
  /// The request that this task carries out; ``NodeStore/change(_:after:)`` marks its change.
  @TaskLocal package static var current: OnceMark?

  /// The caller's key.
  package let key: String
  /// What was asked, so that the key cannot stand for something else.
  package let request: Digest32
  /// When, Unix ms.
  package let atMs: UInt64
  private let state = Mutex(State())

  private struct State {
    var isWritten = false
    var answer: [UInt8] = []
  }

  /// Describes a request.
  package init(key: String, request: Digest32, atMs: UInt64) {
    self.key = key
    self.request = request
    self.atMs = atMs
  }

  /// Whether a change of this request has been committed.
  package var isWritten: Bool { state.withLock { $0.isWritten } }

  /// The answer that stands with the change; empty while there is none.
  var answer: [UInt8] { state.withLock { $0.answer } }

  func keep(_ answer: [UInt8]) { state.withLock { $0.answer = answer } }

  func committed() { state.withLock { $0.isWritten = true } }
}

/// What is known under an idempotency key.
package enum KnownAnswer: Sendable, Equatable {
  /// The answer given before.
  case answer([UInt8])
  /// It was carried out; the process ended before it could answer.
  case lost
}

extension NodeTransaction {
  /// Keeps the answer of the request with its change, so that a crash right after loses neither.
  ///
  /// Costs nothing when the caller gave no key.
  package func keepAnswer(_ bytes: () throws -> [UInt8]) rethrows {
    guard let once else { return }
    once.keep(try bytes())
  }

  /// Writes the mark of a request, with the first change that it makes.
  func write(_ once: OnceMark) throws {
    guard !once.isWritten else { return }
    try database.execute(
      sql: "INSERT OR IGNORE INTO idempotency (key, request, answer, at) VALUES (?, ?, ?, ?)",
      arguments: [once.key, once.request.data, Data(once.answer), Int64(clamping: once.atMs)]
    )
    // The same key is being served beside this: nothing of this one stays.
    guard database.changesCount == 1 else { throw StoreFailure.refused("busy") }
  }

  /// Puts the answer as it was given in the place of the one kept with the change.
  package func complete(_ once: OnceMark, answer: [UInt8]) throws {
    try database.execute(
      sql: """
        INSERT INTO idempotency (key, request, answer, at) VALUES (?, ?, ?, ?)
        ON CONFLICT (key) DO UPDATE SET answer = excluded.answer WHERE request = excluded.request
        """,
      arguments: [once.key, once.request.data, Data(answer), Int64(clamping: once.atMs)]
    )
  }

  /// Forgets a request that was answered with a failure: it may be sent again under its key.
  package func forget(_ once: OnceMark) throws {
    try database.execute(
      sql: "DELETE FROM idempotency WHERE key = ? AND request = ?",
      arguments: [once.key, once.request.data]
    )
  }

  /// Forgets the answers given before a time.
  package func forgetAnswers(beforeMs: UInt64) throws {
    try database.execute(
      sql: "DELETE FROM idempotency WHERE at < ?",
      arguments: [Int64(clamping: beforeMs)]
    )
  }
}

extension NodeReader {
  /// What is known under an idempotency key; `nil` when it was never used.
  ///
  /// - Throws: ``StoreFailure/conflict(_:)`` when the key was used for another request.
  package func answer(forKey key: String, request: Digest32) throws -> KnownAnswer? {
    guard
      let row = try Row.fetchOne(
        database,
        sql: "SELECT request, answer FROM idempotency WHERE key = ?",
        arguments: [key]
      )
    else { return nil }
    guard try row.digest("request") == request else {
      throw StoreFailure.conflict("idempotency-conflict")
    }
    let answer = [UInt8](row["answer"] as Data)
    return answer.isEmpty ? .lost : .answer(answer)
  }
}
