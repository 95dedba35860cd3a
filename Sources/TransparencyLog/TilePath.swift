/// The names under which tiles are served (C2SP tlog-tiles).
public enum TilePath {
  /// The path of a tile, for example `tile/0/x001/234.p/17`.
  ///
  /// - Parameters:
  ///   - level: From 0.
  ///   - index: The tile's position in its level.
  ///   - width: Hashes in a part-filled tile, 1–255; `nil` for a complete one.
  /// - Returns: The path, relative to the log.
  public static func tile(level: Int, index: UInt64, width: Int? = nil) -> String {
    "tile/\(level)/\(number(index))\(partial(width))"
  }

  /// The path of an entry bundle, for example `tile/entries/067`.
  public static func entries(index: UInt64, width: Int? = nil) -> String {
    "tile/entries/\(number(index))\(partial(width))"
  }

  /// Three digits a step, every step but the last with an `x`: 1234067 is `x001/x234/067`.
  static func number(_ index: UInt64) -> String {
    var text = digits(index % 1000)
    var rest = index / 1000
    while rest > 0 {
      text = "x\(digits(rest % 1000))/\(text)"
      rest /= 1000
    }
    return text
  }

  private static func digits(_ value: UInt64) -> String {
    value < 10 ? "00\(value)" : value < 100 ? "0\(value)" : "\(value)"
  }

  private static func partial(_ width: Int?) -> String { width.map { ".p/\($0)" } ?? "" }
}
