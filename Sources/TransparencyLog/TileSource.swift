/// Where completed tiles are read from.
public protocol TileSource: AnyObject {
  /// The completed tile at a level and index.
  func tile(level: Int, index: UInt64) throws -> ExpandedTile
}

/// Keeps the tiles last used in memory, and loads the others.
///
/// Not for use from two tasks at once.
public final class TileCache: TileSource {
  private struct Key: Hashable {
    let level: Int
    let index: UInt64
  }
  private struct Entry {
    let tile: ExpandedTile
    var used: UInt64
  }

  /// Most tiles held; each takes 16 KiB.
  public let capacity: Int
  private let load: (Int, UInt64) throws -> ExpandedTile
  private var entries: [Key: Entry] = [:]
  private var clock: UInt64 = 0
  private var last: (key: Key, tile: ExpandedTile)?

  /// An empty cache.
  ///
  /// - Parameters:
  ///   - capacity: Most tiles held, at least 1.
  ///   - load: Reads the tile of a level and index.
  public init(capacity: Int, load: @escaping (Int, UInt64) throws -> ExpandedTile) {
    precondition(capacity >= 1, "a cache holds at least one tile")
    self.capacity = capacity
    self.load = load
  }

  /// The tile, from memory or loaded.
  public func tile(level: Int, index: UInt64) throws -> ExpandedTile {
    let key = Key(level: level, index: index)
    // A proof asks the same tile up to eight times in a row.
    if let last, last.key == key { return last.tile }
    clock += 1
    if let position = entries.index(forKey: key) {
      entries.values[position].used = clock
      let tile = entries.values[position].tile
      last = (key, tile)
      return tile
    }
    let tile = try load(level, index)
    insert(tile, under: key)
    return tile
  }

  /// Puts a tile in that has just been completed, so that it need not be read back.
  public func insert(_ tile: LogTile) {
    clock += 1
    insert(tile.tile, under: Key(level: tile.level, index: tile.index))
  }

  /// Forgets everything.
  public func removeAll() {
    entries = [:]
    last = nil
  }

  private func insert(_ tile: ExpandedTile, under key: Key) {
    if entries.count >= capacity, entries[key] == nil,
      let oldest = entries.min(by: { $0.value.used < $1.value.used })?.key
    {
      entries[oldest] = nil
    }
    entries[key] = Entry(tile: tile, used: clock)
    last = (key, tile)
  }
}
