internal import CanonicalBytes
internal import FoundationEssentials
internal import Sealing

/// The file that holds a session's token between two commands: mode 0600, one for each socket.
struct SessionFile {
  let path: String
  private let folder: String?

  /// `$AMONAT_SESSION`, else a file in `$XDG_RUNTIME_DIR/amonat` or `~/.cache/amonat`.
  init(socket: String) {
    let environment = ProcessInfo.processInfo.environment
    if let path = environment["AMONAT_SESSION"], !path.isEmpty {
      (self.path, folder) = (path, nil)
      return
    }
    let base =
      if let runtime = environment["XDG_RUNTIME_DIR"], !runtime.isEmpty {
        runtime
      } else {
        (environment["HOME"] ?? ".") + "/.cache"
      }
    let absolute =
      socket.utf8.first == UInt8(ascii: "/")
      ? socket : FileManager.default.currentDirectoryPath + "/" + socket
    let name = Hash256.of(Array(absolute.utf8)).hex.prefix(16)
    folder = base + "/amonat"
    path = "\(base)/amonat/\(name).session"
  }

  /// The token, if a session was opened; `nil` also for a file that others may read.
  func read() -> String? {
    guard Files.isPrivate(path), let bytes = try? Files.contents(path, limitBytes: 1_024),
      let text = String(validating: bytes, as: UTF8.self)
    else { return nil }
    let token = text.prefix { $0 != "\n" }
    let isToken = !token.isEmpty && token.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    return isToken ? String(token) : nil
  }

  /// Keeps a token for the commands that follow.
  func write(_ token: String) throws(FileFailure) {
    if let folder {
      do {
        try FileManager.default.createDirectory(
          atPath: folder,
          withIntermediateDirectories: true,
          attributes: [.posixPermissions: 0o700]
        )
      } catch {
        throw .unwritable
      }
    }
    remove()
    try Files.create(path, Array("\(token)\n".utf8), mode: 0o600)
  }

  /// Forgets the token.
  func remove() { Files.remove(path) }
}
