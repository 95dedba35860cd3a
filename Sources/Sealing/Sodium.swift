internal import CSodium

/// libsodium, initialised.
///
/// Without `sodium_init` the library silently runs its portable code, so every entry of this target
/// calls ``ready()`` first.
enum Sodium {
  private static let initialised: Bool = sodium_init() >= 0

  /// Initialises the library once; a machine where it cannot start has no safe way on.
  static func ready() {
    precondition(initialised, "libsodium starts")
  }
}
