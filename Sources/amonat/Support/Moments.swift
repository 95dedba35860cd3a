internal import ArgumentParser
internal import FoundationEssentials

/// Moments as people write them for programs.
enum Moments {
  /// A moment in UTC, Unix ms.
  static func ms(_ text: String) throws -> UInt64 {
    guard let date = try? Date(text, strategy: .iso8601), date.timeIntervalSince1970 > 0 else {
      throw ValidationError("A moment is written as 2026-11-27T18:05:00Z.")
    }
    return UInt64(date.timeIntervalSince1970 * 1000)
  }
}
