package import Foundation

/// Where a node keeps its state, and which file is which.
///
/// Loss, roll-back or change of each file is described in `docs/operations/state.md`.
package struct StateFolder: Sendable {
  /// The folder, mode 0700.
  package let url: URL

  /// Names a folder; nothing is touched.
  package init(_ url: URL) { self.url = url }

  /// Cases, messages, events: everything but keys and the fork guard.
  package var node: URL { url.appendingPathComponent("node.db") }
  /// Wrapped keys and the salts of personal parts; deleting a row is the erasure.
  package var keyring: URL { url.appendingPathComponent("keyring.db") }
  /// The fork guard and the witness state; never backed up, never restored.
  package var checkpoints: URL { url.appendingPathComponent("checkpoints.db") }
  /// Parcels kept for others, where this node is a `via`.
  package var via: URL { url.appendingPathComponent("via.db") }
  /// The key that wraps the keyring, mode 0400.
  package var stateKey: URL { url.appendingPathComponent("state.key") }
  /// The local socket, mode 0600.
  package var socket: URL { url.appendingPathComponent("amonat.sock") }
  /// The node's configuration.
  package var configuration: URL { url.appendingPathComponent("amonatd.json") }

  /// Creates the folder for its owner only.
  package func create() throws(StoreFailure) {
    do {
      try FileManager.default.createDirectory(
        at: url,
        withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700]
      )
      try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: url.path)
    } catch {
      throw .unreadable("state folder")
    }
  }

  /// Whether a file of the state exists.
  package func has(_ file: URL) -> Bool { FileManager.default.fileExists(atPath: file.path) }
}
