internal import Foundation

/// What the demonstration shows, and the count of what it checked.
final class DemoReport {
  private(set) var passed = 0
  private(set) var failed = 0

  func chapter(_ title: String) { say("\n== \(title)") }

  func note(_ text: String) { say("   \(text)") }

  /// Checks one claim; the sentence is what is claimed.
  func check(_ sentence: String, _ holds: Bool, _ detail: @autoclosure () -> String = "") {
    if holds {
      passed += 1
      say("   ok   \(sentence)")
    } else {
      failed += 1
      say("   FAIL \(sentence) \(detail())")
    }
  }

  /// The closing line.
  func close() { say("\ndemo: \(passed) checks passed, \(failed) failed") }

  private func say(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
  }
}
