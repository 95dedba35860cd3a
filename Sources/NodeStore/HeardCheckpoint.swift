package import CanonicalBytes

/// A published checkpoint of another agency's log, as this node keeps it.
package struct HeardCheckpoint: Sendable, Equatable {
  /// The log.
  package let origin: String
  /// The key that signed it.
  package let key: Digest32
  /// Leaves.
  package let size: UInt64
  /// The root.
  package let root: Digest32
  /// The note, with the cosignatures known.
  package let note: String
  /// When it was first heard of, Unix ms.
  package let atMs: UInt64
  /// Whether it is known to belong to the history that this node has accepted.
  package let isProved: Bool
  /// Its time once the quorum has cosigned, Unix ms.
  package let settledMs: UInt64?

  package init(
    origin: String,
    key: Digest32,
    size: UInt64,
    root: Digest32,
    note: String,
    atMs: UInt64,
    isProved: Bool,
    settledMs: UInt64?
  ) {
    self.origin = origin
    self.key = key
    self.size = size
    self.root = root
    self.note = note
    self.atMs = atMs
    self.isProved = isProved
    self.settledMs = settledMs
  }
}

/// A published checkpoint of this node's own log.
package struct OwnMark: Sendable, Equatable {
  /// Leaves.
  package let size: UInt64
  /// The note, with the cosignatures held.
  package let note: String
  /// When it was made, Unix ms.
  package let atMs: UInt64
  /// Its time once the quorum has cosigned, Unix ms.
  package let settledMs: UInt64?

  package init(size: UInt64, note: String, atMs: UInt64, settledMs: UInt64?) {
    self.size = size
    self.note = note
    self.atMs = atMs
    self.settledMs = settledMs
  }
}
