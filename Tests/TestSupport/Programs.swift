package import Foundation

/// The built programs, run as a user would run them.
package struct Programs: Sendable {
  /// The folder that holds `amonatd`, `amonat` and `amonat-audit`.
  package let folder: URL

  /// What a finished program left.
  package struct Output: Sendable {
    package let status: Int32
    package let out: String
    package let err: String

    /// The one JSON value on standard output.
    package func json() throws -> Any {
      try JSONSerialization.jsonObject(with: Data(out.utf8), options: [.fragmentsAllowed])
    }
  }

  /// A program that did not do what was asked.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
  }

  /// Names a folder; without one, the folder of this program, then the debug build.
  package init(folder: URL? = nil) {
    let here = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let named = ProcessInfo.processInfo.environment["AMONAT_BIN"].map {
      URL(fileURLWithPath: $0, isDirectory: true)
    }
    let candidates = [folder, named, here, repository.appendingPathComponent(".build/debug")]
    self.folder =
      candidates.compactMap(\.self).first {
        FileManager.default.isExecutableFile(atPath: $0.appendingPathComponent("amonatd").path)
      } ?? here
  }

  /// A program, ready to start.
  package func process(
    _ name: String,
    _ arguments: [String],
    environment: [String: String] = [:]
  ) -> Process {
    let process = Process()
    process.executableURL = folder.appendingPathComponent(name)
    process.arguments = arguments
    var merged = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("AMONAT_") }
    merged["LANG"] = "C.UTF-8"
    for (key, value) in environment { merged[key] = value }
    process.environment = merged
    return process
  }

  /// Runs a program to its end.
  package func run(
    _ name: String,
    _ arguments: [String],
    environment: [String: String] = [:],
    input: String? = nil
  ) throws -> Output {
    try Self.finish(process(name, arguments, environment: environment), input: input)
  }

  /// Runs a tool of the system to its end.
  package func runTool(_ path: String, _ arguments: [String]) throws -> Output {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    return try Self.finish(process)
  }

  private static func finish(_ process: Process, input: String? = nil) throws -> Output {
    let folder = FileManager.default.temporaryDirectory
    let outFile = folder.appendingPathComponent(UUID().uuidString)
    let errFile = folder.appendingPathComponent(UUID().uuidString)
    defer {
      try? FileManager.default.removeItem(at: outFile)
      try? FileManager.default.removeItem(at: errFile)
    }
    // Files, not pipes: a pipe that fills while nobody reads would stop the program.
    for file in [outFile, errFile] {
      _ = FileManager.default.createFile(atPath: file.path, contents: nil)
    }
    process.standardInput = FileHandle.nullDevice
    let inFile = folder.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: inFile) }
    if let input {
      try Data(input.utf8).write(to: inFile)
      process.standardInput = try FileHandle(forReadingFrom: inFile)
    }
    process.standardOutput = try FileHandle(forWritingTo: outFile)
    process.standardError = try FileHandle(forWritingTo: errFile)
    try process.run()
    process.awaitExit()
    return Output(
      status: process.terminationStatus,
      out: String(decoding: try Data(contentsOf: outFile), as: UTF8.self),
      err: String(decoding: try Data(contentsOf: errFile), as: UTF8.self)
    )
  }
}
