/// The bounds of one exchange, each checked before it sizes or loops over anything.
///
/// Source: `Protocol/spec/04-exchange.md`, step 1; PROTOCOL §3.
package enum ExchangeLimits {
  /// Largest body, in bytes.
  package static let bodyBytes = 8 << 20
  /// Most items of a delivery, events of a receipt, or refusals of an answer.
  package static let items = 64
  /// Most hashes of one proof or path.
  package static let pathHashes = 64
  /// Largest note, checkpoint or cosignature text, in bytes.
  package static let noteBytes = 262_144
  /// Most notes.
  package static let notes = 64
  /// Longest time an answer may be held back, in seconds.
  package static let waitSeconds: UInt32 = 60
  /// Most compartments of an envelope, and most groups of a stanza.
  package static let groups = 16
  /// Most stanzas (desk keys) of an envelope.
  package static let stanzas = 16
  /// Largest header, in bytes.
  package static let headerBytes = 512
  /// Largest sum of the compartments in place, in bytes (ENV-009).
  package static let compartmentBytes = 4 << 20
  /// Largest compartment that may follow as a blob, in bytes.
  package static let blobBytes = 64 << 20
  /// How far a sender's clock may be ahead, in ms: 24 h, after which a clock is an alarm (EXC-121).
  package static let clockAheadMs: UInt64 = 86_400_000
  /// Longest code on the wire, in bytes.
  package static let codeBytes = 48
}
