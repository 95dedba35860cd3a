internal import Synchronization

/// Some agencies, such as those of whose logs two histories are held (CHK-036).
final class AgencySet: Sendable {
  private let agencies: Mutex<Set<String>>

  init(_ known: Set<String>) { agencies = Mutex(known) }

  /// Whether an agency is among them.
  func holds(_ agency: String) -> Bool { agencies.withLock { $0.contains(agency) } }

  /// All of them, ascending.
  var all: [String] { agencies.withLock { $0.sorted() } }

  /// Takes an agency in.
  func add(_ agency: String) { agencies.withLock { _ = $0.insert(agency) } }
}
