internal import Foundation
internal import GRDB
internal import LocalContract
internal import TestSupport

/// The first line: on what, and with what, the figures were made.
enum MachineLine {
  static func print(_ options: BenchOptions) {
    var build = "release"
    #if DEBUG
    build = "debug"
    #endif
    let load = file("/proc/loadavg").split(separator: " ").first.map(String.init) ?? ""
    Figure(
      "machine",
      [
        ("cpu", .text(entry("model name", in: "/proc/cpuinfo"))),
        ("cores", .whole(ProcessInfo.processInfo.activeProcessorCount)),
        ("memory", .text(entry("MemTotal", in: "/proc/meminfo"))),
        ("kernel", .text(file("/proc/sys/kernel/osrelease"))),
        ("system", .text(entry("PRETTY_NAME", in: "/etc/os-release"))),
        ("load", .text(load)), ("amonat", .text(AmonatVersion.text)),
        ("bench_build", .text(build)), ("swift", .text(compiler)), ("sqlite", .text(sqlite())),
        ("programs", .text(options.programs.folder.lastPathComponent)),
      ]
    ).print()
  }

  private static var compiler: String {
    #if compiler(>=6.4)
    "6.4 or newer"
    #elseif compiler(>=6.3)
    "6.3"
    #else
    "6.2"
    #endif
  }

  private static func sqlite() -> String {
    let version = try? DatabaseQueue().read { db in
      try String.fetchOne(db, sql: "SELECT sqlite_version()")
    }
    return version.flatMap(\.self) ?? ""
  }

  private static func file(_ path: String) -> String {
    ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "")
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// The value after `:` or `=` on the first line that starts with a word.
  private static func entry(_ word: String, in path: String) -> String {
    for line in file(path).split(separator: "\n") where line.hasPrefix(word) {
      guard let mark = line.firstIndex(where: { $0 == ":" || $0 == "=" }) else { continue }
      return line[line.index(after: mark)...]
        .trimmingCharacters(in: CharacterSet(charactersIn: " \t\""))
    }
    return ""
  }
}
