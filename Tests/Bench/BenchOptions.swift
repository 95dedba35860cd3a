internal import Foundation
internal import LocalContract
internal import TestSupport

/// What to run, and how much of it.
struct BenchOptions: Sendable {
  /// Where the programs are; the folder of this one if not said.
  var bin: URL?
  /// How many of whatever a benchmark counts; each has its own number where absent.
  var count: Int?
  /// Bulk calls of 64 referrals that are open at the same time.
  var inFlight = 4
  /// When a bulk call is answered.
  var wait = ReferWait.receipt
  /// The benchmarks.
  var names: [String] = []

  /// Reads the command line.
  init(_ arguments: [String], known: [String]) throws {
    var rest = arguments[...]
    while let word = rest.popFirst() {
      switch word {
      case "--bin": bin = URL(fileURLWithPath: try Self.value(&rest, of: word), isDirectory: true)
      case "--count": count = try Self.number(&rest, of: word)
      case "--in-flight": inFlight = try Self.number(&rest, of: word)
      case "--wait":
        let text = try Self.value(&rest, of: word)
        guard let wait = ReferWait(rawValue: text) else {
          throw Programs.Failure("--wait takes queued or receipt")
        }
        self.wait = wait
      default:
        guard known.contains(word) else {
          throw Programs.Failure("unknown: \(word); known: \(known.joined(separator: " "))")
        }
        names.append(word)
      }
    }
    if names.isEmpty { names = known }
  }

  /// The programs under test.
  var programs: Programs { Programs(folder: bin) }

  /// Runs with a folder of its own, which is deleted afterwards.
  func withFolder<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
    let folder = try Self.makeFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder)
  }

  /// A new folder with a short path: a Unix socket's must fit into 108 bytes.
  static func makeFolder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("amb-\(UInt32.random(in: 0 ... .max))", isDirectory: true)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  private static func value(_ rest: inout ArraySlice<String>, of word: String) throws -> String {
    guard let value = rest.popFirst() else { throw Programs.Failure("\(word) needs a value") }
    return value
  }

  private static func number(_ rest: inout ArraySlice<String>, of word: String) throws -> Int {
    guard let number = Int(try value(&rest, of: word)), number > 0 else {
      throw Programs.Failure("\(word) takes a number above 0")
    }
    return number
  }
}
