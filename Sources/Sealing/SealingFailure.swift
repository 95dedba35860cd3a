/// Why something sealed did not open; says nothing of what was inside.
public enum SealingFailure: Error, Equatable, Sendable {
  /// A length that the format does not allow.
  case length
  /// A key that is not one.
  case key
  /// The wrap does not open under this key and these names.
  case wrap
  /// The key does not match its commitment.
  case keyCommitment
  /// The ciphertext was changed, cut, or sealed for other names.
  case ciphertext
  /// The stream ended early, or went on after its final chunk.
  case final
  /// Padding other than zeros, or a true length that does not fit.
  case padding
  /// The passphrase is wrong, or the stored secret was changed.
  case passphrase
}
