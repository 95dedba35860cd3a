/// What people still owe, as one log tells it: a second person, a look by somebody else, an end.
///
/// Grows with exceptions, late records and consents that ended badly; nothing else.
struct PeopleLedger {
  /// An exception that waits for its second person.
  struct Waiting {
    let actor: UInt32
    let byMs: UInt64
    /// Whether the log says that it ended for want of one.
    var isEnded = false
  }

  /// Something that somebody else must look at.
  struct Look {
    var doers: [UInt32]
    let byMs: UInt64?
  }

  var waiting: [UInt64: Waiting] = [:]
  var looks: [UInt64: Look] = [:]
  /// When each grant was taken back, by staff time.
  var withdrawnMs: [UInt64: UInt64] = [:]
  /// Grants that must be taken back, with the leaf that says so.
  var ended: [UInt64: UInt64] = [:]
}
