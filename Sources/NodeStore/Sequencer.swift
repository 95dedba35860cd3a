internal import CanonicalBytes
internal import GRDB
internal import Sealing
internal import TransparencyLog

/// The one writer of a node: group commit without a timer.
///
/// While one commit runs, the next jobs gather; then all of them go into one SQLite transaction, one
/// checkpoint is signed over what they added, it is guarded in `checkpoints.db`, and only then does
/// any of them learn that it is done. So one synchronisation serves many, and nothing leaves the
/// node before its log entry is durable.
actor Sequencer {
  /// Most jobs in one transaction.
  static let batchLimit = 64
  /// Most jobs waiting; beyond it callers are told to come again.
  static let queueLimit = 4096

  private let core: WriterCore
  private var waiting: [any SequencedJob] = []
  private var draining = false
  private var failure: StoreFailure?

  init(core: WriterCore) { self.core = core }

  /// Runs a job inside the next transaction.
  func perform(_ job: any SequencedJob) async {
    if let failure { return job.fail(failure) }
    guard waiting.count < Self.queueLimit else { return job.fail(.refused("busy")) }
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      job.whenDone(continuation)
      waiting.append(job)
      guard !draining else { return }
      draining = true
      // The one unowned task: it ends when the queue is empty, and every caller waits for its job.
      Task { await drain() }
    }
  }

  private func drain() async {
    while !waiting.isEmpty {
      let batch = Array(waiting.prefix(Self.batchLimit))
      waiting.removeFirst(batch.count)
      if let failure {
        for job in batch { job.fail(failure) }
      } else if let fatal = await core.run(batch) {
        failure = fatal
      }
      for job in batch { job.resume() }
    }
    draining = false
  }

  /// Stops the writer for good.
  func stop(_ failure: StoreFailure) { if self.failure == nil { self.failure = failure } }

  /// The failure that stopped the writer, if any.
  var fatalFailure: StoreFailure? { failure }
}

/// A unit of work for the writer, its type erased.
protocol SequencedJob: Sendable {
  func whenDone(_ continuation: CheckedContinuation<Void, Never>)
  /// Inside the transaction.
  func run(_ transaction: NodeTransaction) throws
  /// After commit and checkpoint.
  func finish(_ log: CommittedLog)
  func fail(_ failure: StoreFailure)
  func resume()
}

/// What the writer's queue owns.
///
/// Shared between the sequencer and GRDB's queue; only closures on that queue touch `book`, `note`.
final class WriterCore: @unchecked Sendable {
  let database: DatabaseQueue
  private let guardFile: CheckpointFile
  private let witness: WitnessBook
  private let logKey: LogKeyHolder
  private let book: LogBook
  private var note: String
  private var noteSize: UInt64

  init(
    database: DatabaseQueue,
    guardFile: CheckpointFile,
    witness: WitnessBook,
    logKey: LogKeyHolder,
    book: LogBook
  ) throws(StoreFailure) {
    self.database = database
    self.guardFile = guardFile
    self.witness = witness
    self.logKey = logKey
    self.book = book
    (note, noteSize) = ("", 0)
    if let own = try guardFile.own(book.identity.log) { (note, noteSize) = (own.note, own.size) }
  }

  /// Runs jobs in one transaction.
  ///
  /// Returns a failure only when the writer must stop.
  func run(_ batch: [any SequencedJob]) async -> StoreFailure? {
    do {
      return try await database.writeWithoutTransaction { db in self.commit(batch, db) }
    } catch {
      let failure = StoreFailure.from(error, file: "node.db")
      for job in batch { job.fail(failure) }
      return failure
    }
  }

  private func commit(_ batch: [any SequencedJob], _ db: Database) -> StoreFailure? {
    book.beginRound()
    var rest = batch[...]
    var done: [any SequencedJob] = []
    do {
      while let first = rest.popFirst() {
        guard try commit(first, then: rest, db, into: &done) else { continue }
        break
      }
    } catch {
      let failure = StoreFailure.from(error, file: "node.db")
      for job in batch { job.fail(failure) }
      return failure
    }
    do {
      try seal()
      let log = try CommittedLog(note: note, book: book, database: db)
      for job in done { job.finish(log) }
      return nil
    } catch {
      // The rows are durable but no checkpoint covers them yet: nothing has left, and the next start
      // signs over them. No answer is given as if it were done.
      let failure = StoreFailure.from(error, file: "checkpoints.db")
      for job in done { job.fail(failure) }
      return failure
    }
  }

