internal import Foundation

/// A bundle as a file, read in pieces that stay in the processor's cache.
package enum BundleFile {
  /// Bytes read at once: a larger array would be taken from the system, and given back, each time.
  private static let chunkBytes = 1 << 16

  /// Opens a file; each call of what it returns reads on.
  ///
  /// - Throws: An error of the system, here and while reading.
  package static func open(_ path: String) throws -> AuditRun.Source {
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    return { try read(file.fileDescriptor) }
  }

  private static func read(_ descriptor: Int32) throws -> [UInt8] {
    try unsafe [UInt8](unsafeUninitializedCapacity: chunkBytes) { buffer, count in
      var taken: Int
      repeat {
        taken = unsafe Foundation.read(descriptor, buffer.baseAddress, chunkBytes)
      } while taken < 0 && errno == EINTR
      guard taken >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
      count = taken
    }
  }
}
