/// Why a `via` did not take a parcel, or gave none; the text is the registered code.
enum ViaCode: String, CaseIterable, Sendable {
  /// The caller's certificate is pinned by no member.
  case unpinned
  /// The caller is no member any more.
  case member
  /// Not a parcel, or not the hash of one.
  case malformed
  /// More bytes than a parcel has.
  case tooLarge = "too-large"
  /// This node keeps nothing for others.
  case viaOff = "via-off"
  /// No member that has named this node in its link has this courier key, or the caller has not named
  /// it.
  case viaUnknown = "via-unknown"
  /// No room for this recipient.
  case viaFull = "via-full"
  /// The caller has handed in too much today.
  case busy
  /// No room on this machine.
  case storageFull = "storage-full"

  /// The HTTP status that goes with it.
  var status: Int {
    switch self {
    case .malformed: 400
    case .unpinned, .member: 403
    case .viaOff, .viaUnknown: 404
    case .tooLarge: 413
    case .busy: 429
    case .viaFull, .storageFull: 503
    }
  }

  /// The body of an answer: one JSON object with the code.
  var body: [UInt8] { Array(#"{"code":"\#(rawValue)"}"#.utf8) }

  /// Reads the body of an answer: exactly what ``body`` writes.
  init?(body: [UInt8]) {
    guard let code = Self.allCases.first(where: { $0.body == body }) else { return nil }
    self = code
  }
}
