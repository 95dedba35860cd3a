/// The version of these programs.
package enum AmonatVersion {
  /// By semantic versioning; stands in `CHANGELOG.md`.
  package static let text = "0.1.0"
}
