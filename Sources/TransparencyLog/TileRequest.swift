/// What a path under `/tile/` asks for (C2SP tlog-tiles).
public struct TileRequest: Hashable, Sendable {
  /// What the tile holds.
  public enum Content: Hashable, Sendable {
    /// Hashes of a level, from 0.
    case hashes(level: Int)
    /// Leaves, each after its length.
    case entries
  }

  /// Highest level: what 2^53 leaves need.
  public static let levelLimit = 6

  /// What it holds.
  public let content: Content
  /// Its position among the tiles of that kind.
  public let index: UInt64
  /// How many hashes or leaves: 256 for a complete tile.
  public let width: Int

  /// Takes the parts.
  public init(content: Content, index: UInt64, width: Int = ExpandedTile.width) {
    self.content = content
    self.index = index
    self.width = width
  }

  /// Reads a path such as `/tile/0/x001/234.p/17`; `nil` unless it is the one way to write it.
  public init?(path: String) {
    guard path.utf8.count <= 128 else { return nil }
    var parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count >= 4, parts[0].isEmpty, parts[1] == "tile" else { return nil }
    let kind = parts[2]
    parts.removeFirst(3)
    var width = ExpandedTile.width
    if parts.count >= 2, parts[parts.count - 2].hasSuffix(".p") {
      guard let partial = Int(parts.removeLast()), (1..<ExpandedTile.width).contains(partial) else {
        return nil
      }
      width = partial
      parts[parts.count - 1] = parts[parts.count - 1].dropLast(2)
    }
    var index: UInt64 = 0
    guard parts.count <= 5 else { return nil }
    for (place, part) in parts.enumerated() {
      let digits = place + 1 < parts.count ? part.dropFirst() : part
      guard digits.utf8.count == 3, let value = UInt64(digits) else { return nil }
      index = index * 1000 + value
    }
    if kind == "entries" {
      self.init(content: .entries, index: index, width: width)
    } else {
      guard let level = Int(kind), (0...Self.levelLimit).contains(level) else { return nil }
      self.init(content: .hashes(level: level), index: index, width: width)
    }
    guard path == "/" + self.path else { return nil }
  }

  /// The path, relative to the log.
  public var path: String {
    let partial = width == ExpandedTile.width ? nil : width
    return switch content {
    case .hashes(let level): TilePath.tile(level: level, index: index, width: partial)
    case .entries: TilePath.entries(index: index, width: partial)
    }
  }

  /// The places of the hashes or leaves it holds; `nil` where a log of this size does not have them all.
  public func places(atSize size: UInt64) -> Range<UInt64>? {
    let count: UInt64 =
      switch content {
      case .hashes(let level): size >> (8 * UInt64(level))
      case .entries: size
      }
    let (first, overflow) = index.multipliedReportingOverflow(by: UInt64(ExpandedTile.width))
    guard !overflow, first <= count, count - first >= UInt64(width) else { return nil }
    return first..<first + UInt64(width)
  }
}
