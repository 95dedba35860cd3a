internal import ReferralModel
internal import Synchronization

/// How much each member has handed in within a day: in memory alone, since who brought what is
/// written nowhere.
final class ViaTally: Sendable {
  private struct Day {
    var sinceMs: UInt64
    var parcels: UInt32 = 0
  }
  private static let dayMs: UInt64 = 86_400_000

  private let days = Mutex<[AgencyID: Day]>([:])

  /// Counts one parcel of a member, if it may hand in another today.
  func admit(_ sender: AgencyID, limit: UInt32, atMs: UInt64) -> Bool {
    days.withLock { days in
      var day = days[sender] ?? Day(sinceMs: atMs)
      // A clock that went back begins another day.
      if atMs < day.sinceMs || atMs - day.sinceMs >= Self.dayMs { day = Day(sinceMs: atMs) }
      guard day.parcels < limit else { return false }
      day.parcels += 1
      days[sender] = day
      return true
    }
  }
}