  /// One transaction: a first job, and the others each in a savepoint.
  ///
  /// To undo the first is to undo the transaction, so it needs no savepoint, which would keep a copy
  /// of every page that it touches; and in most rounds there is no other.
  ///
  /// - Returns: Whether it was committed; otherwise the first job has failed, and nothing has changed.
  private func commit(
    _ first: any SequencedJob,
    then others: ArraySlice<any SequencedJob>,
    _ db: Database,
    into done: inout [any SequencedJob]
  ) throws -> Bool {
    let before = book.tree
    var isCommitted = false
    do {
      try db.inTransaction(.immediate) {
        guard try succeeds(first, { try first.run(NodeTransaction(database: db, book: book)) })
        else { return .rollback }
        done.append(first)
        for job in others {
          let snapshot = book.tree
          let isDone = try succeeds(job) {
            try db.inSavepoint {
              try job.run(NodeTransaction(database: db, book: book))
              return .commit
            }
          }
          if isDone { done.append(job) } else { book.restore(snapshot) }
        }
        isCommitted = true
        return .commit
      }
    } catch {
      book.restore(before)
      throw error
    }
    if !isCommitted { book.restore(before) }
    return isCommitted
  }

  /// Whether a job ran to its end; one that did not has been told so.
  ///
  /// - Throws: A full disk or a broken file, which end the whole batch: the other jobs are told too.
  private func succeeds(_ job: any SequencedJob, _ body: () throws -> Void) throws -> Bool {
    do {
      try body()
      return true
    } catch {
      let failure = StoreFailure.ofChange(error)
      job.fail(failure)
      if failure.isFatal { throw failure }
      return false
    }
  }

  /// Signs a checkpoint over what is committed, and guards it with what this node has seen of others.
  func seal() throws {
    let accepted = witness.takePending()
    let size = book.tree.size
    guard size > noteSize || !accepted.isEmpty else { return }
    guard size > noteSize else { return try guardFile.record(own: nil, accepted: accepted) }
    let root = book.tree.root
    let signed = logKey.sign(origin: book.identity.log, size: size, root: root)
    try guardFile.record(
      own: .init(
        origin: book.identity.log,
        key: logKey.publicKey.bytes,
        size: size,
        root: root,
        note: signed
      ),
      accepted: accepted
    )
    (note, noteSize) = (signed, size)
  }
}

/// The log's signing key, lent to the writer.
final class LogKeyHolder: Sendable {
  private let key: SigningKey
  init(_ key: consuming SigningKey) { self.key = key }
  var publicKey: VerifyingKey { key.publicKey }
  func sign(origin: String, size: UInt64, root: Digest32) -> String {
    Checkpoint.sign(origin: origin, size: size, root: root, key: key)
  }
}

/// A job with its types.
///
/// Touched by one thread at a time: the caller, the writer, the caller again.
final class Job<Middle, Out: Sendable>: SequencedJob, @unchecked Sendable {
  private let body: @Sendable (NodeTransaction) throws -> Middle
  private let after: @Sendable (Middle, CommittedLog) throws -> Out
  private var continuation: CheckedContinuation<Void, Never>?
  private var middle: Middle?
  private(set) var result: Result<Out, StoreFailure>?

  init(
    _ body: @escaping @Sendable (NodeTransaction) throws -> Middle,
    after: @escaping @Sendable (Middle, CommittedLog) throws -> Out
  ) {
    self.body = body
    self.after = after
  }

  func whenDone(_ continuation: CheckedContinuation<Void, Never>) {
    self.continuation = continuation
  }

  func run(_ transaction: NodeTransaction) throws { middle = try body(transaction) }

  func finish(_ log: CommittedLog) {
    guard let middle else { return fail(.stopped) }
    do { result = .success(try after(middle, log)) } catch {
      result = .failure(StoreFailure.ofChange(error))
    }
  }

  func fail(_ failure: StoreFailure) { if result == nil { result = .failure(failure) } }

  func resume() {
    continuation?.resume()
    continuation = nil
  }
}
