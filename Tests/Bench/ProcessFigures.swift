internal import Foundation
internal import TestSupport

/// What the system knows of a process.
enum ProcessFigures {
  /// CPU seconds of this process, all threads, user and system.
  static func ownCPU() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }

  /// CPU seconds of another process, user and system, in steps of a clock tick (10 ms).
  static func cpu(of pid: Int32) throws -> Double {
    let text = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
    // The name in brackets may hold blanks; utime and stime are the 12th and 13th field after it.
    guard let end = text.lastIndex(of: ")") else { throw Programs.Failure("/proc/\(pid)/stat") }
    let fields = text[text.index(after: end)...].split(separator: " ")
    guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
      throw Programs.Failure("/proc/\(pid)/stat")
    }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  /// Resident memory of a process, in MiB.
  static func residentMiB(of pid: Int32) throws -> Double {
    try statusMiB("VmRSS:", of: "\(pid)")
  }

  /// The most resident memory that this process has had, in MiB.
  static func ownPeakMiB() throws -> Double { try statusMiB("VmHWM:", of: "self") }

  private static func statusMiB(_ name: String, of process: String) throws -> Double {
    let text = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
    for line in text.split(separator: "\n") where line.hasPrefix(name) {
      if let kib = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
        .flatMap({ Double($0) })
      {
        return kib / 1_024
      }
    }
    throw Programs.Failure("/proc/\(process)/status")
  }
}

/// Wall time from a moment on.
struct Stopwatch {
  private let start = ContinuousClock.now

  /// Seconds so far.
  var seconds: Double { Double(milliseconds) / 1_000 }

  /// Milliseconds so far.
  var milliseconds: Double { (ContinuousClock.now - start) / .milliseconds(1) }
}
