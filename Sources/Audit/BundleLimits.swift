/// The fixed words and limits of the bundle format (AUD-005).
package enum BundleLimits {
  /// The first line of every bundle.
  package static let magic = "amonat-audit-bundle/v1"
  /// Longest line, without its LF, in bytes.
  package static let lineBytes = 2_097_152
  /// Longest peer part, staff part or head, in bytes.
  package static let eventBytes = 4096
  /// Longest note, before base64, in bytes.
  package static let noteBytes = 262_144
  /// Longest policy file, before base64, in bytes.
  package static let policyBytes = 1_048_576
  /// Most hashes of one inclusion path.
  package static let pathHashes = 64
  /// Most lines of one kind in the head part.
  package static let headLines = 65_536
  /// Largest number: 2^53 − 1.
  package static let number: UInt64 = (1 << 53) - 1
}
