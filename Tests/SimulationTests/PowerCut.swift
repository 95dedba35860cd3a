internal import Foundation
internal import NodeStore

/// The power fails: the files as they are at that moment are all that is left.
enum PowerCut: Error {
  /// Before anything was committed.
  case inside

  /// Copies what lies on the disk now.
  static func copy(_ folder: URL, to place: URL) throws {
    let files = FileManager.default
    try files.createDirectory(
      at: place,
      withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700]
    )
    // The shared memory of the write-ahead log is on no disk.
    for name in try files.contentsOfDirectory(atPath: folder.path) where !name.hasSuffix("-shm") {
      try files.copyItem(
        at: folder.appendingPathComponent(name),
        to: place.appendingPathComponent(name)
      )
    }
    try files.setAttributes(
      [.posixPermissions: 0o400],
      ofItemAtPath: StateFolder(place).stateKey.path
    )
  }
}
