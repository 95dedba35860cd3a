internal import Foundation
internal import Synchronization

/// Files of this repository, found from where this file was compiled.
package enum RepositoryFile {
  /// The top of the repository.
  private static var root: URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
  }

  private static let cache = Mutex<[String: [UInt8]]>([:])

  /// The bytes of a file, by its path from the top.
  package static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: root.appending(path: path)))
  }

  /// The text of a file, by its path from the top.
  package static func text(_ path: String) throws -> String {
    String(decoding: try bytes(path), as: UTF8.self)
  }

  /// The names of the files in a folder, with one of these endings.
  package static func names(in folder: String, endingWith end: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)
      .filter { $0.hasSuffix(end) }.sorted()
  }

  /// The paths, from the top, of all files below a folder with one of these endings.
  package static func paths(below folder: String, endingWith end: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path)
      .filter { $0.hasSuffix(end) }.map { "\(folder)/\($0)" }.sorted()
  }

  /// The bytes of a file of `Protocol`, kept for the next vector that quotes it.
  static func protocolFile(_ name: String) throws -> [UInt8] {
    if let held = cache.withLock({ $0[name] }) { return held }
    let read = try bytes("Protocol/\(name)")
    cache.withLock { $0[name] = read }
    return read
  }
}
