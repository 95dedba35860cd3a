/// What one call of the local API may hold.
package enum LocalLimits {
  /// Longest request body, in bytes.
  package static let requestBytes = 4 << 20
  /// Longest parcel, in bytes (chapter 10).
  package static let parcelBytes = 10 << 20
  /// Most parcels in one go (chapter 10).
  package static let parcels = 1_024
  /// Longest answer, in bytes.
  package static let answerBytes = 16 << 20
  /// Most referrals in one call.
  package static let batch = 64
  /// Most grants in one call.
  package static let grants = 64
  /// Most notes in one call.
  package static let notes = 256
  /// Most lines on one page of a list.
  package static let page = 200
  /// Shortest passphrase, in Unicode scalars.
  package static let passphraseScalars = 12
  /// Longest passphrase, in bytes.
  package static let passphraseBytes = 1_024
  /// Longest idempotency key: visible ASCII, in bytes.
  package static let idempotencyKeyBytes = 128
}
