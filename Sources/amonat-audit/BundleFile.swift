internal import Audit
internal import Foundation

/// Bundles as files, read in large pieces.
enum BundleFile {
  /// Bytes read at once.
  private static let chunkBytes = 1 << 20

  static func input(_ path: String) -> AuditRun.Input {
    AuditRun.Input(name: path) {
      let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      return { Array(try file.read(upToCount: chunkBytes) ?? Data()) }
    }
  }
}
