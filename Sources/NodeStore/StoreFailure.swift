internal import GRDB

/// Why the store could not do what it was asked.
///
/// Names no content.
package enum StoreFailure: Error, Equatable, Sendable {
  /// No room on the disk: nothing was changed.
  case full
  /// A file cannot be read or written, or is not what it should be; the file's role, not its path.
  case unreadable(String)
  /// `checkpoints.db` is missing while the log has leaves: this log key never signs again (K1).
  case guardMissing
  /// `checkpoints.db` knows a longer log than the one at hand: an old copy was restored (K1).
  case logBehindGuard(held: UInt64, guarded: UInt64)
  /// The log's root at the guarded size is another one: the log was changed (K1).
  case logChanged
  /// The state belongs to another register or agency.
  case foreignState
  /// A row that must exist does not.
  case unknown(String)
  /// The same key was used for something else.
  case conflict(String)
  /// The change is not allowed in this state; the code says why.
  case refused(String)
  /// The caller's own closure said no; the store is as it was.
  case declined(Declined)
  /// The state key does not open the keyring.
  case stateKey
  /// The node is stopping.
  case stopped

  /// Whether the node must stop: going on could only lose something.
  package var isFatal: Bool {
    switch self {
    case .full, .unreadable, .guardMissing, .logBehindGuard, .logChanged, .foreignState, .stateKey:
      true
    case .unknown, .conflict, .refused, .declined, .stopped: false
    }
  }

  /// What a caller threw out of its change, carried to where it is named.
  package struct Declined: Equatable, Sendable {
    package let error: any Error

    package static func == (left: Declined, right: Declined) -> Bool {
      "\(left.error)" == "\(right.error)"
    }
  }

  /// Translates what came out of a change: what SQLite says about the file, or the caller's own no.
  ///
  /// Only a fault of the file may stop the node; a request that is refused half-way must not.
  static func ofChange(_ error: any Error) -> StoreFailure {
    if error is StoreFailure || error is DatabaseError { return from(error, file: "node.db") }
    return .declined(Declined(error: error))
  }

  /// Translates what SQLite says about a file.
  static func from(_ error: any Error, file: String) -> StoreFailure {
    if let failure = error as? StoreFailure { return failure }
    guard let database = error as? DatabaseError else { return .unreadable(file) }
    switch database.resultCode {
    case .SQLITE_FULL: return .full
    case .SQLITE_CONSTRAINT: return .conflict(file)
    default:
      // Writing beyond a quota shows as an I/O error on some file systems.
      return .unreadable(file)
    }
  }
}
