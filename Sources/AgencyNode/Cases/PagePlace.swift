internal import LocalContract

/// The place in a list that a page starts after: a caller hands back what it was given.
enum PagePlace {
  /// Reads a place; none is the first page.
  ///
  /// - Throws: `malformed` for anything that no answer ever held.
  static func parse(_ text: String?) throws(NodeError) -> Int64? {
    guard let text else { return nil }
    guard let place = Int64(text), place > 0, String(place) == text else {
      throw NodeError(.malformed, detail: "after")
    }
    return place
  }
}
