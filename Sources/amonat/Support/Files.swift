internal import FoundationEssentials
internal import Glibc
internal import LocalContract

/// Why a file could not be used.
enum FileFailure: Error {
  case unreadable
  case tooLarge
  case exists
  case unwritable
}

/// Small files, whole, with the modes they should have from the first byte on.
enum Files {
  /// The largest input file, in bytes.
  static let limitBytes = 4 << 20

  /// Reads a file, or standard input for `-`.
  static func contents(_ path: String, limitBytes: Int = limitBytes) throws(FileFailure) -> [UInt8]
  {
    guard path != "-" else { return try drain(STDIN_FILENO, limitBytes) }
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .unreadable }
    defer { _ = close(file) }
    return try drain(file, limitBytes)
  }

  /// Creates a new file and writes it whole to the disk.
  static func create(_ path: String, _ bytes: [UInt8], mode: UInt32) throws(FileFailure) {
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
    guard file >= 0 else { throw errno == EEXIST ? .exists : .unwritable }
    defer { _ = close(file) }
    guard writeAll(bytes, to: file), fsync(file) == 0 else {
      remove(path)
      throw .unwritable
    }
  }

  /// Writes the entries of a folder to the disk, so that a file in it survives a pulled stick.
  static func syncFolder(_ path: String) throws(FileFailure) {
    let folder = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw .unwritable }
    defer { _ = close(folder) }
    guard fsync(folder) == 0 else { throw .unwritable }
  }

  /// Puts a file in the place of another, or of none, at one stroke.
  static func replace(_ path: String, _ bytes: [UInt8], mode: UInt32) throws(FileFailure) {
    let fresh = "\(path).\(getpid()).new"
    try create(fresh, bytes, mode: mode)
    guard unsafe rename(fresh, path) == 0 else {
      remove(fresh)
      throw .unwritable
    }
  }

  /// Writes to standard output or standard error; what is not taken is lost.
  @discardableResult
  static func writeAll(_ bytes: [UInt8], to file: Int32) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer -> Int in
        unsafe write(file, buffer.baseAddress?.advanced(by: done), buffer.count - done)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }

  /// Whether something stands at a path.
  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// Whether only its owner, the caller, may read a file.
  static func isPrivate(_ path: String) -> Bool {
    guard let facts = try? FileManager.default.attributesOfItem(atPath: path),
      let mode = facts[.posixPermissions] as? Int, let owner = facts[.ownerAccountID] as? Int,
      facts[.type] as? FileAttributeType == .typeRegular
    else { return false }
    return mode & 0o077 == 0 && owner == Int(getuid())
  }

  /// Deletes a file if it is there.
  static func remove(_ path: String) { _ = unsafe unlink(path) }

  private static func drain(_ file: Int32, _ limitBytes: Int) throws(FileFailure) -> [UInt8] {
    var out: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let size = chunk.count
      let count = unsafe chunk.withUnsafeMutableBytes { buffer -> Int in
        unsafe read(file, buffer.baseAddress, size)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .unreadable }
      guard count > 0 else { return out }
      guard out.count + count <= limitBytes else { throw .tooLarge }
      out += chunk[..<count]
    }
  }
}

extension Files {
  /// Makes a directory for its owner only, if there is none.
  static func folder(_ path: String, _ words: Phrasebook) throws(CommandFailure) {
    guard !exists(path) else { return }
    guard unsafe mkdir(path, 0o700) == 0 else { throw .input(words(.fileUnwritable, path)) }
  }
}
