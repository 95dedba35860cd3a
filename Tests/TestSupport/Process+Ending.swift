package import Foundation

extension Process {
  /// Waits until the program has ended.
  ///
  /// `waitUntilExit()` runs a run loop, and on Linux it has been seen to miss the end of a short
  /// program and to wait for ever; this looks.
  ///
  /// - Returns: Whether it ended in time; otherwise it has been killed.
  @discardableResult
  package func awaitExit(seconds: Double = 300) -> Bool {
    let deadline = Date(timeIntervalSinceNow: seconds)
    while isRunning {
      guard Date() < deadline else {
        kill(processIdentifier, SIGKILL)
        return false
      }
      usleep(1_000)
    }
    return true
  }
}
